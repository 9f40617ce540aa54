//! Scripts as programs: the JavaScript engine, started at the first script, and the scripts that ran lately, compiled.

use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hookbox_javascript::{CompileError, Engine, Script};
use hookbox_protocol::HookError;
use hookbox_protocol::outcome::Outcome;
use hookbox_runtime::{Error, Program, Runtime};
use lru::LruCache;
use tokio::sync::OnceCell;

/// Bytes of scripts, and of what they were compiled to, that are kept ready. A script that is not among them is compiled again, which takes
/// milliseconds.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// What runs scripts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Scripts(Arc<Inner>);

struct Inner {
    runtime: Runtime,
    cache_dir: Option<PathBuf>,
    engine: OnceCell<Engine>,
    hasher: RandomState,
    kept: Mutex<Kept>,
}

/// The scripts by a hash of their text; the text itself decides, so that two scripts never meet.
struct Kept {
    scripts: LruCache<u64, (Arc<str>, Script)>,
    bytes: usize,
}

/// What a script comes to.
pub(crate) enum Compiled {
    /// It can run, and its errors can be explained.
    Script(Program, Explainer),
    /// It does not compile, or this build cannot run scripts: that is the hook's outcome.
    Failed(HookError),
}

/// Shows where in the script an error happened.
pub(crate) struct Explainer {
    engine: Engine,
    source: Arc<str>,
}

impl Explainer {
    /// Adds the line of the script to what the hook reports, where it reports an error.
    pub(crate) fn explain(&self, outcome: &mut Outcome) {
        if let Outcome::Failed { error } = outcome {
            self.engine.explain(error, &self.source);
        }
    }
}

impl Scripts {
    /// Does no work yet. The engine's pre-initialised image is kept in `cache_dir`.
    pub(crate) fn new(runtime: Runtime, cache_dir: Option<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            runtime,
            cache_dir,
            engine: OnceCell::new(),
            hasher: RandomState::new(),
            kept: Mutex::new(Kept { scripts: LruCache::unbounded(), bytes: 0 }),
        }))
    }

    /// Whether an earlier start has prepared the engine. A daemon whose tenants have no scripts never pays for it.
    pub(crate) fn were_used(&self) -> bool {
        Engine::available() && self.0.cache_dir.as_deref().is_some_and(Engine::is_prepared)
    }

    /// Starts the engine, so that the first script does not wait for it. Trouble shows again at the first script.
    pub(crate) async fn warm_up(&self) {
        match self.engine().await {
            Ok(_) => tracing::info!("the JavaScript engine is ready"),
            Err(error) => tracing::error!(%error, "the JavaScript engine does not start"),
        }
    }

    /// The program of a script: from memory, else compiled inside the sandbox. An error is the host's.
    pub(crate) async fn program(&self, source: &str) -> Result<Compiled, Error> {
        let Some(engine) = self.engine().await? else { return Ok(Compiled::Failed(no_engine())) };
        let key = self.0.hasher.hash_one(source);
        let found = self.kept().get(key, source);
        let (source, compiled) = match found {
            Some(found) => found,
            None => match engine.compile(source).await {
                Ok(compiled) => self.kept().put(key, source.into(), compiled),
                Err(CompileError::Script(diagnostics)) => return Ok(Compiled::Failed(diagnostics.hook_error())),
                Err(CompileError::Host(error)) => return Err(error),
            },
        };
        Ok(Compiled::Script(engine.program(&compiled), Explainer { engine: engine.clone(), source }))
    }

    /// What an author should know of a script that is being saved: where it does not compile, which modules it will not
    /// find. The script is stored all the same, as the original did.
    pub(crate) async fn warnings<'a>(
        &self,
        source: &str,
        dependencies: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<String>, Error> {
        let mut warnings: Vec<String> =
            Engine::warnings(source, dependencies).into_iter().map(|warning| warning.message).collect();
        if let Compiled::Failed(error) = self.program(source).await? {
            warnings.insert(0, format!("{}: {}", error.name, error.message));
        }
        Ok(warnings)
    }

    /// The engine; nothing where the build has none.
    async fn engine(&self) -> Result<Option<&Engine>, Error> {
        if !Engine::available() {
            return Ok(None);
        }
        let start = || async {
            Engine::start(&self.0.runtime, self.0.cache_dir.as_deref()).await.map_err(|error| match error {
                hookbox_javascript::Error::Runtime(error) => error,
                other => Error::source(other),
            })
        };
        self.0.engine.get_or_try_init(start).await.map(Some)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, key: u64, source: &str) -> Option<(Arc<str>, Script)> {
        self.scripts.get(&key).filter(|(kept, _)| **kept == *source).cloned()
    }

    fn put(&mut self, key: u64, source: Arc<str>, compiled: Script) -> (Arc<str>, Script) {
        self.bytes += source.len() + compiled.bytes();
        let script = (source, compiled);
        let replaced = self.scripts.put(key, script.clone());
        self.bytes -= replaced.map_or(0, |(source, compiled)| source.len() + compiled.bytes());
        while self.bytes > KEPT_BYTES_MAX
            && let Some((_, (source, compiled))) = self.scripts.pop_lru()
        {
            self.bytes -= source.len() + compiled.bytes();
        }
        script
    }
}

/// What every script comes to in a build without the engine.
fn no_engine() -> HookError {
    HookError {
        message: format!("{}; or upload the hook as a module", hookbox_javascript::Error::NotBuilt),
        name: "NoJavaScriptEngine".to_owned(),
        ..HookError::default()
    }
}
