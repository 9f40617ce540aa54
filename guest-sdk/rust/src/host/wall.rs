//! Pointers and lengths, as ABI 1 has them.
#![expect(unsafe_code, reason = "the host and the guest hand each other addresses in the guest's memory")]

use crate::hook::Answer;
use crate::log::Level;

/// The number of the contract that this file speaks.
const ABI: i32 = 1;

mod import {
    #[link(wasm_import_module = "hookbox")]
    unsafe extern "C" {
        pub(super) fn http_start(ptr: *const u8, len: usize) -> u32;
        pub(super) safe fn timer_start(ms: i64) -> u32;
        pub(super) safe fn next_event() -> u64;
        pub(super) fn take(ptr: *mut u8);
        pub(super) fn log(level: u32, ptr: *const u8, len: usize);
        pub(super) fn random(ptr: *mut u8, len: usize);
        pub(super) safe fn now_ms() -> f64;
    }
}

pub(crate) fn http_start(json: &[u8]) -> u32 {
    // SAFETY: the host reads `len` bytes from `ptr` on, which is the slice.
    unsafe { import::http_start(json.as_ptr(), json.len()) }
}

pub(crate) fn timer_start(ms: u64) -> u32 {
    import::timer_start(i64::try_from(ms).unwrap_or(i64::MAX))
}

pub(crate) fn next_event() -> Option<Vec<u8>> {
    let event = import::next_event();
    if event == 0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is the length")]
    let len = event as u32 as usize;
    let mut bytes = Vec::with_capacity(len);
    // SAFETY: the host writes exactly the `len` bytes that it announced, and `bytes` has room for them.
    unsafe {
        import::take(bytes.as_mut_ptr());
        bytes.set_len(len);
    }
    Some(bytes)
}

pub(crate) fn log(level: Level, message: &str) {
    // SAFETY: the host reads `len` bytes from `ptr` on, which is the text.
    unsafe { import::log(level as u32, message.as_ptr(), message.len()) }
}

pub(crate) fn random(bytes: &mut [u8]) {
    // SAFETY: the host writes `len` bytes from `ptr` on, which is the slice.
    unsafe { import::random(bytes.as_mut_ptr(), bytes.len()) }
}

pub(crate) fn now_ms() -> f64 {
    import::now_ms()
}

/// The number of the contract that the module speaks.
#[unsafe(no_mangle)]
extern "C" fn hookbox_abi() -> i32 {
    ABI
}

/// Room for the input, which the host asks for once before it calls the hook.
#[unsafe(no_mangle)]
extern "C" fn hookbox_alloc(len: usize) -> *mut u8 {
    Box::into_raw(vec![0; len].into_boxed_slice()).cast()
}

/// Calls a hook for the host: `ptr` and `len` are the input in a block of [`hookbox_alloc`], the result is `0` or an
/// address in the upper half and a length in the lower one.
pub fn enter(ptr: i32, len: i32, run: fn(&[u8]) -> Answer) -> i64 {
    log_panics();
    let place = std::ptr::slice_from_raw_parts_mut(ptr as usize as *mut u8, len as usize);
    // SAFETY: the host filled the block that `hookbox_alloc` gave it for this length, and hands it over once.
    let input = unsafe { Box::from_raw(place) };
    match run(&input) {
        Answer(None) => 0,
        Answer(Some(json)) => {
            // The host reads the result after this call, so it stays; the instance ends with the run.
            let json: &'static mut [u8] = json.leak();
            (json.as_ptr() as i64) << 32 | json.len() as i64
        }
    }
}

/// A panic ends the run as a trap, which carries no message: the line is what the author sees.
fn log_panics() {
    std::panic::set_hook(Box::new(|info| {
        log(Level::Error, &info.to_string().replacen(":\n", ": ", 1));
    }));
}
