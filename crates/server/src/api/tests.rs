//! The API without a port, on a real store and a real sandbox.

mod envelope;
mod events;
mod isolation;
mod modules;
mod odd;
mod runner;
mod settings;
mod tenants;
mod v2_hooks;
mod v2_logs;
mod v2_rate;
