//! The contract of Hookbox: what crosses a process, sandbox or network boundary, and the tables that everything else
//! is driven by.
//!
//! This crate does no IO, knows no database, no HTTP server and no WebAssembly engine, and builds for wasm as well.

pub mod api;
pub mod error;
pub mod event;
pub mod flag;
pub mod http;
pub mod id;
pub mod limits;
pub mod members;
pub mod name;
pub mod outcome;
pub mod report;
#[cfg(feature = "openapi")]
pub mod schema;
pub mod scope;
pub mod time;
pub mod trigger;

pub use error::{ApiError, ErrorCode};
pub use id::{DeliveryId, EventId, HookId, ModuleDigest, TenantId};
pub use limits::RunLimits;
pub use outcome::{HookError, Outcome};
pub use report::Report;
pub use scope::Scope;
pub use time::Timestamp;
pub use trigger::Trigger;
