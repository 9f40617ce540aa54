//! Scripts that pre-initialisation rehearses, to learn which parts of the heap a run writes. There is no host then; what
//! the scripts would ask it is answered here.

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::slice;

use rquickjs_sys as js;
use rquickjs_sys::JSRuntime;

use crate::value::checked;
use crate::{compile, engine, fresh, host, memory, run};

/// What real scripts do most.
const SCRIPTS: [&str; 6] = [
    include_str!("../rehearsal/log.js"),
    include_str!("../rehearsal/request.js"),
    include_str!("../rehearsal/axios.js"),
    include_str!("../rehearsal/fetch.js"),
    include_str!("../rehearsal/https.js"),
    include_str!("../rehearsal/later.js"),
];

/// The trigger of all of them, post-change-password, and its event.
const TRIGGER: i32 = 0;
const EVENT: &str = concat!(include_str!("../rehearsal/event.json"), "\0");

/// The answers to a call and to a timer, without the start, which is the id.
const ANSWER: &str = r#","status":200,"headers":{"content-type":["application/json"]},"body":"{\"ok\":true}"}"#;
const TIMER: &str = r#","timer":true}"#;

struct Host {
    is_on: Cell<bool>,
    /// Ids that were given out, and events that were delivered.
    started: Cell<u32>,
    delivered: Cell<u32>,
    /// Which ids are those of timers: one bit for each.
    timers: Cell<u32>,
}

// SAFETY: the module is compiled without threads.
unsafe impl Sync for Host {}

static HOST: Host =
    Host { is_on: Cell::new(false), started: Cell::new(0), delivered: Cell::new(0), timers: Cell::new(0) };

/// Whether there is no host to ask.
#[inline]
pub(crate) fn is_on() -> bool {
    HOST.is_on.get()
}

/// The scripts as bytecode.
pub(crate) fn ready() -> Vec<Vec<u8>> {
    let engine = engine::enter();
    let scripts = SCRIPTS.iter().map(|script| compile::compile(engine, script.as_bytes())).collect();
    // SAFETY: the handler knows what it is given; the first time it is asked is in this loop.
    unsafe {
        js::JS_SetInterruptHandler(engine.runtime, Some(at_call), engine.ctx.cast());
        let idle = engine::compile(engine.ctx, &format!("for (let i = 0; i < {ASKS_AFTER}; i++);"), "idle.js");
        let done = idle.and_then(|idle| checked(js::JS_EvalFunction(engine.ctx, idle)));
        assert!(done.is_ok(), "an empty loop runs");
    }
    scripts
}

/// Runs one of them.
pub(crate) fn perform(script: &Vec<u8>) {
    HOST.is_on.set(true);
    HOST.started.set(0);
    HOST.delivered.set(0);
    HOST.timers.set(0);
    let engine = engine::enter();
    let event = &EVENT.as_bytes()[..EVENT.len() - 1];
    let loaded = run::load(engine, &script[1..], true);
    let result = run::run(engine, TRIGGER, event);
    HOST.is_on.set(false);
    // A script that fails is no picture of what real ones do; the tests make the engine and see it.
    if !result.starts_with(b"{\"value\"") {
        host::log(3, result);
    }
    assert!(loaded.is_ok() && result.starts_with(b"{\"value\"") && script[0] == 0, "a rehearsal failed");
    fresh::reset();
}

/// How many calls and jumps backward QuickJS lets pass before it asks its handler.
const ASKS_AFTER: i32 = 10_000;

/// Looks at the heap at every call of a function: whatever the script holds then has its reference counted.
///
/// QuickJS counts down from [`ASKS_AFTER`] in a field of its context that nothing else sets. The field is found by the
/// value that it has just been set to; where it is not, the heap is looked at less often.
unsafe extern "C" fn at_call(_: *mut JSRuntime, context: *mut c_void) -> c_int {
    memory::look();
    let len = js::js_malloc_usable_size(context.cast(), context) as usize / 4;
    let words = slice::from_raw_parts_mut(context.cast::<i32>(), len);
    let mut counters = words.iter_mut().filter(|word| **word == ASKS_AFTER);
    if let (Some(counter), None) = (counters.next(), counters.next()) {
        *counter = 1;
    }
    0
}

pub(crate) fn http_start() -> i32 {
    HOST.started.set(HOST.started.get() + 1);
    HOST.started.get() as i32
}

pub(crate) fn timer_start() -> i32 {
    let id = http_start();
    HOST.timers.set(HOST.timers.get() | 1 << id);
    id
}

pub(crate) fn next_event() -> Option<Vec<u8>> {
    let id = HOST.delivered.get() + 1;
    if id > HOST.started.get() {
        return None;
    }
    HOST.delivered.set(id);
    let rest = if HOST.timers.get() & 1 << id == 0 { ANSWER } else { TIMER };
    Some(format!("{{\"id\":{id}{rest}\0").into_bytes())
}
