//! `timer_start(ms: i64) -> i32`: starts a timer and gives its id; less than a millisecond is due at once.

use wasmtime::{Caller, Linker};

use super::HOOKBOX;
use crate::sandbox::RunState;

pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap(HOOKBOX, "timer_start", |mut caller: Caller<'_, RunState>, ms: i64| {
        Ok(caller.data_mut().pending.start_timer(ms)?)
    })?;
    Ok(())
}
