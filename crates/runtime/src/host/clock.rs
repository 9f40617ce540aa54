//! `now_ms() -> f64`: milliseconds since 1970, whole ones; the clock stands still while the guest computes.

use wasmtime::{Caller, Linker};

use super::HOOKBOX;
use crate::sandbox::RunState;

pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap(HOOKBOX, "now_ms", |caller: Caller<'_, RunState>| {
        (caller.data().clock.unix().as_secs_f64() * 1e3).round()
    })?;
    Ok(())
}
