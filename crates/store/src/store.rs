//! The store as the daemon sees it.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hookbox_protocol::{EventId, Scope, api, name};

use crate::engine::{Engine, NewCredential};
use crate::live::LiveHooks;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::token::{AccessKey, Claim, Credential, Identity, Kind, Secret, read_client};
use crate::uses::Uses;
use crate::{Clock, Error, MasterKey, MasterKeys, NewToken, Queue, SecretLimits, TenantStore, TokenId};

/// Where a store keeps its rows. Prints without the address of a database, which may hold a password.
#[derive(Clone)]
pub enum Location {
    /// A data directory of its own.
    Sqlite(PathBuf),
    /// A PostgreSQL database that several daemons may share.
    Postgres(String),
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(folder) => f.debug_tuple("Sqlite").field(folder).finish(),
            Self::Postgres(_) => f.write_str("Postgres(***)"),
        }
    }
}

/// What it takes to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the rows are.
    pub location: Location,
    /// What the vault is encrypted with: the key of the database, or during a rotation the new one and the old one.
    pub master_keys: MasterKeys,
    /// What a tenant may use for which nothing else was set.
    pub quotas: api::Quotas,
    /// What the hooks of any tenant may have of secrets.
    pub secrets: SecretLimits,
}

/// Everything that Hookbox remembers. A clone is another handle to the same store.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) clock: Clock,
    pub(crate) live: LiveHooks,
    pub(crate) secret_limits: SecretLimits,
    keys: RwLock<Arc<Keys>>,
    used: Uses,
    credentials: RwLock<Credentials>,
}

/// What is encrypted and signed with.
pub(crate) struct Keys {
    pub(crate) master: MasterKeys,
    /// Signs access tokens, and checks those that were signed before a rotation.
    access: Vec<AccessKey>,
}

impl From<MasterKeys> for Keys {
    fn from(master: MasterKeys) -> Self {
        Self { access: master.iter().map(MasterKey::access_key).collect(), master }
    }
}

impl Shared {
    pub(crate) fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn use_keys(&self, keys: MasterKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Keys::from(keys));
    }
}

/// Credentials that were seen, and the generation of the catalogue that they were read from.
#[derive(Default)]
struct Credentials {
    by_id: HashMap<TokenId, Arc<Credential>>,
    generation: u64,
}

/// Deliveries that have not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Those that wait for their time or their turn.
    pub pending: u64,
    /// Those that run.
    pub leased: u64,
}

impl Backlog {
    /// All of them.
    pub fn total(self) -> u64 {
        self.pending + self.leased
    }
}

/// Figures for `/metrics`.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// Deliveries that have not ended.
    pub backlog: Backlog,
    /// Deliveries that ended badly and are kept.
    pub dead: u64,
    /// Deliveries that succeeded since the store was opened.
    pub succeeded: u64,
    /// How long the delivery that is due longest has been due, in milliseconds; 0 when none is.
    pub oldest_due_ms: u64,
    /// How writes share their commits.
    pub group_commits: GroupCommits,
    /// Bytes of the database, its log of changes included.
    pub bytes: u64,
}

/// How many writes shared a commit.
#[derive(Debug, Clone, Copy, Default)]
pub struct GroupCommits {
    /// Commits since the store was opened.
    pub commits: u64,
    /// Writes in them.
    pub writes: u64,
    /// Commits by the number of writes in them: up to 1, 2, 4, 8, … 1,024. The store makes none that are larger.
    pub by_writes: [u64; 11],
    /// Time spent in commits, the flush to disk included.
    pub time: Duration,
}

impl Store {
    /// Opens the store: takes the lock of its data directory, brings the tables up to date, checks the master key, and
    /// gives back what the previous process had leased.
    ///
    /// # Errors
    /// When another daemon uses the directory, when the database was written by a newer program, when the master key is
    /// not the one that it was made with, or when the file system or the database refuses.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let clock = Clock::default();
        let engine: Arc<dyn Engine> = match options.location {
            Location::Sqlite(folder) => Arc::new(Sqlite::open(folder, clock.clone(), options.quotas).await?),
            Location::Postgres(url) => Arc::new(Postgres::open(&url, clock.clone(), options.quotas).await?),
        };
        engine.bind_keys(options.master_keys.clone()).await?;
        Ok(Self(Arc::new(Shared {
            engine,
            clock,
            live: LiveHooks::new(),
            secret_limits: options.secrets,
            keys: RwLock::new(Arc::new(Keys::from(options.master_keys))),
            used: Uses::default(),
            credentials: RwLock::default(),
        })))
    }

    /// Finishes the writes that wait, and closes the database. Later writes are refused.
    pub async fn close(&self) {
        self.0.engine.close().await;
    }

    /// The keys that the vault is encrypted with.
    pub fn master_keys(&self) -> MasterKeys {
        self.0.keys().master.clone()
    }

    /// The store's time, which tests move.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Makes a tenant with a client and a token, both with every scope.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the name is taken, [`Error::Invalid`] when it cannot be one.
    pub async fn create_tenant(&self, name: &str) -> Result<api::TenantCreated, Error> {
        name::check_tenant(name)?;
        let credential = |kind, name: &str, secret: &Secret| NewCredential {
            kind,
            hash: secret.hash,
            token: NewToken { name: name.to_owned(), scopes: Scope::ALL.to_vec(), expires_at: None },
        };
        let (client, token) = (Secret::generate()?, Secret::generate()?);
        let new =
            vec![credential(Kind::Client, "first client", &client), credential(Kind::Token, "first token", &token)];
        let ids = self.0.engine.create_tenant(name.to_owned(), self.0.keys().master.first().clone(), new).await?;
        let [client_id, token_id] = ids[..] else {
            return Err(Error::Damaged(format!("{} credentials were made for a tenant, not 2", ids.len())));
        };
        let (client_id, client_secret) = client.client(client_id);
        Ok(api::TenantCreated { tenant: name.to_owned(), client_id, client_secret, token: token.token(token_id) })
    }

    /// All tenants by name.
    pub async fn tenants(&self) -> Result<Vec<api::Tenant>, Error> {
        self.0.engine.tenants().await
    }

    /// Who a bearer token belongs to; `None` for one that was never given out, was revoked or has ended.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Identity>, Error> {
        let (keys, now) = (self.0.keys(), self.0.clock.now());
        match keys.access.iter().find_map(|key| key.read(token, now)) {
            Some(Claim::Access { client, until }) => {
                let found = self.credential(client).await?;
                let found = found.filter(|found| found.kind == Kind::Client && found.holds(now));
                Ok(found.map(|found| Identity { expires_at: Some(until), ..self.admit(&found) }))
            }
            Some(claim) => self.check(claim).await,
            None => Ok(None),
        }
    }

    /// Who a client is; `None` for an unknown id or a wrong secret.
    pub async fn authenticate_client(&self, client_id: &str, client_secret: &str) -> Result<Option<Identity>, Error> {
        match read_client(client_id, client_secret) {
            Some(claim) => self.check(claim).await,
            None => Ok(None),
        }
    }

    /// A token for a client that just proved who it is: it ends after `lifetime`, or when the client is revoked, and
    /// [`Store::authenticate`] takes it.
    pub fn access_token(&self, client: &Identity, lifetime: Duration) -> String {
        self.0.keys().access[0].issue(client.token_id, self.0.clock.now(), lifetime)
    }

    /// An identifier for what is told to a hook as an event and is none: a call that is answered at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while a database that several daemons share cannot be reached.
    pub fn event_id(&self) -> Result<EventId, Error> {
        self.0.engine.event_id()
    }

    /// The store of one tenant.
    pub fn tenant(&self, identity: &Identity) -> TenantStore {
        TenantStore::new(Arc::clone(&self.0), identity)
    }

    /// The queue of all tenants, for the dispatcher.
    pub fn queue(&self) -> Queue {
        Queue::new(Arc::clone(&self.0))
    }

    /// Deliveries of all tenants that have not ended. Reads no database.
    pub fn backlog(&self) -> Backlog {
        self.0.engine.backlog()
    }

    /// Figures for `/metrics`.
    pub async fn stats(&self) -> Result<Stats, Error> {
        self.0.engine.stats().await
    }

    /// Whether the store takes writes. After a commit or a flush to disk failed it never does again: what the disk holds
    /// is then unknown, and only opening it anew finds out. A full disk is no such failure: what does not fit is refused
    /// with [`Error::Full`], and writes work again when there is room.
    #[expect(clippy::unused_async, reason = "an engine behind a network will have to ask")]
    pub async fn healthy(&self) -> Result<(), Error> {
        self.0.engine.healthy()
    }

    async fn check(&self, claim: Claim) -> Result<Option<Identity>, Error> {
        let Claim::Stored { kind, id, secret } = claim else { return Ok(None) };
        let found = self.credential(id).await?;
        let admitted = found.filter(|found| found.admits(kind, &secret, self.0.clock.now()));
        Ok(admitted.map(|found| self.admit(&found)))
    }

    /// Whom a credential admits; keeps that it was used.
    fn admit(&self, credential: &Credential) -> Identity {
        let (id, now) = (credential.identity.token_id, self.0.clock.now());
        if self.0.used.note(id, now) {
            // Nobody waits for it: the write goes on by itself.
            drop(self.0.engine.token_used(id, now));
        }
        credential.identity.clone()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }

    async fn credential(&self, id: TokenId) -> Result<Option<Arc<Credential>>, Error> {
        let generation = self.0.engine.signal().generation();
        {
            let credentials = self.0.credentials.read().unwrap_or_else(PoisonError::into_inner);
            if credentials.generation == generation
                && let Some(found) = credentials.by_id.get(&id)
            {
                return Ok(Some(Arc::clone(found)));
            }
        }
        let Some(found) = self.0.engine.credential(id).await?.map(Arc::new) else { return Ok(None) };
        let mut credentials = self.0.credentials.write().unwrap_or_else(PoisonError::into_inner);
        if credentials.generation != generation {
            credentials.by_id.clear();
            credentials.generation = generation;
        }
        credentials.by_id.insert(id, Arc::clone(&found));
        Ok(Some(found))
    }
}
