//! Texts that become values: settings of a file read as the flag of the same name is, spans and points of time.

use std::fmt::Display;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use hookbox_protocol::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A list of texts, each parsed.
pub(crate) fn list_from_text<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parsed(text).map_err(D::Error::custom)).collect()
}

/// A text, parsed.
pub(crate) fn option_from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    from_text(deserializer).map(Some)
}

/// A text that has to be there, parsed.
pub(crate) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    parsed(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The text as a value; an error names the text.
fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| {
        let error = error.to_string();
        if error.contains(text) { error } else { format!("'{text}': {error}") }
    })
}

/// A TOML document, with what is wrong named by its line.
pub(crate) fn parse_toml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error: toml::de::Error| match error.span() {
        Some(span) => format!("line {}: {}", line_of(text, span.start), error.message()),
        None => error.message().to_owned(),
    })
}

/// The number of the line that holds this byte, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// A span of time: `90s`, `15m`, `12h`, `30d`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let refused =
        || format!("'{text}' is not a span of time: write a number with s, m, h or d, such as 90s, 12h or 30d");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds: u64 = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(refused()),
    };
    let count: u64 = digits.parse().map_err(|_| refused())?;
    count.checked_mul(seconds).filter(|total| *total > 0).map(Duration::from_secs).ok_or_else(refused)
}

/// A point of time: RFC 3339, or how long ago: `2h`.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let ago = span(text).map_err(|_| {
        format!("'{text}' is not a time: write it as 2026-11-23T17:04:05Z, or how long ago, such as 90s, 12h or 30d")
    })?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|error| error.to_string())?;
    let then = now.checked_sub(ago).ok_or_else(|| format!("'{text}' ago is before 1970"))?;
    i64::try_from(then.as_millis()).map(Timestamp).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_moments_are_read() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000)] {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "d", "5", "0s", "-1h", "1w", "1.5h", "99999999999999999999d", "999999999999999999d", "1é"] {
            assert!(span(text).is_err_and(|error| error.contains("such as 90s")), "{text}");
        }
        assert_eq!(moment("2019-02-27T14:14:29.206Z"), Ok(Timestamp(1_551_276_869_206)));
        assert!(moment("1h").is_ok_and(|hour| moment("1s").is_ok_and(|second| hour < second)));
        assert!(moment("yesterday").is_err_and(|error| error.contains("how long ago")));
        assert!(moment("99999d").is_err());
    }
}
