//! A script becomes bytecode, inside the sandbox: the parser is as untrusted as what it reads.

use rquickjs_sys as js;
use rquickjs_sys::{JSContext, JSValue};

use crate::engine::{self, Engine};
use crate::fresh;
use crate::value::{Result, checked, push_json_string, with_text};

/// What stands before the script, on its first line, so that the lines of errors are the author's. `stack.js` subtracts
/// the length from columns of line 1.
const PREFIX: &str = "(function (exports, require, module, __filename, __dirname) {";

/// What stands behind it. The line break ends a comment on the last line.
const SUFFIX: &str = "\n})";

/// The name that errors show.
const FILE: &str = "hook.js";

/// A zero byte and the bytecode, or a one and the error as JSON.
pub(crate) fn compile(engine: &Engine, source: &[u8]) -> Vec<u8> {
    fresh::start();
    let source = prepared(&String::from_utf8_lossy(source));
    match engine::compile(engine.ctx, &format!("{PREFIX}{source}{SUFFIX}"), FILE) {
        Ok(function) => bytecode(engine.ctx, function),
        Err(_) => failure(engine.ctx),
    }
}

/// Without a byte order mark, and with a `#!` line as the comment that it is.
fn prepared(source: &str) -> String {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    match source.strip_prefix("#!") {
        Some(rest) => format!("//{rest}"),
        None => source.to_owned(),
    }
}

fn bytecode(ctx: *mut JSContext, function: JSValue) -> Vec<u8> {
    let mut len = 0;
    let flags = js::JS_WRITE_OBJ_BYTECODE | js::JS_WRITE_OBJ_STRIP_SOURCE;
    // SAFETY: the pointer is valid for `len` bytes; the instance ends before it would be freed.
    let bytes = unsafe {
        let start = js::JS_WriteObject(ctx, &mut len, function, flags as i32);
        if start.is_null() {
            return failure(ctx);
        }
        core::slice::from_raw_parts(start, len as usize)
    };
    let mut answer = vec![0];
    answer.extend_from_slice(bytes);
    answer
}

/// The pending exception as `{"name", "message", "line", "column"}`, without the place where there is none.
fn failure(ctx: *mut JSContext) -> Vec<u8> {
    // SAFETY: an exception is pending.
    let error = unsafe { js::JS_GetException(ctx) };
    let property = |name: &core::ffi::CStr| -> Result<String> {
        // SAFETY: the name ends with a zero byte.
        let value = checked(unsafe { js::JS_GetPropertyStr(ctx, error, name.as_ptr()) })?;
        with_text(ctx, value, |text| String::from_utf8_lossy(text).into_owned())
    };
    let (name, message, stack) = (property(c"name"), property(c"message"), property(c"stack"));
    let name = name.unwrap_or_else(|_| "Error".to_owned());
    let message = message.unwrap_or_else(|_| "the script cannot be compiled".to_owned());
    let mut answer = vec![1];
    answer.extend(b"{\"name\":");
    push_json_string(&mut answer, name.as_bytes());
    answer.extend(b",\"message\":");
    push_json_string(&mut answer, message.as_bytes());
    if let Some((line, column)) = stack.ok().as_deref().and_then(place) {
        answer.extend(format!(",\"line\":{line},\"column\":{column}").bytes());
    }
    answer.push(b'}');
    answer
}

/// Line and column behind the script's name in the first frame of a stack that names it.
fn place(stack: &str) -> Option<(u32, u32)> {
    let (_, rest) = stack.split_once("hook.js:")?;
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
