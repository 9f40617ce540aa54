//! Addresses as Node takes them: what does not belong into one is percent-encoded.

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
