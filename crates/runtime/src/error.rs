//! What can go wrong outside of a guest: a module that is refused, and trouble of the host.

use std::path::PathBuf;

use hookbox_protocol::ErrorCode;

/// Trouble of the host. What a guest does wrong is an [`hookbox_protocol::Outcome`] instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine could not be set up.
    #[error("the WebAssembly engine cannot be set up: {0}")]
    Setup(String),
    /// The artefact cache cannot be used.
    #[error("the cache of compiled modules at {}: {source}", path.display())]
    Cache {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The compiler could not be started, or what it gave cannot be loaded.
    #[error("the compiler failed: {0}")]
    Compiler(String),
    /// A module of our own making cannot be used.
    #[error("the engine module is not usable: {0}")]
    EngineModule(String),
    /// The module's bytes could not be fetched.
    #[error("the module cannot be fetched: {0}")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The run was asked for an export that the module does not have.
    #[error("the module does not export `{0}`; it was not checked for this trigger")]
    MissingExport(String),
    /// Host code panicked while it worked for a run.
    #[error("a host function panicked: {0}")]
    Panicked(String),
    /// The sandbox itself failed.
    #[error("the sandbox failed: {0}")]
    Sandbox(String),
    /// The runtime is shutting down.
    #[error("the runtime has stopped")]
    Stopped,
}

impl Error {
    /// For a source of modules, whose errors this crate does not know.
    pub fn source(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Source(error.into())
    }
}

/// Why a module is not taken. Its author can do something about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// One of `not_wasm`, `missing_export`, `mistyped_export`, `unknown_import`, `unknown_abi`, `module_too_complex`,
    /// `module_too_expensive` and `too_large`.
    pub code: ErrorCode,
    /// What is wrong and what to do, for the author.
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Why a module was not compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The module is at fault.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The host is at fault; the same upload may work later.
    #[error(transparent)]
    Host(#[from] Error),
}
