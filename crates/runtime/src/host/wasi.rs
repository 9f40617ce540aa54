//! WASI preview 1 with nothing granted: stdout and stderr become log lines, clocks and random bytes are the run's,
//! there are no files, no arguments, no environment and no sockets.
//!
//! `wasmtime-wasi` serves what a standard library needs to start, to print and to sleep. Every other function of
//! preview 1 answers `ENOSYS`, so that modules load whose toolchain imports them by habit: what is not in [`SERVED`]
//! or below it cannot be reached.

mod context;

use wasmtime::{Caller, Linker, Val};
use wasmtime_wasi::p1::{self, wasi_snapshot_preview1};
use wiggle::GuestMemory;

use super::{ImportType, WASI, memory, random};
use crate::sandbox::RunState;
use crate::sandbox::fault::Fault;

const SUCCESS: i32 = 0;
const EINVAL: i32 = 28;
const ENOSYS: i32 = 52;

/// Subscriptions of one `poll_oneoff`.
const SUBSCRIPTIONS_MAX: u32 = 1_024;

/// The functions that `wasmtime-wasi` serves as they are.
const SERVED: [&str; 13] = [
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_close",
    "fd_fdstat_get",
    "fd_prestat_get",
    "fd_read",
    "fd_seek",
    "fd_write",
    "sched_yield",
];

/// Every function of preview 1 with its parameters; each gives an i32, `proc_exit` excepted.
pub(super) const TABLE: [(&str, &str); 46] = [
    ("args_get", "ii"),
    ("args_sizes_get", "ii"),
    ("clock_res_get", "ii"),
    ("clock_time_get", "iIi"),
    ("environ_get", "ii"),
    ("environ_sizes_get", "ii"),
    ("fd_advise", "iIIi"),
    ("fd_allocate", "iII"),
    ("fd_close", "i"),
    ("fd_datasync", "i"),
    ("fd_fdstat_get", "ii"),
    ("fd_fdstat_set_flags", "ii"),
    ("fd_fdstat_set_rights", "iII"),
    ("fd_filestat_get", "ii"),
    ("fd_filestat_set_size", "iI"),
    ("fd_filestat_set_times", "iIIi"),
    ("fd_pread", "iiiIi"),
    ("fd_prestat_dir_name", "iii"),
    ("fd_prestat_get", "ii"),
    ("fd_pwrite", "iiiIi"),
    ("fd_read", "iiii"),
    ("fd_readdir", "iiiIi"),
    ("fd_renumber", "ii"),
    ("fd_seek", "iIii"),
    ("fd_sync", "i"),
    ("fd_tell", "ii"),
    ("fd_write", "iiii"),
    ("path_create_directory", "iii"),
    ("path_filestat_get", "iiiii"),
    ("path_filestat_set_times", "iiiiIIi"),
    ("path_link", "iiiiiii"),
    ("path_open", "iiiiiIIii"),
    ("path_readlink", "iiiiii"),
    ("path_remove_directory", "iii"),
    ("path_rename", "iiiiii"),
    ("path_symlink", "iiiii"),
    ("path_unlink_file", "iii"),
    ("poll_oneoff", "iiii"),
    ("proc_exit", "i"),
    ("proc_raise", "i"),
    ("random_get", "ii"),
    ("sched_yield", ""),
    ("sock_accept", "iii"),
    ("sock_recv", "iiiiii"),
    ("sock_send", "iiiii"),
    ("sock_shutdown", "ii"),
];

/// The type of the function of that name.
pub(super) fn import_type(name: &str) -> Option<ImportType> {
    let (_, params) = TABLE.iter().find(|(known, _)| *known == name)?;
    Some(ImportType { params, results: if name == "proc_exit" { "" } else { "i" } })
}

/// Links all of `wasmtime-wasi`, then puts a stub before each function that is not served, then what is ours.
pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    p1::add_to_linker_async(linker, context::of)?;
    for (name, _) in TABLE.into_iter().filter(|(name, _)| !SERVED.contains(name)) {
        if let Some(ty) = import_type(name).filter(|ty| !ty.results.is_empty()) {
            let ty = ty.func_type(linker.engine());
            linker.func_new(WASI, name, ty, |_, _, results| {
                results.fill(Val::I32(ENOSYS));
                Ok(())
            })?;
        }
    }
    poll_oneoff(linker)?;
    // Not from `wasmtime-wasi`: it collects the bytes in the host's memory, one at a time and without a look at the
    // clock, up to a bound past which it traps.
    linker.func_wrap(WASI, "random_get", |mut caller: Caller<'_, RunState>, ptr: u32, len: u32| {
        random::fill(&mut caller, ptr, len).map(|()| SUCCESS)
    })?;
    // Not from `wasmtime-wasi`: it has no code of 126 or more.
    linker.func_wrap(WASI, "proc_exit", |code: i32| -> wasmtime::Result<()> { Err(Fault::Exit(code).into()) })?;
    linker.allow_shadowing(false);
    Ok(())
}

/// `wasmtime-wasi`'s own, with a bound before it. Each subscription costs the host far more than its bytes, and all of
/// them are set up without a look at the clock: the bytes that a write may have would be too many here. The wait itself
/// ends with the run.
fn poll_oneoff(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        WASI,
        "poll_oneoff",
        |mut caller: Caller<'_, RunState>, (subscriptions, events, count, stored): (i32, i32, i32, i32)| {
            Box::new(async move {
                use wasi_snapshot_preview1::WasiSnapshotPreview1 as _;

                if count.cast_unsigned() > SUBSCRIPTIONS_MAX {
                    return Ok(EINVAL);
                }
                let (bytes, state) = memory(&mut caller)?.data_and_store_mut(&mut caller);
                let context = context::of(state);
                context.set_hostcall_fuel(usize::MAX);
                let mut memory = GuestMemory::Unshared(bytes);
                wasi_snapshot_preview1::poll_oneoff(context, &mut memory, subscriptions, events, count, stored).await
            })
        },
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;
    use hookbox_protocol::RunLimits;
    use wasmtime::{Extern, ValType};

    use super::*;
    use crate::engine::{Kind, compiler};
    use crate::sandbox::Sandbox;

    #[test]
    fn what_is_not_served_answers_enosys() {
        const OURS: [&str; 3] = ["poll_oneoff", "proc_exit", "random_get"];
        let engine = compiler(Kind::Modules).expect("engine");
        let linker = crate::host::linker(&engine).expect("linker");
        let sandbox = Sandbox::new(&engine, &RunLimits::default(), Arc::new(crate::NoEgress), None);
        let mut store = sandbox.expect("sandbox").store;
        let mut stubs = 0;
        for (name, params) in TABLE.into_iter().filter(|(name, _)| !SERVED.contains(name) && !OURS.contains(name)) {
            let Ok(Extern::Func(stub)) = linker.get(&mut store, WASI, name) else { panic!("{name} is not linked") };
            let zeros: Vec<_> =
                stub.ty(&store).params().map(|ty| Val::default_for_ty(&ty).expect("a number")).collect();
            assert_eq!(zeros.len(), params.len());
            let mut results = [Val::default_for_ty(&ValType::I32).expect("a number")];
            let called = stub.call_async(&mut store, &zeros, &mut results).now_or_never().expect("no wait");
            called.unwrap_or_else(|error| panic!("{name}: {error:#}"));
            assert_eq!(results[0].i32(), Some(ENOSYS), "{name}");
            stubs += 1;
        }
        assert_eq!(stubs, TABLE.len() - SERVED.len() - OURS.len());
    }

    #[test]
    fn a_run_that_calls_nothing_of_wasi_makes_nothing_for_it() {
        let engine = compiler(Kind::Modules).expect("engine");
        let sandbox = Sandbox::new(&engine, &RunLimits::default(), Arc::new(crate::NoEgress), None);
        assert!(sandbox.expect("sandbox").store.data().wasi.is_none());
    }
}
