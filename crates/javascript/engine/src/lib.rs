//! The JavaScript engine as a guest: QuickJS-ng, the prelude, and the four exports that the host calls.
//!
//! `wizer-initialize` runs once; the memory it leaves is the image from which every run starts. `hookbox_compile` turns a
//! script into bytecode, `hookbox_run_payload` runs such bytecode on an event. An instance serves one call and is dropped,
//! so nothing here frees what lives until the end anyway.

mod compile;
mod engine;
mod fresh;
mod host;
mod memory;
mod native;
mod rehearsal;
mod run;
mod value;

use std::slice;

/// Builds the engine and evaluates the prelude. Calls no host function.
///
/// # Safety
/// Called once, by the host, before anything else.
#[unsafe(export_name = "wizer-initialize")]
pub unsafe extern "C" fn initialize() {
    engine::initialize();
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

/// Runs the bytecode of `payload_len` bytes at `ptr` on the JSON of `input_len` bytes behind it.
///
/// # Safety
/// Both are in one range from [`hookbox_alloc`], filled by the host; the bytecode came from [`hookbox_compile`] of this
/// very engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookbox_run_payload(
    trigger: i32,
    ptr: *const u8,
    payload_len: usize,
    input_len: usize,
) -> i64 {
    let payload = unsafe { slice::from_raw_parts(ptr, payload_len) };
    let input = unsafe { slice::from_raw_parts(ptr.add(payload_len), input_len) };
    packed(run::run(engine::enter(), trigger, payload, input))
}

fn packed(bytes: &[u8]) -> i64 {
    ((bytes.as_ptr() as i64) << 32) | bytes.len() as i64
}
