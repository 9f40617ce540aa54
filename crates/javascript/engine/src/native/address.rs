//! Addresses as Node takes them: what does not belong into one is percent-encoded.

use rquickjs_sys as js;
use rquickjs_sys::JSValue;

use super::Arguments;
use crate::value::{Result, string, with_text};

/// Without white space around it; behind the host, a space, quotes, brackets, a bar and what is not ASCII become
/// percent-encoded. The host is the parser's to judge.
pub(super) fn escaped(address: &[u8]) -> Vec<u8> {
    let address = address.trim_ascii();
    let path = host_range(address).map_or(0, |host| host.end);
    let mut escaped = address[..path].to_vec();
    for byte in &address[path..] {
        let belongs = matches!(byte, b'!'..=b'~')
            && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}');
        if belongs {
            escaped.push(*byte);
        } else {
            escaped.extend(format!("%{byte:02X}").bytes());
        }
    }
    escaped
}

/// Host and port.
pub(super) fn host(address: &[u8]) -> &[u8] {
    let host = host_range(address).map_or(&[][..], |host| &address[host]);
    host.rsplit(|byte| *byte == b'@').next().unwrap_or(host)
}

fn host_range(address: &[u8]) -> Option<core::ops::Range<usize>> {
    let start = address.windows(2).position(|pair| pair == b"//")? + 2;
    let len = address[start..].iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    Some(start..len.map_or(address.len(), |len| start + len))
}

/// `plainAddress(text)`: `[protocol, hostname, port, pathname, search]` of an address that has nothing to escape, lower or
/// look up, with `undefined` for what it has not; `undefined` for any other text. Most are plain.
pub(super) fn plain_address(arguments: &Arguments<'_>) -> Result<JSValue> {
    let ctx = arguments.ctx;
    // SAFETY: only looks at the tag.
    if !unsafe { js::JS_IsString(arguments.get(0)) } {
        return Ok(js::JS_UNDEFINED);
    }
    with_text(ctx, arguments.get(0), |text| {
        let Some(parts) = plain(text) else { return Ok(js::JS_UNDEFINED) };
        let mut values = [js::JS_UNDEFINED; 5];
        for (value, part) in values.iter_mut().zip(parts) {
            if !part.is_empty() {
                *value = string(ctx, part)?;
            }
        }
        // SAFETY: the array takes over the values.
        crate::value::checked(unsafe { js::JS_NewArrayFrom(ctx, values.len() as i32, values.as_ptr()) })
    })?
}

/// `isPlainAddress(text)`: whether it is an address that is plain, and has a path.
pub(super) fn is_plain_address(arguments: &Arguments<'_>) -> Result<JSValue> {
    // SAFETY: only looks at the tag.
    if !unsafe { js::JS_IsString(arguments.get(0)) } {
        return Ok(js::JS_FALSE);
    }
    let is_plain = |text: &[u8]| plain(text).is_some_and(|[_, _, _, path, _]| !path.is_empty());
    Ok(if with_text(arguments.ctx, arguments.get(0), is_plain)? { js::JS_TRUE } else { js::JS_FALSE })
}

fn plain(text: &[u8]) -> Option<[&[u8]; 5]> {
    let protocol = if text.starts_with(b"https://") { 6 } else { 5 };
    let (protocol, rest) = text.split_at_checked(protocol)?;
    if !matches!(protocol, b"http:" | b"https:") {
        return None;
    }
    let rest = rest.strip_prefix(b"//")?;
    let (hostname, rest) = span(rest, |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
    let (port, rest) = match rest {
        [b':', digits @ ..] => {
            let len = span(digits, |byte| byte.is_ascii_digit()).0.len();
            if len == 0 {
                return None;
            }
            (&digits[..len], &digits[len..])
        }
        _ => (&rest[..0], rest),
    };
    let (pathname, search) = span(rest, belongs);
    let (all, rest) = span(search, |byte| belongs(byte) || byte == b'?');
    let is_whole = !hostname.is_empty() && rest.is_empty() && pathname.first().is_none_or(|byte| *byte == b'/');
    is_whole.then_some([protocol, hostname, port, pathname, all])
}

/// What stands in paths and queries unescaped.
fn belongs(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_!$&()*+,-./:=%~".contains(&byte)
}

fn span(text: &[u8], belongs: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let len = text.iter().position(|byte| !belongs(*byte)).unwrap_or(text.len());
    text.split_at(len)
}
