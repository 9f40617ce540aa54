//! The API without a port, on a real store and a real sandbox.

mod admission;
mod audit;
mod batch;
mod bodies;
mod brake;
mod calls;
mod capacity;
mod diff;
mod envelope;
mod events;
mod isolation;
mod keys;
mod limits;
mod modules;
mod odd;
mod runner;
mod settings;
mod stats;
mod tenants;
mod tokens;
mod v2_hooks;
mod v2_logs;
mod v2_rate;
