//! What a database must be able to do. Each engine keeps its own SQL behind this; what every engine shares is outside.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::id::{HookNumber, LogId};
use hookbox_protocol::{DeliveryId, EventId, HookId, ModuleDigest, TenantId, Timestamp, Trigger, api};
use tokio::sync::Notify;

use crate::replay::Replayable;
use crate::token::{Credential, Kind};
use crate::{
    AcceptEvent, AuditFilter, AuditRow, Backlog, Code, Completion, Error, EventFilter, Finding, Heartbeat, HookChange,
    HookRow, LeaseKey, LogEntry, LogFilter, LogRow, MasterKey, MasterKeys, NewHook, NewToken, Recorded, ReplayFilter,
    Settings, SettingsChange, Stats, Swept, TenantChange, TokenId, TokenRow, Version, VersionRow,
};

/// What every method answers: a future that does not borrow, so that a caller may drop it; a write goes on regardless.
pub(crate) type Answer<T> = BoxFuture<'static, Result<T, Error>>;

/// Whose rows a statement is about, and who asked for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) tenant: TenantId,
    pub(crate) token: TokenId,
}

/// A credential that is to be stored.
#[derive(Debug, Clone)]
pub(crate) struct NewCredential {
    pub(crate) kind: Kind,
    pub(crate) hash: [u8; 32],
    pub(crate) token: NewToken,
}

/// How far the removal of a retired tenant has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purged {
    /// Nothing is left of it.
    All,
    /// There is more to remove.
    Part,
    /// Nothing is left but the tenant itself, for which writes may still come that began before it was retired.
    Waits,
}

/// A delivery that was claimed, before its hook is at hand.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) key: LeaseKey,
    pub(crate) tenant: TenantId,
    pub(crate) trigger: Trigger,
    pub(crate) user: String,
    pub(crate) context: String,
    pub(crate) initiated_by: Option<Initiator>,
    pub(crate) attempt: u32,
    pub(crate) is_suspect: bool,
    /// Attempts before the last replay, which the schedule does not count.
    pub(crate) replayed_after: u32,
    /// Those after the last replay.
    pub(crate) earlier_outcomes: Vec<&'static str>,
}

/// A hook as it runs, with everything still encrypted.
#[derive(Debug)]
pub(crate) struct SealedHook {
    pub(crate) tenant: TenantId,
    pub(crate) tenant_name: String,
    pub(crate) data_key: Vec<u8>,
    pub(crate) row: HookRow,
    pub(crate) settings: Settings,
    pub(crate) secrets: Vec<SealedSecret>,
}

/// A secret's name and its encrypted value.
pub(crate) type SealedSecret = (String, Vec<u8>);

/// A hook's secrets with the data key that they are encrypted under, all as of one moment.
#[derive(Debug)]
pub(crate) struct SealedSecrets {
    pub(crate) hook: HookNumber,
    pub(crate) data_key: Vec<u8>,
    pub(crate) secrets: Vec<SealedSecret>,
}

/// What became of secrets that were to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretsPut {
    Done,
    /// The tenant got another data key since they were encrypted: encrypt them again.
    KeyChanged,
    NoSuchHook,
}

/// All that is encrypted of a tenant: its data key, and the secrets of all hooks.
pub(crate) struct TenantVault {
    pub(crate) data_key: Vec<u8>,
    pub(crate) secrets: Vec<(HookNumber, String, Vec<u8>)>,
}

/// Encrypts the vault of a tenant anew. Runs inside the transaction that reads and replaces it, each time that one is begun.
pub(crate) type Rekey = Box<dyn Fn(TenantVault) -> Result<TenantVault, Error> + Send + Sync>;

/// What becomes of secrets that exist already, or do not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretWrite {
    /// None of them may exist, and with them there are at most so many.
    Add { most: u64 },
    /// All of them must exist.
    Update,
}

/// What an engine says unasked: when the dispatcher should look again, and that the catalogue changed.
#[derive(Debug)]
pub(crate) struct Signal {
    due_ms: AtomicI64,
    woken: Notify,
    generation: AtomicU64,
}

impl Default for Signal {
    fn default() -> Self {
        Self { due_ms: AtomicI64::new(i64::MAX), woken: Notify::new(), generation: AtomicU64::new(0) }
    }
}

impl Signal {
    /// When the next delivery becomes due by time alone.
    pub(crate) fn due(&self) -> Timestamp {
        Timestamp(self.due_ms.load(Ordering::Acquire))
    }

    pub(crate) fn set_due(&self, due: Timestamp) {
        self.due_ms.store(due.0, Ordering::Release);
    }

    pub(crate) fn wake(&self) {
        self.woken.notify_one();
    }

    pub(crate) async fn notified(&self) {
        self.woken.notified().await;
    }

    /// Forgets a wake-up that nobody waited for: whoever calls this is about to look for himself.
    pub(crate) fn look(&self) {
        self.woken.notified().now_or_never();
    }

    /// Counts the changes of hooks, secrets, settings and credentials that were committed. The engine counts, and not
    /// who asked for the change: that one may have gone away before the commit.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(crate) fn catalogue_changed(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

/// A database. Every method that takes a [`Caller`] or a tenant touches rows of that tenant only; what belongs to
/// another one is not found. A write answers after it is on disk.
pub(crate) trait Engine: Send + Sync + 'static {
    fn close(&self) -> BoxFuture<'static, ()>;
    fn healthy(&self) -> Result<(), Error>;
    fn stats(&self) -> Answer<Stats>;
    fn backlog(&self) -> Backlog;
    fn tenant_backlog(&self, tenant: TenantId) -> Backlog;
    fn signal(&self) -> &Signal;

    /// Checks the master keys against the database, or makes the database the first one's when it is new. Each key check
    /// that the database has, one or during a rotation two, must be opened by one of them.
    fn bind_keys(&self, keys: MasterKeys) -> Answer<()>;
    /// As [`Engine::bind_keys`]; then keeps the key check of the first key beside the other one, and answers all tenants.
    fn begin_rotation(&self, keys: MasterKeys) -> Answer<Vec<TenantId>>;
    /// Replaces all that is encrypted of a tenant by what `rekey` makes of it, in one transaction that no write of a
    /// secret comes into; answers how many secrets there were, `None` when there is no such tenant.
    fn rekey(&self, tenant: TenantId, rekey: Rekey) -> Answer<Option<u64>>;
    /// Keeps only the key check of the first key.
    fn end_rotation(&self, keys: MasterKeys) -> Answer<()>;
    /// Makes a tenant with its first credentials, in their order.
    fn create_tenant(&self, name: String, key: MasterKey, credentials: Vec<NewCredential>) -> Answer<Vec<TokenId>>;
    fn tenants(&self) -> Answer<Vec<api::Tenant>>;
    fn find_tenant(&self, name: String) -> Answer<Option<api::Tenant>>;
    /// With an entry in the operator's trail and one in the tenant's.
    fn change_tenant(&self, name: String, change: TenantChange) -> Answer<Option<api::Tenant>>;
    /// The first step of the end of a tenant: its name is free, its credentials are gone, its hooks are off, its
    /// deliveries are out of the queue. With an entry in the operator's trail.
    fn retire_tenant(&self, name: String) -> Answer<Option<TenantId>>;
    /// A further step: removes up to `most` rows of a retired tenant.
    fn purge_tenant(&self, tenant: TenantId, most: u32) -> Answer<Purged>;
    /// With an entry in the operator's trail and one in the tenant's.
    fn tenant_token(&self, name: String, new: NewCredential) -> Answer<Option<TokenId>>;
    /// Of a tenant, or of the operator where there is none.
    fn audit(&self, tenant: Option<TenantId>, filter: AuditFilter) -> Answer<Vec<AuditRow>>;
    /// Keeps when a credential was used. Nobody waits for it.
    fn token_used(&self, id: TokenId, at: Timestamp) -> Answer<()>;
    fn sweep(&self, most: u32) -> Answer<Swept>;
    fn nodes(&self) -> Answer<Vec<api::Node>>;
    fn heartbeat(&self, node: Heartbeat) -> Answer<()>;
    fn operator_stats(&self) -> Answer<api::OperatorStats>;
    /// Attempts that began in `since..until`, in so many buckets of equal length.
    fn statistics(&self, tenant: TenantId, since: Timestamp, until: Timestamp, buckets: u32) -> Answer<api::Stats>;
    fn diagnose(&self) -> Answer<Vec<Finding>>;
    fn several_hooks(&self, tenant: TenantId) -> Answer<bool>;
    /// [`Error::State`] where it is switched off while a trigger has several enabled hooks.
    fn set_several_hooks(&self, caller: Caller, on: bool) -> Answer<()>;
    /// Makes a delivery that ended due, in the lane of retries. With an entry in the audit trail.
    fn replay(&self, caller: Caller, id: DeliveryId) -> Answer<()>;
    /// Deliveries that match and whose hook is still there, newest event first.
    fn replayable(&self, tenant: TenantId, filter: ReplayFilter) -> Answer<Replayable>;
    /// As [`Engine::replay`] for each that still has ended and whose hook is still there; how many that were. One entry
    /// in the audit trail, with `filter` in its details.
    fn replay_many(&self, caller: Caller, ids: Vec<DeliveryId>, filter: serde_json::Value) -> Answer<u64>;
    /// The numbers of the enabled hooks of a trigger in the order in which they run.
    fn enabled(&self, tenant: TenantId, trigger: Trigger) -> Answer<Vec<HookNumber>>;

    fn credential(&self, id: TokenId) -> Answer<Option<Credential>>;
    fn create_token(&self, caller: Caller, new: NewCredential) -> Answer<TokenId>;
    fn tokens(&self, tenant: TenantId) -> Answer<Vec<TokenRow>>;
    fn revoke_token(&self, caller: Caller, id: TokenId) -> Answer<bool>;

    /// An identifier that no event has or will have.
    fn event_id(&self) -> Result<EventId, Error>;
    fn accept(&self, tenant: TenantId, event: AcceptEvent) -> Answer<api::EventAccepted>;
    fn event(&self, tenant: TenantId, id: EventId) -> Answer<Option<api::Event>>;
    fn events(&self, tenant: TenantId, filter: EventFilter) -> Answer<api::Events>;

    fn create_hook(&self, caller: Caller, hook: NewHook) -> Answer<HookRow>;
    fn hook(&self, tenant: TenantId, id: HookId) -> Answer<Option<HookRow>>;
    fn hooks(&self, tenant: TenantId) -> Answer<Vec<HookRow>>;
    fn hook_overview(&self, tenant: TenantId) -> Answer<Vec<api::Hook>>;
    fn update_hook(&self, caller: Caller, id: HookId, change: HookChange) -> Answer<Option<HookRow>>;
    fn delete_hook(&self, caller: Caller, id: HookId) -> Answer<bool>;
    /// Ends up to `most` deliveries of a deleted hook that wait for another attempt, whenever that is; how many.
    fn bury_retries(&self, tenant: TenantId, id: HookId, most: u64) -> Answer<u64>;
    fn add_version(&self, caller: Caller, id: HookId, code: Code) -> Answer<Option<u32>>;
    /// Keeps code as a version that is not live. The code of the live or of the newest version answers that one.
    fn save_version(&self, caller: Caller, id: HookId, code: Code) -> Answer<Option<u32>>;
    fn versions(&self, tenant: TenantId, id: HookId) -> Answer<Option<Vec<VersionRow>>>;
    fn version(&self, tenant: TenantId, id: HookId, number: u32) -> Answer<Option<Version>>;
    fn activate_version(&self, caller: Caller, id: HookId, number: u32) -> Answer<bool>;
    fn put_module(&self, caller: Caller, digest: ModuleDigest, wasm: Bytes) -> Answer<()>;
    fn module(&self, digest: ModuleDigest) -> Answer<Option<Bytes>>;
    fn settings(&self, tenant: TenantId, id: HookId) -> Answer<Option<Settings>>;
    /// Reads, changes and writes them in one transaction; answers what they are then.
    fn change_settings(&self, caller: Caller, id: HookId, change: SettingsChange) -> Answer<Option<Settings>>;

    fn secrets(&self, tenant: TenantId, id: HookId) -> Answer<Option<SealedSecrets>>;
    /// Writes secrets that were encrypted under `data_key`, unless the tenant has another one by now.
    fn put_secrets(
        &self,
        caller: Caller,
        id: HookId,
        write: SecretWrite,
        data_key: Vec<u8>,
        secrets: Vec<SealedSecret>,
    ) -> Answer<SecretsPut>;
    fn delete_secrets(&self, caller: Caller, id: HookId, names: Vec<String>) -> Answer<Option<()>>;

    fn logs(&self, tenant: TenantId, filter: LogFilter) -> Answer<Vec<LogRow>>;
    fn log_count(&self, tenant: TenantId, filter: LogFilter) -> Answer<u64>;
    fn log(&self, tenant: TenantId, id: LogId) -> Answer<Option<LogRow>>;
    fn add_log(&self, tenant: TenantId, hook: Option<HookId>, event: Option<EventId>, entry: LogEntry)
    -> Answer<LogId>;

    fn lease(&self, most: u32, tenant_most: u32, lease: Duration) -> Answer<Vec<Claimed>>;
    fn sealed_hook(&self, number: HookNumber) -> Answer<Option<SealedHook>>;
    /// Marks the lease of a suspect as one under which it runs; whether the lease is held.
    fn begin(&self, lease: LeaseKey) -> Answer<bool>;
    fn complete(&self, completion: Completion) -> Answer<Recorded>;
    fn release(&self, leases: Vec<LeaseKey>) -> Answer<()>;
    /// Back to pending, due after `delay`; `reason` is what it waits for.
    fn postpone(&self, lease: LeaseKey, delay: Duration, reason: String) -> Answer<()>;
    /// Answers those that were kept.
    fn extend(&self, leases: Vec<LeaseKey>, lease: Duration) -> Answer<Vec<LeaseKey>>;
}
