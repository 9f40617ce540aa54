//! A number of bytes as people write it: `268435456`, `256MiB`, `10 GiB`.

use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteSize(pub(crate) u64);

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || format!("'{text}' is not a number of bytes: write it as 268435456, 256MiB or 10GiB");
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
        let shift = match text[digits.len()..].trim_start() {
            "" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            "TiB" => 40,
            _ => return Err(refused()),
        };
        let number: u64 = digits.replace('_', "").parse().map_err(|_| refused())?;
        number.checked_mul(1 << shift).map(Self).ok_or_else(refused)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;

        impl Visitor<'_> for NumberOrText {
            type Value = ByteSize;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of bytes, such as 268435456 or \"256MiB\"")
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<ByteSize, E> {
                u64::try_from(number).map(ByteSize).map_err(|_| E::custom(format!("{number} is no number of bytes")))
            }

            fn visit_u64<E>(self, number: u64) -> Result<ByteSize, E> {
                Ok(ByteSize(number))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ByteSize, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(NumberOrText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_with_and_without_a_unit() {
        for (text, bytes) in
            [("0", 0), ("268435456", 256 << 20), ("256MiB", 256 << 20), ("10 GiB", 10 << 30), ("1_000", 1_000)]
        {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "MiB", "5MB", "-1", "1.5GiB", "99999999999TiB", "5 M"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
        #[derive(Deserialize)]
        struct File {
            a: ByteSize,
            b: ByteSize,
        }
        let file: File = toml::from_str("a = 5\nb = \"5KiB\"").expect("reads");
        assert_eq!((file.a, file.b), (ByteSize(5), ByteSize(5 << 10)));
        assert!(toml::from_str::<File>("a = -5\nb = 1").is_err());
    }
}
