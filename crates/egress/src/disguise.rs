//! The forms in which a secret's value shows up in texts: in an address, a header, a JSON body, a log line.
//!
//! What looks for a value looks for all of them. It finds what happens by itself when a value travels; whoever reverses
//! a value or cuts it in two is not found.

mod address;
mod search;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

pub use search::{End, Search};

/// Values and forms with fewer bytes are not looked for: their letters are in every second word.
pub const BYTES_MIN: usize = 4;

/// Parts of a value with fewer bytes are not looked for on their own.
const PART_BYTES_MIN: usize = 9;

/// Lines of a value with fewer bytes are not looked for on their own: such as `{` are in every other text.
const LINE_BYTES_MIN: usize = 12;

/// As many bytes does Node show of a buffer.
const BUFFER_BYTES_SHOWN: usize = 50;

/// What [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.3) leaves alone besides letters and digits.
pub(crate) const UNRESERVED: &str = "-_.~";
/// What HTML forms leave alone besides letters and digits.
pub(crate) const FORM: &str = "-_.*";

/// The value itself and its lines, and its hexadecimal, base64 (standard and URL-safe, at any place inside of a longer
/// text), percent-encoded, JSON-escaped and XML-escaped forms, what an address makes of it, and its bytes as Node shows
/// those of a buffer. All in lower case, to be looked for without regard to case: a host comes back in lower case, a
/// number's digits in either. Empty for a value that is too short to look for.
pub fn of(value: &str) -> Vec<String> {
    if value.len() < BYTES_MIN {
        return Vec::new();
    }
    // A line end that was pasted with a value is seldom sent or printed with it. What has it shows no more than that.
    let core = match value.trim() {
        core if core.len() >= BYTES_MIN => core,
        _ => value,
    };
    let bytes = core.as_bytes();
    let mut forms = vec![value.to_owned(), core.to_owned(), hex(bytes)];
    for skipped in 0..3 {
        forms.push(base64_inside(bytes, skipped, &STANDARD_NO_PAD.encode(padded(bytes, skipped))));
        forms.push(base64_inside(bytes, skipped, &URL_SAFE_NO_PAD.encode(padded(bytes, skipped))));
    }
    // The characters that encodeURIComponent, escape, RFC 3986 and HTML forms leave alone differ.
    for kept in ["-_.!~*'()", "@*_+-./", UNRESERVED, FORM] {
        let encoded = percent(bytes, kept);
        forms.push(encoded.replace("%20", "+"));
        // An address as a parameter of another one.
        forms.push(encoded.replace('%', "%25"));
        forms.push(encoded);
    }
    let escaped = json(core);
    forms.push(escaped.replace('/', "\\/"));
    forms.push(json_ascii(core));
    // JSON text inside of JSON text: a logged body that holds a serialised one.
    forms.push(json(&escaped));
    forms.push(escaped);
    forms.push(xml(core));
    forms.extend(lines(core));
    forms.extend(address::forms(core));
    let shown = &bytes[..bytes.len().min(BUFFER_BYTES_SHOWN)];
    forms.push(joined(shown, " ", |text, byte| push(text, format_args!("{byte:02x}"))));
    forms.push(joined(bytes, ",", |text, byte| push(text, format_args!("{byte}"))));
    forms.iter_mut().for_each(|form| form.make_ascii_lowercase());
    forms.sort_unstable();
    forms.dedup();
    forms.retain(|form| form.len() >= BYTES_MIN);
    forms
}

/// The lines of a value that has several: a text of many lines is printed line by line. A line end may be written as
/// in JSON, as in the keys of service accounts.
fn lines(value: &str) -> Vec<String> {
    let lines: Vec<&str> = value.split('\n').flat_map(|line| line.split("\\n")).collect();
    if lines.len() == 1 {
        return Vec::new();
    }
    let shown = lines.into_iter().map(|line| line.trim().trim_end_matches("\\r"));
    shown.filter(|line| line.len() >= LINE_BYTES_MIN).map(str::to_owned).collect()
}

/// Every byte but letters, digits and `kept` as `%` and two digits.
pub(crate) fn percent(bytes: &[u8], kept: &str) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            text.push(char::from(byte));
        } else {
            push(&mut text, format_args!("%{byte:02X}"));
        }
        text
    })
}

/// As it stands between the quotes of a JSON string.
pub(crate) fn json(value: &str) -> String {
    value.chars().fold(String::with_capacity(value.len()), |mut text, c| {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            c if c < ' ' => push(&mut text, format_args!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
        text
    })
}

/// As it stands in the text or in an attribute of XML.
pub(crate) fn xml(value: &str) -> String {
    value.chars().fold(String::with_capacity(value.len()), |mut text, c| {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            c => text.push(c),
        }
        text
    })
}

fn json_ascii(value: &str) -> String {
    json(value).chars().fold(String::new(), |mut text, c| {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                push(&mut text, format_args!("\\u{unit:04x}"));
            }
        }
        text
    })
}

fn hex(bytes: &[u8]) -> String {
    joined(bytes, "", |text, byte| push(text, format_args!("{byte:02x}")))
}

fn joined(bytes: &[u8], between: &str, write: impl Fn(&mut String, u8)) -> String {
    bytes.iter().fold(String::with_capacity(4 * bytes.len()), |mut text, &byte| {
        if !text.is_empty() {
            text.push_str(between);
        }
        write(&mut text, byte);
        text
    })
}

fn push(text: &mut String, written: std::fmt::Arguments<'_>) {
    text.write_fmt(written).expect("a string takes what is written");
}

fn padded(bytes: &[u8], skipped: usize) -> Vec<u8> {
    let mut all = vec![0; skipped];
    all.extend_from_slice(bytes);
    all
}

/// The characters that depend on the value alone when `skipped` (mod 3) unknown bytes stand before it and others after.
fn base64_inside(bytes: &[u8], skipped: usize, encoded: &str) -> String {
    let first = [0, 2, 3][skipped];
    let whole = (bytes.len() + skipped).is_multiple_of(3);
    let end = encoded.len() - usize::from(!whole);
    encoded.get(first..end).map_or_else(String::new, str::to_owned)
}

#[cfg(test)]
mod tests;
