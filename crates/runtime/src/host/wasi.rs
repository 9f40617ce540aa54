//! WASI preview 1 with nothing granted: stdout and stderr become log lines, clocks and random bytes are the run's,
//! there are no files, no arguments, no environment and no sockets.
//!
//! Written here rather than taken from `wasmtime-wasi`: what is allowed is a dozen small functions, and what is not
//! in this file cannot be reached. Every other function of preview 1 answers `ENOSYS`, so that modules load whose
//! toolchain imports them by habit.

use std::time::Duration;

use wasmtime::{Caller, Linker, Val};

use super::{ImportType, WASI, guest_bytes, memory, outside, random};
use crate::sandbox::RunState;
use crate::sandbox::fault::Fault;
use crate::sandbox::logs::Stream;

const SUCCESS: i32 = 0;
const EBADF: i32 = 8;
const EINVAL: i32 = 28;
const ENOSYS: i32 = 52;
const ESPIPE: i32 = 70;

/// Buffers of one `fd_write`, and subscriptions of one `poll_oneoff`.
const VECTORS_MAX: u32 = 1_024;

/// Bytes that one `fd_write` takes.
const WRITE_BYTES_MAX: u32 = 64 << 10;

/// Nanoseconds of a millisecond, the clocks' resolution.
const RESOLUTION_NS: u64 = 1_000_000;

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

pub(super) fn link(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    for (name, _) in TABLE {
        if let Some(ty) = import_type(name).filter(|ty| !ty.results.is_empty()) {
            let ty = ty.func_type(linker.engine());
            linker.func_new(WASI, name, ty, |_, _, results| {
                results.fill(Val::I32(ENOSYS));
                Ok(())
            })?;
        }
    }
    linker.allow_shadowing(true);
    nothing_granted(linker)?;
    stdio(linker)?;
    time(linker)?;
    linker.func_wrap(WASI, "random_get", |mut caller: Caller<'_, RunState>, ptr: u32, len: u32| {
        random::fill(&mut caller, ptr, len).map(|()| SUCCESS)
    })?;
    linker.func_wrap(WASI, "proc_exit", |code: i32| -> wasmtime::Result<()> { Err(Fault::Exit(code).into()) })?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Arguments, environment and directories: empty lists, not errors, since every libc asks for them when it starts.
fn nothing_granted(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    for name in ["args_sizes_get", "environ_sizes_get"] {
        linker.func_wrap(WASI, name, |mut caller: Caller<'_, RunState>, count: u32, size: u32| {
            write(&mut caller, count, &0_u32.to_le_bytes())?;
            write(&mut caller, size, &0_u32.to_le_bytes())
        })?;
    }
    for name in ["args_get", "environ_get"] {
        linker.func_wrap(WASI, name, |_: u32, _: u32| SUCCESS)?;
    }
    // A libc stops to look for directories at the first EBADF; any other error makes it exit.
    linker.func_wrap(WASI, "fd_prestat_get", |_: u32, _: u32| EBADF)?;
    linker.func_wrap(WASI, "fd_prestat_dir_name", |_: u32, _: u32, _: u32| EBADF)?;
    Ok(())
}

fn stdio(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap(
        WASI,
        "fd_write",
        |mut caller: Caller<'_, RunState>, fd: u32, vectors: u32, count: u32, written: u32| {
            let stream = match fd {
                1 => Stream::Stdout,
                2 => Stream::Stderr,
                _ => return Ok(EBADF),
            };
            if count > VECTORS_MAX {
                return Ok(EINVAL);
            }
            let sum = write_vectors(&mut caller, stream, vectors, count)?;
            write(&mut caller, written, &sum.to_le_bytes())
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_read",
        |mut caller: Caller<'_, RunState>, fd: u32, _: u32, _: u32, read: u32| match fd {
            0 => write(&mut caller, read, &0_u32.to_le_bytes()),
            _ => Ok(EBADF),
        },
    )?;
    linker.func_wrap(WASI, "fd_close", |fd: u32| if fd <= 2 { SUCCESS } else { EBADF })?;
    linker.func_wrap(WASI, "fd_seek", |fd: u32, _: u64, _: u32, _: u32| if fd <= 2 { ESPIPE } else { EBADF })?;
    linker.func_wrap(WASI, "fd_fdstat_get", |mut caller: Caller<'_, RunState>, fd: u32, stat: u32| {
        if fd > 2 {
            return Ok(EBADF);
        }
        const CHARACTER_DEVICE: u8 = 2;
        const RIGHT_READ: u8 = 1 << 1;
        const RIGHT_WRITE: u8 = 1 << 6;
        let mut bytes = [0_u8; 24];
        bytes[0] = CHARACTER_DEVICE;
        bytes[8] = if fd == 0 { RIGHT_READ } else { RIGHT_WRITE };
        write(&mut caller, stat, &bytes)
    })?;
    Ok(())
}

/// Hands the guest's buffers to the log and gives how many bytes were taken: at most [`WRITE_BYTES_MAX`], so that a
/// guest cannot keep the host busy with a thousand buffers that are all of its memory. A libc writes the rest in a
/// next call.
fn write_vectors(caller: &mut Caller<'_, RunState>, stream: Stream, vectors: u32, count: u32) -> wasmtime::Result<u32> {
    let (bytes, state) = memory(caller)?.data_and_store_mut(caller);
    let slice = |ptr: u32, len: u32| {
        let start = ptr as usize;
        bytes.get(start..start.saturating_add(len as usize)).ok_or_else(|| outside(ptr, len, bytes.len()))
    };
    let mut sum = 0_u32;
    for vector in slice(vectors, count * 8)?.chunks_exact(8) {
        let (ptr, len) = (u32_at(vector, 0), u32_at(vector, 4));
        let taken = &slice(ptr, len)?[..len.min(WRITE_BYTES_MAX - sum) as usize];
        state.logs.write(stream, taken);
        sum += u32::try_from(taken.len()).unwrap_or(0);
        if sum == WRITE_BYTES_MAX {
            break;
        }
    }
    Ok(sum)
}

fn time(linker: &mut Linker<RunState>) -> wasmtime::Result<()> {
    linker.func_wrap(WASI, "sched_yield", || SUCCESS)?;
    linker.func_wrap(WASI, "clock_res_get", |mut caller: Caller<'_, RunState>, clock: u32, ptr: u32| {
        if clock > 3 { Ok(EINVAL) } else { write(&mut caller, ptr, &RESOLUTION_NS.to_le_bytes()) }
    })?;
    linker.func_wrap(WASI, "clock_time_get", |mut caller: Caller<'_, RunState>, clock: u32, _: u64, ptr: u32| {
        match time_of(caller.data_mut(), clock) {
            Some(ns) => write(&mut caller, ptr, &ns.to_le_bytes()),
            None => Ok(EINVAL),
        }
    })?;
    linker.func_wrap_async(
        WASI,
        "poll_oneoff",
        |mut caller: Caller<'_, RunState>, (subscriptions, events, count, stored): (u32, u32, u32, u32)| {
            Box::new(async move {
                if count == 0 || count > VECTORS_MAX {
                    return Ok(EINVAL);
                }
                poll_oneoff(&mut caller, subscriptions, events, count, stored).await
            })
        },
    )?;
    Ok(())
}

/// Nanoseconds of a WASI clock; 2 and 3 are the CPU time of process and thread, for which the run's own time stands.
fn time_of(state: &mut RunState, clock: u32) -> Option<u64> {
    let time = match clock {
        0 => state.clock.unix(),
        1..=3 => state.clock.monotonic(),
        _ => return None,
    };
    u64::try_from(time.as_nanos()).ok()
}

/// How a guest sleeps: the earliest of its clocks ends the wait, within the run's time. A subscription to a file is
/// answered at once with `EBADF`, since there is nothing to wait for.
async fn poll_oneoff(
    caller: &mut Caller<'_, RunState>,
    subscriptions: u32,
    events: u32,
    count: u32,
    stored: u32,
) -> wasmtime::Result<i32> {
    let wanted: Vec<Subscription> = {
        let (bytes, _) = guest_bytes(caller, subscriptions, count * SUBSCRIPTION_BYTES)?;
        bytes.chunks_exact(SUBSCRIPTION_BYTES as usize).map(Subscription::read).collect()
    };
    let waits: Vec<Duration> = wanted.iter().map(|subscription| subscription.wait(caller.data_mut())).collect();
    let shortest = waits.iter().copied().min().unwrap_or_default();
    if !shortest.is_zero() {
        let ms = u64::try_from(shortest.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
        tokio::time::sleep(caller.data().pending.within_run(ms)).await;
    }
    let mut answer = Vec::new();
    for (subscription, _) in wanted.iter().zip(&waits).filter(|(_, wait)| **wait == shortest) {
        answer.extend_from_slice(&subscription.event());
    }
    let number = u32::try_from(answer.len()).unwrap_or(u32::MAX) / EVENT_BYTES;
    write(caller, events, &answer)?;
    write(caller, stored, &number.to_le_bytes())
}

const SUBSCRIPTION_BYTES: u32 = 48;
const EVENT_BYTES: u32 = 32;

/// What `poll_oneoff` waits for.
struct Subscription {
    userdata: [u8; 8],
    kind: u8,
    clock: u32,
    timeout_ns: u64,
    absolute: bool,
}

impl Subscription {
    const CLOCK: u8 = 0;

    fn read(bytes: &[u8]) -> Self {
        Self {
            userdata: u64_at(bytes, 0).to_le_bytes(),
            kind: bytes[8],
            clock: u32_at(bytes, 16),
            timeout_ns: u64_at(bytes, 24),
            absolute: bytes[40] & 1 != 0,
        }
    }

    fn wait(&self, state: &mut RunState) -> Duration {
        if self.kind != Self::CLOCK {
            return Duration::ZERO;
        }
        let now = if self.absolute { time_of(state, self.clock).unwrap_or(u64::MAX) } else { 0 };
        Duration::from_nanos(self.timeout_ns.saturating_sub(now))
    }

    fn event(&self) -> [u8; EVENT_BYTES as usize] {
        let mut event = [0; EVENT_BYTES as usize];
        event[..8].copy_from_slice(&self.userdata);
        event[8] = if self.kind == Self::CLOCK { 0 } else { 8 };
        event[10] = self.kind;
        event
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}

/// Writes `bytes` at `ptr` and gives `SUCCESS`.
fn write(caller: &mut Caller<'_, RunState>, ptr: u32, bytes: &[u8]) -> wasmtime::Result<i32> {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    guest_bytes(caller, ptr, len)?.0.copy_from_slice(bytes);
    Ok(SUCCESS)
}
