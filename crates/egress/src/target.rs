//! The address that a hook asks for, parsed once and judged in its normal form.

use std::sync::Arc;

use hookbox_protocol::http::CallError;
use http::HeaderValue;
use url::{Host, Url};

use crate::failure::{blocked, invalid};
use crate::{HostPattern, Policy, ResolveOverride, host};

/// Bytes of an address.
const URL_BYTES_MAX: usize = 16 * 1024;

/// Where a request goes: an address that was parsed once and is not parsed again.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    url: Url,
    host: Host,
    port: u16,
}

/// What decides two requests are for the same site.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) https: bool,
    pub(crate) host: Host,
    pub(crate) port: u16,
}

impl Target {
    /// Reads what a guest wrote. It is judged in its normal form: `http://0x7f.1` is `http://127.0.0.1`.
    pub(crate) fn parse(text: &str) -> Result<Self, CallError> {
        if text.len() > URL_BYTES_MAX {
            return Err(invalid(format!("the address has {} bytes; the most is {URL_BYTES_MAX}", text.len())));
        }
        let url = Url::parse(text).map_err(|e| invalid(format!("the address is not valid: {e}")))?;
        Self::of(url)
    }

    /// The address that a `Location` of this one means.
    pub(crate) fn join(&self, location: &str) -> Result<Self, CallError> {
        if location.len() > URL_BYTES_MAX {
            return Err(invalid(format!("{} redirects to an address of over {URL_BYTES_MAX} bytes", self.host)));
        }
        let url = self.url.join(location);
        Self::of(url.map_err(|e| invalid(format!("{} redirects to an address that is not valid: {e}", self.host)))?)
    }

    fn of(mut url: Url) -> Result<Self, CallError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(blocked(format!("'{}' addresses are not allowed; use http or https", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(blocked(
                "a user name or password in the address is not allowed; use an authorization header".to_owned(),
            ));
        }
        url.set_fragment(None);
        let (Some(written), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(invalid("the address has no host".to_owned()));
        };
        let host = host::normalise(written.to_owned());
        if written.to_owned() != host {
            url.set_host(Some(&host.to_string())).map_err(|e| invalid(format!("the address is not valid: {e}")))?;
        }
        Ok(Self { url, host, port })
    }

    /// This address with another path and another query, both percent-encoded, where they are given. The host stays.
    pub(crate) fn with(&self, path: Option<&[u8]>, query: Option<&[u8]>) -> Result<Self, CallError> {
        let text = |bytes| std::str::from_utf8(bytes).map_err(|e| invalid(format!("the address is not UTF-8: {e}")));
        let mut url = self.url.clone();
        if let Some(path) = path {
            url.set_path(text(path)?);
        }
        if let Some(query) = query {
            url.set_query(Some(text(query)?));
        }
        if url.as_str().len() > URL_BYTES_MAX {
            let message = format!("the address has over {URL_BYTES_MAX} bytes with its sealed secrets");
            return Err(invalid(message));
        }
        Ok(Self { url, host: self.host.clone(), port: self.port })
    }

    /// Checks scheme, port and host against the operator's policy and the hook's own list.
    pub(crate) fn admit(&self, policy: &Policy, own: Option<&Arc<[HostPattern]>>) -> Result<(), CallError> {
        let host = &self.host;
        let among = |patterns: &[HostPattern]| patterns.iter().any(|pattern| pattern.matches(host));
        if !policy.ports.allows(self.port) && !self.override_in(policy).is_some_and(ResolveOverride::names_port) {
            return Err(blocked(format!("port {} is not allowed; a hook may use {}", self.port, policy.ports)));
        }
        if own.is_some_and(|own| !among(own)) {
            return Err(blocked(format!("'{host}' is not among the hook's allowed_hosts")));
        }
        if among(&policy.denied_hosts) || !(policy.allowed_hosts.is_empty() || among(&policy.allowed_hosts)) {
            return Err(blocked(format!("'{host}' is not a host that the operator allows")));
        }
        Ok(())
    }

    /// The operator's override for this host, the one with a port first.
    pub(crate) fn override_in<'a>(&self, policy: &'a Policy) -> Option<&'a ResolveOverride> {
        let matching = policy.resolve.iter().filter(|entry| entry.matches(&self.host, self.port));
        matching.min_by_key(|entry| !entry.names_port())
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin { https: self.is_https(), host: self.host.clone(), port: self.port }
    }

    /// What the `Host` header says.
    pub(crate) fn authority(&self) -> Result<HeaderValue, CallError> {
        let text = match self.url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        };
        HeaderValue::try_from(text).map_err(|e| invalid(format!("the host cannot be sent: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(url: &str, expected: &Expect) {
        let policy = Policy {
            denied_hosts: vec!["*.denied.example".parse().expect("pattern")],
            resolve: vec!["mail.example:25=127.0.0.1:2525".parse().expect("override")],
            ..Policy::default()
        };
        let target = Target::parse(url).and_then(|target| target.admit(&policy, None).map(|()| target));
        let text = match target {
            Ok(target) => format!("{} {} {}", target.url, target.host, target.port),
            Err(error) => format!("{}: {error}", error.code.name()),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn an_address_is_judged_in_its_normal_form() {
        check("https://API.Example.com.:443/a?b#c", &expect!["https://api.example.com/a?b api.example.com 443"]);
        check("http://0x7f.1/", &expect!["http://127.0.0.1/ 127.0.0.1 80"]);
        check("http://017700000001/", &expect!["http://127.0.0.1/ 127.0.0.1 80"]);
        check("http://2130706433:8080", &expect!["http://127.0.0.1:8080/ 127.0.0.1 8080"]);
        check("http://127.1./", &expect!["http://127.0.0.1/ 127.0.0.1 80"]);
        check("http://127.0.0.1", &expect!["http://127.0.0.1/ 127.0.0.1 80"]);
        check("http://[::ffff:7f00:1]/", &expect!["http://[::ffff:7f00:1]/ [::ffff:7f00:1] 80"]);
        check("http://localhost./", &expect!["http://localhost/ localhost 80"]);
        check("http:\\\\a.example\\b", &expect!["http://a.example/b a.example 80"]);
        check("ht\ntp://a.exa\tmple/", &expect!["http://a.example/ a.example 80"]);
        check("http://bücher.example/ä", &expect!["http://xn--bcher-kva.example/%C3%A4 xn--bcher-kva.example 80"]);
        check("http://a.example#@127.0.0.1/", &expect!["http://a.example/ a.example 80"]);
        check("http://a.example\\@127.0.0.1/", &expect!["http://a.example/@127.0.0.1/ a.example 80"]);
    }

    #[test]
    fn an_address_that_is_not_for_hooks_is_refused_with_a_reason() {
        check("/relative", &expect!["invalid: the address is not valid: relative URL without a base"]);
        check("http://", &expect!["invalid: the address is not valid: empty host"]);
        check("http://[fe80::1%25eth0]/", &expect!["invalid: the address is not valid: invalid IPv6 address"]);
        check("http://256.1.1.1/", &expect!["invalid: the address is not valid: invalid IPv4 address"]);
        check("http://a.example:99999/", &expect!["invalid: the address is not valid: invalid port number"]);
        for scheme in
            ["file:///etc/passwd", "gopher://a.example", "ftp://a.example", "unix:/run/x", "data:,x", "ws://a/"]
        {
            let error = Target::parse(scheme).expect_err(scheme).to_string();
            assert!(error.ends_with("addresses are not allowed; use http or https"), "{error}");
        }
        check(
            "http://good@127.0.0.1/",
            &expect!["blocked: a user name or password in the address is not allowed; use an authorization header"],
        );
        check(
            "http://:pw@a.example/",
            &expect!["blocked: a user name or password in the address is not allowed; use an authorization header"],
        );
        check("http://a.example:22/", &expect!["blocked: port 22 is not allowed; a hook may use 80,443,1024-65535"]);
        check("http://a.example:0/", &expect!["blocked: port 0 is not allowed; a hook may use 80,443,1024-65535"]);
        check("http://mail.example:25/", &expect!["http://mail.example:25/ mail.example 25"]);
        check(
            "http://x.denied.example./",
            &expect!["blocked: 'x.denied.example' is not a host that the operator allows"],
        );
        let long = format!("http://a.example/{}", "x".repeat(URL_BYTES_MAX));
        check(&long, &expect!["invalid: the address has 16401 bytes; the most is 16384"]);
    }

    #[test]
    fn both_the_operator_and_the_hook_must_allow_a_host() {
        let list =
            |text: &str| text.split_whitespace().map(|host| host.parse().expect(host)).collect::<Vec<HostPattern>>();
        let policy = Policy { allowed_hosts: list("*.example"), denied_hosts: list("b.example"), ..Policy::default() };
        let own = Arc::from(list("a.example b.example c.other"));
        let allowed =
            |host: &str| Target::parse(&format!("http://{host}/")).expect(host).admit(&policy, Some(&own)).is_ok();
        assert!(allowed("a.example"));
        assert!(!allowed("b.example"), "denied by the operator");
        assert!(!allowed("c.other"), "not allowed by the operator");
        assert!(!allowed("d.example"), "not allowed by the hook");
        let nothing = Arc::from(Vec::new());
        assert!(Target::parse("http://a.example").expect("parses").admit(&policy, Some(&nothing)).is_err());
    }
}
