//! Every kind of address with its verdict, and a second formulation of the rule.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{forbidden, inner, is_own, special_purpose};
use crate::Policy;

/// Each line: an address and its purpose; `public` if it has none.
const VERDICTS: &str = include_str!("tests/verdicts.txt");

#[test]
fn each_address_of_the_table_has_its_verdict() {
    let mut count = 0;
    for line in VERDICTS.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (address, expected) = line.split_once(' ').expect(line);
        let verdict = special_purpose(address.parse().expect(line)).unwrap_or("public");
        assert_eq!(verdict, expected.trim(), "{address}");
        count += 1;
    }
    assert!(count >= 150, "{count}");
}

/// The same rule in other words: ranges of numbers and the standard library's predicates instead of prefixes.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let in_range = |first: [u8; 4], last: [u8; 4]| (Ipv4Addr::from(first)..=Ipv4Addr::from(last)).contains(&address);
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || address.is_unspecified()
        || a == 0
        || a >= 240
        || in_range([100, 64, 0, 0], [100, 127, 255, 255])
        || in_range([198, 18, 0, 0], [198, 19, 255, 255])
        || address == Ipv4Addr::new(168, 63, 129, 16)
        || matches!((a, b, c), (192, 0, 0) | (192, 31, 196) | (192, 52, 193) | (192, 88, 99) | (192, 175, 48)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let inner_v4 = Ipv4Addr::from([s[6].to_be_bytes(), s[7].to_be_bytes()].concat().as_chunks::<4>().0[0]);
    match s {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => return is_public_v4(inner_v4),
        _ => {}
    }
    let special = matches!(
        s,
        [0x2001, ..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x2620, 0x4f, 0x8000, ..] | [0x3fff, ..=0xfff, ..]
    );
    (0x2000..=0x3fff).contains(&s[0]) && !special
}

#[test]
fn the_table_agrees_with_the_same_rule_in_other_words_for_ipv4() {
    for a in 0..=255 {
        // Where blocks are small, every 256 addresses are looked at; the others are at least 65,536 wide.
        let step = if matches!(a, 168 | 192 | 198 | 203) { 1 } else { 85 };
        for bc in (0..=0xffff_u32).step_by(step) {
            for d in [0, 16, 255] {
                let address = Ipv4Addr::from(a << 24 | bc << 8 | d);
                let is_public = is_public_v4(address);
                assert_eq!(special_purpose(IpAddr::V4(address)).is_none(), is_public, "{address}");
            }
        }
    }
}

#[test]
fn the_table_agrees_with_the_same_rule_in_other_words_for_ipv6() {
    let tails = [
        [0; 5],
        [0, 0, 0, 0, 1],
        [0xffff; 5],
        [0, 0, 0xffff, 0x7f00, 1],
        [0, 0, 0, 0x7f00, 1],
        [0, 0, 0xffff, 0x808, 0x808],
        [0, 0, 0, 0x808, 0x808],
        [1, 2, 3, 4, 5],
    ];
    let interesting = [0, 1, 0x4f, 0x50, 0x1ff, 0x200, 0xdb7, 0xdb8, 0xdb9, 0xfff, 0x1000, 0xff9b, 0xffff];
    let check = |first, second, third, [d, e, f, g, h]: [u16; 5]| {
        let address = Ipv6Addr::new(first, second, third, d, e, f, g, h);
        assert_eq!(special_purpose(IpAddr::V6(address)).is_none(), is_public_v6(address), "{address}");
    };
    for first in 0..=u16::MAX {
        check(first, 0, 0, [0; 5]);
        check(first, 0xffff, 0xffff, [0xffff; 5]);
    }
    for second in 0..=u16::MAX {
        for first in [0x2001, 0x2002, 0x2620, 0x3fff] {
            check(first, second, 0, [0; 5]);
        }
    }
    for first in [0, 0x64, 0x100, 0x1fff, 0x2000, 0x2001, 0x2002, 0x2003, 0x2620, 0x3fff, 0x4000, 0xfd00, 0xffff] {
        for second in interesting {
            for third in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] {
                tails.iter().for_each(|tail| check(first, second, third, *tail));
            }
        }
    }
}

#[test]
fn the_operators_lists_hold_for_the_address_and_for_the_one_inside() {
    let list = |text: &str| text.split_whitespace().map(|network| network.parse().expect(network)).collect();
    let policy = Policy {
        allow: list("10.1.0.0/16 fd00::/8 127.0.0.1/32"),
        deny: list("10.1.2.0/24 8.8.8.0/24 2606:4700::/32"),
        ..Policy::default()
    };
    let check = |address: &str, expected| {
        assert_eq!(forbidden(address.parse().expect(address), &policy), expected, "{address}")
    };
    for allowed in ["10.1.0.1", "::ffff:10.1.0.1", "64:ff9b::10.1.0.1", "fd00::1", "127.0.0.1", "9.9.9.9"] {
        check(allowed, None);
    }
    for denied in ["10.1.2.1", "::ffff:10.1.2.1", "8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"] {
        check(denied, Some("denied by the operator"));
    }
    check("10.2.0.1", Some("private"));
    check("127.0.0.2", Some("loopback"));
}

#[test]
fn an_address_inside_another_is_found() {
    let check = |outer: &str, expected: &str| {
        assert_eq!(inner(outer.parse().expect(outer)), expected.parse::<IpAddr>().expect(expected), "{outer}");
    };
    check("::ffff:127.0.0.1", "127.0.0.1");
    check("64:ff9b::10.0.0.1", "10.0.0.1");
    check("64:ff9b:0:0:0:1:10.0.0.1", "64:ff9b:0:0:0:1:a00:1");
    check("::7f00:1", "::7f00:1");
    check("2606:4700::1", "2606:4700::1");
}

#[test]
fn an_address_of_this_host_is_recognised_by_the_kernels_route_to_it() {
    assert!(is_own(Ipv4Addr::LOCALHOST.into()));
    // Nobody may use these, so that no interface has them.
    assert!(!is_own(Ipv4Addr::new(192, 0, 2, 1).into()));
    assert!(!is_own(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()));
}
