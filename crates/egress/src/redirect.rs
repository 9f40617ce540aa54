//! One hop of a call, and the next one where an answer redirects.

use bytes::Bytes;
use hookbox_protocol::http::{CallError, ErrorKind};
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};

use crate::failure::blocked;
use crate::headers;
use crate::target::Target;

/// One request of a call: the hook's own, or what a redirect made of it.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    pub(crate) target: Target,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Redirects that may still be followed; `None` if the hook wants to see them itself.
    pub(crate) redirects_left: Option<u8>,
}

impl Hop {
    /// The request that an answer leads to, as browsers do it; `None` if the answer is the hook's to see.
    pub(crate) fn next(&self, status: StatusCode, answer: &HeaderMap) -> Result<Option<Self>, CallError> {
        let is_redirect = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
        let (true, Some(left), Some(location)) = (is_redirect, self.redirects_left, answer.get(header::LOCATION))
        else {
            return Ok(None);
        };
        let host = self.target.host();
        if left == 0 {
            let message = format!("'{host}' redirects once more than the request allows");
            return Err(CallError::new(ErrorKind::TooMany, message));
        }
        let target = self.target.join(&headers::text(location))?;
        if self.target.is_https() && !target.is_https() {
            return Err(blocked(format!("'{host}' redirects from https to http")));
        }
        let mut next = Self { target, redirects_left: Some(left - 1), ..self.clone() };
        if next.target.origin() != self.target.origin() {
            next.headers = headers::for_other_origin(&next.headers);
        }
        let becomes_get = match status {
            StatusCode::SEE_OTHER => !matches!(self.method, Method::GET | Method::HEAD),
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            next.method = Method::GET;
            next.body = Bytes::new();
            for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE] {
                next.headers.remove(name);
            }
        }
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(method: &str, status: u16, location: &str, expected: &Expect) {
        let headers = ["accept", "authorization", "content-type", "cookie", "user-agent", "x-api-key"];
        let hop = Hop {
            target: Target::parse("https://a.example/b/c?d").expect("an address"),
            method: method.parse().expect("a method"),
            headers: headers
                .iter()
                .map(|name| (name.parse().expect("a name"), "1".parse().expect("a value")))
                .collect(),
            body: Bytes::from_static(b"body"),
            redirects_left: Some(1),
        };
        let answer = HeaderMap::from_iter([(header::LOCATION, location.parse().expect("a value"))]);
        let text = match hop.next(StatusCode::from_u16(status).expect("a status"), &answer) {
            Ok(None) => "not followed".to_owned(),
            Ok(Some(next)) => {
                let mut names: Vec<&str> = next.headers.keys().map(http::HeaderName::as_str).collect();
                names.sort_unstable();
                format!("{} {} {} bytes, {}", next.method, next.target.url(), next.body.len(), names.join(" "))
            }
            Err(error) => format!("{}: {error}", error.code.name()),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn a_redirect_changes_method_and_headers_as_browsers_do() {
        let as_it_was = expect![[
            r#"POST https://a.example/x 4 bytes, accept authorization content-type cookie user-agent x-api-key"#
        ]];
        check("POST", 307, "/x", &as_it_was);
        check("POST", 308, "/x", &as_it_was);
        let get = expect![[r#"GET https://a.example/x 0 bytes, accept authorization cookie user-agent x-api-key"#]];
        check("POST", 301, "/x", &get);
        check("POST", 302, "/x", &get);
        check("POST", 303, "/x", &get);
        check("PUT", 303, "/x", &get);
        check(
            "PUT",
            302,
            "x#y",
            &expect![[
                r#"PUT https://a.example/b/x 4 bytes, accept authorization content-type cookie user-agent x-api-key"#
            ]],
        );
        check(
            "HEAD",
            303,
            "?z",
            &expect![[
                r#"HEAD https://a.example/b/c?z 4 bytes, accept authorization content-type cookie user-agent x-api-key"#
            ]],
        );
    }

    #[test]
    fn another_origin_gets_harmless_headers_only() {
        check("GET", 302, "//b.example/", &expect!["GET https://b.example/ 4 bytes, accept content-type user-agent"]);
        check(
            "GET",
            302,
            "https://a.example:8443/",
            &expect!["GET https://a.example:8443/ 4 bytes, accept content-type user-agent"],
        );
        check("POST", 302, "//b.example/", &expect!["GET https://b.example/ 0 bytes, accept user-agent"]);
        check(
            "GET",
            302,
            "https://A.EXAMPLE.:443/",
            &expect!["GET https://a.example/ 4 bytes, accept authorization content-type cookie user-agent x-api-key"],
        );
    }

    #[test]
    fn a_redirect_that_leads_nowhere_good_is_refused() {
        check("GET", 302, "http://a.example/", &expect!["blocked: 'a.example' redirects from https to http"]);
        check(
            "GET",
            302,
            "file:///etc/passwd",
            &expect!["blocked: 'file' addresses are not allowed; use http or https"],
        );
        check(
            "GET",
            302,
            "https://u:p@a.example/",
            &expect!["blocked: a user name or password in the address is not allowed; use an authorization header"],
        );
        check(
            "GET",
            302,
            "https://[",
            &expect!["invalid: a.example redirects to an address that is not valid: invalid IPv6 address"],
        );
        for status in [200, 300, 304, 305, 306, 404] {
            check("GET", status, "/x", &expect!["not followed"]);
        }
    }
}
