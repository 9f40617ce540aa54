//! Who an address counts for.

use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address counts for itself, also when it comes mapped; of IPv6 the /64 counts, which one subscriber has whole.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}
