//! What every handler and the dispatcher share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use hookbox_egress::Egress;
use hookbox_runtime::Runtime;
use hookbox_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::Rates;
use crate::code::Loader;
use crate::guests::Guests;
use crate::metrics::Metrics;
use crate::operator::OperatorToken;
use crate::prepared::PreparedHooks;
use crate::scripts::Scripts;
use crate::settings::ServerSettings;
use crate::turn::Turns;

/// What the daemon is made of.
pub struct Parts {
    /// What is kept.
    pub store: Store,
    /// What runs hooks; with at least [`ServerSettings::slots`] slots.
    pub runtime: Runtime,
    /// The hooks' way out.
    pub egress: Egress,
    /// The credential for what belongs to no tenant.
    pub operator_token: OperatorToken,
    /// What the operator sets.
    pub settings: ServerSettings,
}

/// The daemon without its connections. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    scripts: Scripts,
    loader: Loader,
    prepared: PreparedHooks,
    guests: Guests,
    compiles: Turns,
    runs: Turns,
    management_rates: Rates,
    background: TaskTracker,
    metrics: Metrics,
    draining: CancellationToken,
    request_ids: RequestIds,
}

impl App {
    /// Puts the parts together and starts the guests' threads. `stop` turns readiness off.
    ///
    /// # Errors
    /// When the system refuses threads or random numbers.
    pub fn new(parts: Parts, stop: CancellationToken) -> anyhow::Result<Self> {
        let settings = &parts.settings;
        let guests =
            Guests::start(settings.guest_threads).context("the threads that hooks run on cannot be started")?;
        let turns = |at_once, per_tenant| Turns::new(at_once, per_tenant, settings.waiting_per_tenant);
        let scripts = Scripts::new(parts.runtime.clone(), settings.cache_dir.clone());
        Ok(Self(Arc::new(Inner {
            loader: Loader::new(parts.runtime.clone(), parts.store.queue(), scripts.clone()),
            scripts,
            prepared: PreparedHooks::new(settings.ceilings),
            guests,
            compiles: turns(settings.compiles_at_once, 1),
            runs: turns(settings.runner_at_once, settings.runner_per_tenant),
            management_rates: Rates::new(settings.management_rate),
            background: TaskTracker::new(),
            metrics: Metrics::new(),
            draining: stop,
            request_ids: RequestIds::start()?,
            parts,
        })))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.parts.store
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.parts.runtime
    }

    pub(crate) fn egress(&self) -> &Egress {
        &self.0.parts.egress
    }

    pub(crate) fn settings(&self) -> &ServerSettings {
        &self.0.parts.settings
    }

    pub(crate) fn is_operator(&self, token: &str) -> bool {
        self.0.parts.operator_token.matches(token)
    }

    pub(crate) fn scripts(&self) -> &Scripts {
        &self.0.scripts
    }

    pub(crate) fn loader(&self) -> &Loader {
        &self.0.loader
    }

    pub(crate) fn prepared(&self) -> &PreparedHooks {
        &self.0.prepared
    }

    pub(crate) fn guests(&self) -> &Guests {
        &self.0.guests
    }

    /// The turns of uploads that compile.
    pub(crate) fn compiles(&self) -> &Turns {
        &self.0.compiles
    }

    /// The turns of the runner and of calls of blocking triggers.
    pub(crate) fn runs(&self) -> &Turns {
        &self.0.runs
    }

    /// How fast each token calls `/api/v2`.
    pub(crate) fn management_rates(&self) -> &Rates {
        &self.0.management_rates
    }

    /// Work that a call starts and its answer does not wait for; a stop does.
    pub(crate) fn background(&self) -> &TaskTracker {
        &self.0.background
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.is_cancelled()
    }

    pub(crate) fn next_request_id(&self) -> String {
        self.0.request_ids.next()
    }
}

/// Ids that tell requests apart in the log: not secret, and cheap, since every request gets one.
struct RequestIds {
    start: u64,
    count: AtomicU64,
}

impl RequestIds {
    fn start() -> anyhow::Result<Self> {
        Ok(Self { start: getrandom::u64().context("the system has no random numbers")?, count: AtomicU64::new(0) })
    }

    /// The count, scattered by a bijection (the finaliser of SplitMix64), so that two processes' ids do not meet.
    fn next(&self) -> String {
        let mut id = self.start.wrapping_add(self.count.fetch_add(1, Ordering::Relaxed));
        id = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        id = (id ^ (id >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        format!("req_{:016x}", id ^ (id >> 31))
    }
}
