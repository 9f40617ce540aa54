//! The forms in which a secret's value shows up in texts: in an address, a header, a JSON body, a log line.
//!
//! What looks for a value looks for all of them. It finds what happens by itself when a value travels; whoever reverses
//! a value or cuts it in two is not found.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Values and forms with fewer bytes are not looked for: their letters are in every second word.
pub const BYTES_MIN: usize = 4;

/// What [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.3) leaves alone besides letters and digits.
pub(crate) const UNRESERVED: &str = "-_.~";
/// What HTML forms leave alone besides letters and digits.
pub(crate) const FORM: &str = "-_.*";

/// The value itself, and its hexadecimal, base64 (standard and URL-safe, at any place inside of a longer text),
/// percent-encoded, JSON-escaped and XML-escaped forms. Empty for a value that is too short to look for.
pub fn of(value: &str) -> Vec<String> {
    let bytes = value.as_bytes();
    if bytes.len() < BYTES_MIN {
        return Vec::new();
    }
    let mut forms = vec![value.to_owned(), hex(bytes, false), hex(bytes, true)];
    for skipped in 0..3 {
        forms.push(base64_inside(bytes, skipped, &STANDARD_NO_PAD.encode(padded(bytes, skipped))));
        forms.push(base64_inside(bytes, skipped, &URL_SAFE_NO_PAD.encode(padded(bytes, skipped))));
    }
    // The characters that encodeURIComponent, RFC 3986 and HTML forms leave alone differ.
    for kept in ["-_.!~*'()", UNRESERVED, FORM] {
        for upper in [true, false] {
            let encoded = percent(bytes, kept, upper);
            forms.push(encoded.replace("%20", "+"));
            forms.push(encoded);
        }
    }
    let escaped = json(value);
    forms.push(escaped.replace('/', "\\/"));
    forms.push(json_ascii(value));
    // JSON text inside of JSON text: a logged body that holds a serialised one.
    forms.push(json(&escaped));
    forms.push(escaped);
    forms.push(xml(value));
    forms.sort_unstable();
    forms.dedup();
    forms.retain(|form| form.len() >= BYTES_MIN);
    forms
}

/// Every byte but letters, digits and `kept` as `%` and two digits.
pub(crate) fn percent(bytes: &[u8], kept: &str, upper: bool) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&hex(&[byte], upper));
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

fn hex(bytes: &[u8], upper: bool) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        if upper {
            push(&mut text, format_args!("{byte:02X}"));
        } else {
            push(&mut text, format_args!("{byte:02x}"));
        }
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
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const VALUE: &str = "SG.k/y+\"é\"&x <1>";

    #[test]
    fn a_value_is_found_in_each_of_its_forms() {
        let forms = of(VALUE);
        let found = |text: &str| forms.iter().any(|form| text.contains(form.as_str()));
        for text in [
            VALUE.to_owned(),
            format!("<{VALUE}>"),
            format!("k={}", percent(VALUE.as_bytes(), UNRESERVED, true)),
            format!("k={}", percent(VALUE.as_bytes(), FORM, false).replace("%20", "+")),
            "SG.k/y+\\\"\\u00e9\\\"&x <1>".to_owned(),
            r#"SG.k\/y+\"é\"&x <1>"#.to_owned(),
            r#"SG.k/y+\\\"é\\\"&x <1>"#.to_owned(),
            "SG.k/y+&quot;é&quot;&amp;x &lt;1&gt;".to_owned(),
            hex(VALUE.as_bytes(), true),
        ] {
            assert!(found(&text), "{text}");
        }
        for before in ["", "a", "ab", "abc"] {
            for after in ["", "x", "xy"] {
                let text = format!("{before}{VALUE}{after}");
                assert!(found(&STANDARD.encode(&text)), "{text}");
                assert!(found(&URL_SAFE_NO_PAD.encode(&text)), "{text}");
            }
        }
        assert!(!found("nothing of it"));
    }

    #[test]
    fn a_short_value_is_not_looked_for() {
        assert!(of("abc").is_empty());
        assert!(!of("abcd").is_empty());
    }
}
