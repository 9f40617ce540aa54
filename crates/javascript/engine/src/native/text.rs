//! Bytes and text: UTF-8, Latin-1, base64 and hex, as Node's `Buffer` reads and writes them.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD};
use rquickjs_sys as js;
use rquickjs_sys::JSValue;

use super::Arguments;
use crate::value::{ErrorKind, Pending, Result, byte_array, checked, string, throw, truthy, with_bytes, with_text};

/// Reads base64 with or without its padding, and with bits left over in the last character.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `utf8Encode(string)`
pub(super) fn utf8_encode(arguments: &Arguments<'_>) -> Result<JSValue> {
    with_text(arguments.ctx, arguments.get(0), |text| byte_array(arguments.ctx, text))?
}

/// `utf8Length(string)`
pub(super) fn utf8_length(arguments: &Arguments<'_>) -> Result<JSValue> {
    let len = with_text(arguments.ctx, arguments.get(0), <[u8]>::len)?;
    Ok(js::JS_NewFloat64(len as f64))
}

/// `utf8Decode(bytes, fatal)`
pub(super) fn utf8_decode(arguments: &Arguments<'_>) -> Result<JSValue> {
    let fatal = truthy(arguments.ctx, arguments.get(1));
    with_bytes(arguments.ctx, arguments.get(0), |bytes| match core::str::from_utf8(bytes) {
        Ok(_) => string(arguments.ctx, bytes),
        Err(_) if fatal => {
            Err(throw(arguments.ctx, ErrorKind::Type, "The encoded data was not valid for encoding utf-8"))
        }
        Err(_) => string(arguments.ctx, String::from_utf8_lossy(bytes).as_bytes()),
    })?
}

/// `latin1Encode(string)`
pub(super) fn latin1_encode(arguments: &Arguments<'_>) -> Result<JSValue> {
    let mut len = 0;
    // SAFETY: the pointer is valid for `len` units until it is freed.
    let bytes: Vec<u8> = unsafe {
        let units = js::JS_ToCStringLenUTF16(arguments.ctx, &mut len, arguments.get(0));
        if units.is_null() {
            return Err(Pending);
        }
        let bytes = core::slice::from_raw_parts(units, len as usize).iter().map(|unit| *unit as u8).collect();
        js::JS_FreeCStringUTF16(arguments.ctx, units);
        bytes
    };
    byte_array(arguments.ctx, &bytes)
}

/// `latin1Decode(bytes)`
pub(super) fn latin1_decode(arguments: &Arguments<'_>) -> Result<JSValue> {
    let units: Vec<u16> =
        with_bytes(arguments.ctx, arguments.get(0), |bytes| bytes.iter().map(|byte| u16::from(*byte)).collect())?;
    // SAFETY: QuickJS copies the range that the slice describes.
    checked(unsafe { js::JS_NewStringUTF16(arguments.ctx, units.as_ptr(), units.len() as u32) })
}

/// `base64Encode(bytes, urlSafe)`
pub(super) fn base64_encode(arguments: &Arguments<'_>) -> Result<JSValue> {
    let url_safe = truthy(arguments.ctx, arguments.get(1));
    let text = with_bytes(arguments.ctx, arguments.get(0), |bytes| {
        if url_safe { URL_SAFE_NO_PAD.encode(bytes) } else { STANDARD.encode(bytes) }
    })?;
    string(arguments.ctx, text.as_bytes())
}

/// `base64Decode(string)`
pub(super) fn base64_decode(arguments: &Arguments<'_>) -> Result<JSValue> {
    let mut text: Vec<u8> = with_text(arguments.ctx, arguments.get(0), |text| {
        let known = text.iter().take_while(|byte| **byte != b'=').filter_map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => Some(*byte),
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            _ => None,
        });
        known.collect()
    })?;
    if text.len() % 4 == 1 {
        text.pop();
    }
    let bytes = LENIENT.decode(&text).expect("only characters of the alphabet are left, in a possible number");
    byte_array(arguments.ctx, &bytes)
}

/// `hexEncode(bytes)`
pub(super) fn hex_encode(arguments: &Arguments<'_>) -> Result<JSValue> {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let text: String = with_bytes(arguments.ctx, arguments.get(0), |bytes| {
        bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    })?;
    string(arguments.ctx, text.as_bytes())
}

/// `hexDecode(string)`
pub(super) fn hex_decode(arguments: &Arguments<'_>) -> Result<JSValue> {
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let bytes: Vec<u8> = with_text(arguments.ctx, arguments.get(0), |text| {
        let pairs = text.chunks_exact(2).map_while(|pair| Some((nibble(pair[0])? << 4 | nibble(pair[1])?) as u8));
        pairs.collect()
    })?;
    byte_array(arguments.ctx, &bytes)
}
