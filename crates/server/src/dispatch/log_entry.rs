//! The line of the tenant log that a failed attempt leaves behind.

use hookbox_protocol::Report;
use hookbox_protocol::members::{members, text};
use hookbox_protocol::report::millis;
use hookbox_store::{Leased, LogEntry, Next};
use serde_json::json;
use serde_json::value::RawValue;

/// The most characters of a hook's message in the line's description.
const DESCRIPTION_CHARS_MAX: usize = 500;

/// The most characters of a hook's message and stack in the line's details; the attempt has them whole.
const DETAIL_CHARS_MAX: usize = 4_000;

/// The line for an attempt that did not complete. The report must be redacted already.
pub(super) fn of(leased: &Leased, report: &Report, next: &Next) -> LogEntry {
    let spec = leased.trigger.spec();
    let error = report.outcome.error().unwrap_or_default();
    let [user_id, user_name, user_email] = members(&leased.user, ["id", "username", "email"]).map(owned);
    let [connection] = members(&leased.context, ["connection"]);
    let [connection, connection_id] = members(connection.map_or("", RawValue::get), ["name", "id"]).map(owned);
    let description = if error.message.is_empty() { spec.log_description } else { &error.message };
    LogEntry {
        code: spec.log_code.to_owned(),
        description: cut(description, DESCRIPTION_CHARS_MAX),
        user_id,
        user_name,
        user_email,
        connection,
        connection_id,
        details: json!({
            "trigger": spec.name,
            "hook": { "id": leased.hook.id, "name": leased.hook.name, "version": leased.hook.version },
            "event_id": leased.event(),
            "delivery_id": leased.key.delivery,
            "attempt": leased.attempt,
            "outcome": report.outcome.name(),
            "error": {
                "message": cut(&error.message, DETAIL_CHARS_MAX),
                "name": cut(&error.name, DETAIL_CHARS_MAX),
                "stack": cut(&error.stack, DETAIL_CHARS_MAX),
            },
            "wall_ms": millis(report.wall),
            "next": next_in_words(next),
        }),
    }
}

fn next_in_words(next: &Next) -> String {
    match next {
        Next::Succeeded => "done".to_owned(),
        Next::RetryAt(delay) => format!("another attempt in {:.0} s", delay.as_secs_f64()),
        Next::Dead { reason } => format!("no further attempt: {reason}"),
    }
}

fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn owned(member: Option<&RawValue>) -> Option<String> {
    Some(text(member?)?.into_owned())
}
