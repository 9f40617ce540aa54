//! JSON to values. `None` leaves the text to the engine.

use core::slice;

use rquickjs_sys as js;
use rquickjs_sys::{JSContext, JSValue};

use super::DEPTH_MAX;
use crate::value::{Result, checked};

/// Parses JSON that a zero byte follows, with the errors of the engine's own `JSON.parse`.
pub(crate) fn parse(ctx: *mut JSContext, json: &[u8]) -> Result<JSValue> {
    if let Some(value) = document(ctx, json) {
        return Ok(value);
    }
    // SAFETY: `hookbox_alloc` and `host::next_event` put the zero byte there.
    checked(unsafe { js::JS_ParseJSON(ctx, json.as_ptr().cast(), json.len() as u32, c"<input>".as_ptr()) })
}

/// Parses the text of a string.
pub(super) fn parse_string(ctx: *mut JSContext, text: JSValue) -> Option<JSValue> {
    let mut len = 0;
    // SAFETY: the pointer is valid for `len` bytes until it is freed.
    unsafe {
        let start = js::JS_ToCStringLen2(ctx, &mut len, text, false);
        if start.is_null() {
            js::JS_FreeValue(ctx, js::JS_GetException(ctx));
            return None;
        }
        let value = document(ctx, slice::from_raw_parts(start.cast(), len as usize));
        js::JS_FreeCString(ctx, start);
        value
    }
}

fn document(ctx: *mut JSContext, json: &[u8]) -> Option<JSValue> {
    let json = core::str::from_utf8(json).ok()?.as_bytes();
    let mut parser = Parser { ctx, json, at: 0, depth: 0, unescaped: Vec::new() };
    let value = parser.value()?;
    if parser.next().is_none() {
        return Some(value);
    }
    parser.give_up(value)
}

struct Parser<'a> {
    ctx: *mut JSContext,
    /// It is UTF-8.
    json: &'a [u8],
    at: usize,
    depth: u32,
    /// The last string with escapes in it.
    unescaped: Vec<u8>,
}

/// Whether a string is the name of a property or a value.
enum Text<'p> {
    Plain(&'p [u8]),
    Unescaped,
}

impl Parser<'_> {
    /// The next byte that is no white space, still to be taken.
    fn next(&mut self) -> Option<u8> {
        while let Some(byte) = self.json.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        if self.next()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }

    fn give_up(&self, value: JSValue) -> Option<JSValue> {
        // SAFETY: the value is this parser's own.
        unsafe { js::JS_FreeValue(self.ctx, value) };
        None
    }

    /// What QuickJS made; where it could not, it has the same trouble again, and says so.
    fn made(&self, value: JSValue) -> Option<JSValue> {
        if checked(value).is_ok() {
            return Some(value);
        }
        // SAFETY: an exception is pending.
        unsafe { js::JS_FreeValue(self.ctx, js::JS_GetException(self.ctx)) };
        None
    }

    fn value(&mut self) -> Option<JSValue> {
        match self.next()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => self.string(),
            b't' => self.word(b"true", js::JS_TRUE),
            b'f' => self.word(b"false", js::JS_FALSE),
            b'n' => self.word(b"null", js::JS_NULL),
            _ => self.number(),
        }
    }

    fn nested(&mut self, parse: impl FnOnce(&mut Self) -> Option<JSValue>) -> Option<JSValue> {
        self.at += 1;
        self.depth += 1;
        let value = if self.depth > DEPTH_MAX { None } else { parse(self) };
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Option<JSValue> {
        // SAFETY: an object of this parser's own.
        let object = self.made(unsafe { js::JS_NewObject(self.ctx) })?;
        if self.next() == Some(b'}') {
            self.at += 1;
            return Some(object);
        }
        loop {
            if self.property(object).is_none() {
                return self.give_up(object);
            }
            match self.next() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Some(object);
                }
                _ => return self.give_up(object),
            }
        }
    }

    fn property(&mut self, object: JSValue) -> Option<()> {
        self.next().filter(|byte| *byte == b'"')?;
        let (ctx, flags) = (self.ctx, js::JS_PROP_C_W_E as i32);
        // SAFETY: the name is a range of bytes; the object takes over the value, the name is freed.
        unsafe {
            let name = match self.text()? {
                Text::Plain(text) => js::JS_NewAtomLen(ctx, text.as_ptr().cast(), text.len() as u32),
                Text::Unescaped => js::JS_NewAtomLen(ctx, self.unescaped.as_ptr().cast(), self.unescaped.len() as u32),
            };
            let value = self.take(b':').and_then(|()| self.value());
            let defined = value.map(|value| js::JS_DefinePropertyValue(ctx, object, name, value, flags));
            js::JS_FreeAtom(ctx, name);
            self.is_done(defined?)
        }
    }

    fn is_done(&self, status: i32) -> Option<()> {
        if status < 0 { self.made(js::JS_EXCEPTION).map(|_| ()) } else { Some(()) }
    }

    fn array(&mut self) -> Option<JSValue> {
        // SAFETY: an array of this parser's own, which takes over the elements.
        unsafe {
            let array = self.made(js::JS_NewArray(self.ctx))?;
            if self.next() == Some(b']') {
                self.at += 1;
                return Some(array);
            }
            for index in 0.. {
                let Some(element) = self.value() else { return self.give_up(array) };
                let flags = js::JS_PROP_C_W_E as i32;
                let defined = js::JS_DefinePropertyValueUint32(self.ctx, array, index, element, flags);
                if self.is_done(defined).is_none() {
                    return self.give_up(array);
                }
                match self.next() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break,
                    _ => return self.give_up(array),
                }
            }
            self.at += 1;
            Some(array)
        }
    }

    fn string(&mut self) -> Option<JSValue> {
        let ctx = self.ctx;
        // SAFETY: QuickJS copies the range of bytes.
        let value = unsafe {
            match self.text()? {
                Text::Plain(text) => js::JS_NewStringLen(ctx, text.as_ptr().cast(), text.len() as u32),
                Text::Unescaped => {
                    js::JS_NewStringLen(ctx, self.unescaped.as_ptr().cast(), self.unescaped.len() as u32)
                }
            }
        };
        self.made(value)
    }

    /// The string at the quotation mark. One with escapes is in `unescaped`.
    fn text(&mut self) -> Option<Text<'_>> {
        let start = self.at + 1;
        let len = self.json[start..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        self.at = start + len;
        if self.json[self.at] == b'"' {
            self.at += 1;
            return Some(Text::Plain(&self.json[start..start + len]));
        }
        self.unescaped.clear();
        self.unescaped.extend_from_slice(&self.json[start..self.at]);
        loop {
            match *self.json.get(self.at)? {
                b'"' => break,
                b'\\' => self.escape()?,
                0..=0x1f => return None,
                byte => {
                    self.unescaped.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Some(Text::Unescaped)
    }

    /// The escape at the backslash. Half a surrogate pair is left to the engine: UTF-8 has none.
    fn escape(&mut self) -> Option<()> {
        let byte = *self.json.get(self.at + 1)?;
        self.at += 2;
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let first = self.unit()?;
                let character = match char::from_u32(first) {
                    Some(character) => character,
                    None if first < 0xdc00 && self.json.get(self.at..self.at + 2)? == b"\\u" => {
                        self.at += 2;
                        let second = self.unit()?.checked_sub(0xdc00).filter(|second| *second < 0x400)?;
                        char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)?
                    }
                    None => return None,
                };
                self.unescaped.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            _ => return None,
        };
        self.unescaped.push(plain);
        Some(())
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.json.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
    }

    fn word(&mut self, word: &[u8], value: JSValue) -> Option<JSValue> {
        if !self.json[self.at..].starts_with(word) {
            return None;
        }
        self.at += word.len();
        Some(value)
    }

    fn number(&mut self) -> Option<JSValue> {
        let start = self.at;
        let negative = self.skip(|byte| byte == b'-');
        let first = *self.json.get(self.at)?;
        let digits = self.digits()?;
        if first == b'0' && digits > 1 {
            return None;
        }
        let mut whole = true;
        if self.skip(|byte| byte == b'.') {
            whole = false;
            self.digits()?;
        }
        if self.skip(|byte| byte == b'e' || byte == b'E') {
            whole = false;
            self.skip(|byte| byte == b'+' || byte == b'-');
            self.digits()?;
        }
        let text = core::str::from_utf8(&self.json[start..self.at]).ok()?;
        // Nine digits fit; minus zero is no whole number.
        if whole && digits <= 9 && !(negative && first == b'0') {
            return Some(js::JS_MKVAL(js::JS_TAG_INT, text.parse().ok()?));
        }
        Some(js::JS_NewFloat64(text.parse().ok()?))
    }

    fn skip(&mut self, is_meant: impl FnOnce(u8) -> bool) -> bool {
        let found = self.json.get(self.at).is_some_and(|byte| is_meant(*byte));
        self.at += usize::from(found);
        found
    }

    /// How many digits there are; at least one.
    fn digits(&mut self) -> Option<usize> {
        let len = self.json[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += len;
        (len > 0).then_some(len)
    }
}
