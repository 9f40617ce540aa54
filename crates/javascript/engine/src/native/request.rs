//! `httpStart(request)`: reads the request that `internal/http` specifies and writes the JSON that the host wants.
//!
//! This is Rust and no JavaScript because every outgoing call comes through here: escaping a body character by character in
//! the interpreter took longer than all the rest of a call.

use core::ffi::CStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rquickjs_sys as js;
use rquickjs_sys::{JSContext, JSValue};

use super::{Arguments, address};
use crate::host;
use crate::value::{Pending, Result, checked, number, push_json_string, with_bytes, with_text};

/// The host frames the message and decodes the answer. Scripts set these all the same, as Node let them.
const LEFT_OUT: [&[u8]; 6] =
    [b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"accept-encoding", b"expect"];

/// How many redirects the host follows at most.
const REDIRECTS_MAX: f64 = 5.0;

/// The longest time that JSON holds exactly.
const TIMEOUT_MS_MAX: f64 = 9e15;

/// `httpStart(request)`
pub(super) fn http_start(arguments: &Arguments<'_>) -> Result<JSValue> {
    let ctx = arguments.ctx;
    let request = Request { ctx, object: arguments.get(0) };
    let mut json = Vec::with_capacity(512);
    let method = request.with(c"method", |value| {
        if is_absent(value) { Ok(b"GET".to_vec()) } else { with_text(ctx, value, <[u8]>::to_ascii_uppercase) }
    })?;
    json.extend(b"{\"method\":");
    push_json_string(&mut json, &method);
    let url = request.with(c"url", |value| with_text(ctx, value, address::escaped))?;
    json.extend(b",\"url\":");
    push_json_string(&mut json, &url);
    json.extend(b",\"headers\":{");
    request.with(c"headers", |headers| push_headers(&mut json, ctx, headers, address::host(&url)))?;
    json.push(b'}');
    request.with(c"body", |body| push_body(&mut json, ctx, body))?;
    for (name, key, most) in [(c"timeoutMs", "timeout_ms", TIMEOUT_MS_MAX), (c"redirect", "redirect", REDIRECTS_MAX)] {
        let given = request.with(name, |value| if is_absent(value) { Ok(0.0) } else { number(ctx, value) })?;
        if given > 0.0 {
            json.extend(format!(",\"{key}\":{}", given.ceil().min(most) as u64).bytes());
        }
    }
    json.push(b'}');
    Ok(js::JS_MKVAL(js::JS_TAG_INT, host::http_start(&json)))
}

struct Request {
    ctx: *mut JSContext,
    object: JSValue,
}

impl Request {
    /// Shows a property's value.
    fn with<R>(&self, name: &CStr, show: impl FnOnce(JSValue) -> Result<R>) -> Result<R> {
        // SAFETY: the name ends with a zero byte; the value is this function's own until it is freed.
        unsafe {
            let value = checked(js::JS_GetPropertyStr(self.ctx, self.object, name.as_ptr()))?;
            let shown = show(value);
            js::JS_FreeValue(self.ctx, value);
            shown
        }
    }
}

fn is_absent(value: JSValue) -> bool {
    // SAFETY: only looks at the tag.
    unsafe { js::JS_IsUndefined(value) || js::JS_IsNull(value) }
}

fn push_headers(json: &mut Vec<u8>, ctx: *mut JSContext, headers: JSValue, host: &[u8]) -> Result<()> {
    // SAFETY: only looks at the tag.
    if !unsafe { js::JS_IsObject(headers) } {
        return Ok(());
    }
    let (mut names, mut count) = (core::ptr::null_mut(), 0);
    let which = js::JS_GPN_STRING_MASK | js::JS_GPN_ENUM_ONLY;
    // SAFETY: QuickJS fills in a table of `count` names, which stays alive: an instance ends with its call.
    let names = unsafe {
        if js::JS_GetOwnPropertyNames(ctx, &mut names, &mut count, headers, which as i32) < 0 {
            return Err(Pending);
        }
        core::slice::from_raw_parts(names, count as usize)
    };
    let mut first = true;
    for name in names {
        // SAFETY: the name is one of the object's own.
        let (value, name) = unsafe {
            (checked(js::JS_GetProperty(ctx, headers, name.atom))?, checked(js::JS_AtomToString(ctx, name.atom))?)
        };
        if !is_absent(value) && with_text(ctx, name, |name| is_sent(ctx, name, value, host))?? {
            if !first {
                json.push(b',');
            }
            first = false;
            with_text(ctx, name, |name| push_json_string(json, name))?;
            json.push(b':');
            push_value(json, ctx, value)?;
        }
        // SAFETY: both are this loop's own.
        unsafe {
            js::JS_FreeValue(ctx, value);
            js::JS_FreeValue(ctx, name);
        }
    }
    Ok(())
}

fn is_sent(ctx: *mut JSContext, name: &[u8], value: JSValue, host: &[u8]) -> Result<bool> {
    if name.eq_ignore_ascii_case(b"host") {
        return with_text(ctx, value, |value| !value.eq_ignore_ascii_case(host));
    }
    Ok(!LEFT_OUT.iter().any(|left_out| name.eq_ignore_ascii_case(left_out)))
}

/// A header's value, or its list of values.
fn push_value(json: &mut Vec<u8>, ctx: *mut JSContext, value: JSValue) -> Result<()> {
    // SAFETY: looks at the value's class; elements are this function's own until they are freed.
    unsafe {
        if !js::JS_IsArray(value) {
            return with_text(ctx, value, |text| push_json_string(json, text));
        }
        let list = Request { ctx, object: value };
        let count = list.with(c"length", |length| number(ctx, length))? as u32;
        json.push(b'[');
        for index in 0..count {
            if index > 0 {
                json.push(b',');
            }
            let element = checked(js::JS_GetPropertyUint32(ctx, value, index))?;
            with_text(ctx, element, |text| push_json_string(json, text))?;
            js::JS_FreeValue(ctx, element);
        }
        json.push(b']');
    }
    Ok(())
}

fn push_body(json: &mut Vec<u8>, ctx: *mut JSContext, body: JSValue) -> Result<()> {
    if is_absent(body) {
        return Ok(());
    }
    // SAFETY: only looks at the tag.
    if unsafe { js::JS_IsString(body) } {
        json.extend(b",\"body\":");
        return with_text(ctx, body, |text| push_json_string(json, text));
    }
    json.extend(b",\"body_base64\":\"");
    with_bytes(ctx, body, |bytes| json.extend(STANDARD.encode(bytes).bytes()))?;
    json.push(b'"');
    Ok(())
}
