//! A store in this process with tenants and their hooks: what becomes of deliveries without HTTP and without a run.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use hookbox_protocol::api::Quotas;
use hookbox_protocol::{Outcome, Report, Trigger};
use hookbox_store::{
    AcceptEvent, Code, Completion, Leased, Location, MasterKey, NewHook, Next, Options, Queue, Recorded, SecretLimits,
    Store, TenantStore,
};
use tokio::sync::{Semaphore, mpsc};

const LEASE: Duration = Duration::from_secs(300);

/// How long nothing may be due while deliveries are left.
const PATIENCE: Duration = Duration::from_secs(20);

/// Calls that are under way at the same time.
pub(crate) const AT_ONCE: usize = 64;

/// Tenants, each with a hook, by their tokens; a store can be closed and opened again.
pub(crate) struct Place {
    location: Location,
    key: MasterKey,
    tokens: Vec<String>,
}

/// Opened.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) tenants: Vec<TenantStore>,
}

impl Place {
    /// Makes so many tenants in an empty database.
    pub(crate) async fn make(location: Location, tenants: usize) -> Result<Self> {
        let mut place = Self { location, key: MasterKey::generate(), tokens: Vec::new() };
        let store = place.store().await?;
        let made = stream::iter(0..tenants).map(|number| {
            let store = &store;
            async move {
                let made = store.create_tenant(&format!("tenant-{number}")).await?;
                let identity = store.authenticate(&made.token).await?.context("a token that works")?;
                store.tenant(&identity).create_hook(hook()).await?;
                anyhow::Ok(made.token)
            }
        });
        place.tokens = made.buffer_unordered(8).try_collect().await?;
        store.close().await;
        Ok(place)
    }

    async fn store(&self) -> Result<Store> {
        let master_keys = self.key.clone().into();
        let (quotas, secrets) = (Quotas::default(), SecretLimits::default());
        Ok(Store::open(Options { location: self.location.clone(), master_keys, quotas, secrets }).await?)
    }

    /// Opens it.
    pub(crate) async fn open(&self) -> Result<Opened> {
        let store = self.store().await?;
        let tenants = stream::iter(&self.tokens).map(|token| async {
            let identity = store.authenticate(token).await?.context("a token that works")?;
            anyhow::Ok(store.tenant(&identity))
        });
        let tenants = tenants.buffered(AT_ONCE).try_collect().await?;
        Ok(Opened { store, tenants })
    }
}

impl Opened {
    /// Accepts so many events, `at_once` at the same time, tenants in turn.
    pub(crate) async fn accept(&self, events: usize, at_once: usize) -> Result<()> {
        stream::iter((0..events).map(anyhow::Ok))
            .try_for_each_concurrent(at_once, |number| async move {
                self.tenants[number % self.tenants.len()].accept(event()).await?;
                Ok(())
            })
            .await
    }

    /// Leases and completes so many deliveries, at most `places` of them under way. As the dispatcher does it, one call
    /// leases for all places that are free, and each delivery is completed by itself.
    pub(crate) async fn finish(&self, deliveries: usize, places: usize) -> Result<()> {
        let queue = self.store.queue();
        let free = Semaphore::new(places);
        let (sender, receiver) = mpsc::unbounded_channel();
        let lease = async {
            let mut left = deliveries;
            while left > 0 {
                drop(free.acquire_many(u32::try_from(left.min(places / 2))?).await?);
                let most = u32::try_from(free.available_permits().min(left))?;
                let leased = queue.lease(most, LEASE).await?;
                if leased.is_empty() {
                    let work = tokio::time::timeout(PATIENCE, queue.work());
                    work.await.with_context(|| format!("{left} deliveries are missing"))?;
                    continue;
                }
                left -= leased.len();
                free.forget_permits(leased.len());
                for delivery in leased {
                    sender.send(delivery).ok().context("deliveries are still completed")?;
                }
            }
            drop(sender);
            Ok(())
        };
        let received =
            stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|next| (next, receiver)));
        let complete = received.map(anyhow::Ok).try_for_each_concurrent(places, |leased| async {
            complete(&queue, leased).await?;
            free.add_permits(1);
            Ok(())
        });
        futures_util::future::try_join(lease, complete).await.map(drop)
    }

    /// Closes the store.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

async fn complete(queue: &Queue, leased: Leased) -> Result<()> {
    let completion = Completion {
        key: leased.key,
        tenant: leased.tenant,
        version: leased.hook.version,
        started_at: leased.received_at,
        report: report(),
        next: Next::Succeeded,
        log: None,
    };
    ensure!(queue.complete(completion).await? == Recorded::Done, "a lease was lost");
    Ok(())
}

fn hook() -> NewHook {
    NewHook {
        name: "measured".to_owned(),
        trigger: Trigger::PostChangePassword,
        code: Code::Script { source: "module.exports = (user, context, cb) => cb()".to_owned() },
        enabled: None,
        dependencies: BTreeMap::new(),
    }
}

fn event() -> AcceptEvent {
    let (user, context) = crate::load::parts();
    AcceptEvent {
        trigger: Trigger::PostChangePassword,
        user: user.to_owned(),
        context: context.to_owned(),
        initiated_by: None,
        idempotency_key: None,
    }
}

fn report() -> Report {
    Report {
        outcome: Outcome::Completed { value: serde_json::Value::Null },
        fuel_used: 1_000,
        cpu: Duration::from_micros(250),
        wall: Duration::from_millis(3),
        memory_bytes_peak: 65_536,
        logs: Vec::new(),
        log_lines_dropped: 0,
        http: Vec::new(),
    }
}
