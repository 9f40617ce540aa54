//! `random(ptr, len)`: fills the guest's memory with random bytes.

use wasmtime::{Caller, Linker};

use super::{HOOKBOX, guest_bytes};
use crate::sandbox::RunState;
use crate::sandbox::fault::Fault;

/// Bytes between two looks at the clock: the system's generator takes about 0.2 ms for them.
const CHUNK: usize = 64 << 10;

pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap(HOOKBOX, "random", |mut caller: Caller<'_, RunState>, ptr: u32, len: u32| {
        fill(&mut caller, ptr, len)
    })?;
    Ok(())
}

/// Fills `len` bytes at `ptr`. A guest may ask for all of its memory, so time is watched on the way.
pub(super) fn fill(caller: &mut Caller<'_, RunState>, ptr: u32, len: u32) -> wasmtime::Result<()> {
    let (bytes, state) = guest_bytes(caller, ptr, len)?;
    for (index, chunk) in bytes.chunks_mut(CHUNK).enumerate() {
        if index > 0
            && let Some(budget) = state.meter.spent()
        {
            return Err(Fault::Time(budget).into());
        }
        state.rng.fill(chunk).map_err(|e| wasmtime::Error::msg(format!("the system gives no random bytes: {e}")))?;
    }
    Ok(())
}
