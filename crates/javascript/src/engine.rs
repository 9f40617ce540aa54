//! The engine, loaded: compiles scripts and makes programs of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::{HookError, ModuleDigest, RunLimits};
use hookbox_runtime::{Program, Runtime, ScriptEngine, Snapshot};
use sha2::{Digest as _, Sha256};

use crate::diagnostics::Diagnostics;
use crate::excerpt;
use crate::image;
use crate::modules::{self, Warning};

/// The guest, or nothing where the build had no C compiler for wasm32.
static GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm"));

/// The guest's export that compiles, and the one that loads what was compiled.
const COMPILE: &str = "hookbox_compile";
const LOAD: &str = "hookbox_load";

/// What evaluating a script may use when it is loaded. Its top level is a few requires and functions; one that needs more
/// is evaluated in each run, under the run's limits.
const EVALUATION: RunLimits =
    RunLimits { fuel: 10_000_000, cpu_ms: 50, wall_ms: 1_000, memory_bytes: 32 << 20, ..RunLimits::CEILINGS };

/// The most that evaluating a script may leave in memory, in bytes: it is kept for every script, and copied in every run.
const EVALUATED_BYTES_MAX: usize = 128 << 10;

/// The JavaScript engine, ready to compile and to run. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    runtime: Runtime,
    engine: ScriptEngine,
}

/// A script that is compiled and loaded, ready to run. Only [`Engine::compile`] makes it: the engine trusts it, so it is
/// never taken from outside. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Script(Snapshot);

impl Script {
    /// How much memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }
}

/// Why the engine cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The build had no C compiler for wasm32.
    #[error("this build has no JavaScript engine: install clang (or `pip install ziglang`) and build again")]
    NotBuilt,
    /// The cache of the pre-initialised engine cannot be written.
    #[error("the cached JavaScript engine at {}: {source}", path.display())]
    Cache {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The runtime cannot use the engine.
    #[error(transparent)]
    Runtime(#[from] hookbox_runtime::Error),
}

/// Why a script was not compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The script is at fault.
    #[error(transparent)]
    Script(#[from] Diagnostics),
    /// The host is at fault; the same script may compile later.
    #[error(transparent)]
    Host(#[from] hookbox_runtime::Error),
}

impl Engine {
    /// Whether this build has the engine.
    pub fn available() -> bool {
        !GUEST.is_empty()
    }

    /// Every name that a script can require.
    pub fn modules() -> &'static [&'static str] {
        modules::MODULES
    }

    /// Whether [`Engine::start`] finds the pre-initialised engine in `cache_dir`, and so takes milliseconds.
    pub fn is_prepared(cache_dir: &Path) -> bool {
        image::path(cache_dir, &guest_id()).is_file()
    }

    /// Pre-initialises the engine, or takes the result of an earlier time from `cache_dir`, and loads it.
    ///
    /// Takes about three seconds on the first start of a build, milliseconds later.
    pub async fn start(runtime: &Runtime, cache_dir: Option<&Path>) -> Result<Self, Error> {
        if !Self::available() {
            return Err(Error::NotBuilt);
        }
        let image = image::load(runtime, GUEST, &guest_id(), cache_dir).await?;
        let engine = runtime.load_engine(image).await?;
        Ok(Self(Arc::new(Inner { runtime: runtime.clone(), engine })))
    }

    /// Compiles a script and loads it, inside the sandbox. Takes about a millisecond.
    ///
    /// Its top level is evaluated here if that asks the host for nothing (no clock, no random numbers, no calls, no lines
    /// for the log) and does not throw: then it would come to the same in every run. Any other script is evaluated in each
    /// of its runs.
    pub async fn compile(&self, source: &str) -> Result<Script, CompileError> {
        let Inner { runtime, engine } = &*self.0;
        let input = Bytes::copy_from_slice(source.as_bytes());
        let call = runtime.call(engine, COMPILE, input, RunLimits::CEILINGS).await?;
        let answer = match call.result {
            Ok(answer) => answer,
            Err(outcome) => return Err(Diagnostics::of_outcome(&outcome).into()),
        };
        match answer.first() {
            Some(0) => self.load(&answer[1..]).await,
            Some(1) => Err(Diagnostics::parse(&answer[1..], source).into()),
            _ => Err(hookbox_runtime::Error::EngineModule(format!("`{COMPILE}` gave no answer")).into()),
        }
    }

    async fn load(&self, bytecode: &[u8]) -> Result<Script, CompileError> {
        let Inner { runtime, engine } = &*self.0;
        let input = |evaluate: u8| [&[evaluate], bytecode].concat().into();
        if let Ok(Some(evaluated)) = runtime.snapshot(engine, LOAD, input(1), EVALUATION).await?
            && evaluated.len() <= EVALUATED_BYTES_MAX
        {
            return Ok(Script(evaluated));
        }
        match runtime.snapshot(engine, LOAD, input(0), RunLimits::CEILINGS).await? {
            Ok(Some(loaded)) => Ok(Script(loaded)),
            Ok(None) => Err(hookbox_runtime::Error::EngineModule(format!("`{LOAD}` gave no answer")).into()),
            Err(outcome) => Err(Diagnostics::of_outcome(&outcome).into()),
        }
    }

    /// What the runtime runs for a script.
    pub fn program(&self, script: &Script) -> Program {
        self.0.engine.program(&script.0)
    }

    /// What will not be there when the script runs: modules that it requires, or that its hook depends on, and that are
    /// not built in. `dependencies` are the names of the hook's dependencies.
    pub fn warnings(source: &str, dependencies: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Warning> {
        modules::warnings(source, dependencies)
    }

    /// Puts the line of the script where the error happened, with a caret below the column, on top of the error's stack.
    ///
    /// Bytecode carries places but no text, so this is done where the source is known. An error that names no place in the
    /// script stays as it is, and so does one that was explained before.
    pub fn explain(&self, error: &mut HookError, source: &str) {
        excerpt::explain(error, source);
    }
}

fn guest_id() -> String {
    ModuleDigest(Sha256::digest(GUEST).into()).to_string()
}
