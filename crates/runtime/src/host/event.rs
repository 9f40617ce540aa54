//! `next_event() -> i64` waits until a call or a timer finishes; `take(ptr)` copies its event into the guest's memory.

use wasmtime::{Caller, Linker};

use super::{HOOKBOX, guest_bytes};
use crate::sandbox::RunState;
use crate::sandbox::fault::Fault;

pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap_async(HOOKBOX, "next_event", |mut caller: Caller<'_, RunState>, (): ()| {
        Box::new(async move {
            match caller.data_mut().pending.next().await {
                // An event's length is bounded by `http_response_bytes`, far below 4 GiB.
                Some((id, len)) => (u64::from(id) << 32) | (len as u64 & 0xffff_ffff),
                None => 0,
            }
        })
    })?;
    linker.func_wrap(HOOKBOX, "take", |mut caller: Caller<'_, RunState>, ptr: u32| {
        let Some(event) = caller.data_mut().pending.take() else {
            return Err(Fault::Contract("`take` without an event from `next_event`".to_owned()).into());
        };
        let len = u32::try_from(event.len()).unwrap_or(u32::MAX);
        guest_bytes(&mut caller, ptr, len)?.0.copy_from_slice(&event);
        wasmtime::Result::Ok(())
    })?;
    Ok(())
}
