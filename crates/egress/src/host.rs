//! Host names in their normal form, and patterns of them.

use std::fmt;
use std::str::FromStr;

use url::Host;

use crate::Error;

/// A host, or every name below one: `api.example.com`, `*.example.com`, `203.0.113.9`, `[2001:db8::1]`.
///
/// Written names are normalised as addresses are (lower case, IDNA, no final dot). `*.example.com` holds for
/// `a.example.com` and `a.b.example.com`, not for `example.com`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPattern {
    host: Host,
    below: bool,
}

impl HostPattern {
    /// Whether `host`, which must be normalised, is meant.
    pub fn matches(&self, host: &Host) -> bool {
        match (&self.host, host) {
            (Host::Domain(pattern), Host::Domain(name)) if self.below => {
                name.strip_suffix(pattern.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            }
            (pattern, host) => !self.below && pattern == host,
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.below {
            f.write_str("*.")?;
        }
        self.host.fmt(f)
    }
}

impl FromStr for HostPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: &str| Error::Host { text: text.chars().take(300).collect(), reason: reason.to_owned() };
        let (below, name) = text.strip_prefix("*.").map_or((false, text), |name| (true, name));
        let host = parse(name).map_err(|reason| refuse(&reason))?;
        if below && !matches!(host, Host::Domain(_)) {
            return Err(refuse("there is nothing below an IP address"));
        }
        Ok(Self { host, below })
    }
}

/// Reads a host as an address would have it.
pub(crate) fn parse(text: &str) -> Result<Host, String> {
    if text.contains('*') {
        return Err("a star may only be the first label of a pattern".to_owned());
    }
    if text.contains('/') {
        return Err("an address has more than the host".to_owned());
    }
    if text.contains(':') && !text.starts_with('[') {
        return Err("there is no port in a host".to_owned());
    }
    Host::parse(text).map(normalise).map_err(|e| e.to_string()).and_then(|host| match &host {
        Host::Domain(name) if name.is_empty() || name.split('.').any(str::is_empty) => {
            Err("a part of the name is empty".to_owned())
        }
        _ => Ok(host),
    })
}

/// Takes the final dot off a name: `example.com.` is the same host as `example.com`, and certificates know only the latter.
pub(crate) fn normalise(host: Host) -> Host {
    match host {
        Host::Domain(name) => Host::Domain(name.strip_suffix('.').map(str::to_owned).unwrap_or(name)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, matching: &[&str], other: &[&str]) {
        let pattern: HostPattern = pattern.parse().expect(pattern);
        let matches = |host: &&&str| pattern.matches(&parse(host).expect(host));
        assert_eq!(matching.iter().find(|host| !matches(host)), None, "{pattern} should match");
        assert_eq!(other.iter().find(matches), None, "{pattern} should not match");
    }

    #[test]
    fn a_pattern_matches_whole_labels_only() {
        check(
            "api.example.com",
            &["api.example.com", "API.example.COM.", "api。example.com"],
            &["example.com", "x.api.example.com", "api.example.com.evil.net", "xapi.example.com"],
        );
        check(
            "*.example.com",
            &["a.example.com", "a.b.example.com"],
            &["example.com", "badexample.com", "example.com.net", "1.2.3.4"],
        );
        check("bücher.example", &["xn--bcher-kva.example", "BÜCHER.example"], &["bucher.example"]);
        check("0x7f.1", &["127.0.0.1", "2130706433"], &["127.0.0.2", "[::1]"]);
        check("[2606:4700::1111]", &["[2606:4700:0::1111]"], &["[2606:4700::1112]"]);
    }

    #[test]
    fn what_is_no_host_is_refused_with_the_way_to_write_one() {
        for text in
            ["", "*", "*.", "a..b", ".a", "a b", "a/b", "http://a", "a:80", "*.*.a", "a.*", "*.1.2.3.4", "1.2.3.256"]
        {
            let error = text.parse::<HostPattern>().expect_err(text).to_string();
            assert!(error.contains("write a name such as 'api.example.com'"), "{error}");
        }
    }
}
