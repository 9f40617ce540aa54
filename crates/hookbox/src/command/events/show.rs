//! One event as text, with its deliveries and attempts.

use hookbox_protocol::api::{Attempt, Delivery, Event};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::output::{FAINT, STRONG, printable};
use crate::report;

/// The event, its deliveries, their attempts with what they called and printed.
pub(crate) fn event(event: &Event) -> String {
    let by = event.initiated_by.as_deref().map_or(String::new(), |by| format!(", by {}", printable(by)));
    let mut lines = vec![format!("{STRONG}{}{STRONG:#}  {}, {}{by}", event.id, event.trigger, event.received_at)];
    lines.push(format!("  {FAINT}user{FAINT:#}     {}", compact(&event.user)));
    lines.push(format!("  {FAINT}context{FAINT:#}  {}", compact(&event.context)));
    if event.deliveries.is_empty() {
        lines.push(format!("  {FAINT}no hook of this trigger was enabled when the event came{FAINT:#}"));
    }
    for item in &event.deliveries {
        delivery(item, &mut lines);
    }
    lines.join("\n")
}

/// The JSON in one line, as it came otherwise.
fn compact(json: &RawValue) -> String {
    let value: Result<Value, _> = serde_json::from_str(json.get());
    printable(&value.map_or_else(|_| json.get().to_owned(), |value| value.to_string()))
}

/// A delivery and its attempts, a line each and more where there is more to say.
pub(crate) fn delivery(delivery: &Delivery, lines: &mut Vec<String>) {
    let style = super::style(delivery.state);
    let state = delivery.state.name();
    let mut line = format!("  {STRONG}{}{STRONG:#}  {style}{state}{style:#}", printable(&delivery.hook_name));
    if let Some(why) = &delivery.waiting_for {
        line.push_str(&format!(", {}", printable(why)));
    }
    if let Some(next) = delivery.next_attempt_at {
        line.push_str(&format!(", next attempt at {next}"));
    }
    lines.push(format!("{line}  {FAINT}{}{FAINT:#}", delivery.id));
    for item in &delivery.attempts {
        attempt(item, lines);
    }
}

fn attempt(attempt: &Attempt, lines: &mut Vec<String>) {
    let usage = report::usage(attempt.wall_ms, attempt.cpu_ms, attempt.fuel_used, attempt.memory_bytes_peak);
    let outcome = report::outcome(&attempt.outcome);
    lines.push(format!("    attempt {} of version {}: {outcome}  {usage}", attempt.number, attempt.version));
    let details = attempt.http.iter().map(report::call).chain(attempt.logs.iter().map(report::log));
    let errors = attempt.error.iter().flat_map(report::error);
    lines.extend(details.chain(errors).map(|line| format!("      {line}")));
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn an_event_shows_what_happened_to_it() {
        let json = r#"{
            "id": "evt_0000000000001", "trigger": "post-change-password", "received_at": "2026-11-23T17:04:05.123Z",
            "initiated_by": "admin", "user": {
  "email": "user1@example.com"
}, "context": {"connection": {"name": "db"}},
            "deliveries": [{
                "id": "dlv_00000000000010000000000002", "hook_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "hook_name": "notify",
                "state": "pending", "next_attempt_at": "2026-11-23T17:04:10.000Z", "waiting_for": "its next attempt",
                "attempts": [{
                    "number": 1, "version": 3, "outcome": "failed", "started_at": "2026-11-23T17:04:05.200Z",
                    "wall_ms": 12.5, "cpu_ms": 0.5, "fuel_used": 123456, "memory_bytes_peak": 1114112,
                    "error": {"message": "SendGrid answered 401", "name": "Error", "stack": ""},
                    "logs": [{"level": "info", "message": "sending", "at_ms": 0.2}],
                    "http": [{"method": "POST", "url": "https://api.sendgrid.com/v3/mail/send", "status": 401,
                              "wall_ms": 11.0, "request_bytes": 300, "response_bytes": 80}]
                }]
            }]
        }"#;
        let text = event(&serde_json::from_str(json).expect("parses"));
        expect![[r#"
            evt_0000000000001  post-change-password, 2026-11-23T17:04:05.123Z, by admin
              user     {"email":"user1@example.com"}
              context  {"connection":{"name":"db"}}
              notify  pending, its next attempt, next attempt at 2026-11-23T17:04:10.000Z  dlv_00000000000010000000000002
                attempt 1 of version 3: failed  wall 12.5 ms, cpu 0.50 ms, fuel 123,456, memory 1 MiB
                  POST https://api.sendgrid.com/v3/mail/send → 401 (300 bytes out, 80 bytes in, 11.0 ms)
                  info    0.20 ms  sending
                  Error: SendGrid answered 401"#]].assert_eq(&anstream::adapter::strip_str(&text).to_string());
    }
}
