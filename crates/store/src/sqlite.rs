//! SQLite: one thread writes, a few read, one file holds everything.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookbox_protocol::id::{HookNumber, LogId};
use hookbox_protocol::{DeliveryId, EventId, HookId, ModuleDigest, TenantId, Timestamp, Trigger, api};
use rusqlite::Connection;

use self::event::Standing;
use self::figures::Figures;
use self::memory::Memory;
use self::reader::Readers;
use self::writer::{Batch, Care, Writer};
use crate::engine::{
    Answer, Caller, Claimed, Engine, NewCredential, Purged, Rekey, SealedHook, SealedSecret, SealedSecrets,
    SecretWrite, SecretsPut, Signal,
};
use crate::id::Ids;
use crate::replay::Replayable;
use crate::token::Credential;
use crate::{
    AcceptEvent, AuditFilter, AuditRow, Backlog, Clock, Code, Completion, Error, EventFilter, Finding, Heartbeat,
    HookChange, HookRow, LeaseKey, LogEntry, LogFilter, LogRow, MasterKey, MasterKeys, NewHook, Recorded, ReplayFilter,
    Settings, SettingsChange, Stats, Swept, TenantChange, TokenId, TokenRow, Version, VersionRow,
};

mod accept;
mod audit;
pub(crate) mod backup;
mod delivery;
pub(crate) mod diagnosis;
mod event;
mod figures;
mod hook;
mod lease;
mod log;
mod memory;
mod node;
mod open;
mod operator;
mod reader;
mod replay;
mod retention;
mod rotation;
mod row;
mod secret;
mod statistics;
mod tenant;
mod version;
mod writer;

#[cfg(test)]
mod tests;

/// A SQLite database in a directory of its own, which this process has to itself.
pub(crate) struct Sqlite {
    database: PathBuf,
    clock: Clock,
    /// What holds for a tenant for which nothing else was set.
    quotas: api::Quotas,
    figures: Arc<Figures>,
    ids: Arc<Ids>,
    /// For lists and whatever else may take long.
    readers: Readers,
    /// For what every call and every run waits for.
    prompt: Readers,
    writer: Writer,
}

/// Threads for lists: the machine has other work, and two keep one long list from holding up the rest.
const READERS: usize = 2;

impl Sqlite {
    /// Opens the directory. The work is done on a thread where it may block.
    pub(crate) async fn open(folder: PathBuf, clock: Clock, quotas: api::Quotas) -> Result<Self, Error> {
        let opened = tokio::task::spawn_blocking(move || Self::open_blocking(&folder, clock, quotas)).await;
        opened.unwrap_or_else(|_| Err(Error::Unavailable("opening it panicked".into())))
    }

    fn open_blocking(folder: &std::path::Path, clock: Clock, quotas: api::Quotas) -> Result<Self, Error> {
        let lock = open::lock(folder)?;
        let mut db = open::writer(folder)?;
        version::remove_unused(&db)?;
        node::forget_all(&db)?;
        let interrupted = lease::end_all(&db, clock.now())?;
        if interrupted > 0 {
            tracing::warn!(deliveries = interrupted, "the previous process ended while deliveries ran; they run again");
        }
        let now = clock.now();
        lease::pull_forward(&mut db, now, now)?;
        let mut memory = Memory::load(&db, quotas)?;
        let figures = Arc::new(Figures::default());
        figures.reset(&mut memory);
        let ids = Arc::new(Ids::above(highest_id(&db)?, 0));
        let database = open::database(folder);
        let (readers, prompt) =
            (Readers::start(&database, "reader", READERS)?, Readers::start(&database, "prompt-reader", 1)?);
        let writer = Writer::start(db, memory, Arc::clone(&ids), clock.clone(), quotas, Arc::clone(&figures), lock)?;
        Ok(Self { database, clock, quotas, figures, ids, readers, prompt, writer })
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Answer<T> {
        self.readers.read(work)
    }

    /// Reads a row or two, behind no list.
    fn read_promptly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Answer<T> {
        self.prompt.read(work)
    }

    /// Lets all threads end; what it takes to wait for that.
    fn stop(&self) -> Vec<std::thread::JoinHandle<()>> {
        let readers = self.readers.stop().into_iter().chain(self.prompt.stop());
        readers.chain(self.writer.stop()).collect()
    }

    fn standing(&self, tenant: TenantId) -> Standing {
        Standing {
            now: self.clock.now(),
            in_flight: self.figures.tenant_backlog(tenant).leased,
            tenant_most: self.figures.tenant_most(),
            quotas: self.quotas,
        }
    }

    /// Bytes of the database and of its log of changes.
    fn bytes(&self) -> u64 {
        let length = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |file| file.len());
        length(&self.database) + length(&self.database.with_extension("db-wal"))
    }
}

impl Drop for Sqlite {
    /// Waits for the threads, so that the lock is free when the last handle is gone.
    fn drop(&mut self) {
        for thread in self.stop() {
            drop(thread.join());
        }
    }
}

/// Identifiers only grow, also across restarts on a machine whose clock went back.
fn highest_id(db: &Connection) -> Result<i64, Error> {
    let sql = "SELECT max(coalesce((SELECT max(id) FROM event), 0), coalesce((SELECT max(id) FROM credential), 0), \
               coalesce((SELECT max(id) FROM audit), 0), \
               coalesce((SELECT max((SELECT max(id) FROM log WHERE tenant = t.id)) FROM tenant t), 0))";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

impl Engine for Sqlite {
    fn close(&self) -> BoxFuture<'static, ()> {
        let threads = self.stop();
        async move {
            let joined =
                tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
            drop(joined.await);
        }
        .boxed()
    }

    fn healthy(&self) -> Result<(), Error> {
        self.figures.healthy()
    }

    fn stats(&self) -> Answer<Stats> {
        let stats = self.figures.stats(self.clock.now(), self.bytes());
        std::future::ready(Ok(stats)).boxed()
    }

    fn backlog(&self) -> Backlog {
        self.figures.backlog()
    }

    fn tenant_backlog(&self, tenant: TenantId) -> Backlog {
        self.figures.tenant_backlog(tenant)
    }

    fn signal(&self) -> &Signal {
        &self.figures.signal
    }

    fn bind_keys(&self, keys: MasterKeys) -> Answer<()> {
        self.writer.write(Care::Whole, move |batch| tenant::bind_keys(batch, &keys))
    }

    fn create_tenant(&self, name: String, key: MasterKey, credentials: Vec<NewCredential>) -> Answer<Vec<TokenId>> {
        self.writer.write(Care::Whole, move |batch| tenant::create(batch, &name, &key, &credentials))
    }

    fn tenants(&self) -> Answer<Vec<api::Tenant>> {
        let (figures, quotas) = (Arc::clone(&self.figures), self.quotas);
        self.read(move |db| {
            let shown = |row: tenant::TenantRow| {
                let backlog = figures.tenant_backlog(row.id);
                row.shown(backlog, quotas)
            };
            Ok(tenant::tenants(db)?.into_iter().map(shown).collect())
        })
    }

    fn find_tenant(&self, name: String) -> Answer<Option<api::Tenant>> {
        let (figures, quotas) = (Arc::clone(&self.figures), self.quotas);
        self.read(move |db| {
            Ok(tenant::find(db, &name)?.map(|row| {
                let backlog = figures.tenant_backlog(row.id);
                row.shown(backlog, quotas)
            }))
        })
    }

    fn change_tenant(&self, name: String, change: TenantChange) -> Answer<Option<api::Tenant>> {
        let (figures, quotas) = (Arc::clone(&self.figures), self.quotas);
        self.writer.write(Care::Catalogue, move |batch| {
            let row = operator::change(batch, &name, &change, quotas)?;
            Ok(row.map(|row| {
                let backlog = figures.tenant_backlog(row.id);
                row.shown(backlog, quotas)
            }))
        })
    }

    fn retire_tenant(&self, name: String) -> Answer<Option<TenantId>> {
        self.writer.write(Care::Catalogue, move |batch| operator::retire(batch, &name))
    }

    fn purge_tenant(&self, tenant: TenantId, most: u32) -> Answer<Purged> {
        self.writer.write(Care::Whole, move |batch| operator::purge(batch, tenant, most))
    }

    fn tenant_token(&self, name: String, new: NewCredential) -> Answer<Option<TokenId>> {
        self.writer.write(Care::Whole, move |batch| operator::token(batch, &name, &new))
    }

    fn begin_rotation(&self, keys: MasterKeys) -> Answer<Vec<TenantId>> {
        self.writer.write(Care::Whole, move |batch| rotation::begin(batch, &keys))
    }

    fn rekey(&self, tenant: TenantId, rekey: Rekey) -> Answer<Option<u64>> {
        self.writer.write(Care::Whole, move |batch| rotation::rekey(batch, tenant, &rekey))
    }

    fn end_rotation(&self, keys: MasterKeys) -> Answer<()> {
        self.writer.write(Care::Whole, move |batch| rotation::end(batch, &keys))
    }

    fn sweep(&self, most: u32) -> Answer<Swept> {
        let quotas = self.quotas;
        self.writer.write(Care::Whole, move |batch| retention::sweep(batch, quotas, most))
    }

    fn nodes(&self) -> Answer<Vec<api::Node>> {
        let now = self.clock.now();
        self.read(move |db| node::nodes(db, now))
    }

    fn heartbeat(&self, node: Heartbeat) -> Answer<()> {
        self.writer.write(Care::Whole, move |batch| node::heartbeat(batch, &node))
    }

    fn operator_stats(&self) -> Answer<api::OperatorStats> {
        let now = self.clock.now();
        let stats = self.figures.stats(now, self.bytes());
        let known = statistics::Known {
            backlog: stats.backlog,
            backlogs: self.figures.backlogs(),
            dead: stats.dead,
            oldest_due_ms: stats.oldest_due_ms,
            bytes: stats.bytes,
        };
        self.read(move |db| statistics::of_operator(db, &known, now))
    }

    fn statistics(&self, tenant: TenantId, since: Timestamp, until: Timestamp, buckets: u32) -> Answer<api::Stats> {
        let (backlog, now) = (self.figures.tenant_backlog(tenant), self.clock.now());
        let stretch = statistics::Stretch { since, until, buckets };
        self.read(move |db| statistics::of_tenant(db, tenant, &stretch, backlog, now))
    }

    fn diagnose(&self) -> Answer<Vec<Finding>> {
        let (database, now) = (self.database.clone(), self.clock.now());
        self.read(move |db| diagnosis::diagnose(db, &database, now))
    }

    fn several_hooks(&self, tenant: TenantId) -> Answer<bool> {
        self.read(move |db| tenant::several_hooks(db, tenant))
    }

    fn set_several_hooks(&self, caller: Caller, on: bool) -> Answer<()> {
        self.writer.write(Care::Whole, move |batch| tenant::set_several_hooks(batch, caller, on))
    }

    fn replay(&self, caller: Caller, id: DeliveryId) -> Answer<()> {
        self.writer.write(Care::Whole, move |batch| replay::one(batch, caller, id))
    }

    fn replayable(&self, tenant: TenantId, filter: ReplayFilter) -> Answer<Replayable> {
        self.read(move |db| replay::replayable(db, tenant, &filter))
    }

    fn replay_many(&self, caller: Caller, ids: Vec<DeliveryId>, filter: serde_json::Value) -> Answer<u64> {
        self.writer.write(Care::Whole, move |batch| replay::many(batch, caller, &ids, &filter))
    }

    fn enabled(&self, tenant: TenantId, trigger: Trigger) -> Answer<Vec<HookNumber>> {
        self.read(move |db| memory::in_order(db, tenant, trigger))
    }

    fn audit(&self, tenant: Option<TenantId>, filter: AuditFilter) -> Answer<Vec<AuditRow>> {
        self.read(move |db| audit::audit(db, tenant, &filter))
    }

    fn token_used(&self, id: TokenId, at: Timestamp) -> Answer<()> {
        self.writer.write(Care::Whole, move |batch| tenant::token_used(batch, id, at))
    }

    fn credential(&self, id: TokenId) -> Answer<Option<Credential>> {
        let quotas = self.quotas;
        self.read_promptly(move |db| tenant::credential(db, id, quotas))
    }

    fn create_token(&self, caller: Caller, new: NewCredential) -> Answer<TokenId> {
        self.writer.write(Care::Whole, move |batch| tenant::create_token(batch, caller, &new))
    }

    fn tokens(&self, tenant: TenantId) -> Answer<Vec<TokenRow>> {
        self.read(move |db| tenant::tokens(db, tenant))
    }

    fn revoke_token(&self, caller: Caller, id: TokenId) -> Answer<bool> {
        self.writer.write(Care::Catalogue, move |batch| tenant::revoke_token(batch, caller, id))
    }

    fn event_id(&self) -> Result<EventId, Error> {
        Ok(EventId(self.ids.next(self.clock.now())))
    }

    fn accept(&self, tenant: TenantId, event: AcceptEvent) -> Answer<api::EventAccepted> {
        // Hashed here and not on the writing thread, which every event goes through.
        let fingerprint = event.idempotency_key.is_some().then(|| event.fingerprint());
        self.writer.write(Care::Hot, move |batch| accept::accept(batch, tenant, &event, fingerprint.as_ref()))
    }

    fn event(&self, tenant: TenantId, id: EventId) -> Answer<Option<api::Event>> {
        let standing = self.standing(tenant);
        self.read(move |db| event::event(db, tenant, id, standing))
    }

    fn events(&self, tenant: TenantId, filter: EventFilter) -> Answer<api::Events> {
        let standing = self.standing(tenant);
        self.read(move |db| event::events(db, tenant, &filter, standing))
    }

    fn create_hook(&self, caller: Caller, new: NewHook) -> Answer<HookRow> {
        let quotas = self.quotas;
        self.writer.write(Care::Catalogue, move |batch| hook::create(batch, caller, &new, quotas))
    }

    fn hook(&self, tenant: TenantId, id: HookId) -> Answer<Option<HookRow>> {
        self.read(move |db| hook::hook(db, tenant, &id))
    }

    fn hooks(&self, tenant: TenantId) -> Answer<Vec<HookRow>> {
        self.read(move |db| hook::hooks(db, tenant))
    }

    fn hook_overview(&self, tenant: TenantId) -> Answer<Vec<api::Hook>> {
        self.read(move |db| hook::overview(db, tenant))
    }

    fn update_hook(&self, caller: Caller, id: HookId, change: HookChange) -> Answer<Option<HookRow>> {
        self.writer.write(Care::Catalogue, move |batch| hook::update(batch, caller, &id, &change))
    }

    fn delete_hook(&self, caller: Caller, id: HookId) -> Answer<bool> {
        self.writer.write(Care::Catalogue, move |batch| hook::delete(batch, caller, &id))
    }

    fn bury_retries(&self, tenant: TenantId, id: HookId, most: u64) -> Answer<u64> {
        self.writer.write(Care::Whole, move |batch| delivery::bury_retries(batch, tenant, &id, most))
    }

    fn add_version(&self, caller: Caller, id: HookId, code: Code) -> Answer<Option<u32>> {
        self.writer.write(Care::Catalogue, move |batch| version::add(batch, caller, &id, &code))
    }

    fn save_version(&self, caller: Caller, id: HookId, code: Code) -> Answer<Option<u32>> {
        self.writer.write(Care::Whole, move |batch| version::save(batch, caller, &id, &code))
    }

    fn versions(&self, tenant: TenantId, id: HookId) -> Answer<Option<Vec<VersionRow>>> {
        self.read(move |db| version::versions(db, tenant, &id))
    }

    fn version(&self, tenant: TenantId, id: HookId, number: u32) -> Answer<Option<Version>> {
        self.read(move |db| version::version(db, tenant, &id, number))
    }

    fn activate_version(&self, caller: Caller, id: HookId, number: u32) -> Answer<bool> {
        self.writer.write(Care::Catalogue, move |batch| version::activate(batch, caller, &id, number))
    }

    fn put_module(&self, caller: Caller, digest: ModuleDigest, wasm: Bytes) -> Answer<()> {
        self.writer.write(Care::Whole, move |batch| version::put_module(batch, caller, digest, &wasm))
    }

    fn module(&self, digest: ModuleDigest) -> Answer<Option<Bytes>> {
        self.read_promptly(move |db| version::module(db, digest))
    }

    fn settings(&self, tenant: TenantId, id: HookId) -> Answer<Option<Settings>> {
        self.read(move |db| hook::settings(db, tenant, &id))
    }

    fn change_settings(&self, caller: Caller, id: HookId, change: SettingsChange) -> Answer<Option<Settings>> {
        self.writer.write(Care::Catalogue, move |batch| hook::change_settings(batch, caller, &id, change))
    }

    fn secrets(&self, tenant: TenantId, id: HookId) -> Answer<Option<SealedSecrets>> {
        self.read(move |db| secret::secrets(db, tenant, &id))
    }

    fn put_secrets(
        &self,
        caller: Caller,
        id: HookId,
        write: SecretWrite,
        data_key: Vec<u8>,
        secrets: Vec<SealedSecret>,
    ) -> Answer<SecretsPut> {
        let put = move |batch: &mut Batch<'_>| secret::put(batch, caller, &id, write, &data_key, &secrets);
        self.writer.write(Care::Catalogue, put)
    }

    fn delete_secrets(&self, caller: Caller, id: HookId, names: Vec<String>) -> Answer<Option<()>> {
        self.writer.write(Care::Catalogue, move |batch| secret::delete(batch, caller, &id, &names))
    }

    fn logs(&self, tenant: TenantId, filter: LogFilter) -> Answer<Vec<LogRow>> {
        self.read(move |db| log::logs(db, tenant, &filter))
    }

    fn log_count(&self, tenant: TenantId, filter: LogFilter) -> Answer<u64> {
        self.read(move |db| log::count(db, tenant, &filter))
    }

    fn log(&self, tenant: TenantId, id: LogId) -> Answer<Option<LogRow>> {
        self.read(move |db| log::log(db, tenant, id))
    }

    fn add_log(
        &self,
        tenant: TenantId,
        hook: Option<HookId>,
        event: Option<EventId>,
        entry: LogEntry,
    ) -> Answer<LogId> {
        self.writer.write(Care::Whole, move |batch| log::add(batch, tenant, hook.as_ref(), event, &entry))
    }

    fn lease(&self, most: u32, tenant_most: u32, lease: Duration) -> Answer<Vec<Claimed>> {
        self.writer.write(Care::Hot, move |batch| lease::lease(batch, most, tenant_most, lease))
    }

    fn begin(&self, lease: LeaseKey) -> Answer<bool> {
        self.writer.write(Care::Hot, move |batch| lease::begin(batch, lease))
    }

    fn sealed_hook(&self, number: HookNumber) -> Answer<Option<SealedHook>> {
        self.read_promptly(move |db| hook::sealed(db, number))
    }

    fn complete(&self, completion: Completion) -> Answer<Recorded> {
        self.writer.write(Care::Hot, move |batch| delivery::complete(batch, &completion))
    }

    fn release(&self, leases: Vec<LeaseKey>) -> Answer<()> {
        self.writer.write(Care::Hot, move |batch| lease::release(batch, &leases))
    }

    fn postpone(&self, lease: LeaseKey, delay: Duration, reason: String) -> Answer<()> {
        self.writer.write(Care::Hot, move |batch| lease::postpone(batch, lease, delay, &reason))
    }

    fn extend(&self, leases: Vec<LeaseKey>, duration: Duration) -> Answer<Vec<LeaseKey>> {
        self.writer.write(Care::Hot, move |batch| lease::extend(batch, &leases, duration))
    }
}
