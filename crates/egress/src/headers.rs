//! Which headers a hook may send, and which of the answer's it sees.

use std::collections::BTreeMap;

use hookbox_protocol::http::{CallError, OneOrMany};
use http::Method;
use http::header::{self, Entry, HeaderMap, HeaderName, HeaderValue};
use url::Host;

use crate::failure::{blocked, invalid, too_large};

/// Headers of a request, and the bytes of their names and values together.
const REQUEST_HEADERS_MAX: usize = 64;
const REQUEST_HEADER_BYTES_MAX: usize = 16 * 1024;
/// Headers of an answer, and the bytes of their names and values together.
pub(crate) const RESPONSE_HEADERS_MAX: usize = 100;
const RESPONSE_HEADER_BYTES_MAX: usize = 64 * 1024;

/// Sent where the hook names no `user-agent`.
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("hookbox/", env!("CARGO_PKG_VERSION")));

/// What frames a message, routes it, or tells the next server who asks.
const REFUSED: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "metadata",
    "metadata-flavor",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-real-ip",
];
const REFUSED_PREFIXES: &[&str] = &["proxy-", "x-aws-ec2-metadata-", "x-forwarded-", "x-google-metadata-"];

/// What concerns one connection only, and so not the hook.
const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a redirect to another origin keeps.
const HARMLESS: &[&str] = &["accept", "accept-language", "content-type", "user-agent"];

/// Reads a method; case does not matter.
pub(crate) fn method(text: &str) -> Result<Method, CallError> {
    let shown: String = text.chars().take(32).collect();
    let method = Method::from_bytes(text.to_ascii_uppercase().as_bytes())
        .map_err(|_| invalid(format!("'{shown}' is not a method")))?;
    if matches!(method.as_str(), "CONNECT" | "TRACE" | "TRACK") {
        return Err(blocked(format!("the method {method} is not allowed")));
    }
    Ok(method)
}

/// Checks what the hook wants to send. `accept-encoding` is left out, since the answer is decoded before the hook sees it.
pub(crate) fn of_request(wanted: &BTreeMap<String, OneOrMany>) -> Result<HeaderMap, CallError> {
    let mut headers = HeaderMap::new();
    let mut bytes = 0;
    for (name, values) in wanted {
        let name = request_name(name)?;
        if name == header::ACCEPT_ENCODING {
            continue;
        }
        for value in values.values() {
            bytes += name.as_str().len() + value.len();
            if headers.len() == REQUEST_HEADERS_MAX || bytes > REQUEST_HEADER_BYTES_MAX {
                return Err(over_limits());
            }
            let value = HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes()).map_err(|_| {
                invalid(format!("the value of header '{name}' holds a line break or another control character"))
            })?;
            headers.append(name.clone(), value);
        }
    }
    if let Entry::Vacant(entry) = headers.entry(header::USER_AGENT) {
        entry.insert(USER_AGENT);
    }
    Ok(headers)
}

/// Refuses headers that have become too long.
pub(crate) fn check_size(headers: &HeaderMap) -> Result<(), CallError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > REQUEST_HEADER_BYTES_MAX { Err(over_limits()) } else { Ok(()) }
}

fn over_limits() -> CallError {
    too_large(format!(
        "the request's headers are over the limit of {REQUEST_HEADERS_MAX} values or {REQUEST_HEADER_BYTES_MAX} bytes"
    ))
}

/// Takes out what another origin must not get: `authorization`, `cookie`, `x-api-key` and whatever else the hook set.
pub(crate) fn for_other_origin(headers: &HeaderMap) -> HeaderMap {
    let harmless = headers.iter().filter(|(name, _)| HARMLESS.contains(&name.as_str()));
    harmless.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What the hook sees of an answer's headers.
pub(crate) fn of_response(headers: &HeaderMap, host: &Host) -> Result<BTreeMap<String, Vec<String>>, CallError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > RESPONSE_HEADER_BYTES_MAX {
        return Err(too_large(format!(
            "the headers of the answer of '{host}' have {bytes} bytes; the most is {RESPONSE_HEADER_BYTES_MAX}"
        )));
    }
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        if !HOP_BY_HOP.contains(&name.as_str()) && !named.iter().any(|named| named == name.as_str()) {
            seen.entry(name.as_str().to_owned()).or_default().push(text(value));
        }
    }
    Ok(seen)
}

/// A value as text: UTF-8 where it is that, else byte by byte, as HTTP once had it.
pub(crate) fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

fn request_name(text: &str) -> Result<HeaderName, CallError> {
    let shown: String = text.chars().take(64).collect();
    let name = HeaderName::from_bytes(text.as_bytes())
        .map_err(|_| invalid(format!("'{}' is not a header name", shown.escape_debug())))?;
    let refused =
        REFUSED.contains(&name.as_str()) || REFUSED_PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix));
    if refused {
        return Err(blocked(format!("header '{name}' is not allowed; leave it out, Hookbox sets what is needed")));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(headers: &[(&str, &[&str])], expected: &Expect) {
        let wanted = headers.iter().map(|(name, values)| {
            ((*name).to_owned(), OneOrMany::Many(values.iter().map(|value| (*value).to_owned()).collect()))
        });
        let text = match of_request(&wanted.collect()) {
            Ok(headers) => {
                headers.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>().join("\n")
            }
            Err(error) => format!("{}: {error}", error.code.name()),
        };
        expected.assert_eq(&text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }

    #[test]
    fn a_hook_sets_headers_of_its_own() {
        check(&[], &expect!["user-agent: hookbox/VERSION"]);
        check(
            &[
                ("Accept-Encoding", &["zstd"]),
                ("Authorization", &["Bearer x"]),
                ("User-Agent", &["mine"]),
                ("X-Many", &["1", " 2\t"]),
                ("X-Umlaut", &["ä"]),
            ],
            &expect![[r#"
                authorization: Bearer x
                user-agent: mine
                x-many: 1
                x-many: 2
                x-umlaut: ä"#]],
        );
    }

    #[test]
    fn a_header_that_frames_or_routes_is_refused_by_its_name() {
        for name in [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Connection",
            "Keep-Alive",
            "TE",
            "Trailer",
            "Upgrade",
            "Expect",
            "Proxy-Authorization",
            "Proxy-Connection",
            "Forwarded",
            "X-Forwarded-For",
            "x-forwarded-host",
            "Via",
            "X-Real-IP",
            "Metadata",
            "Metadata-Flavor",
            "X-aws-ec2-metadata-token",
        ] {
            let wanted = BTreeMap::from([(name.to_owned(), OneOrMany::One("1".to_owned()))]);
            let error = of_request(&wanted).expect_err(name);
            assert_eq!(error.code.name(), "blocked", "{name}");
            assert!(error.message.contains(&format!("'{}'", name.to_ascii_lowercase())), "{error}");
        }
    }

    #[test]
    fn a_header_that_would_break_the_message_is_refused() {
        let value = "invalid: the value of header 'x-a' holds a line break or another control character";
        for bad in ["a\r\nHost: b", "a\nb", "a\rb", "a\0b", "\u{7f}"] {
            let wanted = BTreeMap::from([("X-A".to_owned(), OneOrMany::One(bad.to_owned()))]);
            let error = of_request(&wanted).expect_err(bad);
            assert_eq!(format!("{}: {error}", error.code.name()), value);
        }
        check(&[("x a", &["1"])], &expect!["invalid: 'x a' is not a header name"]);
        check(&[(":path", &["1"])], &expect!["invalid: ':path' is not a header name"]);
        check(&[("x\r\nhost", &["1"])], &expect![[r"invalid: 'x\r\nhost' is not a header name"]]);
        check(&[("Host ", &["1"])], &expect!["invalid: 'Host ' is not a header name"]);
        check(&[("", &["1"])], &expect!["invalid: '' is not a header name"]);
    }

    #[test]
    fn the_headers_of_a_request_end_at_their_limits() {
        let too_large = expect!["too_large: the request's headers are over the limit of 64 values or 16384 bytes"];
        check(&[("x", &["1"; REQUEST_HEADERS_MAX + 1])], &too_large);
        check(&[("x", &[&"1".repeat(REQUEST_HEADER_BYTES_MAX)])], &too_large);
        let most = BTreeMap::from([("x".to_owned(), OneOrMany::Many(vec!["1".to_owned(); REQUEST_HEADERS_MAX]))]);
        assert!(of_request(&most).is_ok());
        let most = BTreeMap::from([("x".to_owned(), OneOrMany::One("1".repeat(REQUEST_HEADER_BYTES_MAX - 1)))]);
        assert!(of_request(&most).is_ok());
    }

    #[test]
    fn a_method_is_a_token_and_no_tunnel() {
        let name = |text| method(text).map(|method| method.to_string()).map_err(|error| error.code.name());
        assert_eq!(name("post"), Ok("POST".to_owned()));
        assert_eq!(name("PROPFIND"), Ok("PROPFIND".to_owned()));
        for text in ["CONNECT", "trace", "Track"] {
            assert_eq!(name(text), Err("blocked"), "{text}");
        }
        for text in ["", "GET /", "GET\r\n", "GÉT", "a:b"] {
            assert_eq!(name(text), Err("invalid"), "{text}");
        }
    }
}
