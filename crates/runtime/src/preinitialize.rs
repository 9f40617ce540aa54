//! Pre-initialisation: a module's initialiser runs once, and its memory becomes part of a new module.

use futures_util::FutureExt as _;
use hookbox_protocol::RunLimits;
use wasmtime::{Instance, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

use crate::Error;
use crate::engine::{Kind, compiler};
use crate::host;
use crate::run::no_egress;
use crate::sandbox::clock::{Clock, Rng};
use crate::sandbox::{RunState, Sandbox};

/// What the initialiser may use; it is our own code, so these only end an endless loop.
const LIMITS: RunLimits = RunLimits { cpu_ms: 60_000, wall_ms: 60_000, ..RunLimits::CEILINGS };

/// Calls the export `wizer-initialize` and gives the module in the state that it left.
///
/// Pages of zeros at the end of its memory are left out: a module that needs room of a certain size marks where it ends.
///
/// The clock stands at 0 and random bytes are zeros meanwhile: what is read then would be the same in every run.
pub(crate) fn preinitialize(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let wizer = Wizer::new();
    let failed = |e: wasmtime::Error| Error::EngineModule(format!("pre-initialisation: {e:#}"));
    let (context, instrumented) = wizer.instrument(wasm).map_err(failed)?;
    let engine = compiler(Kind::Scripts)?;
    let module = wasmtime::Module::from_binary(&engine, &instrumented).map_err(failed)?;
    let linker = host::linker(&engine)?;
    let mut sandbox = Sandbox::new(&engine, &LIMITS, no_egress(), None)?;
    let state = sandbox.store.data_mut();
    state.clock = Clock::Zero;
    state.rng = Rng::Zero;
    let store = &mut sandbox.store;
    let snapshot = async {
        let instance = linker.instantiate_async(&mut *store, &module).await?;
        if let Some(initialize) = instance.get_func(&mut *store, "_initialize") {
            initialize.call_async(&mut *store, &[], &mut []).await?;
        }
        let initialize = instance.get_typed_func::<(), ()>(&mut *store, wizer.get_init_func())?;
        initialize.call_async(&mut *store, ()).await?;
        wizer.snapshot(&context, &mut Initialized { store, instance }).await
    };
    // No ticker drives this engine's epoch, so only a wait for an event could leave the future pending.
    match snapshot.now_or_never() {
        Some(Err(error)) => {
            let (said, _) = sandbox.store.data_mut().logs.finish();
            let said: String = said.iter().map(|line| format!("{}: ", line.message)).collect();
            Err(failed(error.context(format!("{said}the initialiser failed"))))
        }
        Some(Ok(snapshot)) => Ok(snapshot),
        None => Err(Error::EngineModule("pre-initialisation waits for an event, which cannot come".to_owned())),
    }
}

/// The instance as wizer reads it. Its own implementation needs features of wasmtime that stay off here.
struct Initialized<'s> {
    store: &'s mut Store<RunState>,
    instance: Instance,
}

impl InstanceState for Initialized<'_> {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut *self.store, name).expect("wizer asks for globals that it exported");
        match global.get(&mut *self.store) {
            Val::I32(number) => SnapshotVal::I32(number),
            Val::I64(number) => SnapshotVal::I64(number),
            Val::F32(bits) => SnapshotVal::F32(bits),
            Val::F64(bits) => SnapshotVal::F64(bits),
            Val::V128(number) => SnapshotVal::V128(number.as_u128()),
            other => unreachable!("wizer refuses modules with globals such as {other:?}"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory =
            self.instance.get_memory(&mut *self.store, name).expect("wizer asks for memories that it exported");
        contents(used(memory.data(&*self.store)));
    }
}

/// The memory as far as the initialiser has left anything in it. It may have used more than runs need, and cannot give
/// any back: whole pages of zeros at the end are no part of the image.
fn used(memory: &[u8]) -> &[u8] {
    const PAGE: usize = 64 << 10;
    let len = memory.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &memory[..len.next_multiple_of(PAGE).min(memory.len())]
}
