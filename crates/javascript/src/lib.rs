//! JavaScript hooks: a script becomes bytecode for the one engine module that the runtime can run.
//!
//! The engine (QuickJS-ng and the prelude, see `engine/`) is built for WebAssembly by this crate's build script. At the
//! first start it is pre-initialised in the sandbox, and the result is cached. Scripts are compiled inside the sandbox too:
//! this crate never parses JavaScript, except for a harmless look for `require('…')`.
//!
//! It knows no wasmtime, no store and no tenant.

mod diagnostics;
mod engine;
mod excerpt;
mod image;
mod modules;

pub use diagnostics::{Diagnostics, Place};
pub use engine::{CompileError, Engine, Error, Script};
pub use modules::{MODULES, Warning};
