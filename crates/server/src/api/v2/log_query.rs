//! The `q` of the log: the part of the original's query language that tools send.
//!
//! `type:fcph`, `type:(fcph OR fpurh)`, `type:fcph OR type:fpurh`, `date:[2026-11-01 TO 2026-11-23T12:00:00Z]`,
//! `hook_id:…`, and several of them with `AND` or a space between. Anything else is refused by name: a filter that is
//! silently ignored shows too much.

use hookbox_protocol::Timestamp;
use hookbox_store::LogFilter;

use crate::api::Failure;
use crate::api::query::validation;

const DAY_MS: i64 = 86_400_000;

/// Reads a query; an absent or empty one asks for everything.
pub(super) fn parse(text: Option<&str>) -> Result<LogFilter, Failure> {
    let mut filter = LogFilter::default();
    let mut rest = text.unwrap_or_default().trim();
    let (mut after_or, mut last_was_type, mut has_date) = (false, false, false);
    while !rest.is_empty() {
        let (name, after) = rest.split_once(':').ok_or_else(|| refused(rest))?;
        let (value, after) = value(after.trim_start()).ok_or_else(|| refused(rest))?;
        let is_type = name.trim() == "type";
        let both_types = is_type && last_was_type;
        // Types are a list of which an entry has one: `OR` between two of them, and nothing else, means that.
        if after_or != both_types && (after_or || both_types) {
            return Err(refused(rest));
        }
        match name.trim() {
            "type" => filter.codes.extend(codes(value).ok_or_else(|| refused(value))?),
            "date" if !has_date => {
                (filter.since, filter.until) = range(value).ok_or_else(|| refused(value))?;
                has_date = true;
            }
            "hook_id" if filter.hook_id.is_none() => {
                filter.hook_id = Some(unquoted(value).parse().map_err(|_| refused(value))?);
            }
            // A second one would replace the first.
            _ => return Err(refused(rest)),
        }
        last_was_type = is_type;
        rest = after.trim_start();
        after_or = false;
        if let Some(after) = rest.strip_prefix("OR ") {
            (after_or, rest) = (true, after.trim_start());
        } else if let Some(after) = rest.strip_prefix("AND ") {
            (last_was_type, rest) = (false, after.trim_start());
        }
    }
    Ok(filter)
}

/// The value at the beginning of a text, and what follows it.
fn value(text: &str) -> Option<(&str, &str)> {
    let end = match text.chars().next()? {
        '(' => text.find(')')? + 1,
        '[' => text.find(']')? + 1,
        '"' => text[1..].find('"')? + 2,
        _ => text.find(' ').unwrap_or(text.len()),
    };
    (end > 0).then(|| text.split_at(end))
}

/// One code, or several in brackets.
fn codes(value: &str) -> Option<Vec<String>> {
    let inner = value.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(value);
    let codes = inner.split_whitespace().filter(|word| *word != "OR").map(unquoted);
    let is_code = |code: &str| !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let codes: Vec<String> = codes.map(|code| is_code(code).then(|| code.to_owned())).collect::<Option<_>>()?;
    (!codes.is_empty()).then_some(codes)
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text)
}

fn range(value: &str) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?;
    let (since, until) = inner.split_once(" TO ")?;
    // Both ends of such a range belong to it, and the end of a filter does not.
    let since = End::parse(since.trim())?.times().map(|(first, _)| first);
    let until = End::parse(until.trim())?.times().map(|(_, after)| after);
    Some((since, until))
}

/// An end of a range.
enum End {
    Open,
    Time(Timestamp),
    /// A whole day, by its beginning.
    Day(Timestamp),
}

impl End {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Open);
        }
        let day = || format!("{text}T00:00:00Z").parse().map(Self::Day);
        text.parse().map(Self::Time).or_else(|_| day()).ok()
    }

    /// Its first millisecond, and the first one after it.
    fn times(self) -> Option<(Timestamp, Timestamp)> {
        let (first, ms) = match self {
            Self::Open => return None,
            Self::Time(time) => (time, 1),
            Self::Day(day) => (day, DAY_MS),
        };
        Some((first, Timestamp(first.0.saturating_add(ms))))
    }
}

fn refused(part: &str) -> Failure {
    let part: String = part.chars().take(64).collect();
    validation(&format!(
        "the query cannot be read at {part}; it takes type:CODE (several with OR), date:[FROM TO UNTIL] and hook_id:ID"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_that_tools_send_are_read() {
        for (text, codes) in [
            ("", vec![]),
            ("type:fcph", vec!["fcph"]),
            ("type:\"fcph\"", vec!["fcph"]),
            ("type:fcph OR type:fpurh", vec!["fcph", "fpurh"]),
            ("type:(fcph OR fpurh fs)", vec!["fcph", "fpurh", "fs"]),
            ("type:fcph AND date:[2026-11-01 TO *]", vec!["fcph"]),
        ] {
            assert_eq!(parse(Some(text)).expect(text).codes, codes, "{text}");
        }
        let filter = parse(Some("date:[2026-11-01 TO 2026-11-23T12:00:00Z] type:fs")).expect("valid");
        assert_eq!(filter.codes, ["fs"]);
    }

    #[test]
    fn both_ends_of_a_range_of_dates_belong_to_it() {
        for (range, since, until) in [
            ("2026-11-23 TO 2026-11-23", "2026-11-23T00:00:00.000Z", "2026-11-24T00:00:00.000Z"),
            ("2026-11-01 TO 2026-11-23T12:00:00Z", "2026-11-01T00:00:00.000Z", "2026-11-23T12:00:00.001Z"),
            ("2026-11-23T12:00:00.123Z TO *", "2026-11-23T12:00:00.123Z", "-"),
            ("* TO 2026-02-28", "-", "2026-03-01T00:00:00.000Z"),
        ] {
            let filter = parse(Some(&format!("date:[{range}]"))).expect(range);
            let text = |time: Option<Timestamp>| time.map_or("-".to_owned(), |time| time.to_string());
            assert_eq!((text(filter.since), text(filter.until)), (since.to_owned(), until.to_owned()), "{range}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in [
            "fcph",
            "type:",
            "user_id:x",
            "type:(fcph",
            "type:()",
            "type:\"\"",
            "type:f*",
            "date:yesterday",
            "type:fcph OR date:[* TO *]",
            "type:fcph type:fs",
            "type:fcph AND type:fs OR",
            "hook_id:x",
            "date:[2026-11-31 TO *]",
            "date:[* TO *] date:[2026-11-01 TO *]",
            "hook_id:01ARZ3NDEKTSV4RRFFQ69G5FAV hook_id:01ARZ3NDEKTSV4RRFFQ69G5FAV",
        ] {
            assert!(parse(Some(text)).is_err(), "{text}");
        }
    }
}
