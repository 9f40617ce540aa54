//! The `q` of the log: the part of the original's query language that tools send.
//!
//! `type:fcph`, `type:(fcph OR fpurh)`, `type:fcph OR type:fpurh`, `date:[2026-11-01 TO 2026-11-23T12:00:00Z]`,
//! `hook_id:…`, and several of them with `AND` or a space between. Anything else is refused by name: a filter that is
//! silently ignored shows too much.

use hookbox_protocol::Timestamp;
use hookbox_store::LogFilter;

use crate::api::Failure;
use crate::api::query::validation;

/// Reads a query; an absent or empty one asks for everything.
pub(super) fn parse(text: Option<&str>) -> Result<LogFilter, Failure> {
    let mut filter = LogFilter::default();
    let mut rest = text.unwrap_or_default().trim();
    let (mut after_or, mut last_was_type) = (false, false);
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
            "date" => (filter.since, filter.until) = range(value).ok_or_else(|| refused(value))?,
            "hook_id" => filter.hook_id = Some(unquoted(value).parse().map_err(|_| refused(value))?),
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
    Some((end_of_range(since.trim())?, end_of_range(until.trim())?))
}

/// A time, a day (its beginning), or `*` for no end.
#[expect(clippy::option_option, reason = "the outer one says that the text cannot be read")]
fn end_of_range(text: &str) -> Option<Option<Timestamp>> {
    if text == "*" {
        return Some(None);
    }
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).ok().map(Some)
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
        assert_eq!(filter.since.map(|time| time.to_string()).as_deref(), Some("2026-11-01T00:00:00.000Z"));
        assert_eq!(filter.until.map(|time| time.to_string()).as_deref(), Some("2026-11-23T12:00:00.000Z"));
        assert_eq!(filter.codes, ["fs"]);
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
        ] {
            assert!(parse(Some(text)).is_err(), "{text}");
        }
    }
}
