//! Which IP addresses are public: the ones a hook may reach where the operator said nothing else.

mod table;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use ipnet::Ipv6Net;

use crate::Policy;

/// The translation prefix of RFC 6052: what a NAT64 gateway turns into the IPv4 address in its last 32 bits.
const TRANSLATED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// The special purpose of an address, or `None` if the address is public.
///
/// IPv4 is public but for the special-purpose blocks; IPv6 is public only inside 2000::/3, without its special blocks.
/// A mapped (`::ffff:a.b.c.d`) or translated (`64:ff9b::a.b.c.d`) address is judged as the IPv4 address inside.
pub fn special_purpose(address: IpAddr) -> Option<&'static str> {
    match inner(address) {
        IpAddr::V4(address) => {
            table::IPV4.iter().find(|(network, _)| network.contains(&address)).map(|(_, purpose)| *purpose)
        }
        IpAddr::V6(address) if !table::IPV6_PUBLIC.contains(&address) => Some("outside 2000::/3"),
        IpAddr::V6(address) => {
            table::IPV6.iter().find(|(network, _)| network.contains(&address)).map(|(_, purpose)| *purpose)
        }
    }
}

/// Why a hook must not reach an address, for the operator's log; `None` if it may.
pub(crate) fn forbidden(address: IpAddr, policy: &Policy) -> Option<&'static str> {
    let listed = |networks: &[ipnet::IpNet]| {
        networks.iter().any(|network| network.contains(&address) || network.contains(&inner(address)))
    };
    if listed(&policy.deny) {
        return Some("denied by the operator");
    }
    if listed(&policy.allow) {
        return None;
    }
    special_purpose(address).or_else(|| is_own(address).then_some("an address of this host"))
}

/// The IPv4 address inside a mapped or translated one; any other address as it is.
fn inner(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(mapped) = v6.to_ipv4_mapped() {
        return IpAddr::V4(mapped);
    }
    if TRANSLATED.contains(&v6) {
        let [.., a, b, c, d] = v6.octets();
        return IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    }
    address
}

/// Whether the address belongs to this host. What listens on all interfaces can be reached at the host's public address
/// from here, although a firewall in front of the host keeps everybody else away.
///
/// The kernel answers without a packet: its route to an own address starts at that very address.
fn is_own(address: IpAddr) -> bool {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let source = UdpSocket::bind((any, 0)).and_then(|socket| {
        // Any port will do, nothing is sent.
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    source.is_ok_and(|source| source.ip() == address)
}
