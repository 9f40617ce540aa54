//! The engine, loaded: compiles scripts and makes programs of them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::{HookError, ModuleDigest, RunLimits};
use hookbox_runtime::{Module, Program, Runtime};
use sha2::{Digest as _, Sha256};

use crate::diagnostics::Diagnostics;
use crate::excerpt;
use crate::image;
use crate::modules::{self, Warning};

/// The guest, or nothing where the build had no C compiler for wasm32.
static GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm"));

/// The guest's export that compiles.
const COMPILE: &str = "hookbox_compile";

/// The JavaScript engine, ready to compile and to run. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    runtime: Runtime,
    module: Module,
    id: String,
}

/// A compiled script. Only [`Engine::compile`] makes it: the engine trusts bytecode, so it is never taken from outside.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytecode(Bytes);

impl Bytecode {
    /// How large it is, in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never true: even an empty script has a bytecode.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Bytecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytecode({} bytes)", self.len())
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
        let id = guest_id();
        let image = image::load(runtime, GUEST, &id, cache_dir).await?;
        let module = runtime.load_engine(image).await?;
        Ok(Self(Arc::new(Inner { runtime: runtime.clone(), module, id })))
    }

    /// The engine's hash. Bytecode is valid only for the engine that made it.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Compiles a script, inside the sandbox.
    pub async fn compile(&self, source: &str) -> Result<Bytecode, CompileError> {
        let input = Bytes::copy_from_slice(source.as_bytes());
        let call = self.0.runtime.call(&self.0.module, COMPILE, input, RunLimits::CEILINGS).await?;
        let answer = match call.result {
            Ok(answer) => answer,
            Err(outcome) => return Err(Diagnostics::of_outcome(&outcome).into()),
        };
        match answer.first() {
            Some(0) => Ok(Bytecode(answer.slice(1..))),
            Some(1) => Err(Diagnostics::parse(&answer[1..], source).into()),
            _ => Err(hookbox_runtime::Error::EngineModule(format!("`{COMPILE}` gave no answer")).into()),
        }
    }

    /// What the runtime runs for a script.
    pub fn program(&self, bytecode: &Bytecode) -> Program {
        Program { module: self.0.module.clone(), payload: Some(bytecode.0.clone()) }
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
