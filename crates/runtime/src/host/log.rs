//! `log(level, ptr, len)`: prints a line.

use hookbox_protocol::report::Level;
use wasmtime::{Caller, Linker};

use super::{HOOKBOX, guest_bytes};
use crate::sandbox::RunState;

pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap(HOOKBOX, "log", |mut caller: Caller<'_, RunState>, level: u32, ptr: u32, len: u32| {
        let (line, state) = guest_bytes(&mut caller, ptr, len)?;
        state.logs.line(Level::of_number(level), line);
        wasmtime::Result::Ok(())
    })?;
    Ok(())
}
