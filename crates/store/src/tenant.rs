//! The store as one tenant sees it. There is no way from here to another tenant's rows.

use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::id::LogId;
use hookbox_protocol::{EventId, HookId, ModuleDigest, Timestamp, Trigger, api, name};
use sha2::{Digest as _, Sha256};

use crate::engine::{Caller, NewCredential, SealedSecret, SealedSecrets, SecretWrite, SecretsPut};
use crate::store::Shared;
use crate::token::{Kind, Secret};
use crate::{
    AcceptEvent, Backlog, Code, Error, EventFilter, HookChange, HookRow, Identity, LiveHook, LogEntry, LogFilter,
    LogRow, NewHook, NewToken, SecretValue, Settings, SettingsChange, TokenCreated, TokenId, TokenRow, Version,
    VersionRow,
};

/// Deliveries of a deleted hook that are buried in one transaction, so that the writes of others go in between.
const BURIED_MAX: u64 = if cfg!(test) { 2 } else { 1_000 };

/// The most stretches of time that figures are given for.
const BUCKETS_MAX: u32 = 200;

/// The rows of one tenant. What belongs to another tenant is not found here, whatever id is asked for.
#[derive(Clone)]
pub struct TenantStore {
    shared: Arc<Shared>,
    caller: Caller,
}

impl TenantStore {
    pub(crate) fn new(shared: Arc<Shared>, identity: &Identity) -> Self {
        Self { shared, caller: Caller { tenant: identity.tenant, token: identity.token_id } }
    }

    /// Deliveries of this tenant that have not ended. Reads no database.
    pub fn backlog(&self) -> Backlog {
        self.shared.engine.tenant_backlog(self.caller.tenant)
    }

    /// Accepts an event: writes it with a delivery for each enabled hook of its trigger, and answers when all of it is
    /// on disk. The write goes on when the caller goes away.
    ///
    /// # Errors
    /// [`Error::IdempotencyConflict`] when the key came before with another event; [`Error::Unavailable`] when it is
    /// not known to be on disk.
    pub async fn accept(&self, event: AcceptEvent) -> Result<api::EventAccepted, Error> {
        event.check()?;
        self.shared.engine.accept(self.caller.tenant, event).await
    }

    /// An event with its deliveries and their attempts.
    pub async fn event(&self, id: EventId) -> Result<Option<api::Event>, Error> {
        self.shared.engine.event(self.caller.tenant, id).await
    }

    /// Events, newest first.
    pub async fn events(&self, filter: EventFilter) -> Result<api::Events, Error> {
        filter.take()?;
        self.shared.engine.events(self.caller.tenant, filter).await
    }

    /// Makes a hook with its first version.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the name is taken, [`Error::LimitReached`] at the limit `hooks`, [`Error::NotFound`]
    /// when the code is a module that this tenant has not put into the store.
    pub async fn create_hook(&self, hook: NewHook) -> Result<HookRow, Error> {
        hook.check()?;
        self.shared.engine.create_hook(self.caller, hook).await
    }

    /// A hook.
    pub async fn hook(&self, id: &HookId) -> Result<Option<HookRow>, Error> {
        self.shared.engine.hook(self.caller.tenant, id.clone()).await
    }

    /// All hooks, oldest first.
    pub async fn hooks(&self) -> Result<Vec<HookRow>, Error> {
        self.shared.engine.hooks(self.caller.tenant).await
    }

    /// All hooks with the outcomes of their last attempts, oldest first.
    pub async fn hook_overview(&self) -> Result<Vec<api::Hook>, Error> {
        self.shared.engine.hook_overview(self.caller.tenant).await
    }

    /// Changes a hook; all of the change or nothing of it.
    ///
    /// # Errors
    /// As [`TenantStore::create_hook`].
    pub async fn update_hook(&self, id: &HookId, change: HookChange) -> Result<Option<HookRow>, Error> {
        change.check()?;
        self.shared.engine.update_hook(self.caller, id.clone(), change).await
    }

    /// Deletes a hook with its versions, secrets and settings; whether there was one. Its past deliveries stay listed;
    /// those that wait are buried, in steps. Where these break off, the rest is buried when it is due.
    pub async fn delete_hook(&self, id: &HookId) -> Result<bool, Error> {
        let engine = &self.shared.engine;
        let deleted = engine.delete_hook(self.caller, id.clone()).await?;
        if deleted {
            while matches!(engine.bury_retries(self.caller.tenant, id.clone(), BURIED_MAX).await, Ok(BURIED_MAX)) {}
        }
        Ok(deleted)
    }

    /// Makes code the live version, and answers the live version's number. The code that is live already changes
    /// nothing. Beyond the limit `versions` the oldest version goes.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the code is a module that this tenant has not put into the store.
    pub async fn add_version(&self, id: &HookId, code: Code) -> Result<Option<u32>, Error> {
        self.shared.engine.add_version(self.caller, id.clone(), code).await
    }

    /// Keeps code as a version and leaves the live one as it is; answers the version's number. The code of the live or
    /// of the newest version makes no other. Beyond the limit `versions` the oldest goes that is not live.
    ///
    /// # Errors
    /// As [`TenantStore::add_version`].
    pub async fn save_version(&self, id: &HookId, code: Code) -> Result<Option<u32>, Error> {
        self.shared.engine.save_version(self.caller, id.clone(), code).await
    }

    /// The versions of a hook, newest first.
    pub async fn versions(&self, id: &HookId) -> Result<Option<Vec<VersionRow>>, Error> {
        self.shared.engine.versions(self.caller.tenant, id.clone()).await
    }

    /// A version with its code.
    pub async fn version(&self, id: &HookId, number: u32) -> Result<Option<Version>, Error> {
        self.shared.engine.version(self.caller.tenant, id.clone(), number).await
    }

    /// Makes an existing version the live one; whether there is such a version.
    pub async fn activate_version(&self, id: &HookId, number: u32) -> Result<bool, Error> {
        self.shared.engine.activate_version(self.caller, id.clone(), number).await
    }

    /// Puts a module into the store, for a version of this tenant. One that no version has come to use is removed when
    /// the store is opened the next time.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the bytes have another digest.
    pub async fn put_module(&self, digest: ModuleDigest, wasm: Bytes) -> Result<(), Error> {
        let actual = ModuleDigest(Sha256::digest(&wasm).into());
        if actual != digest {
            return Err(Error::Invalid(format!("the module's digest is {actual}, not {digest}")));
        }
        self.shared.engine.put_module(self.caller, digest, wasm).await
    }

    /// The names of a hook's secrets, sorted.
    pub async fn secret_names(&self, id: &HookId) -> Result<Option<Vec<String>>, Error> {
        let sealed = self.shared.engine.secrets(self.caller.tenant, id.clone()).await?;
        Ok(sealed.map(|sealed| sealed.secrets.into_iter().map(|(name, _)| name).collect()))
    }

    /// Adds secrets to a hook, all of them or none; `None` when there is no such hook.
    ///
    /// # Errors
    /// [`Error::Conflict`] when one exists, [`Error::LimitReached`] at the limit `secrets`, [`Error::Invalid`] for a
    /// name or value that cannot be taken.
    pub async fn add_secrets(&self, id: &HookId, secrets: Vec<(String, SecretValue)>) -> Result<Option<()>, Error> {
        let most = self.shared.secret_limits.count_max;
        self.put_secrets(id, SecretWrite::Add { most }, secrets).await
    }

    /// Gives secrets of a hook new values, all of them or none; `None` when there is no such hook.
    ///
    /// # Errors
    /// [`Error::NotFound`] when one does not exist, [`Error::Invalid`] for a value that cannot be taken.
    pub async fn update_secrets(&self, id: &HookId, secrets: Vec<(String, SecretValue)>) -> Result<Option<()>, Error> {
        self.put_secrets(id, SecretWrite::Update, secrets).await
    }

    /// Deletes secrets of a hook; names that it does not have are passed over. `None` when there is no such hook.
    pub async fn delete_secrets(&self, id: &HookId, names: &[String]) -> Result<Option<()>, Error> {
        self.shared.engine.delete_secrets(self.caller, id.clone(), names.to_vec()).await
    }

    /// The secrets of a hook in the clear, for runs only.
    pub async fn secrets(&self, id: &HookId) -> Result<Option<Vec<(String, SecretValue)>>, Error> {
        let Some(sealed) = self.shared.engine.secrets(self.caller.tenant, id.clone()).await? else { return Ok(None) };
        let key = self.shared.keys().master.data_key(self.caller.tenant, &sealed.data_key)?;
        let open = |(name, value): SealedSecret| {
            let value = key.open(sealed.hook, &name, &value)?;
            Ok((name, value))
        };
        sealed.secrets.into_iter().map(open).collect::<Result<_, Error>>().map(Some)
    }

    /// The enabled hooks of a trigger in the order in which they run, ready to run.
    ///
    /// # Errors
    /// [`Error::Damaged`] when secrets of one cannot be decrypted.
    pub async fn enabled(&self, trigger: Trigger) -> Result<Vec<Arc<LiveHook>>, Error> {
        let keys = self.shared.keys();
        let mut hooks = Vec::new();
        for number in self.shared.engine.enabled(self.caller.tenant, trigger).await? {
            let live = self.shared.live.get(&*self.shared.engine, &keys.master, number).await?;
            hooks.extend(live.map(|live| live.hook));
        }
        Ok(hooks)
    }

    /// How many hooks of a trigger are enabled: so many deliveries an event makes.
    pub async fn enabled_count(&self, trigger: Trigger) -> Result<u64, Error> {
        Ok(self.shared.engine.enabled(self.caller.tenant, trigger).await?.len() as u64)
    }

    /// Whether several hooks of a trigger can be enabled at the same time. As in the original, only one can until the
    /// tenant says otherwise: enabling one disables the others.
    pub async fn several_hooks(&self) -> Result<bool, Error> {
        self.shared.engine.several_hooks(self.caller.tenant).await
    }

    /// Lets several hooks of a trigger be enabled, or not any more.
    ///
    /// # Errors
    /// [`Error::State`] where it is switched off while a trigger has several enabled hooks; it names them.
    pub async fn set_several_hooks(&self, on: bool) -> Result<(), Error> {
        self.shared.engine.set_several_hooks(self.caller, on).await
    }

    /// The settings of a hook.
    pub async fn settings(&self, id: &HookId) -> Result<Option<Settings>, Error> {
        self.shared.engine.settings(self.caller.tenant, id.clone()).await
    }

    /// Changes settings of a hook, and answers what they are then; `None` when there is no such hook. The operator's
    /// ceilings are the caller's to hold: the store does not know them.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit that does not exist or is zero, and for sealed secrets that cannot be.
    pub async fn change_settings(&self, id: &HookId, change: SettingsChange) -> Result<Option<Settings>, Error> {
        self.shared.engine.change_settings(self.caller, id.clone(), change).await
    }

    /// Lines of the tenant log.
    pub async fn logs(&self, filter: LogFilter) -> Result<Vec<LogRow>, Error> {
        filter.paging.check()?;
        self.shared.engine.logs(self.caller.tenant, filter).await
    }

    /// How many lines of the tenant log there are, whatever the filter's paging.
    pub async fn log_count(&self, filter: LogFilter) -> Result<u64, Error> {
        self.shared.engine.log_count(self.caller.tenant, filter).await
    }

    /// A line of the tenant log.
    pub async fn log(&self, id: LogId) -> Result<Option<LogRow>, Error> {
        self.shared.engine.log(self.caller.tenant, id).await
    }

    /// Writes a line that belongs to no attempt of a delivery: a failed call of a blocking trigger, for one. A hook or
    /// an event of another tenant is not found.
    pub async fn add_log(
        &self,
        hook: Option<&HookId>,
        event: Option<EventId>,
        entry: LogEntry,
    ) -> Result<LogId, Error> {
        self.shared.engine.add_log(self.caller.tenant, hook.cloned(), event, entry).await
    }

    /// Figures of the attempts that began in `since..until`, in `buckets` stretches of equal length.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty stretch of time or a number of buckets that is not between 1 and 200.
    pub async fn statistics(&self, since: Timestamp, until: Timestamp, buckets: u32) -> Result<api::Stats, Error> {
        if until <= since {
            return Err(Error::Invalid(format!("until ({until}) must be later than since ({since})")));
        }
        if buckets == 0 || buckets > BUCKETS_MAX {
            return Err(Error::Invalid(format!("buckets is {buckets}; it must be between 1 and {BUCKETS_MAX}")));
        }
        self.shared.engine.statistics(self.caller.tenant, since, until, buckets).await
    }

    /// Makes a token for this tenant.
    pub async fn create_token(&self, token: NewToken) -> Result<TokenCreated, Error> {
        let secret = Secret::generate()?;
        let new = NewCredential { kind: Kind::Token, hash: secret.hash, token };
        let id = self.shared.engine.create_token(self.caller, new).await?;
        Ok(TokenCreated { id, token: secret.token(id) })
    }

    /// The tokens and clients of this tenant, oldest first.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, Error> {
        self.shared.engine.tokens(self.caller.tenant).await
    }

    /// Revokes a token or a client, with the access tokens that the client got; whether there was one.
    pub async fn revoke_token(&self, id: TokenId) -> Result<bool, Error> {
        self.shared.engine.revoke_token(self.caller, id).await
    }

    async fn put_secrets(
        &self,
        id: &HookId,
        write: SecretWrite,
        secrets: Vec<(String, SecretValue)>,
    ) -> Result<Option<()>, Error> {
        for (name, value) in &secrets {
            name::check_secret(name)?;
            self.shared.secret_limits.check_value(name, value)?;
            value.check(name)?;
        }
        // Encrypted here and written there: when the data key was exchanged in between, once more with the new one.
        loop {
            let Some(SealedSecrets { hook, data_key, .. }) =
                self.shared.engine.secrets(self.caller.tenant, id.clone()).await?
            else {
                return Ok(None);
            };
            let key = self.shared.keys().master.data_key(self.caller.tenant, &data_key)?;
            let seal = |(name, value): &(String, SecretValue)| Ok((name.clone(), key.seal(hook, name, value)?));
            let sealed = secrets.iter().map(seal).collect::<Result<Vec<SealedSecret>, Error>>()?;
            match self.shared.engine.put_secrets(self.caller, id.clone(), write, data_key, sealed).await? {
                SecretsPut::Done => return Ok(Some(())),
                SecretsPut::NoSuchHook => return Ok(None),
                SecretsPut::KeyChanged => {}
            }
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn caller(&self) -> Caller {
        self.caller
    }
}
