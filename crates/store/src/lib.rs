//! What Hookbox remembers: the catalogue of hooks, the queue of deliveries, the tenant log and the vault of secrets.
//!
//! This is the only crate that knows SQL, and it knows nothing of HTTP or WebAssembly. Callers get three handles: a
//! [`Store`] for the daemon as a whole, a [`TenantStore`] that sees one tenant and nothing else, and a [`Queue`] for the
//! dispatcher. What must hold for every database (ids, time, encryption, validation, fairness) lives in this folder;
//! what is SQLite's own lives under `sqlite`, what is PostgreSQL's under `postgres`, behind the internal trait `Engine`.
//!
//! The promise that everything here is built around: when [`TenantStore::accept`] answers, the event is on disk.

mod audit;
mod backup;
mod clock;
mod diagnosis;
mod engine;
mod error;
mod event;
mod fair;
mod grave;
mod hook;
mod id;
mod live;
mod log;
mod master_keys;
mod node;
mod number;
mod operator;
mod postgres;
mod queue;
mod replay;
mod retention;
mod rotation;
mod secret;
mod settings;
mod sqlite;
mod statistics;
mod store;
mod tenant;
mod token;
mod user;
mod uses;
mod vault;
mod waiting;

pub use audit::{AuditFilter, AuditRow};
pub use backup::{BackedUp, backup, restore};
pub use clock::Clock;
pub use diagnosis::{Finding, Level, diagnose};
pub use error::Error;
pub use event::{AcceptEvent, EventFilter};
pub use hook::{Code, HookChange, HookRow, NewHook, Version, VersionRow};
pub use log::{LogEntry, LogFilter, LogPaging, LogRow};
pub use master_keys::MasterKeys;
pub use node::Heartbeat;
pub use operator::TenantChange;
pub use queue::{Completion, LeaseKey, Leased, LiveHook, Next, Queue, Recorded};
pub use replay::{ReplayFilter, Replayed, ReplayedMany};
pub use retention::Swept;
pub use rotation::KeysRotated;
pub use secret::{SecretLimits, SecretValue};
pub use settings::{Retry, Settings, SettingsChange};
pub use store::{Backlog, GroupCommits, Location, Options, Stats, Store};
pub use tenant::TenantStore;
pub use token::{Identity, NewToken, TokenCreated, TokenId, TokenRow};
pub use vault::MasterKey;

#[cfg(test)]
mod suite;
