//! What all parts of the engine work with: connections, the node's memory, and what is known of the server.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use hookbox_protocol::Timestamp;
use hookbox_protocol::api::Quotas;
use hookbox_protocol::id::HookNumber;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::Address;
use super::fault;
use super::held::Held;
use super::leaving::Leaving;
use super::memory::Memory;
use super::writing::Writing;
use crate::engine::Signal;
use crate::id::Ids;
use crate::retention::Sweep;
use crate::{Clock, Error, GroupCommits, TokenId};

/// Connections for what runs at the rate of events: accepting, claiming, recording.
const HOT: usize = 6;
/// Connections for what every call and every run waits for, a row or two each, and for the node's own upkeep.
const PROMPT: usize = 3;
/// Connections for everything else: long lists hold up no event and no run.
const COLD: usize = 4;
/// How long a call waits for a connection before it is refused.
const WAIT: Duration = Duration::from_secs(5);

/// What every session starts with. A server that was told to answer before a commit is on disk is told otherwise; one
/// that waits for its standbys as well keeps doing so.
const SESSION: &str = "SET statement_timeout = '30s'; SET lock_timeout = '5s'; \
                       SET idle_in_transaction_session_timeout = '30s'; SET client_min_messages = warning; \
                       SELECT set_config('synchronous_commit', 'on', false) \
                       WHERE current_setting('synchronous_commit') = 'off'";

/// Every statement of these sessions finds its rows by an index, whatever the statistics of a table that was empty a
/// moment ago say; and each is planned once.
const HOT_SESSION: &str = "SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
                           SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

/// The engine without its handles for writing, which end when the last of them goes.
pub(super) struct Shared {
    pub(super) address: Address,
    pub(super) clock: Clock,
    /// What a tenant may use for which nothing else was set.
    pub(super) quotas: Quotas,
    pub(super) signal: Signal,
    /// Writes that are under way.
    pub(super) writes: TaskTracker,
    /// What holds the node's own connection.
    pub(super) tasks: TaskTracker,
    /// No further write is taken.
    pub(super) refusing: CancellationToken,
    /// Ends what runs for as long as the engine is open.
    pub(super) closing: CancellationToken,
    /// One claim at a time: the turns of tenants are taken in memory, around the statement.
    pub(super) claiming: tokio::sync::Mutex<()>,
    /// Where retention stands on this node.
    pub(super) sweep: tokio::sync::Mutex<Sweep>,
    /// Wakes whoever counts the queue.
    pub(super) recount: tokio::sync::Notify,
    /// The catalogue's revision that is known to be in force.
    pub(super) revision: AtomicI64,
    pub(super) bytes: AtomicI64,
    /// Whether other nodes gave a sign of life of late.
    others: AtomicBool,
    hot: Pool,
    prompt: Pool,
    cold: Pool,
    memory: Mutex<Memory>,
    held: Mutex<Held>,
    leaving: Mutex<Leaving>,
    /// Lines of logs that are on their way.
    pub(super) writing: Writing,
    seat: Mutex<Option<Arc<Seat>>>,
    commits: Mutex<GroupCommits>,
    /// Outcomes that are still to be added to `recent`, newest first.
    pub(super) recent: Mutex<HashMap<HookNumber, String>>,
    /// Uses of credentials that are being written.
    uses: Mutex<HashMap<TokenId, Timestamp>>,
    trouble: Mutex<Option<Error>>,
}

/// The number that this node goes by, and the identifiers that it makes.
pub(super) struct Seat {
    pub(super) number: i16,
    pub(super) ids: Ids,
}

impl Shared {
    pub(super) fn new(address: Address, clock: Clock, quotas: Quotas) -> Result<Self, Error> {
        let hot = pool(&address, HOT, &[SESSION, HOT_SESSION])?;
        let prompt = pool(&address, PROMPT, &[SESSION])?;
        let cold = pool(&address, COLD, &[SESSION])?;
        Ok(Self {
            address,
            clock,
            quotas,
            signal: Signal::default(),
            writes: TaskTracker::new(),
            tasks: TaskTracker::new(),
            refusing: CancellationToken::new(),
            closing: CancellationToken::new(),
            claiming: tokio::sync::Mutex::new(()),
            sweep: tokio::sync::Mutex::default(),
            recount: tokio::sync::Notify::new(),
            revision: AtomicI64::new(0),
            bytes: AtomicI64::new(0),
            others: AtomicBool::new(false),
            hot,
            prompt,
            cold,
            memory: Mutex::new(Memory::default()),
            held: Mutex::default(),
            leaving: Mutex::default(),
            writing: Writing::default(),
            seat: Mutex::new(None),
            commits: Mutex::new(GroupCommits::default()),
            recent: Mutex::new(HashMap::new()),
            uses: Mutex::new(HashMap::new()),
            trouble: Mutex::new(None),
        })
    }

    /// A connection for what runs at the rate of events.
    pub(super) async fn hot(&self) -> Result<Object, Error> {
        self.healthy()?;
        Ok(self.hot.get().await?)
    }

    /// A connection for a row or two that somebody waits for.
    pub(super) async fn prompt(&self) -> Result<Object, Error> {
        self.healthy()?;
        Ok(self.prompt.get().await?)
    }

    /// A connection for everything else.
    pub(super) async fn cold(&self) -> Result<Object, Error> {
        self.healthy()?;
        Ok(self.cold.get().await?)
    }

    /// Two connections at once, also while the database is not known to be usable: for finding out.
    pub(super) async fn pair(&self) -> Result<(Object, Object), Error> {
        Ok((self.prompt.get().await?, self.prompt.get().await?))
    }

    /// Runs hot statements on one connection; again when another transaction was in the way, since nothing of it has
    /// taken effect then. A connection that is of no further use is not given to anybody else.
    pub(super) async fn on_hot<T, F, Fut>(&self, mut work: F) -> Result<T, Error>
    where
        F: FnMut(Arc<Object>) -> Fut,
        Fut: Future<Output = Result<T, tokio_postgres::Error>>,
    {
        const TRIES: u32 = 5;
        let mut tries = 0;
        loop {
            tries += 1;
            let db = Arc::new(self.hot().await?);
            match work(Arc::clone(&db)).await {
                Ok(done) => return Ok(done),
                Err(error) => {
                    if fault::ends_the_connection(&error)
                        && let Ok(db) = Arc::try_unwrap(db)
                    {
                        drop(Object::take(db));
                    }
                    if tries == TRIES || !fault::is_worth_another_try(&error) {
                        return Err(error.into());
                    }
                }
            }
        }
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The leases of this node.
    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tenants that were deleted, and who may still write for them.
    pub(super) fn leaving(&self) -> MutexGuard<'_, Leaving> {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn uses(&self) -> MutexGuard<'_, HashMap<TokenId, Timestamp>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever waits for deliveries what the memory now says.
    pub(super) fn publish(&self) {
        let (due, wake) = {
            let mut memory = self.memory();
            (memory.wake_at(), std::mem::take(&mut memory.wake))
        };
        self.signal.set_due(due.unwrap_or(Timestamp(i64::MAX)));
        if wake {
            self.signal.wake();
        }
    }

    /// The number that the node goes by.
    pub(super) fn seat(&self) -> Result<Arc<Seat>, Error> {
        let seat = self.seat.lock().unwrap_or_else(PoisonError::into_inner).clone();
        seat.ok_or_else(|| Error::Unavailable("the node has no number yet".into()))
    }

    pub(super) fn take_seat(&self, seat: Seat) {
        *self.seat.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(seat));
    }

    /// A new identifier.
    pub(super) fn id(&self) -> Result<i64, Error> {
        Ok(self.seat()?.ids.next(self.clock.now()))
    }

    /// What is to be added to the database's time: nothing, but in tests.
    pub(super) fn offset(&self) -> i64 {
        self.clock.offset_ms()
    }

    /// Whether the database can be reached and takes writes, as of the last look at it.
    pub(super) fn healthy(&self) -> Result<(), Error> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone().map_or(Ok(()), Err)
    }

    pub(super) fn set_trouble(&self, trouble: Option<Error>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// What is cached of the catalogue is void.
    pub(super) fn catalogue_changed(&self, revision: i64) {
        self.revision.fetch_max(revision, Ordering::AcqRel);
        self.signal.catalogue_changed();
    }

    pub(super) fn committed(&self, writes: usize, time: Duration) {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        commits.commits += 1;
        commits.writes += writes as u64;
        commits.time += time;
        let bucket = writes.next_power_of_two().trailing_zeros() as usize;
        let last = commits.by_writes.len() - 1;
        commits.by_writes[bucket.min(last)] += 1;
    }

    pub(super) fn commits(&self) -> GroupCommits {
        *self.commits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether other nodes gave a sign of life of late.
    pub(super) fn others(&self) -> bool {
        self.others.load(Ordering::Relaxed)
    }

    pub(super) fn set_others(&self, others: bool) {
        self.others.store(others, Ordering::Relaxed);
    }

    pub(super) fn close_pools(&self) {
        self.hot.close();
        self.prompt.close();
        self.cold.close();
    }
}

fn pool(address: &Address, size: usize, session: &'static [&'static str]) -> Result<Pool, Error> {
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(address.config.clone(), address.tls.clone(), config);
    let patience = Timeouts { wait: Some(WAIT), create: Some(2 * WAIT), recycle: Some(WAIT) };
    let begin = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
        Box::pin(async move {
            for sql in session {
                client.batch_execute(sql).await.map_err(HookError::Backend)?;
            }
            Ok(())
        })
    });
    let builder = Pool::builder(manager).max_size(size).timeouts(patience).runtime(Runtime::Tokio1).post_create(begin);
    builder.build().map_err(|e| Error::Unsupported(e.to_string()))
}
