//! A module that is compiled, linked and ready to be instantiated.

use std::sync::Arc;

use hookbox_protocol::ModuleDigest;
use hookbox_protocol::trigger;
use wasmtime::{
    Engine, Extern, Instance, InstancePre, Linker, ModuleExport, Store, TypedFunc, WasmParams, WasmResults,
};

use crate::Error;
use crate::engine::Kind;
use crate::sandbox::RunState;

/// A loaded module. Cheap to clone.
#[derive(Clone)]
pub struct Module(Arc<Inner>);

struct Inner {
    digest: ModuleDigest,
    kind: Kind,
    code_bytes: u64,
    pre: InstancePre<RunState>,
    exports: Exports,
}

/// Where the exports are that a run needs, so that no run looks them up by name.
pub(crate) struct Exports {
    pub(crate) memory: Option<ModuleExport>,
    pub(crate) alloc: Option<ModuleExport>,
    pub(crate) initialize: Option<ModuleExport>,
    pub(crate) abi: Option<ModuleExport>,
    pub(crate) run_script: Option<ModuleExport>,
    pub(crate) triggers: [Option<ModuleExport>; trigger::TABLE.len()],
}

impl Module {
    pub(crate) fn new(
        digest: ModuleDigest,
        kind: Kind,
        linker: &Linker<RunState>,
        module: &wasmtime::Module,
    ) -> Result<Self, wasmtime::Error> {
        let export = |name: &str| module.get_export_index(name);
        let exports = Exports {
            memory: export("memory"),
            alloc: export("hookbox_alloc"),
            initialize: export("_initialize"),
            abi: export("hookbox_abi"),
            run_script: export("hookbox_run_script"),
            triggers: trigger::TABLE.map(|spec| export(spec.export)),
        };
        let code = module.image_range();
        let code_bytes = (code.end as usize).saturating_sub(code.start as usize) as u64;
        Ok(Self(Arc::new(Inner { digest, kind, code_bytes, pre: linker.instantiate_pre(module)?, exports })))
    }

    /// The SHA-256 of the WebAssembly that it was compiled from.
    pub fn digest(&self) -> ModuleDigest {
        self.0.digest
    }

    /// Bytes of compiled code that it keeps loaded.
    pub fn code_bytes(&self) -> u64 {
        self.0.code_bytes
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.0.pre.module().engine()
    }

    pub(crate) fn pre(&self) -> &InstancePre<RunState> {
        &self.0.pre
    }

    pub(crate) fn exports(&self) -> &Exports {
        &self.0.exports
    }

    /// The place of an export that is not in the contract of a hook.
    pub(crate) fn export(&self, name: &str) -> Option<ModuleExport> {
        self.0.pre.module().get_export_index(name)
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("digest", &self.0.digest.to_string()).finish_non_exhaustive()
    }
}

/// The function at `export`, with the type that the contract gives it.
pub(crate) fn function<P: WasmParams, R: WasmResults>(
    store: &mut Store<RunState>,
    instance: &Instance,
    export: Option<&ModuleExport>,
    name: &str,
) -> Result<TypedFunc<P, R>, Error> {
    let found = export.and_then(|export| instance.get_module_export(&mut *store, export));
    let Some(Extern::Func(function)) = found else { return Err(Error::MissingExport(name.to_owned())) };
    function.typed(&*store).map_err(|e| Error::Sandbox(format!("`{name}`: {e:#}")))
}
