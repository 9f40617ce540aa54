//! PostgreSQL: any number of nodes on one database.
//!
//! Events and completions share statements, a statement is a transaction of its own, and none is open while a hook runs.
//! Several nodes claim at the same time and pass over what another one is just taking. What a node remembers of the queue
//! is corrected by a count of the rows; what it remembers of the catalogue is void as soon as the catalogue's revision
//! grows. When the server is gone, everything is refused until it is back, and goes on by itself then.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookbox_protocol::api::EventAccepted;
use hookbox_protocol::id::{HookNumber, LogId};
use hookbox_protocol::{DeliveryId, EventId, HookId, ModuleDigest, TenantId, Timestamp, Trigger, api};
use tokio_postgres::IsolationLevel;

use self::accept::Incoming;
use self::batch::Care;
use self::group::Group;
use self::shared::Shared;
use crate::engine::{
    Answer, Caller, Claimed, Engine, NewCredential, Purged, Rekey, SealedHook, SealedSecret, SealedSecrets,
    SecretWrite, SecretsPut, Signal,
};
use crate::replay::Replayable;
use crate::token::Credential;
use crate::{
    AcceptEvent, AuditFilter, AuditRow, Backlog, Code, Completion, Error, EventFilter, Finding, Heartbeat, HookChange,
    HookRow, LeaseKey, LogEntry, LogFilter, LogRow, MasterKey, MasterKeys, NewHook, Recorded, ReplayFilter, Settings,
    SettingsChange, Stats, Swept, TenantChange, TokenId, TokenRow, Version, VersionRow,
};

#[macro_use]
mod shape;

mod accept;
mod address;
mod aside;
mod audit;
mod batch;
mod count;
mod delivery;
mod diagnosis;
mod event;
mod expiry;
mod fault;
mod group;
mod held;
mod hook;
mod keeper;
mod lease;
mod leaving;
mod log;
mod memory;
mod migrate;
mod node;
mod open;
mod operator;
mod pooler;
mod replay;
mod retention;
mod row;
mod seat;
mod secret;
mod shared;
mod statistics;
mod tenant;
mod version;
mod writing;

#[cfg(test)]
mod tests;

/// A database that other nodes may use as well.
pub(crate) struct Postgres {
    shared: Arc<Shared>,
    accepts: Group<Incoming, EventAccepted>,
    completions: Group<Completion, Recorded>,
}

impl Engine for Postgres {
    fn close(&self) -> BoxFuture<'static, ()> {
        let shared = Arc::clone(&self.shared);
        self.accepts.stop();
        self.completions.stop();
        async move {
            open::end(Arc::clone(&shared)).await;
            drop(delivery::flush_recent(&shared).await);
            shared.tasks.close();
            shared.tasks.wait().await;
            shared.set_trouble(Some(Error::closed()));
            shared.close_pools();
        }
        .boxed()
    }

    fn healthy(&self) -> Result<(), Error> {
        self.shared.healthy()
    }

    fn stats(&self) -> Answer<Stats> {
        let memory = self.shared.memory();
        let now = self.shared.clock.now();
        let oldest = memory.fair.first_due().map_or(0, |due| now.0 - due.0);
        let bytes = self.shared.bytes.load(std::sync::atomic::Ordering::Relaxed);
        let stats = Stats {
            backlog: memory.total(),
            dead: memory.dead,
            succeeded: memory.succeeded,
            oldest_due_ms: u64::try_from(oldest).unwrap_or(0),
            group_commits: self.shared.commits(),
            bytes: u64::try_from(bytes).unwrap_or(0),
        };
        std::future::ready(Ok(stats)).boxed()
    }

    fn backlog(&self) -> Backlog {
        self.shared.memory().total()
    }

    fn tenant_backlog(&self, tenant: TenantId) -> Backlog {
        self.shared.memory().backlog(tenant)
    }

    fn signal(&self) -> &Signal {
        &self.shared.signal
    }

    fn bind_keys(&self, keys: MasterKeys) -> Answer<()> {
        change!(self, Care::Whole, None, |batch| tenant::bind_keys(batch, &keys))
    }

    fn begin_rotation(&self, keys: MasterKeys) -> Answer<Vec<TenantId>> {
        change!(self, Care::Whole, None, |batch| tenant::begin_rotation(batch, &keys))
    }

    fn rekey(&self, tenant: TenantId, rekey: Rekey) -> Answer<Option<u64>> {
        change!(self, Care::Catalogue, Some(tenant), |batch| secret::rekey(batch, tenant, &rekey))
    }

    fn end_rotation(&self, keys: MasterKeys) -> Answer<()> {
        change!(self, Care::Whole, None, |batch| tenant::end_rotation(batch, &keys))
    }

    fn create_tenant(&self, name: String, key: MasterKey, credentials: Vec<NewCredential>) -> Answer<Vec<TokenId>> {
        change!(self, Care::Whole, None, |batch| tenant::create(batch, &name, &key, &credentials))
    }

    fn tenants(&self) -> Answer<Vec<api::Tenant>> {
        read!(self, |db, shared| async {
            let shown = |row: tenant::TenantRow| {
                let backlog = shared.memory().backlog(row.id);
                row.shown(backlog, shared.quotas)
            };
            Ok(tenant::tenants(&db).await?.into_iter().map(shown).collect())
        })
    }

    fn find_tenant(&self, name: String) -> Answer<Option<api::Tenant>> {
        read!(self, |db, shared| async {
            let found = tenant::find(&db, &name).await?;
            Ok(found.map(|row| {
                let backlog = shared.memory().backlog(row.id);
                row.shown(backlog, shared.quotas)
            }))
        })
    }

    fn change_tenant(&self, name: String, change: TenantChange) -> Answer<Option<api::Tenant>> {
        let (shared, quotas) = (Arc::clone(&self.shared), self.shared.quotas);
        let changed = change!(self, Care::Catalogue, None, |batch| operator::change(batch, &name, &change, quotas));
        async move {
            let Some(row) = changed.await? else { return Ok(None) };
            shared.publish();
            let backlog = shared.memory().backlog(row.id);
            Ok(Some(row.shown(backlog, quotas)))
        }
        .boxed()
    }

    fn retire_tenant(&self, name: String) -> Answer<Option<TenantId>> {
        change!(self, Care::Catalogue, None, |batch| operator::retire(batch, &name))
    }

    fn purge_tenant(&self, tenant: TenantId, most: u32) -> Answer<Purged> {
        change!(self, Care::Whole, None, |batch| operator::purge(batch, tenant, most))
    }

    fn tenant_token(&self, name: String, new: NewCredential) -> Answer<Option<TokenId>> {
        change!(self, Care::Whole, None, |batch| operator::token(batch, &name, &new))
    }

    fn audit(&self, tenant: Option<TenantId>, filter: AuditFilter) -> Answer<Vec<AuditRow>> {
        read!(self, |db, shared| audit::audit(&db, tenant, &filter))
    }

    fn token_used(&self, id: TokenId, at: Timestamp) -> Answer<()> {
        let shared = Arc::clone(&self.shared);
        shared.uses().insert(id, at);
        self.go_on(async move {
            let written = async { tenant::token_used(&shared.prompt().await?, id, at).await }.await;
            shared.uses().remove(&id);
            written
        })
    }

    fn sweep(&self, most: u32) -> Answer<Swept> {
        let shared = Arc::clone(&self.shared);
        self.go_on(async move {
            let mut standing = shared.sweep.lock().await;
            let before = standing.clone();
            let (swept, after) = batch::change(&shared, Care::Whole, None, async |batch| {
                retention::sweep(batch, before.clone(), most).await
            })
            .await?;
            *standing = after;
            Ok(swept)
        })
    }

    fn nodes(&self) -> Answer<Vec<api::Node>> {
        read!(self, |db, shared| node::nodes(&db, shared.offset()))
    }

    fn heartbeat(&self, node: Heartbeat) -> Answer<()> {
        let shared = Arc::clone(&self.shared);
        self.go_on(async move { node::heartbeat(&shared.prompt().await?, &node, shared.offset()).await })
    }

    fn operator_stats(&self) -> Answer<api::OperatorStats> {
        read!(self, |db, shared| statistics::of_operator(&shared, &db))
    }

    fn statistics(&self, tenant: TenantId, since: Timestamp, until: Timestamp, buckets: u32) -> Answer<api::Stats> {
        let stretch = statistics::Stretch { since, until, buckets };
        read!(self, |db, shared| statistics::of_tenant(&shared, &db, tenant, &stretch))
    }

    fn diagnose(&self) -> Answer<Vec<Finding>> {
        read!(self, |db, shared| diagnosis::diagnose(&shared, &db))
    }

    fn several_hooks(&self, tenant: TenantId) -> Answer<bool> {
        read!(self, |db, shared| tenant::several_hooks(&db, tenant))
    }

    fn set_several_hooks(&self, caller: Caller, on: bool) -> Answer<()> {
        change!(self, Care::Whole, Some(caller.tenant), |batch| tenant::set_several_hooks(batch, caller, on))
    }

    fn replay(&self, caller: Caller, id: DeliveryId) -> Answer<()> {
        self.published(change!(self, Care::Whole, None, |batch| replay::one(batch, caller, id)))
    }

    fn replayable(&self, tenant: TenantId, filter: ReplayFilter) -> Answer<Replayable> {
        read!(self, |db, shared| replay::replayable(&db, tenant, &filter))
    }

    fn replay_many(&self, caller: Caller, ids: Vec<DeliveryId>, filter: serde_json::Value) -> Answer<u64> {
        self.published(change!(self, Care::Whole, None, |batch| replay::many(batch, caller, &ids, &filter)))
    }

    fn enabled(&self, tenant: TenantId, trigger: Trigger) -> Answer<Vec<HookNumber>> {
        read!(self, |db, shared| hook::enabled(&db, tenant, trigger))
    }

    fn credential(&self, id: TokenId) -> Answer<Option<Credential>> {
        read!(self, prompt, |db, shared| tenant::credential(&db, id, shared.quotas))
    }

    fn create_token(&self, caller: Caller, new: NewCredential) -> Answer<TokenId> {
        change!(self, Care::Whole, None, |batch| tenant::create_token(batch, caller, &new))
    }

    fn tokens(&self, tenant: TenantId) -> Answer<Vec<TokenRow>> {
        read!(self, |db, shared| async {
            let mut rows = tenant::tokens(&db, tenant).await?;
            let uses = shared.uses();
            for row in &mut rows {
                row.last_used_at = uses.get(&row.id).copied().or(row.last_used_at);
            }
            Ok(rows)
        })
    }

    fn revoke_token(&self, caller: Caller, id: TokenId) -> Answer<bool> {
        change!(self, Care::Catalogue, None, |batch| tenant::revoke_token(batch, caller, id))
    }

    fn event_id(&self) -> Result<EventId, Error> {
        self.shared.id().map(EventId)
    }

    fn accept(&self, tenant: TenantId, event: AcceptEvent) -> Answer<EventAccepted> {
        let zero = [event.idempotency_key.as_deref().unwrap_or(""), &event.user, &event.context];
        if zero.iter().any(|text| text.contains('\0')) {
            let message = "the event or its idempotency key contains the character zero";
            return std::future::ready(Err(Error::Invalid(message.to_owned()))).boxed();
        }
        let fingerprint = event.idempotency_key.is_some().then(|| event.fingerprint());
        self.accepts.write(Incoming { tenant, event, fingerprint })
    }

    fn event(&self, tenant: TenantId, id: EventId) -> Answer<Option<api::Event>> {
        let standing = self.standing(tenant);
        read!(self, |db, shared| async {
            let mut db = db;
            let snapshot =
                db.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await?;
            event::event(&snapshot, tenant, id, standing).await
        })
    }

    fn events(&self, tenant: TenantId, filter: EventFilter) -> Answer<api::Events> {
        let standing = self.standing(tenant);
        read!(self, |db, shared| async {
            let mut db = db;
            let snapshot =
                db.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await?;
            event::events(&snapshot, tenant, &filter, standing).await
        })
    }

    fn create_hook(&self, caller: Caller, new: NewHook) -> Answer<HookRow> {
        change!(self, Care::Catalogue, Some(caller.tenant), |batch| hook::create(batch, caller, &new))
    }

    fn hook(&self, tenant: TenantId, id: HookId) -> Answer<Option<HookRow>> {
        read!(self, |db, shared| hook::hook(&db, tenant, &id))
    }

    fn hooks(&self, tenant: TenantId) -> Answer<Vec<HookRow>> {
        read!(self, |db, shared| hook::hooks(&db, tenant))
    }

    fn hook_overview(&self, tenant: TenantId) -> Answer<Vec<api::Hook>> {
        read!(self, |db, shared| async {
            delivery::flush_recent(&shared).await?;
            hook::overview(&db, tenant).await
        })
    }

    fn update_hook(&self, caller: Caller, id: HookId, change: HookChange) -> Answer<Option<HookRow>> {
        let tenant = Some(caller.tenant);
        self.published(change!(self, Care::Catalogue, tenant, |batch| hook::update(batch, caller, &id, &change)))
    }

    fn delete_hook(&self, caller: Caller, id: HookId) -> Answer<bool> {
        self.published(change!(self, Care::Catalogue, Some(caller.tenant), |batch| hook::delete(batch, caller, &id)))
    }

    fn bury_retries(&self, tenant: TenantId, id: HookId, most: u64) -> Answer<u64> {
        self.published(change!(self, Care::Whole, None, |batch| hook::bury_retries(batch, tenant, &id, most)))
    }

    fn add_version(&self, caller: Caller, id: HookId, code: Code) -> Answer<Option<u32>> {
        change!(self, Care::Catalogue, Some(caller.tenant), |batch| version::add(batch, caller, &id, &code))
    }

    fn save_version(&self, caller: Caller, id: HookId, code: Code) -> Answer<Option<u32>> {
        change!(self, Care::Whole, Some(caller.tenant), |batch| version::save(batch, caller, &id, &code))
    }

    fn versions(&self, tenant: TenantId, id: HookId) -> Answer<Option<Vec<VersionRow>>> {
        read!(self, |db, shared| version::versions(&db, tenant, &id))
    }

    fn version(&self, tenant: TenantId, id: HookId, number: u32) -> Answer<Option<Version>> {
        read!(self, |db, shared| version::version(&db, tenant, &id, number))
    }

    fn activate_version(&self, caller: Caller, id: HookId, number: u32) -> Answer<bool> {
        change!(self, Care::Catalogue, Some(caller.tenant), |batch| version::activate(batch, caller, &id, number))
    }

    fn put_module(&self, caller: Caller, digest: ModuleDigest, wasm: Bytes) -> Answer<()> {
        change!(self, Care::Whole, None, |batch| version::put_module(batch, caller, digest, &wasm))
    }

    fn module(&self, digest: ModuleDigest) -> Answer<Option<Bytes>> {
        read!(self, prompt, |db, shared| version::module(&db, digest))
    }

    fn settings(&self, tenant: TenantId, id: HookId) -> Answer<Option<Settings>> {
        read!(self, |db, shared| hook::settings(&db, tenant, &id))
    }

    fn change_settings(&self, caller: Caller, id: HookId, change: SettingsChange) -> Answer<Option<Settings>> {
        let tenant = Some(caller.tenant);
        change!(self, Care::Catalogue, tenant, |batch| hook::change_settings(batch, caller, &id, change.clone()))
    }

    fn secrets(&self, tenant: TenantId, id: HookId) -> Answer<Option<SealedSecrets>> {
        read!(self, |db, shared| secret::secrets(&db, tenant, &id))
    }

    fn put_secrets(
        &self,
        caller: Caller,
        id: HookId,
        write: SecretWrite,
        data_key: Vec<u8>,
        secrets: Vec<SealedSecret>,
    ) -> Answer<SecretsPut> {
        let tenant = Some(caller.tenant);
        change!(self, Care::Catalogue, tenant, |batch| secret::put(batch, caller, &id, write, &data_key, &secrets))
    }

    fn delete_secrets(&self, caller: Caller, id: HookId, names: Vec<String>) -> Answer<Option<()>> {
        let names: Vec<String> = names.into_iter().filter(|name| !name.contains('\0')).collect();
        change!(self, Care::Catalogue, Some(caller.tenant), |batch| secret::delete(batch, caller, &id, &names))
    }

    fn logs(&self, tenant: TenantId, filter: LogFilter) -> Answer<Vec<LogRow>> {
        read!(self, |db, shared| log::logs(&shared, &db, tenant, &filter))
    }

    fn log_count(&self, tenant: TenantId, filter: LogFilter) -> Answer<u64> {
        read!(self, |db, shared| log::count(&db, tenant, &filter))
    }

    fn log(&self, tenant: TenantId, id: LogId) -> Answer<Option<LogRow>> {
        read!(self, |db, shared| log::log(&db, tenant, id))
    }

    fn add_log(
        &self,
        tenant: TenantId,
        hook: Option<HookId>,
        event: Option<EventId>,
        entry: LogEntry,
    ) -> Answer<LogId> {
        let shared = Arc::clone(&self.shared);
        self.go_on(async move {
            let writing = shared.writing.begin(&shared, HashSet::from([tenant]))?;
            let added = batch::change(&shared, Care::Whole, None, async |batch| {
                log::add(batch, tenant, hook.as_ref(), event, &entry).await
            })
            .await;
            writing.ended_as(&added);
            added
        })
    }

    fn lease(&self, most: u32, tenant_most: u32, lease: Duration) -> Answer<Vec<Claimed>> {
        let shared = Arc::clone(&self.shared);
        let ask = lease::Ask { most, tenant_most, lease };
        self.go_on(async move { lease::lease(&shared, ask).await })
    }

    fn begin(&self, lease: LeaseKey) -> Answer<bool> {
        let shared = Arc::clone(&self.shared);
        self.go_on(async move { lease::begin(&shared, lease).await })
    }

    fn sealed_hook(&self, number: HookNumber) -> Answer<Option<SealedHook>> {
        read!(self, prompt, |db, shared| hook::sealed(&db, number))
    }

    fn complete(&self, completion: Completion) -> Answer<Recorded> {
        self.completions.write(completion)
    }

    fn release(&self, leases: Vec<LeaseKey>) -> Answer<()> {
        let shared = Arc::clone(&self.shared);
        self.go_on(async move { lease::give_back(&shared, &leases, Duration::ZERO, None).await })
    }

    fn postpone(&self, lease: LeaseKey, delay: Duration, reason: String) -> Answer<()> {
        let shared = Arc::clone(&self.shared);
        self.go_on(async move {
            let reason = Some(row::text(&reason)).filter(|reason| !reason.is_empty());
            lease::give_back(&shared, &[lease], delay, reason.as_deref()).await
        })
    }

    fn extend(&self, leases: Vec<LeaseKey>, duration: Duration) -> Answer<Vec<LeaseKey>> {
        let shared = Arc::clone(&self.shared);
        self.go_on(async move { lease::extend(&shared, &leases, duration).await })
    }
}
