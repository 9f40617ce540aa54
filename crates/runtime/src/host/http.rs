//! `http_start(ptr, len) -> i32`: starts an outgoing request and gives its id.

use wasmtime::{Caller, Linker};

use super::{HOOKBOX, guest_bytes};
use crate::sandbox::RunState;

pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap(HOOKBOX, "http_start", |mut caller: Caller<'_, RunState>, ptr: u32, len: u32| {
        let (json, state) = guest_bytes(&mut caller, ptr, len)?;
        Ok(state.pending.start_call(json)?)
    })?;
    Ok(())
}
