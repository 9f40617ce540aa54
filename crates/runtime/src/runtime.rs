//! The front door: what the server and the command line ask of the sandbox.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hookbox_protocol::{ErrorCode, ModuleDigest, Outcome, Report, RunLimits, Trigger};
use tokio::sync::Semaphore;
use wasmtime::{Engine, Linker};

use crate::cache::{Cache, Found};
use crate::check;
use crate::compile;
use crate::egress::Egress;
use crate::engine::{Engines, Kind};
use crate::host;
use crate::loaded::Loaded;
use crate::module::Module;
use crate::run::{self, CallReport, Invocation, LogTap, Program};
use crate::sandbox::{RunState, Sandbox};
use crate::settings::{Compiler, KeepResident, ModuleInfo, Settings};
use crate::ticker::Ticker;
use crate::{CompileError, Error, Refusal, ScriptEngine, Snapshot, preinitialize};

/// The number of the guest contract that this host speaks.
pub const ABI: u32 = 1;

/// What asking a module for its contract number may use.
const ABI_LIMITS: RunLimits = RunLimits { fuel: 10_000_000, cpu_ms: 100, wall_ms: 1_000, ..RunLimits::CEILINGS };

/// Checks, compiles and runs modules. Cheap to clone; its thread ends with the last clone.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    settings: Settings,
    engines: Engines,
    linkers: [Linker<RunState>; Kind::ALL.len()],
    ticker: Ticker,
    slots: Semaphore,
    compilers: Semaphore,
    cache: Option<Cache>,
    loaded: Loaded,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    compiled: AtomicU64,
    damaged: AtomicU64,
}

/// Figures for `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Modules that are loaded.
    pub loaded: u64,
    /// Bytes that they take.
    pub loaded_bytes: u64,
    /// Compilations since the start.
    pub compiled: u64,
    /// Files of the artefact cache that were damaged or foreign, and were compiled again.
    pub damaged: u64,
    /// Runs that are under way.
    pub runs: u64,
}

impl Runtime {
    /// Makes the engines, reserves their pools and starts the ticker.
    ///
    /// Call it before the process is made undumpable: an undumpable process may not ask the kernel which pages a run
    /// has written, and the pools would keep less between runs.
    ///
    /// # Errors
    /// [`Error::Setup`] where the engine, the pools or the thread cannot be made, [`Error::Cache`] for the directory.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let engines = Engines::new(&settings)?;
        let [modules, scripts] = Kind::ALL.map(|kind| host::linker(engines.get(kind)));
        let dir = settings.cache_dir.as_deref();
        let cache = dir.map(|dir| Cache::open(dir, settings.cache_bytes_max, &engines)).transpose()?;
        Ok(Self(Arc::new(Inner {
            linkers: [modules?, scripts?],
            ticker: Ticker::start(&engines)?,
            slots: Semaphore::new(settings.runs_at_once as usize),
            compilers: Semaphore::new(compile::AT_ONCE),
            cache,
            loaded: Loaded::new(settings.loaded_bytes_max),
            counters: Counters::default(),
            engines,
            settings,
        })))
    }

    /// What the pools keep resident between runs.
    pub fn keep_resident(&self) -> KeepResident {
        self.0.engines.keep_resident
    }

    /// Figures for `/metrics`.
    pub fn stats(&self) -> Stats {
        let (loaded, loaded_bytes) = self.0.loaded.size();
        let busy = (self.0.settings.runs_at_once as usize).saturating_sub(self.0.slots.available_permits());
        Stats {
            loaded: loaded as u64,
            loaded_bytes,
            compiled: self.0.counters.compiled.load(Ordering::Relaxed),
            damaged: self.0.counters.damaged.load(Ordering::Relaxed),
            runs: busy as u64,
        }
    }

    /// Screens a module, its imports and its exports, without compiling it. Takes milliseconds at most.
    ///
    /// # Errors
    /// What the author has to change.
    pub fn check(&self, wasm: &[u8], trigger: Trigger) -> Result<ModuleInfo, Refusal> {
        check::check(wasm, Some(trigger), &self.0.settings)
    }

    /// What [`Runtime::check`] says where the operator moved no limit.
    ///
    /// # Errors
    /// What the author has to change, or the operator to allow.
    pub fn check_as_shipped(wasm: &[u8], trigger: Trigger) -> Result<ModuleInfo, Refusal> {
        check::check(wasm, Some(trigger), &Settings::default())
    }

    /// What an upload does: checks the module, compiles it, keeps the artefact, and asks for its contract number.
    ///
    /// # Errors
    /// What the author has to change, or trouble of the host.
    pub async fn compile(&self, wasm: Bytes, trigger: Trigger) -> Result<ModuleInfo, CompileError> {
        let info = self.checked(wasm.clone(), Some(trigger)).await?;
        let module = self.loaded(Kind::Modules, info.digest, async || Ok(wasm)).await?;
        self.ask_abi(&module).await?;
        Ok(info)
    }

    /// The module of that digest: loaded already, else from the artefact cache, else compiled from what `wasm` gives.
    ///
    /// # Errors
    /// Those of `wasm` and of a compilation.
    pub async fn load<F, Fut>(&self, digest: ModuleDigest, wasm: F) -> Result<Module, CompileError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Bytes, Error>>,
    {
        self.loaded(Kind::Modules, digest, async || {
            let wasm = wasm().await?;
            let info = self.checked(wasm.clone(), None).await?;
            if info.digest != digest {
                return Err(Error::Source(format!("it is {}, not {digest}", info.digest).into()).into());
            }
            Ok(wasm)
        })
        .await
    }

    /// Runs `program` once, in a sandbox of its own, and says how it ended. Waits for a free slot first.
    ///
    /// # Errors
    /// Trouble of the host only; whatever the guest does is in the report.
    pub async fn run(&self, program: &Program, invocation: Invocation) -> Result<Report, Error> {
        let _slot = self.slot().await?;
        let _awake = self.0.ticker.awake();
        let egress = Arc::clone(&invocation.egress);
        let sandbox = sandbox(&program.module, &invocation.limits, egress, invocation.logs.clone())?;
        run::run(sandbox, program, &invocation).await
    }

    /// Runs the initialiser of a module of our own (the export `wizer-initialize`) and gives the module in the state
    /// that it left. Takes a second or two of this thread.
    ///
    /// # Errors
    /// [`Error::EngineModule`] where the module does not suit.
    pub fn preinitialize(&self, wasm: &[u8]) -> Result<Vec<u8>, Error> {
        preinitialize::preinitialize(wasm)
    }

    /// Loads a module of our own for scripts: not screened, compiled in this process, kept in the artefact cache.
    ///
    /// # Errors
    /// [`Error::EngineModule`] where the module does not suit.
    pub async fn load_engine(&self, wasm: Bytes) -> Result<ScriptEngine, Error> {
        let digest = check::digest(&wasm);
        let runs = self.loaded(Kind::Scripts, digest, async || Ok(wasm)).await.map_err(|error| match error {
            CompileError::Refused(refusal) => Error::EngineModule(refusal.message),
            CompileError::Host(error) => error,
        })?;
        let works = runs.pre().module().serialize().and_then(|artefact| self.workshop(digest, &artefact));
        Ok(ScriptEngine::new(runs, works.map_err(|e| Error::EngineModule(format!("{e:#}")))?))
    }

    /// Calls `export(ptr, len) -> i64` of an engine with `input`, and gives the bytes that it answers. A host function that
    /// it calls is a trap.
    ///
    /// # Errors
    /// Trouble of the host only.
    pub async fn call(
        &self,
        engine: &ScriptEngine,
        export: &str,
        input: Bytes,
        limits: RunLimits,
    ) -> Result<CallReport, Error> {
        let _slot = self.slot().await?;
        let _awake = self.0.ticker.awake();
        let sandbox = sandbox(engine.works(), &limits, run::no_egress(), None)?;
        run::call(sandbox, engine.works(), export, &input, &limits).await
    }

    /// Calls `export(ptr, len) -> i64` of an engine with `input`, and keeps what the call left in memory as a script to
    /// run. A host function that it calls is a trap: what the host says would be the same in every run.
    ///
    /// The export answers where a run's input may be written and how long it may be, `ptr << 32 | len`; or 0 where there
    /// is nothing to run, which is `None`. The inner error is how the call ended instead.
    ///
    /// # Errors
    /// Trouble of the host only.
    pub async fn snapshot(
        &self,
        engine: &ScriptEngine,
        export: &str,
        input: Bytes,
        limits: RunLimits,
    ) -> Result<Result<Option<Snapshot>, Outcome>, Error> {
        let _slot = self.slot().await?;
        let _awake = self.0.ticker.awake();
        let fresh = || sandbox(engine.works(), &limits, run::no_egress(), None);
        run::snapshot([fresh()?, fresh()?], engine.works(), export, &input, &limits).await
    }

    /// The check, away from the threads that must not block.
    async fn checked(&self, wasm: Bytes, trigger: Option<Trigger>) -> Result<ModuleInfo, CompileError> {
        let runtime = self.clone();
        Ok(blocking(move || check::check(&wasm, trigger, &runtime.0.settings)).await??)
    }

    async fn slot(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Error> {
        self.0.slots.acquire().await.map_err(|_| Error::Stopped)
    }

    /// The module from wherever it is. Two callers at once compile it once.
    async fn loaded(
        &self,
        kind: Kind,
        digest: ModuleDigest,
        wasm: impl AsyncFnOnce() -> Result<Bytes, CompileError>,
    ) -> Result<Module, CompileError> {
        let key = (kind, digest);
        if let Some(module) = self.0.loaded.get(&key) {
            return Ok(module);
        }
        let _turn = self.0.loaded.turn(key).await;
        if let Some(module) = self.0.loaded.get(&key) {
            return Ok(module);
        }
        let module = match self.cached(kind, digest).await? {
            Some(module) => module,
            None => self.compiled(kind, digest, wasm().await?).await?,
        };
        self.0.loaded.keep(&module);
        Ok(module)
    }

    async fn cached(&self, kind: Kind, digest: ModuleDigest) -> Result<Option<Module>, Error> {
        if self.0.cache.is_none() {
            return Ok(None);
        }
        let runtime = self.clone();
        blocking(move || {
            let found = runtime.0.cache.as_ref().map_or(Found::Nothing, |cache| cache.load(kind, digest));
            match found {
                Found::Artefact(artefact) => match runtime.deserialize(kind, digest, &artefact) {
                    Ok(module) => return Some(module),
                    Err(error) => tracing::warn!(%digest, %error, "a cached artefact does not load; compiling again"),
                },
                Found::Nothing => return None,
                Found::Damaged => tracing::warn!(%digest, "a cached artefact is damaged; compiling again"),
            }
            runtime.0.counters.damaged.fetch_add(1, Ordering::Relaxed);
            None
        })
        .await
    }

    async fn compiled(&self, kind: Kind, digest: ModuleDigest, wasm: Bytes) -> Result<Module, CompileError> {
        let artefact = {
            let _turn = self.0.compilers.acquire().await.map_err(|_| Error::Stopped)?;
            self.0.counters.compiled.fetch_add(1, Ordering::Relaxed);
            match (&self.0.settings.compiler, kind) {
                (Compiler::Child(program), Kind::Modules) => compile::in_child(program, wasm).await?,
                _ => compile::in_process(self.0.engines.get(kind).clone(), wasm).await?,
            }
        };
        let runtime = self.clone();
        let module = blocking(move || {
            let module = runtime.deserialize(kind, digest, &artefact)?;
            if let Some(cache) = &runtime.0.cache
                && let Err(error) = cache.store(kind, digest, &artefact)
            {
                // The module runs all the same; the next start compiles it again.
                tracing::warn!(%digest, %error, "an artefact cannot be kept");
            }
            Ok::<_, Error>(module)
        });
        Ok(module.await??)
    }

    fn deserialize(&self, kind: Kind, digest: ModuleDigest, artefact: &[u8]) -> Result<Module, Error> {
        let linker = &self.0.linkers[kind as usize];
        deserialized(self.0.engines.get(kind), artefact)
            .and_then(|module| Module::new(digest, kind, linker, &module))
            .map_err(|e| Error::Compiler(format!("its artefact does not load: {e:#}")))
    }

    /// An engine for scripts as it works on them: every host function is a trap.
    fn workshop(&self, digest: ModuleDigest, artefact: &[u8]) -> wasmtime::Result<Module> {
        let engine = &self.0.engines.workshop;
        let module = deserialized(engine, artefact)?;
        Module::new(digest, Kind::Scripts, &host::no_host(engine, &module)?, &module)
    }

    async fn ask_abi(&self, module: &Module) -> Result<(), CompileError> {
        let _slot = self.slot().await?;
        let _awake = self.0.ticker.awake();
        let memory_bytes = self.0.settings.memory_bytes_max.max(ABI_LIMITS.memory_bytes);
        let limits = RunLimits { memory_bytes, ..ABI_LIMITS };
        let sandbox = sandbox(module, &limits, run::no_egress(), None)?;
        let message = match run::abi(sandbox, module, &limits).await? {
            Ok(ABI) => return Ok(()),
            Ok(other) => format!(
                "the module speaks contract {other}; this host speaks {ABI}: let `hookbox_abi` answer {ABI}, or leave it out"
            ),
            Err(outcome) => {
                let why = outcome.error().map(|error| error.message).unwrap_or_default();
                format!("the module does not say which contract it speaks: `hookbox_abi` failed: {why}")
            }
        };
        Err(Refusal::new(ErrorCode::UnknownAbi, message).into())
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

fn deserialized(engine: &Engine, artefact: &[u8]) -> wasmtime::Result<wasmtime::Module> {
    // SAFETY: these bytes come from our own compiler: straight from it, from a file whose HMAC under the daemon's key was
    // verified over these very bytes, or from a module that was loaded from one of the two.
    #[expect(unsafe_code, reason = "loading compiled code is native code execution; see the safety comment")]
    unsafe {
        wasmtime::Module::deserialize(engine, artefact)
    }
}

fn sandbox(
    module: &Module,
    limits: &RunLimits,
    egress: Arc<dyn Egress>,
    logs: Option<LogTap>,
) -> Result<Sandbox, Error> {
    Sandbox::new(module.engine(), limits, egress, logs)
}

/// Runs `work` on a thread that may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|e| match e.try_into_panic() {
        Ok(_) => Error::Panicked("a background task".to_owned()),
        Err(_) => Error::Stopped,
    })
}
