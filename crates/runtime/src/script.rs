//! The engine for scripts, twice: once to run them, once to work on them.

use std::sync::Arc;

use crate::module::Module;
use crate::{Program, Snapshot};

/// An engine of our own that runs scripts. Cheap to clone.
///
/// Compiling and loading a script write all over the memory. They have instances of their own, which are made for one
/// call: a slot of the pool that runs scripts copies back after every run whatever any call has ever written in it.
#[derive(Debug, Clone)]
pub struct ScriptEngine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    runs: Module,
    works: Module,
}

impl ScriptEngine {
    pub(crate) fn new(runs: Module, works: Module) -> Self {
        Self(Arc::new(Inner { runs, works }))
    }

    /// What [`crate::Runtime::run`] runs for a script that [`crate::Runtime::snapshot`] has loaded.
    pub fn program(&self, script: &Snapshot) -> Program {
        Program { module: self.0.runs.clone(), payload: Some(script.clone()) }
    }

    /// For calls that are no runs. Its host functions trap.
    pub(crate) fn works(&self) -> &Module {
        &self.0.works
    }
}
