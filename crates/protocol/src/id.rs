//! Identifiers: 63-bit, time-ordered integers inside, text only at the edge.
//!
//! Text is a prefix and the number in Crockford's base 32, 13 digits, so that text sorts as the numbers do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LEN: usize = 13;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {what}: expected {expected}")]
pub struct ParseIdError {
    text: String,
    what: &'static str,
    expected: &'static str,
}

fn encode(number: i64, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0u8; TEXT_LEN];
    let mut rest = number;
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(rest & 31).unwrap_or(0)];
        rest >>= 5;
    }
    out.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn decode(text: &str) -> Option<i64> {
    if text.len() != TEXT_LEN {
        return None;
    }
    text.bytes().try_fold(0i64, |number, byte| {
        let digit = DIGITS.iter().position(|d| *d == byte.to_ascii_lowercase())?;
        number.checked_mul(32)?.checked_add(i64::try_from(digit).ok()?)
    })
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            /// The number that the store keeps; never negative.
            pub i64,
        );

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                encode(self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix($prefix).and_then(decode).map(Self).ok_or_else(|| ParseIdError {
                    text: text.chars().take(64).collect(),
                    what: $what,
                    expected: $expected,
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

number_id!(
    /// An accepted event.
    EventId,
    "evt_",
    "an event id",
    "evt_ and 13 characters, as in the answer to the event"
);
number_id!(
    /// A line of the tenant log.
    LogId,
    "log_",
    "a log id",
    "log_ and 13 characters, as in the list of log entries"
);
number_id!(
    /// An entry of the audit trail.
    AuditId,
    "aud_",
    "an audit id",
    "aud_ and 13 characters, as in the list of audit entries"
);
number_id!(
    /// A tenant. People name a tenant by its name; this number is what rows carry.
    TenantId,
    "ten_",
    "a tenant id",
    "ten_ and 13 characters"
);
number_id!(
    /// The number that rows carry for a hook; at the edge a hook is a [`HookId`].
    HookNumber,
    "hkn_",
    "a hook number",
    "hkn_ and 13 characters"
);

/// A hook at the edge: a ULID in upper case, 26 characters, as Auth0's Management API has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct HookId(String);

impl HookId {
    /// The 26 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HookId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ok = text.len() == 26 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if ok {
            return Ok(Self(text.to_owned()));
        }
        Err(ParseIdError {
            text: text.chars().take(64).collect(),
            what: "a hook id",
            expected: "26 upper-case letters and digits, as in the list of hooks",
        })
    }
}

impl TryFrom<String> for HookId {
    type Error = ParseIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A delivery: the duty to run one hook for one event, and nothing but those two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    /// The event that happened.
    pub event: EventId,
    /// The hook that must run.
    pub hook: HookNumber,
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dlv_")?;
        encode(self.event.0, f)?;
        encode(self.hook.0, f)
    }
}

impl FromStr for DeliveryId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (event, hook) = text.strip_prefix("dlv_")?.split_at_checked(TEXT_LEN)?;
            Some(Self { event: EventId(decode(event)?), hook: HookNumber(decode(hook)?) })
        };
        parse().ok_or_else(|| ParseIdError {
            text: text.chars().take(64).collect(),
            what: "a delivery id",
            expected: "dlv_ and 26 characters, as in the event's deliveries",
        })
    }
}

impl Serialize for DeliveryId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeliveryId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The SHA-256 of a module's bytes; its text is `sha256:` and 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleDigest(
    /// The 32 bytes of the hash.
    pub [u8; 32],
);

impl fmt::Display for ModuleDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ModuleDigest {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.is_ascii())?;
            let mut digest = [0u8; 32];
            for (index, byte) in digest.iter_mut().enumerate() {
                *byte = u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).ok()?;
            }
            Some(Self(digest))
        };
        parse().ok_or_else(|| ParseIdError {
            text: text.chars().take(80).collect(),
            what: "a module digest",
            expected: "sha256: and 64 hex digits",
        })
    }
}

impl Serialize for ModuleDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModuleDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_id_sorts_as_its_number_and_reads_back() {
        let numbers = [0, 1, 31, 32, 1 << 40, i64::MAX];
        let texts: Vec<String> = numbers.iter().map(|n| EventId(*n).to_string()).collect();
        assert!(texts.is_sorted());
        for (number, text) in numbers.iter().zip(&texts) {
            assert_eq!(text.parse(), Ok(EventId(*number)));
        }
    }

    #[test]
    fn a_delivery_id_names_its_event_and_its_hook() {
        let id = DeliveryId { event: EventId(77), hook: HookNumber(5) };
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn what_is_no_id_is_refused_with_the_form_that_is_expected() {
        for text in ["", "evt_", "evt_zzzzzzzzzzzzz", "evt_000000000000u", "dlv_0000000000000", "evt_00000000000000"] {
            let error = text.parse::<EventId>().expect_err(text);
            assert!(error.to_string().contains("expected evt_ and 13 characters"), "{error}");
        }
        assert!("sha256:zz".parse::<ModuleDigest>().is_err());
        assert!("01arz3ndektsv4rrffq69g5fav".parse::<HookId>().is_err(), "lower case");
    }
}
