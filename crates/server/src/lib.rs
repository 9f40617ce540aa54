//! The daemon: the HTTP API, the dispatcher that runs deliveries, and the connections that both need.
//!
//! The only crate that knows axum. It knows no SQL and no wasmtime: what is kept is `hookbox_store`'s, what runs is
//! `hookbox_runtime`'s, what goes out is `hookbox_egress`'s, and here they meet. A handler gets the store of the tenant
//! that its caller belongs to and never the whole one.

mod api;
mod app;
mod code;
mod console;
pub mod diff;
mod disk;
mod dispatch;
mod execution;
mod follow;
mod guests;
mod input;
mod metrics;
mod network;
mod operator;
mod prepared;
mod redact;
mod retry;
pub mod run;
mod scripts;
mod seldom;
mod serve;
mod settings;
#[cfg(test)]
mod testing;
mod trace;
mod turn;
mod upkeep;
mod way_out;

pub use api::router;
pub use app::{App, Parts};
pub use operator::OperatorToken;
pub use redact::SECRET_BYTES_MASKED_MIN;
pub use retry::SCHEDULE as RETRY_SCHEDULE;
pub use serve::{Tls, TlsError, serve};
pub use settings::{CallRate, HttpSettings, ServerSettings};
