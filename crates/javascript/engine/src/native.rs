//! What the prelude knows as `internal/native`: the host functions, and what would be slow in JavaScript.

mod address;
mod digest;
pub(crate) mod json;
mod request;
mod text;

use core::ffi::{CStr, c_int};

use rquickjs_sys as js;
use rquickjs_sys::{JSContext, JSValue};

use crate::value::{ErrorKind, Result, byte_array, checked, number, throw, with_bytes, with_text};
use crate::{fresh, host, memory};

/// The arguments of a call; one that is missing reads as `undefined`.
pub(crate) struct Arguments<'a> {
    /// For conversions.
    pub(crate) ctx: *mut JSContext,
    values: &'a [JSValue],
}

impl Arguments<'_> {
    fn get(&self, index: usize) -> JSValue {
        self.values.get(index).copied().unwrap_or(js::JS_UNDEFINED)
    }
}

type Native = fn(&Arguments<'_>) -> Result<JSValue>;

/// Name and implementation. The index in this table travels as the function's magic number.
const TABLE: &[(&CStr, Native)] = &[
    (c"httpStart", request::http_start),
    (c"timerStart", timer_start),
    (c"log", log),
    (c"now", now),
    (c"random", random),
    (c"randomBytes", random_bytes),
    (c"abandon", abandon),
    (c"memoryWasRefused", memory_was_refused),
    (c"hash", digest::hash),
    (c"hmac", digest::hmac),
    (c"pbkdf2", digest::pbkdf2),
    (c"timingSafeEqual", digest::timing_safe_equal),
    (c"promiseState", promise_state),
    (c"utf8Encode", text::utf8_encode),
    (c"utf8Decode", text::utf8_decode),
    (c"utf8Length", text::utf8_length),
    (c"latin1Encode", text::latin1_encode),
    (c"latin1Decode", text::latin1_decode),
    (c"base64Encode", text::base64_encode),
    (c"base64Decode", text::base64_decode),
    (c"hexEncode", text::hex_encode),
    (c"hexDecode", text::hex_decode),
    (c"jsonParse", json::json_parse),
    (c"jsonStringify", json::json_stringify),
    (c"plainAddress", address::plain_address),
    (c"isPlainAddress", address::is_plain_address),
];

/// Arguments that QuickJS would fill in where a call lacks them: none, since [`Arguments::get`] does.
const ARGUMENTS_MIN: c_int = 0;

/// The object with all of them.
pub(crate) fn object(ctx: *mut JSContext) -> JSValue {
    // SAFETY: names end with a zero byte; the function and its magic number belong together.
    unsafe {
        let object = js::JS_NewObject(ctx);
        for (index, (name, _)) in TABLE.iter().enumerate() {
            let function = js::JS_NewCFunction2(
                ctx,
                // QuickJS calls it through the type that `cproto` names.
                core::mem::transmute::<js::JSCFunctionMagic, js::JSCFunction>(Some(enter)),
                name.as_ptr(),
                ARGUMENTS_MIN,
                js::JSCFunctionEnum_JS_CFUNC_generic_magic,
                index as c_int,
            );
            js::JS_SetPropertyStr(ctx, object, name.as_ptr(), function);
        }
        object
    }
}

unsafe extern "C" fn enter(ctx: *mut JSContext, _: JSValue, argc: c_int, argv: *mut JSValue, index: c_int) -> JSValue {
    let values = match argc {
        // There may be no address then.
        0 => &[],
        // SAFETY: QuickJS hands over so many values.
        _ => unsafe { core::slice::from_raw_parts(argv, argc as usize) },
    };
    let (_, native) = TABLE[index as usize];
    native(&Arguments { ctx, values }).unwrap_or(js::JS_EXCEPTION)
}

fn timer_start(arguments: &Arguments<'_>) -> Result<JSValue> {
    let ms = number(arguments.ctx, arguments.get(0))?;
    Ok(js::JS_MKVAL(js::JS_TAG_INT, host::timer_start(ms as i64)))
}

fn log(arguments: &Arguments<'_>) -> Result<JSValue> {
    let level = number(arguments.ctx, arguments.get(0))? as i32;
    with_text(arguments.ctx, arguments.get(1), |message| host::log(level, message))?;
    Ok(js::JS_UNDEFINED)
}

fn now(_: &Arguments<'_>) -> Result<JSValue> {
    Ok(js::JS_NewFloat64(host::now_ms()))
}

fn random(_: &Arguments<'_>) -> Result<JSValue> {
    Ok(js::JS_NewFloat64(fresh::random()))
}

fn random_bytes(arguments: &Arguments<'_>) -> Result<JSValue> {
    const MOST: usize = 1 << 20;
    let len = number(arguments.ctx, arguments.get(0))? as usize;
    if len > MOST {
        return Err(throw(arguments.ctx, ErrorKind::Range, "randomBytes gives at most 1048576 bytes at a time"));
    }
    let mut bytes = vec![0; len];
    host::random(&mut bytes);
    byte_array(arguments.ctx, &bytes)
}

/// `promiseState(value)`: `[state, result]`, the state being 0 (pending), 1 (fulfilled) or 2 (rejected); `undefined` for what
/// is no promise.
fn promise_state(arguments: &Arguments<'_>) -> Result<JSValue> {
    let (ctx, promise) = (arguments.ctx, arguments.get(0));
    // SAFETY: both calls look at the value only; the array takes over what it is given.
    unsafe {
        let state = js::JS_PromiseState(ctx, promise);
        if state < js::JSPromiseStateEnum_JS_PROMISE_PENDING {
            return Ok(js::JS_UNDEFINED);
        }
        let pair = checked(js::JS_NewArray(ctx))?;
        js::JS_SetPropertyUint32(ctx, pair, 0, js::JS_MKVAL(js::JS_TAG_INT, state));
        js::JS_SetPropertyUint32(ctx, pair, 1, js::JS_PromiseResult(ctx, promise));
        Ok(pair)
    }
}

/// Ends the run with a trap, which after a refused growth is what the host reports as out of memory.
fn abandon(_: &Arguments<'_>) -> Result<JSValue> {
    core::arch::wasm32::unreachable()
}

fn memory_was_refused(_: &Arguments<'_>) -> Result<JSValue> {
    Ok(if memory::was_refused() { js::JS_TRUE } else { js::JS_FALSE })
}

/// Shows two byte arguments at once.
fn with_two<R>(arguments: &Arguments<'_>, first: usize, show: impl FnOnce(&[u8], &[u8]) -> R) -> Result<R> {
    with_bytes(arguments.ctx, arguments.get(first), |a| {
        with_bytes(arguments.ctx, arguments.get(first + 1), |b| show(a, b))
    })?
}
