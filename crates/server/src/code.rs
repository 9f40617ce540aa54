//! From what a version is written as to what the sandbox runs. The one place that knows how code becomes a program.

use bytes::Bytes;
use hookbox_protocol::ModuleDigest;
use hookbox_protocol::outcome::{HookError, Outcome};
use hookbox_runtime::{CompileError, Error, Program, Runtime};
use hookbox_store::{Code, Queue};

use crate::scripts::{Compiled, Explainer, Scripts};

/// What a version's code comes to.
pub(crate) enum Loaded {
    /// It can run; the errors of a script can be explained.
    Program(Program, Option<Explainer>),
    /// It cannot, and that is the hook's outcome.
    Ended(Outcome),
}

/// Makes programs of code.
#[derive(Clone)]
pub(crate) struct Loader {
    runtime: Runtime,
    queue: Queue,
    scripts: Scripts,
}

impl Loader {
    pub(crate) fn new(runtime: Runtime, queue: Queue, scripts: Scripts) -> Self {
        Self { runtime, queue, scripts }
    }

    /// The program of a saved version. An error is the host's.
    pub(crate) async fn saved(&self, code: &Code) -> Result<Loaded, Error> {
        match code {
            Code::Module { digest } => self.module(*digest).await,
            Code::Script { source } => script(&self.scripts, source).await,
        }
    }

    async fn module(&self, digest: ModuleDigest) -> Result<Loaded, Error> {
        let queue = self.queue.clone();
        let stored = move || async move {
            let wasm = queue.module(digest).await.map_err(Error::source)?;
            wasm.ok_or_else(|| Error::source(format!("the store has no module {digest}")))
        };
        loaded(&self.runtime, digest, stored).await
    }
}

/// The program of a module that is at hand; its digest says which it is.
pub(crate) async fn given(runtime: &Runtime, digest: ModuleDigest, wasm: Bytes) -> Result<Loaded, Error> {
    loaded(runtime, digest, move || std::future::ready(Ok(wasm))).await
}

/// What a script comes to.
pub(crate) async fn script(scripts: &Scripts, source: &str) -> Result<Loaded, Error> {
    Ok(match scripts.program(source).await? {
        Compiled::Script(program, explainer) => Loaded::Program(program, Some(explainer)),
        Compiled::Failed(error) => Loaded::Ended(Outcome::Failed { error }),
    })
}

async fn loaded<F, Fut>(runtime: &Runtime, digest: ModuleDigest, wasm: F) -> Result<Loaded, Error>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Bytes, Error>>,
{
    match runtime.load(digest, wasm).await {
        Ok(module) => Ok(Loaded::Program(Program { module, payload: None }, None)),
        // It was accepted once: the limits of the screen, or the engine, changed since.
        Err(CompileError::Refused(refusal)) => Ok(Loaded::Ended(Outcome::Failed {
            error: HookError {
                message: format!("the module is no longer accepted ({}): {}", refusal.code.name(), refusal.message),
                name: "ModuleRefused".to_owned(),
                ..HookError::default()
            },
        })),
        Err(CompileError::Host(error)) => Err(error),
    }
}
