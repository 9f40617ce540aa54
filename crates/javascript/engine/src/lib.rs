//! The JavaScript engine as a guest: QuickJS-ng, the prelude, and the five exports that the host calls.
//!
//! `wizer-initialize` runs once; the memory it leaves is the image from which everything else starts. `hookbox_compile`
//! turns a script into bytecode. `hookbox_load` loads such bytecode, and the host keeps what that writes; an instance that
//! starts from there serves one event with `hookbox_run_script`. An instance is dropped after its call, so nothing here
//! frees what lives until the end anyway.

mod compile;
mod engine;
mod fresh;
mod host;
mod memory;
mod native;
mod rehearsal;
mod run;
mod value;

use core::hint::black_box;
use core::ptr;
use core::slice;

/// Builds the engine and evaluates the prelude. Calls no host function.
///
/// # Safety
/// Called once, by the host, before anything else.
#[unsafe(export_name = "wizer-initialize")]
pub unsafe extern "C" fn initialize() {
    engine::initialize();
    forget_stack();
}

/// Memory for the host's input. One byte more than asked for, and that byte is zero: the JSON parser wants a terminator.
#[unsafe(no_mangle)]
pub extern "C" fn hookbox_alloc(len: usize) -> *mut u8 {
    vec![0; len + 1].leak().as_mut_ptr()
}

/// Compiles the UTF-8 script at `ptr`: a zero byte and bytecode, or a one and the error as JSON.
///
/// # Safety
/// `ptr` and `len` are a range from [`hookbox_alloc`], filled by the host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookbox_compile(ptr: *const u8, len: usize) -> i64 {
    let source = unsafe { slice::from_raw_parts(ptr, len) };
    packed(compile::compile(engine::enter(), source).leak())
}

/// Bytes of an event that need no call of [`hookbox_alloc`]: more than most have.
const ROOM: usize = 4 << 10;

/// Loads a script: a byte that says whether to evaluate it, and its bytecode. Answers where an event may be written, or 0
/// where the script throws.
///
/// # Safety
/// `ptr` and `len` are a range from [`hookbox_alloc`], filled by the host; the bytecode came from [`hookbox_compile`] of
/// this very engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookbox_load(ptr: *mut u8, len: usize) -> i64 {
    let mut input = unsafe { Vec::from_raw_parts(ptr, len + 1, len + 1) };
    let loaded = run::load(engine::enter(), &input[1..len], input[0] != 0);
    // What stays in memory is kept for every run, so this does not stay.
    input.fill(0);
    drop(black_box(input));
    forget_stack();
    if loaded.is_err() {
        return 0;
    }
    // The byte behind the room stays zero, as the JSON parser wants it.
    packed(&vec![0; ROOM + 1].leak()[..ROOM])
}

/// Runs the script that is loaded on the JSON of `len` bytes at `ptr`.
///
/// # Safety
/// The range is the room that [`hookbox_load`] answered or one from [`hookbox_alloc`], filled by the host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookbox_run_script(trigger: i32, ptr: *const u8, len: usize) -> i64 {
    let input = unsafe { slice::from_raw_parts(ptr, len) };
    packed(run::run(engine::enter(), trigger, input))
}

/// Clears what calls have left on the stack: it would be part of every image.
#[inline(never)]
fn forget_stack() {
    let here = black_box(0_u64);
    // The stack lies at the bottom of the memory and grows downward. A little below this frame is left alone: what the
    // compiler keeps there is not known here.
    let end = (&raw const here).addr().saturating_sub(256);
    // SAFETY: nothing below this function's frame is in use.
    unsafe { ptr::write_bytes(ptr::without_provenance_mut::<u8>(16), 0, end.saturating_sub(16)) };
}

fn packed(bytes: &[u8]) -> i64 {
    ((bytes.as_ptr() as i64) << 32) | bytes.len() as i64
}
