//! The operator's overrides: a host that is reached at an address of the operator's choice.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use url::Host;

use crate::Error;
use crate::host;

/// An operator's word on where a host is: `HOST[:PORT]=ADDRESS:PORT`.
///
/// Calls to the host (at that port, if one is given) go to the address and port on the right, which pass the address
/// guard, loopback included; an override that names the port passes the port rule as well. `Host` header, server name and
/// certificate check stay those of the host. If the host is an IP address, the certificate is checked for the address on
/// the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveOverride {
    host: Host,
    port: Option<u16>,
    to: SocketAddr,
}

impl ResolveOverride {
    /// Whether it holds for `host` (normalised) at `port`.
    pub(crate) fn matches(&self, host: &Host, port: u16) -> bool {
        self.host == *host && self.port.is_none_or(|own| own == port)
    }

    pub(crate) fn names_port(&self) -> bool {
        self.port.is_some()
    }

    pub(crate) fn to(&self) -> SocketAddr {
        self.to
    }
}

impl fmt::Display for ResolveOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}={}", self.host, self.to),
            None => write!(f, "{}={}", self.host, self.to),
        }
    }
}

impl FromStr for ResolveOverride {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: String| Error::Override { text: text.chars().take(300).collect(), reason };
        let (from, to) = text.split_once('=').ok_or_else(|| refuse("there is no '='".to_owned()))?;
        let to: SocketAddr = to
            .parse()
            .map_err(|_| refuse(format!("'{to}' is not an IP address with a port, such as 127.0.0.1:8443")))?;
        if to.port() == 0 {
            return Err(refuse("port 0 cannot be reached".to_owned()));
        }
        let (name, port) = match from.rsplit_once(':') {
            // The colons of an IPv6 address are inside its brackets.
            Some((name, port)) if !port.ends_with(']') => match port.parse() {
                Ok(port) if port != 0 => (name, Some(port)),
                _ => return Err(refuse(format!("'{port}' is not a port"))),
            },
            _ => (from, None),
        };
        let host = host::parse(name).map_err(|reason| refuse(format!("'{name}' is not a host: {reason}")))?;
        Ok(Self { host, port, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_reads_back_as_it_was_written() {
        for text in [
            "api.example.com=127.0.0.1:8443",
            "api.example.com:443=127.0.0.1:8443",
            "api.example.com=[::1]:8443",
            "203.0.113.9:80=127.0.0.1:1",
            "[2001:db8::1]:80=127.0.0.1:1",
            "[2001:db8::1]=127.0.0.1:1",
        ] {
            assert_eq!(text.parse::<ResolveOverride>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn an_override_holds_for_its_host_at_its_port() {
        let check = |text: &str, host: &str, port| {
            text.parse::<ResolveOverride>().expect(text).matches(&host::parse(host).expect(host), port)
        };
        assert!(check("API.example.com.=127.0.0.1:1", "api.example.com", 443));
        assert!(check("api.example.com:443=127.0.0.1:1", "api.example.com.", 443));
        assert!(!check("api.example.com:443=127.0.0.1:1", "api.example.com", 80));
        assert!(!check("api.example.com=127.0.0.1:1", "www.api.example.com", 443));
    }

    #[test]
    fn what_is_no_override_is_refused_with_the_form_that_is_expected() {
        for text in [
            "",
            "a",
            "a=",
            "a=b:80",
            "a=127.0.0.1",
            "a=127.0.0.1:0",
            "=127.0.0.1:80",
            "a:b=127.0.0.1:80",
            "a:0=127.0.0.1:80",
            "a:65536=127.0.0.1:80",
            "::1=127.0.0.1:80",
            "*.a=127.0.0.1:80",
        ] {
            let error = text.parse::<ResolveOverride>().expect_err(text).to_string();
            assert!(error.contains("write HOST[:PORT]=ADDRESS:PORT"), "{error}");
        }
    }
}
