//! The `traceparent` header of an incoming event, as W3C's Trace Context has it.

use http::HeaderMap;

const TRACEPARENT: &str = "traceparent";

/// What the identity system's own span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) trace: [u8; 16],
    pub(super) span: [u8; 8],
    /// Whether the trace is recorded at all.
    pub(super) sampled: bool,
}

impl Parent {
    /// The header's span; `None` where there is none, or none that can be read, which is no reason to refuse an event.
    pub(super) fn of_headers(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        Self::parse(value.to_str().ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let [version] = bytes::<1>(version)?;
        // Version 0 ends here; later ones may go on, and 255 is none.
        if version == 0xff || version == 0 && parts.next().is_some() {
            return None;
        }
        let (trace, span, [flags]) = (bytes::<16>(trace)?, bytes::<8>(span)?, bytes::<1>(flags)?);
        (trace != [0; 16] && span != [0; 8]).then_some(Self { trace, span, sampled: flags & 1 == 1 })
    }
}

/// Lower-case hexadecimal digits, two for each byte.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || digits.iter().any(|digit| !matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_header_that_follows_the_standard_is_read() {
        let (trace, span) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        let read = |text: String| Parent::parse(&text).map(|parent| (parent.trace[0], parent.span[7], parent.sampled));
        assert_eq!(read(format!("00-{trace}-{span}-01")), Some((0x0a, 0x31, true)));
        assert_eq!(read(format!("00-{trace}-{span}-00")), Some((0x0a, 0x31, false)));
        assert_eq!(read(format!("cc-{trace}-{span}-01-what-else")), Some((0x0a, 0x31, true)));
        for text in [
            String::new(),
            "junk".to_owned(),
            format!("00-{trace}-{span}"),
            format!("00-{trace}-{span}-01-more"),
            format!("ff-{trace}-{span}-01"),
            format!("00-{}-{span}-01", trace.to_uppercase()),
            format!("00-{}-{span}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{trace}é-{span}-01"),
        ] {
            assert_eq!(Parent::parse(&text), None, "{text}");
        }
    }
}
