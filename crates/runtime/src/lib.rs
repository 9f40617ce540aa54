//! The sandbox: checks a tenant's module, compiles it, and runs it under every limit.
//!
//! The only crate that knows wasmtime. It knows no database, no HTTP client and no tenant: a run is bytes in, a
//! [`Report`](hookbox_protocol::Report) out, and nothing is shared between two runs.
//!
//! ```
//! # use std::sync::Arc;
//! # use bytes::Bytes;
//! # use hookbox_protocol::{Outcome, RunLimits, Trigger};
//! # use hookbox_runtime::{Invocation, NoEgress, Program, Runtime, Settings};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let wasm: Bytes = wat::parse_str(r#"(module
//!     (memory (export "memory") 1)
//!     (data (i32.const 8) "{\"value\":42}")
//!     (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
//!     (func (export "post_change_password") (param i32 i32) (result i64) (i64.const 0x8_0000000c)))"#)?.into();
//! let trigger = Trigger::PostChangePassword;
//! let runtime = Runtime::new(Settings { runs_at_once: 1, ..Settings::default() })?;
//! let info = runtime.compile(wasm.clone(), trigger).await?;
//! let module = runtime.load(info.digest, async || Ok(wasm)).await?;
//! let input = Bytes::from_static(br#"{"user":{},"context":{}}"#);
//! let (limits, egress) = (RunLimits::default(), Arc::new(NoEgress));
//! let invocation = Invocation { trigger, input, limits, egress, logs: None };
//! let report = runtime.run(&Program { module, payload: None }, invocation).await?;
//! assert_eq!(report.outcome, Outcome::Completed { value: 42.into() });
//! # Ok(())
//! # }
//! ```

mod cache;
mod check;
pub mod compile;
mod egress;
mod engine;
mod error;
mod host;
mod loaded;
mod module;
mod preinitialize;
mod run;
mod runtime;
mod sandbox;
mod script;
mod settings;
mod snapshot;
mod ticker;

pub use egress::{Egress, NoEgress};
pub use error::{CompileError, Error, Refusal};
pub use module::Module;
pub use run::{CallReport, Invocation, LogTap, Program};
pub use runtime::{ABI, Runtime, Stats};
pub use script::ScriptEngine;
pub use settings::{Compiler, KeepResident, ModuleInfo, Settings, ShapeLimits};
pub use snapshot::Snapshot;
