//! The line of the tenant log that a failed call leaves behind.

use hookbox_protocol::report::millis;
use hookbox_protocol::{HookError, Report, Trigger};
use hookbox_store::{LiveHook, LogEntry};
use serde_json::{Map, Value, json};

/// The most characters of a hook's message in the line's description.
const DESCRIPTION_CHARS_MAX: usize = 500;

/// The most characters of a hook's message and stack in the line's details, and the most printed lines.
const DETAIL_CHARS_MAX: usize = 4_000;
const LINES_MAX: usize = 20;

/// What a failed phone call is logged as; the trigger's own code is that of a text message.
const VOICE_FAILED: &str = "gd_send_voice_failure";

/// The line for a run that did not complete. The report must be redacted already.
pub(super) fn of(
    trigger: Trigger,
    given: &Map<String, Value>,
    hook: &LiveHook,
    report: &Report,
    error: &HookError,
) -> LogEntry {
    let spec = trigger.spec();
    let nothing = Value::Null;
    let member = |name: &str| given.get(name).unwrap_or(&nothing);
    let context = member("context");
    // A sign-up has its user beside the context, a message to a phone inside of it.
    let user = if member("user").is_object() { member("user") } else { &context["user"] };
    let client = if member("client").is_object() { member("client") } else { &context["client"] };
    let is_voice = trigger == Trigger::SendPhoneMessage && context["message_type"] == "voice";
    let description = if error.message.is_empty() { spec.log_description } else { &error.message };
    let lines: Vec<_> = report.logs.iter().take(LINES_MAX).collect();
    LogEntry {
        code: if is_voice { VOICE_FAILED } else { spec.log_code }.to_owned(),
        description: cut(description, DESCRIPTION_CHARS_MAX),
        user_id: text(&user["id"]).or_else(|| text(&user["user_id"])),
        user_name: text(&user["username"]).or_else(|| text(&user["name"])),
        user_email: text(&user["email"]),
        connection: text(&context["connection"]["name"]),
        connection_id: text(&context["connection"]["id"]),
        details: json!({
            "trigger": spec.name,
            "hook": { "id": hook.id, "name": hook.name, "version": hook.version },
            "client": {
                "id": text(&client["id"]).or_else(|| text(&client["client_id"])),
                "name": text(&client["name"]),
            },
            "outcome": report.outcome.name(),
            "error": {
                "message": cut(&error.message, DETAIL_CHARS_MAX),
                "name": cut(&error.name, DETAIL_CHARS_MAX),
                "stack": cut(&error.stack, DETAIL_CHARS_MAX),
            },
            "wall_ms": millis(report.wall),
            "logs": lines,
        }),
    }
}

fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(|text| cut(text, DESCRIPTION_CHARS_MAX))
}
