//! What every handler and the dispatcher share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use hookbox_egress::Egress;
use hookbox_runtime::Runtime;
use hookbox_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::{Brake, Rates};
use crate::code::Loader;
use crate::disk::Disk;
use crate::follow::Followers;
use crate::guests::Guests;
use crate::metrics::Metrics;
use crate::operator::OperatorToken;
use crate::prepared::PreparedHooks;
use crate::scripts::Scripts;
use crate::settings::ServerSettings;
use crate::trace::{Endpoint, Exporter, Tracer};
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

/// Lists that are read at the same time, each for another tenant, and how many more of a tenant may wait for their turn.
const LISTS_AT_ONCE: u32 = 8;
const LISTS_WAITING_PER_TENANT: u32 = 64;

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
    lists: Turns,
    brake: Brake,
    rotation: Arc<tokio::sync::Mutex<()>>,
    management_rates: Rates,
    background: TaskTracker,
    metrics: Metrics,
    followers: Arc<Followers>,
    disk: Disk,
    tracer: Tracer,
    exporter: Mutex<Option<Exporter>>,
    node_name: String,
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
        let metrics = Metrics::new();
        let (gauge, dropped) = metrics.followers();
        let node_name = settings.node_name.clone().unwrap_or_else(node_name);
        let traced = settings
            .otlp_endpoint
            .as_ref()
            .map(|url| Endpoint::new(url).map(|endpoint| Tracer::new(endpoint, &node_name, metrics.spans_dropped())));
        let (tracer, exporter) = traced.transpose()?.unzip();
        Ok(Self(Arc::new(Inner {
            loader: Loader::new(parts.runtime.clone(), parts.store.queue(), scripts.clone()),
            scripts,
            prepared: PreparedHooks::new(settings.ceilings),
            guests,
            compiles: turns(settings.compiles_at_once, 1),
            runs: turns(settings.runner_at_once, settings.runner_per_tenant),
            lists: Turns::new(LISTS_AT_ONCE, 1, LISTS_WAITING_PER_TENANT),
            brake: Brake::new(),
            rotation: Arc::default(),
            management_rates: Rates::new(settings.management_rate),
            background: TaskTracker::new(),
            metrics,
            followers: Arc::new(Followers::new(settings.followers_per_tenant, gauge, dropped)),
            disk: Disk::watch(settings.data_dir.clone(), settings.disk_free_min),
            tracer: tracer.unwrap_or_default(),
            exporter: Mutex::new(exporter),
            node_name,
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

    /// The turns of lists, which may read a lot.
    pub(crate) fn lists(&self) -> &Turns {
        &self.0.lists
    }

    /// Held by the one rotation of keys that there can be at a time.
    pub(crate) fn rotation(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(&self.0.rotation)
    }

    /// Who must wait before the next credential is looked at.
    pub(crate) fn brake(&self) -> &Brake {
        &self.0.brake
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

    /// Who hears what hooks print while they print it.
    pub(crate) fn followers(&self) -> &Arc<Followers> {
        &self.0.followers
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.0.disk
    }

    pub(crate) fn tracer(&self) -> &Tracer {
        &self.0.tracer
    }

    /// What sends the spans, for who runs it: there is one at most, and it is given out once.
    pub(crate) fn take_exporter(&self) -> Option<Exporter> {
        self.0.exporter.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// How this daemon is called among those of its database.
    pub(crate) fn node_name(&self) -> &str {
        &self.0.node_name
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.is_cancelled()
    }

    /// Cancelled when the daemon stops.
    pub(crate) fn draining(&self) -> &CancellationToken {
        &self.0.draining
    }

    pub(crate) fn next_request_id(&self) -> String {
        self.0.request_ids.next()
    }
}

/// The machine's name and the process's number: no two daemons of one database have the same.
fn node_name() -> String {
    format!("{}-{}", rustix::system::uname().nodename().to_string_lossy(), std::process::id())
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
