//! What the operator allows and denies.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use ipnet::IpNet;
use url::Url;

use crate::{Error, HostPattern, ResolveOverride};

/// What the operator allows hooks to reach. The default is: every public address, at ports 80, 443 and 1024 upward.
#[derive(Clone, Default)]
pub struct Policy {
    /// Addresses that hooks may reach although they are not public.
    pub allow: Vec<IpNet>,
    /// Addresses that hooks may not reach although they are public; stronger than `allow`.
    pub deny: Vec<IpNet>,
    /// The hosts that hooks may name; all if empty.
    pub allowed_hosts: Vec<HostPattern>,
    /// Hosts that hooks may not name; stronger than `allowed_hosts`.
    pub denied_hosts: Vec<HostPattern>,
    /// The ports that hooks may name.
    pub ports: PortPolicy,
    /// Where some hosts are; what they lead to is not judged.
    pub resolve: Vec<ResolveOverride>,
    /// Certificate authorities beside the public ones, one PEM text each.
    pub extra_ca_pem: Vec<Vec<u8>>,
    /// A proxy (`http` or `https`) for all calls but those to a host in `resolve`.
    ///
    /// The guard resolves and judges each target itself, but it is the proxy that connects, after a lookup of its own: a
    /// name whose answers change can lead it elsewhere. A proxy must therefore refuse inner addresses too.
    pub proxy: Option<Url>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("allow", &self.allow)
            .field("deny", &self.deny)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("denied_hosts", &self.denied_hosts)
            .field("ports", &self.ports)
            .field("resolve", &self.resolve)
            // The proxy's address may hold a password.
            .field("proxy", &self.proxy.as_ref().and_then(Url::host_str))
            .finish_non_exhaustive()
    }
}

/// The ports that hooks may name in an address: `80,443,1024-65535`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortPolicy {
    ranges: Vec<RangeInclusive<u16>>,
}

impl PortPolicy {
    /// Whether the port may be named.
    pub fn allows(&self, port: u16) -> bool {
        self.ranges.iter().any(|range| range.contains(&port))
    }
}

impl Default for PortPolicy {
    fn default() -> Self {
        Self { ranges: vec![80..=80, 443..=443, 1024..=u16::MAX] }
    }
}

impl fmt::Display for PortPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.ranges.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match (range.start(), range.end()) {
                (start, end) if start == end => write!(f, "{start}")?,
                (start, end) => write!(f, "{start}-{end}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for PortPolicy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port != 0);
        let range = |text: &str| {
            let (start, end) = text.split_once('-').unwrap_or((text, text));
            let range = port(start)?..=port(end)?;
            (!range.is_empty()).then_some(range)
        };
        let ranges = text.split(',').map(range).collect::<Option<_>>();
        ranges.map(|ranges| Self { ranges }).ok_or_else(|| Error::Ports { text: text.chars().take(300).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_ports_of_the_web_and_those_that_need_no_privilege() {
        let ports = PortPolicy::default();
        assert_eq!(ports.to_string(), "80,443,1024-65535");
        assert_eq!(ports.to_string().parse::<PortPolicy>().expect("reads back"), ports);
        let allowed: Vec<u16> = (0..=1025).filter(|port| ports.allows(*port)).collect();
        assert_eq!(allowed, [80, 443, 1024, 1025]);
        assert!(ports.allows(65535));
    }

    #[test]
    fn what_is_no_list_of_ports_is_refused() {
        for text in ["", ",", "0", "0-10", "80;443", "443-80", "65536", "http", "-", "80,"] {
            assert!(text.parse::<PortPolicy>().is_err(), "{text}");
        }
    }
}
