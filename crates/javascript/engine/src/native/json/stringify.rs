//! Values to JSON. `None` leaves the value to the engine.

use core::slice;

use rquickjs_sys as js;
use rquickjs_sys::{JSContext, JSPropertyDescriptor, JSValue};

use super::DEPTH_MAX;
/// What `JS_GetClassID` says of an object of the plain kind and of an array; both are the first that QuickJS makes.
const PLAIN: u32 = 1;
const ARRAY: u32 = 2;

pub(super) fn stringify(ctx: *mut JSContext, value: JSValue) -> Option<Vec<u8>> {
    // SAFETY: the name ends with a zero byte.
    let to_json = unsafe { js::JS_NewAtom(ctx, c"toJSON".as_ptr()) };
    let mut writer = Writer { ctx, to_json, json: Vec::with_capacity(256), depth: 0 };
    let written = writer.value(value);
    // SAFETY: the name is this function's own.
    unsafe { js::JS_FreeAtom(ctx, to_json) };
    // A value without a text, such as a function, has `undefined` for an answer: the engine says so.
    (written? == Written::Yes).then_some(writer.json)
}

struct Writer {
    ctx: *mut JSContext,
    to_json: js::JSAtom,
    json: Vec<u8>,
    depth: u32,
}

#[derive(PartialEq)]
enum Written {
    Yes,
    /// The value has no text: `undefined`, a symbol, a function.
    No,
}

impl Writer {
    fn value(&mut self, value: JSValue) -> Option<Written> {
        // SAFETY: only looks at the tags.
        unsafe {
            if js::JS_IsString(value) {
                self.string(value)?;
            } else if js::JS_IsObject(value) {
                return self.object(value);
            } else if js::JS_IsNull(value) {
                self.json.extend_from_slice(b"null");
            } else if js::JS_IsBool(value) {
                let word: &[u8] = if js::JS_ToBool(self.ctx, value) > 0 { b"true" } else { b"false" };
                self.json.extend_from_slice(word);
            } else if js::JS_IsNumber(value) {
                self.number(value)?;
            } else if js::JS_IsUndefined(value) {
                return Some(Written::No);
            } else {
                return None;
            }
        }
        Some(Written::Yes)
    }

    /// The text of a string or a number, where it is UTF-8.
    fn with_text(&mut self, value: JSValue, show: impl FnOnce(&mut Vec<u8>, &[u8])) -> Option<()> {
        let mut len = 0;
        // SAFETY: the pointer is valid for `len` bytes until it is freed.
        unsafe {
            let text = js::JS_ToCStringLen2(self.ctx, &mut len, value, false);
            if text.is_null() {
                return self.forget();
            }
            let bytes = slice::from_raw_parts(text.cast(), len as usize);
            // Half a surrogate pair is no UTF-8.
            let whole = core::str::from_utf8(bytes).is_ok();
            if whole {
                show(&mut self.json, bytes);
            }
            js::JS_FreeCString(self.ctx, text);
            whole.then_some(())
        }
    }

    /// The engine meets the same trouble again, and says so.
    fn forget<T>(&self) -> Option<T> {
        // SAFETY: an exception is pending.
        unsafe { js::JS_FreeValue(self.ctx, js::JS_GetException(self.ctx)) };
        None
    }

    fn string(&mut self, value: JSValue) -> Option<()> {
        self.with_text(value, quote)
    }

    fn number(&mut self, value: JSValue) -> Option<()> {
        let mut number = 0.0;
        // SAFETY: the number lives on this stack frame.
        unsafe { js::JS_ToFloat64(self.ctx, &mut number, value) };
        if !number.is_finite() {
            self.json.extend_from_slice(b"null");
            return Some(());
        }
        self.with_text(value, |json, text| json.extend_from_slice(text))
    }

    fn object(&mut self, object: JSValue) -> Option<Written> {
        // SAFETY: asks for a class and a name; where there is a `toJSON` nothing is called.
        let class = unsafe { js::JS_GetClassID(object) };
        match unsafe { js::JS_HasProperty(self.ctx, object, self.to_json) } {
            0 if self.depth < DEPTH_MAX => {}
            failed if failed < 0 => return self.forget(),
            _ => return None,
        }
        self.depth += 1;
        match class {
            PLAIN => self.properties(object)?,
            ARRAY => self.elements(object)?,
            // SAFETY: only looks at the value's class.
            _ if unsafe { js::JS_IsFunction(self.ctx, object) } => {
                self.depth -= 1;
                return Some(Written::No);
            }
            _ => return None,
        }
        self.depth -= 1;
        Some(Written::Yes)
    }

    fn properties(&mut self, object: JSValue) -> Option<()> {
        let (mut names, mut count) = (core::ptr::null_mut(), 0);
        let which = (js::JS_GPN_STRING_MASK | js::JS_GPN_ENUM_ONLY) as i32;
        // SAFETY: QuickJS fills in a table of `count` names, which lives until it is freed.
        unsafe {
            if js::JS_GetOwnPropertyNames(self.ctx, &mut names, &mut count, object, which) < 0 {
                return self.forget();
            }
            self.json.push(b'{');
            let list = if count == 0 { &[][..] } else { slice::from_raw_parts(names, count as usize) };
            let written = list.iter().try_for_each(|name| self.property(object, name.atom));
            js::JS_FreePropertyEnum(self.ctx, names, count);
            written?;
        }
        self.close(b'}');
        Some(())
    }

    fn property(&mut self, object: JSValue, name: js::JSAtom) -> Option<()> {
        let value = self.own(object, name)?;
        let start = self.json.len();
        // SAFETY: the key and the value are this function's own until they are freed.
        unsafe {
            let key = js::JS_AtomToString(self.ctx, name);
            let written = self.string(key);
            js::JS_FreeValue(self.ctx, key);
            let written = written.and_then(|()| {
                self.json.push(b':');
                self.value(value)
            });
            js::JS_FreeValue(self.ctx, value);
            match written? {
                Written::Yes => self.json.push(b','),
                Written::No => self.json.truncate(start),
            }
        }
        Some(())
    }

    fn elements(&mut self, array: JSValue) -> Option<()> {
        let mut len = 0;
        self.json.push(b'[');
        // SAFETY: the length is an array's own; each element is this function's own until it is freed.
        unsafe {
            if js::JS_GetLength(self.ctx, array, &mut len) < 0 {
                return self.forget();
            }
            for index in 0..len as u32 {
                let name = js::JS_NewAtomUInt32(self.ctx, index);
                let element = self.own(array, name);
                js::JS_FreeAtom(self.ctx, name);
                let element = element?;
                let written = self.value(element);
                js::JS_FreeValue(self.ctx, element);
                if written? == Written::No {
                    self.json.extend_from_slice(b"null");
                }
                self.json.push(b',');
            }
        }
        self.close(b']');
        Some(())
    }

    /// Puts the bracket in the place of the comma, if there is one.
    fn close(&mut self, bracket: u8) {
        if self.json.last() == Some(&b',') {
            self.json.pop();
        }
        self.json.push(bracket);
    }

    /// The value of an object's own property. Neither a getter nor a hole, which the prototype may fill, is one.
    fn own(&self, object: JSValue, name: js::JSAtom) -> Option<JSValue> {
        let undefined = js::JS_UNDEFINED;
        let mut property = JSPropertyDescriptor { flags: 0, value: undefined, getter: undefined, setter: undefined };
        // SAFETY: the descriptor lives on this stack frame; what it holds is this function's own.
        unsafe {
            match js::JS_GetOwnProperty(self.ctx, &mut property, object, name) {
                0 => None,
                found if found < 0 => self.forget(),
                _ if property.flags as u32 & js::JS_PROP_GETSET != 0 => {
                    js::JS_FreeValue(self.ctx, property.getter);
                    js::JS_FreeValue(self.ctx, property.setter);
                    None
                }
                _ => Some(property.value),
            }
        }
    }
}

/// Appends a JSON string, as `JSON.stringify` writes it.
fn quote(json: &mut Vec<u8>, text: &[u8]) {
    json.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        json.extend_from_slice(&rest[..at]);
        let short = match rest[at] {
            byte @ (b'"' | b'\\') => byte,
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => 0,
        };
        if short == 0 {
            json.extend(format!("\\u{:04x}", rest[at]).bytes());
        } else {
            json.extend([b'\\', short]);
        }
        rest = &rest[at + 1..];
    }
    json.extend_from_slice(rest);
    json.push(b'"');
}
