//! `JSON.parse` and `JSON.stringify` for what nearly all JSON is: plain objects and arrays of plain values.
//!
//! The engine's own functions take several times as long for it, and a run parses its event and its answers and writes
//! the bodies of its calls. Whatever is out of the ordinary (a reviver, a `toJSON`, a getter, an error in the text, half a
//! surrogate pair) is left to them, before any code of the script has run, so that nothing is different but the time.

mod parse;
mod stringify;

use rquickjs_sys as js;
use rquickjs_sys::JSValue;

use super::Arguments;
use crate::value::{Result, string};

pub(crate) use parse::parse;

/// How deep values nest before they are left to the engine, which counts its stack.
const DEPTH_MAX: u32 = 100;

/// `jsonParse(text)`: the value, or `undefined` where it is left to the engine.
pub(super) fn json_parse(arguments: &Arguments<'_>) -> Result<JSValue> {
    Ok(parse::parse_string(arguments.ctx, arguments.get(0)).unwrap_or(js::JS_UNDEFINED))
}

/// `jsonStringify(value)`: the text, or `undefined` where it is left to the engine.
pub(super) fn json_stringify(arguments: &Arguments<'_>) -> Result<JSValue> {
    match stringify::stringify(arguments.ctx, arguments.get(0)) {
        Some(json) => string(arguments.ctx, &json),
        None => Ok(js::JS_UNDEFINED),
    }
}
