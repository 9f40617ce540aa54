//! The engine's one instance: made at pre-initialisation, used by whatever the host calls afterwards.

use core::cell::Cell;
use core::ffi::c_void;
use std::ffi::CString;

use rquickjs_sys as js;
use rquickjs_sys::{JSContext, JSRuntime, JSValue};

use crate::value::{Result, call, checked, with_text};
use crate::{memory, native, rehearsal};

mod prelude {
    include!(concat!(env!("OUT_DIR"), "/prelude.rs"));
}

/// How much of its stack JavaScript may use before it throws a `RangeError`.
///
/// What QuickJS can measure is its stack in linear memory. The machine's own stack, 1 MiB in the runtime, grows up to
/// four times as fast (measured: recursion through plain calls, bound functions, getters, `sort`, `replace`, `toJSON`), and
/// must not be used up first: that would be a trap that no script can catch.
const STACK_BYTES: u32 = 224 << 10;

/// The collector runs when so much was allocated: later than most scripts end, and long before the memory limit.
const COLLECT_AT_BYTES: u32 = 8 << 20;

/// The parameters of a file of the prelude.
const FILE_PARAMETERS: &str = "exports, require, module";

/// The file that loads the others.
const BOOT: &str = "boot";

/// The parameters of `boot.js`, which gives the other files what they require.
const BOOT_PARAMETERS: &str = "exports, native, files";

pub(crate) struct Engine {
    pub(crate) runtime: *mut JSRuntime,
    pub(crate) ctx: *mut JSContext,
    pub(crate) driver: Driver,
}

/// The functions that `driver.js` exports to this side.
pub(crate) struct Driver {
    /// `load(factory, evaluate)` takes a script, and evaluates it up to its function if it is to.
    pub(crate) load: JSValue,
    /// `start(trigger, input)` calls the script's function.
    pub(crate) start: JSValue,
    /// `deliver(event)` hands over what the host had to say.
    pub(crate) deliver: JSValue,
    /// `turn()` does what is due between two jobs: the result as JSON, `true` to be called again, or `undefined` to wait.
    pub(crate) turn: JSValue,
    /// `stall()`: the host has nothing under way any more.
    pub(crate) stall: JSValue,
    /// `fail(error)`: something threw where no script could catch it.
    pub(crate) fail: JSValue,
    /// `noteRejection(promise, reason, isHandled)`
    note_rejection: JSValue,
}

struct Current(Cell<Option<&'static Engine>>);

// SAFETY: the module is compiled without threads.
unsafe impl Sync for Current {}

static CURRENT: Current = Current(Cell::new(None));

/// The engine, with its stack measured from here.
pub(crate) fn enter() -> &'static Engine {
    let engine = CURRENT.0.get().expect("the host pre-initialises the engine before it calls it");
    // SAFETY: the runtime is alive for as long as the instance.
    unsafe { js::JS_UpdateStackTop(engine.runtime) };
    engine
}

unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Makes the engine and evaluates the prelude. A mistake in the prelude ends here, with a trap, at the first start after
/// a build; the tests see it before.
pub(crate) fn initialize() {
    // SAFETY: the C library's constructors run here, once; the linker would otherwise run them at every call of an export.
    unsafe { __wasm_call_ctors() };
    memory::lay_out(make, rehearsal::ready, rehearsal::perform);
}

fn make() {
    // SAFETY: QuickJS's own protocol: a runtime, a context in it, both alive until the instance ends.
    let (runtime, ctx) = unsafe {
        let runtime = js::JS_NewRuntime2(&memory::FUNCTIONS, core::ptr::null_mut());
        js::JS_SetMaxStackSize(runtime, STACK_BYTES);
        (runtime, js::JS_NewContext(runtime))
    };
    let Ok(driver) = boot(ctx) else {
        explain_and_trap(ctx);
    };
    // SAFETY: as above.
    unsafe {
        js::JS_SetHostPromiseRejectionTracker(runtime, Some(note_rejection), core::ptr::null_mut());
        js::JS_RunGC(runtime);
        js::JS_SetGCThreshold(runtime, COLLECT_AT_BYTES);
    }
    CURRENT.0.set(Some(Box::leak(Box::new(Engine { runtime, ctx, driver }))));
}

fn boot(ctx: *mut JSContext) -> Result<Driver> {
    // SAFETY: the names end with a zero byte, and property setters take over the values given to them.
    unsafe {
        let files = checked(js::JS_NewObject(ctx))?;
        for (name, text) in prelude::FILES {
            let key = CString::new(*name).expect("names of files have no zero byte");
            js::JS_SetPropertyStr(ctx, files, key.as_ptr(), file_function(ctx, name, text)?);
        }
        let boot = checked(js::JS_GetPropertyStr(ctx, files, c"boot".as_ptr()))?;
        let exports = checked(js::JS_NewObject(ctx))?;
        let mut arguments = [exports, native::object(ctx), files];
        call(ctx, boot, &mut arguments)?;
        let take = |name: &core::ffi::CStr| checked(js::JS_GetPropertyStr(ctx, exports, name.as_ptr()));
        let driver = Driver {
            load: take(c"load")?,
            start: take(c"start")?,
            deliver: take(c"deliver")?,
            turn: take(c"turn")?,
            stall: take(c"stall")?,
            fail: take(c"fail")?,
            note_rejection: take(c"noteRejection")?,
        };
        Ok(driver)
    }
}

/// Compiles a file of the prelude into a function, without its source text and its places: stacks show the author's frames
/// alone, and it all would sit in every run's image.
unsafe fn file_function(ctx: *mut JSContext, name: &str, text: &str) -> Result<JSValue> {
    let parameters = if name == BOOT { BOOT_PARAMETERS } else { FILE_PARAMETERS };
    let source = format!("(function ({parameters}) {{{text}\n}})");
    let compiled = compile(ctx, &source, &format!("hookbox:{name}.js"))?;
    let mut len = 0;
    let flags = js::JS_WRITE_OBJ_BYTECODE | js::JS_WRITE_OBJ_STRIP_DEBUG;
    let bytes = js::JS_WriteObject(ctx, &mut len, compiled, flags as i32);
    js::JS_FreeValue(ctx, compiled);
    let stripped = checked(js::JS_ReadObject(ctx, bytes, len, js::JS_READ_OBJ_BYTECODE as i32))?;
    js::js_free(ctx, bytes.cast());
    checked(js::JS_EvalFunction(ctx, stripped))
}

/// Compiles a program without running it.
pub(crate) fn compile(ctx: *mut JSContext, source: &str, filename: &str) -> Result<JSValue> {
    let mut source = source.as_bytes().to_vec();
    let len = source.len() as u32;
    source.push(0);
    let filename = CString::new(filename).expect("names of files have no zero byte");
    let flags = js::JS_EVAL_TYPE_GLOBAL | js::JS_EVAL_FLAG_COMPILE_ONLY;
    // SAFETY: the source is followed by the zero byte that the parser looks for.
    checked(unsafe { js::JS_Eval(ctx, source.as_ptr().cast(), len, filename.as_ptr(), flags as i32) })
}

unsafe extern "C" fn note_rejection(
    ctx: *mut JSContext,
    promise: JSValue,
    reason: JSValue,
    handled: bool,
    _: *mut c_void,
) {
    let handled = if handled { js::JS_TRUE } else { js::JS_FALSE };
    if let Some(engine) = CURRENT.0.get()
        && call(ctx, engine.driver.note_rejection, &mut [promise, reason, handled]).is_err()
    {
        // Only a lack of memory or stack can make it throw. The rejection is then not reported, the run goes on.
        js::JS_FreeValue(ctx, js::JS_GetException(ctx));
    }
}

/// Prints why the prelude does not load. A host that gives pre-initialisation no `log` sees the trap alone.
fn explain_and_trap(ctx: *mut JSContext) -> ! {
    // SAFETY: an exception is pending.
    let error = unsafe { js::JS_GetException(ctx) };
    let stack = unsafe { js::JS_GetPropertyStr(ctx, error, c"stack".as_ptr()) };
    for value in [error, stack] {
        let _ = with_text(ctx, value, |text| crate::host::log(3, text));
    }
    core::arch::wasm32::unreachable()
}
