//! The host functions of ABI 1, each behind a safe signature.

use crate::rehearsal;

#[link(wasm_import_module = "hookbox")]
unsafe extern "C" {
    #[link_name = "http_start"]
    fn raw_http_start(ptr: *const u8, len: usize) -> i32;
    #[link_name = "timer_start"]
    fn raw_timer_start(ms: i64) -> i32;
    #[link_name = "next_event"]
    fn raw_next_event() -> i64;
    #[link_name = "take"]
    fn raw_take(ptr: *mut u8);
    #[link_name = "log"]
    fn raw_log(level: i32, ptr: *const u8, len: usize);
    #[link_name = "random"]
    fn raw_random(ptr: *mut u8, len: usize);
    #[link_name = "now_ms"]
    fn raw_now_ms() -> f64;
}

/// Starts an HTTP call; its answer comes as an event with this id.
pub(crate) fn http_start(request: &[u8]) -> i32 {
    if rehearsal::is_on() {
        return rehearsal::http_start();
    }
    // SAFETY: the host reads the range that the slice describes.
    unsafe { raw_http_start(request.as_ptr(), request.len()) }
}

/// Starts a timer; an event with this id comes when it is due.
pub(crate) fn timer_start(ms: i64) -> i32 {
    if rehearsal::is_on() {
        return rehearsal::timer_start();
    }
    // SAFETY: no memory is involved.
    unsafe { raw_timer_start(ms) }
}

/// Waits for an event and takes its JSON, with a zero byte behind it; `None` when nothing is under way.
pub(crate) fn next_event() -> Option<Vec<u8>> {
    if rehearsal::is_on() {
        return rehearsal::next_event();
    }
    // SAFETY: no memory is involved.
    let event = unsafe { raw_next_event() };
    if event == 0 {
        return None;
    }
    let len = event as u32 as usize;
    let mut json = vec![0; len + 1];
    // SAFETY: the host writes exactly the `len` bytes that it announced.
    unsafe { raw_take(json.as_mut_ptr()) };
    Some(json)
}

/// Prints a line.
pub(crate) fn log(level: i32, message: &[u8]) {
    if rehearsal::is_on() {
        return;
    }
    // SAFETY: the host reads the range that the slice describes.
    unsafe { raw_log(level, message.as_ptr(), message.len()) }
}

/// Fills `bytes` with random ones.
pub(crate) fn random(bytes: &mut [u8]) {
    // SAFETY: the host writes the range that the slice describes.
    unsafe { raw_random(bytes.as_mut_ptr(), bytes.len()) }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    // SAFETY: no memory is involved.
    unsafe { raw_now_ms() }
}
