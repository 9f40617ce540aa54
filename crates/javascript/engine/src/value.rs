//! JavaScript values seen from Rust: strings and bytes in both directions, errors, calls.

use core::ffi::CStr;
use core::slice;
use std::borrow::Cow;
use std::ffi::CString;

use rquickjs_sys as js;
use rquickjs_sys::{JSContext, JSValue};

/// An exception is pending in the context; the value to return to QuickJS is [`js::JS_EXCEPTION`].
pub(crate) struct Pending;

/// A result of something that may have thrown.
pub(crate) type Result<T> = core::result::Result<T, Pending>;

/// The value, or the exception that is pending.
pub(crate) fn checked(value: JSValue) -> Result<JSValue> {
    // SAFETY: only looks at the tag.
    if unsafe { js::JS_IsException(value) } { Err(Pending) } else { Ok(value) }
}

/// A string from UTF-8.
pub(crate) fn string(ctx: *mut JSContext, text: &[u8]) -> Result<JSValue> {
    // SAFETY: QuickJS copies the range that the slice describes.
    checked(unsafe { js::JS_NewStringLen(ctx, text.as_ptr().cast(), text.len() as u32) })
}

/// A new `Uint8Array` with these bytes.
pub(crate) fn byte_array(ctx: *mut JSContext, bytes: &[u8]) -> Result<JSValue> {
    // SAFETY: QuickJS copies the range that the slice describes.
    checked(unsafe { js::JS_NewUint8ArrayCopy(ctx, bytes.as_ptr(), bytes.len() as u32) })
}

/// Shows the value's text, as `String(value)` gives it, as UTF-8; half a surrogate pair becomes U+FFFD.
pub(crate) fn with_text<R>(ctx: *mut JSContext, value: JSValue, show: impl FnOnce(&[u8]) -> R) -> Result<R> {
    let mut len = 0;
    // SAFETY: the pointer is valid for `len` bytes until it is freed below.
    unsafe {
        let text = js::JS_ToCStringLen2(ctx, &mut len, value, false);
        if text.is_null() {
            return Err(Pending);
        }
        let shown = show(&well_formed(slice::from_raw_parts(text.cast(), len as usize)));
        js::JS_FreeCString(ctx, text);
        Ok(shown)
    }
}

/// QuickJS writes half a surrogate pair as the three bytes that UTF-8 would have for it; UTF-8 has none.
fn well_formed(text: &[u8]) -> Cow<'_, [u8]> {
    if core::str::from_utf8(text).is_ok() {
        return Cow::Borrowed(text);
    }
    let mut text = text.to_vec();
    for at in 0..text.len().saturating_sub(1) {
        if text[at] == 0xed && text[at + 1] >= 0xa0 {
            text[at..at + 3].copy_from_slice("\u{fffd}".as_bytes());
        }
    }
    Cow::Owned(text)
}

/// Appends a JSON string. The text is UTF-8, so only quotes, backslashes and control characters need an escape.
pub(crate) fn push_json_string(json: &mut Vec<u8>, text: &[u8]) {
    json.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        json.extend_from_slice(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => json.extend([b'\\', byte]),
            byte => json.extend(format!("\\u{byte:04x}").bytes()),
        }
        rest = &rest[at + 1..];
    }
    json.extend_from_slice(rest);
    json.push(b'"');
}

/// JSON that the host can read: `JSON.stringify` writes half a surrogate pair as an escape, which strict parsers refuse.
/// It becomes U+FFFD.
pub(crate) fn readable_json(json: &[u8]) -> Vec<u8> {
    let mut json = json.to_vec();
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        let escape = at + found;
        at = escape + 2;
        if let Some([b'\\', b'u', b'd', b'8'..=b'9' | b'a'..=b'f', ..]) = json.get(escape..) {
            json[escape + 2..escape + 6].copy_from_slice(b"fffd");
        }
    }
    json
}

/// Shows the bytes of a typed array, an `ArrayBuffer`, a `DataView` or, as UTF-8, of a string.
pub(crate) fn with_bytes<R>(ctx: *mut JSContext, value: JSValue, show: impl FnOnce(&[u8]) -> R) -> Result<R> {
    // SAFETY: each pointer is valid for its length while nothing of the script runs, which is until `show` returns.
    unsafe {
        if js::JS_IsString(value) {
            return with_text(ctx, value, show);
        }
        if js::JS_IsArrayBuffer(value) {
            return show_buffer(ctx, value, None, show);
        }
        if js::JS_GetTypedArrayType(value) >= 0 {
            let (mut start, mut len, mut element) = (0, 0, 0);
            let buffer = checked(js::JS_GetTypedArrayBuffer(ctx, value, &mut start, &mut len, &mut element))?;
            let shown = show_buffer(ctx, buffer, Some((start as usize, len as usize)), show);
            js::JS_FreeValue(ctx, buffer);
            return shown;
        }
        if js::JS_IsObject(value) {
            let buffer = checked(js::JS_GetPropertyStr(ctx, value, c"buffer".as_ptr()))?;
            if js::JS_IsArrayBuffer(buffer) {
                let start = property_number(ctx, value, c"byteOffset")? as usize;
                let len = property_number(ctx, value, c"byteLength")? as usize;
                return show_buffer(ctx, buffer, Some((start, len)), show);
            }
        }
        Err(throw(ctx, ErrorKind::Type, "expected a string or bytes (a typed array, a DataView or an ArrayBuffer)"))
    }
}

unsafe fn show_buffer<R>(
    ctx: *mut JSContext,
    buffer: JSValue,
    range: Option<(usize, usize)>,
    show: impl FnOnce(&[u8]) -> R,
) -> Result<R> {
    let mut len = 0;
    let start = js::JS_GetArrayBuffer(ctx, &mut len, buffer);
    if start.is_null() {
        // A buffer of no bytes has no address; anything else is one that was detached, and an exception is pending.
        let pending = js::JS_GetException(ctx);
        js::JS_FreeValue(ctx, pending);
        return Ok(show(&[]));
    }
    let whole = slice::from_raw_parts(start, len as usize);
    let (start, len) = range.unwrap_or((0, whole.len()));
    Ok(show(whole.get(start..).map_or(&[][..], |rest| &rest[..len.min(rest.len())])))
}

fn property_number(ctx: *mut JSContext, object: JSValue, name: &CStr) -> Result<f64> {
    // SAFETY: the name ends with a zero byte.
    let value = checked(unsafe { js::JS_GetPropertyStr(ctx, object, name.as_ptr()) })?;
    number(ctx, value)
}

/// The value as a number.
pub(crate) fn number(ctx: *mut JSContext, value: JSValue) -> Result<f64> {
    let mut number = 0.0;
    // SAFETY: the number lives on this stack frame.
    if unsafe { js::JS_ToFloat64(ctx, &mut number, value) } < 0 { Err(Pending) } else { Ok(number) }
}

/// Whether the value is true in a condition.
pub(crate) fn truthy(ctx: *mut JSContext, value: JSValue) -> bool {
    // SAFETY: conversion to a boolean runs nothing of the script.
    unsafe { js::JS_ToBool(ctx, value) > 0 }
}

/// Which class of error to throw.
#[derive(Clone, Copy)]
pub(crate) enum ErrorKind {
    Plain,
    Type,
    Range,
}

/// Leaves an exception pending.
pub(crate) fn throw(ctx: *mut JSContext, kind: ErrorKind, message: &str) -> Pending {
    let message = CString::new(message).unwrap_or_default();
    let (format, text) = (c"%s".as_ptr(), message.as_ptr());
    // SAFETY: the format takes one text, and both end with a zero byte.
    unsafe {
        match kind {
            ErrorKind::Plain => js::JS_ThrowPlainError(ctx, format, text),
            ErrorKind::Type => js::JS_ThrowTypeError(ctx, format, text),
            ErrorKind::Range => js::JS_ThrowRangeError(ctx, format, text),
        };
    }
    Pending
}

/// Calls a function without `this`. The arguments stay the caller's.
pub(crate) fn call(ctx: *mut JSContext, function: JSValue, arguments: &mut [JSValue]) -> Result<JSValue> {
    // SAFETY: QuickJS reads the range that the slice describes.
    checked(unsafe { js::JS_Call(ctx, function, js::JS_UNDEFINED, arguments.len() as i32, arguments.as_mut_ptr()) })
}
