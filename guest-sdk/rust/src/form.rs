//! `application/x-www-form-urlencoded`: query strings and forms.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `name=value` pairs to `text`, with `&` before each but the first of an empty text.
pub(crate) fn append<K: AsRef<str>, V: AsRef<str>>(text: &mut String, pairs: impl IntoIterator<Item = (K, V)>) {
    for (name, value) in pairs {
        if !text.is_empty() && !text.ends_with('?') && !text.ends_with('&') {
            text.push('&');
        }
        encode(text, name.as_ref());
        text.push('=');
        encode(text, value.as_ref());
    }
}

fn encode(text: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => text.push(char::from(byte)),
            b' ' => text.push('+'),
            _ => {
                text.push('%');
                text.push(char::from(HEX[usize::from(byte >> 4)]));
                text.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_joined_and_escaped() {
        let mut text = String::new();
        append(&mut text, [("To", "+1 555"), ("Body", "ä&=%")]);
        append(&mut text, [("empty", "")]);
        assert_eq!(text, "To=%2B1+555&Body=%C3%A4%26%3D%25&empty=");
    }
}
