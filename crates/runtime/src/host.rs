//! The imports of ABI 1: what a guest can call. No import ever calls the guest.

mod clock;
mod event;
mod http;
mod log;
mod random;
mod timer;
mod wasi;

use wasmtime::{Caller, Engine, Extern, ExternType, FuncType, Linker, Memory, Module, ValType};

use crate::Error;
use crate::sandbox::RunState;
use crate::sandbox::fault::Fault;

/// The name of the module that Hookbox's own imports come from.
pub(crate) const HOOKBOX: &str = "hookbox";

/// The name of the module that WASI's imports come from.
pub(crate) const WASI: &str = "wasi_snapshot_preview1";

/// Every import there is.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<RunState>, Error> {
    let mut linker = Linker::new(engine);
    let mut link = || {
        http::link(&mut linker)?;
        timer::link(&mut linker)?;
        event::link(&mut linker)?;
        log::link(&mut linker)?;
        random::link(&mut linker)?;
        clock::link(&mut linker)?;
        wasi::link(&mut linker)
    };
    link().map_err(|e| Error::Setup(format!("the host functions: {e:#}")))?;
    Ok(linker)
}

/// The functions that a module imports, all of which trap.
pub(crate) fn no_host(engine: &Engine, module: &Module) -> wasmtime::Result<Linker<RunState>> {
    let mut linker = Linker::new(engine);
    for import in module.imports() {
        if let ExternType::Func(ty) = import.ty() {
            let name = import.name().to_owned();
            linker.func_new(import.module(), import.name(), ty, move |_, _, _| {
                Err(Fault::Contract(format!("`{name}` is there for runs only")).into())
            })?;
        }
    }
    Ok(linker)
}

/// The type of the import of that name; `None` where there is none.
pub(crate) fn import_type(module: &str, name: &str) -> Option<ImportType> {
    let (params, results) = match (module, name) {
        (HOOKBOX, "http_start") => ("ii", "i"),
        (HOOKBOX, "timer_start") => ("I", "i"),
        (HOOKBOX, "next_event") => ("", "I"),
        (HOOKBOX, "take") => ("i", ""),
        (HOOKBOX, "log") => ("iii", ""),
        (HOOKBOX, "random") => ("ii", ""),
        (HOOKBOX, "now_ms") => ("", "F"),
        (WASI, name) => return wasi::import_type(name),
        _ => return None,
    };
    Some(ImportType { params, results })
}

/// The names of Hookbox's own imports, for messages.
pub(crate) const HOOKBOX_IMPORTS: &str = "http_start, timer_start, next_event, take, log, random, now_ms";

/// The type of an import: `i` for i32, `I` for i64, `F` for f64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportType {
    pub(crate) params: &'static str,
    pub(crate) results: &'static str,
}

impl ImportType {
    fn func_type(self, engine: &Engine) -> FuncType {
        let types = |letters: &'static str| {
            letters.bytes().map(|letter| match letter {
                b'I' => ValType::I64,
                b'F' => ValType::F64,
                _ => ValType::I32,
            })
        };
        FuncType::new(engine, types(self.params), types(self.results))
    }
}

/// The guest's memory. Looked up by name once for each run: a start function calls imports before the run has it.
fn memory(caller: &mut Caller<'_, RunState>) -> wasmtime::Result<Memory> {
    if let Some(memory) = caller.data().memory {
        return Ok(memory);
    }
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
        return Err(Fault::Contract("the module exports no memory".to_owned()).into());
    };
    caller.data_mut().memory = Some(memory);
    Ok(memory)
}

/// The `len` bytes at `ptr` of the guest's memory, and the run's state.
fn guest_bytes<'a>(
    caller: &'a mut Caller<'_, RunState>,
    ptr: u32,
    len: u32,
) -> wasmtime::Result<(&'a mut [u8], &'a mut RunState)> {
    let (bytes, state) = memory(caller)?.data_and_store_mut(caller);
    let size = bytes.len();
    let start = ptr as usize;
    let end = start.saturating_add(len as usize);
    match bytes.get_mut(start..end) {
        Some(bytes) => Ok((bytes, state)),
        None => Err(outside(ptr, len, size).into()),
    }
}

fn outside(ptr: u32, len: u32, size: usize) -> Fault {
    Fault::Contract(format!("{len} bytes at {ptr} are outside of the memory of {size} bytes"))
}

#[cfg(test)]
mod tests {
    use wasmtime::Store;

    use super::*;
    use crate::engine::{Kind, compiler};

    /// The check at upload and the linker must agree, or a checked module would not load.
    #[test]
    fn every_linked_import_has_the_type_that_the_check_asks_for() {
        let engine: Engine = compiler(Kind::Modules).expect("engine");
        let linker = linker(&engine).expect("linker");
        let limits = hookbox_protocol::RunLimits::default();
        let sandbox = crate::sandbox::Sandbox::new(&engine, &limits, std::sync::Arc::new(crate::NoEgress), None);
        let mut store: Store<RunState> = sandbox.expect("sandbox").store;
        let linked: Vec<_> =
            linker.iter(&mut store).map(|(module, name, item)| (module.to_owned(), name.to_owned(), item)).collect();
        assert_eq!(linked.len(), HOOKBOX_IMPORTS.split(", ").count() + wasi::TABLE.len());
        for (module, name, item) in linked {
            let ExternType::Func(actual) = item.ty(&store) else { panic!("{module}.{name} is no function") };
            let expected = import_type(&module, &name).expect("known").func_type(&engine);
            assert!(FuncType::eq(&expected, &actual), "{module}.{name} is {actual}, the check asks for {expected}");
        }
    }
}
