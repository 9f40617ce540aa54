//! The JSON that a hook gets: what the identity system sent, byte for byte, with `context.webtask` spliced in.
//!
//! Nothing here builds a value of `user` or `context`: they were checked when they came in, and are handed on as text.

use std::borrow::Cow;

use bytes::Bytes;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::trigger::Spec;
use hookbox_protocol::{EventId, Trigger};
use serde::Serialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The key of `context` that belongs to the host; what an identity system sends under it is dropped.
const WEBTASK: &str = "webtask";

/// What `context.webtask.event` tells a hook, so that it can recognise a repeated delivery.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct EventInfo {
    /// The event, or the call; of all zeros in the runner and in local runs, which have none.
    pub(crate) id: EventId,
    /// 1 for the first attempt.
    pub(crate) attempt: u32,
    /// Who made the change, where the identity system said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) initiated_by: Option<Initiator>,
}

impl EventInfo {
    /// What a run without an event says.
    pub(crate) const SAMPLE: Self = Self { id: EventId(0), attempt: 1, initiated_by: None };
}

/// Why an input cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// An argument of the trigger is missing or no object.
    #[error("the input of {trigger} lacks `{name}`, which must be an object; its arguments are {arguments}")]
    Missing {
        /// The trigger.
        trigger: Trigger,
        /// The argument.
        name: &'static str,
        /// What the trigger takes.
        arguments: String,
    },
    /// The input has an argument that the trigger does not take.
    #[error("{trigger} takes no argument `{name}`; its arguments are {arguments}")]
    Unknown {
        /// The trigger.
        trigger: Trigger,
        /// The argument.
        name: String,
        /// What the trigger takes.
        arguments: String,
    },
    /// The context is no JSON object.
    #[error("`context` is no JSON object: {0}")]
    Context(#[from] serde_json::Error),
}

/// `{"NAME": "value", …}`, the JSON of `context.webtask.secrets`.
pub(crate) fn secrets_json<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    with_members("{}", secrets)
}

/// A JSON object, as [`secrets_json`] writes it, with further members.
pub(crate) fn with_members<'a>(object: &str, members: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut json = object.strip_suffix('}').unwrap_or(object).to_owned();
    for (name, value) in members {
        if json.len() > 1 {
            json.push(',');
        }
        push_string(&mut json, name);
        json.push(':');
        push_string(&mut json, value);
    }
    json.push('}');
    json
}

/// The input for an event: `user` and `context` are the JSON that was sent.
pub(crate) fn of_event(user: &str, context: &str, secrets: &str, event: EventInfo) -> Result<Bytes, InputError> {
    let mut json = String::with_capacity(user.len() + context.len() + secrets.len() + 160);
    json.push_str(r#"{"user":"#);
    json.push_str(user);
    json.push_str(r#","context":"#);
    push_context(&mut json, context, secrets, event)?;
    json.push('}');
    Ok(Bytes::from(json))
}

/// Refuses arguments that are not those of the trigger.
pub(crate) fn check_arguments(trigger: Trigger, arguments: &Map<String, Value>) -> Result<(), InputError> {
    let spec = trigger.spec();
    if let Some(name) = arguments.keys().find(|name| !spec.arguments.contains(&name.as_str())) {
        let name = name.chars().take(64).collect();
        return Err(InputError::Unknown { trigger, name, arguments: spec.arguments.join(", ") });
    }
    for name in spec.arguments {
        let value = arguments.get(*name);
        // A context that nobody gave is an empty one; what a hook is about must be there.
        let must_be_object = matches!(*name, "user" | "client") || *name == "context" && value.is_some();
        if must_be_object && !value.is_some_and(Value::is_object) {
            return Err(missing(spec, name));
        }
    }
    Ok(())
}

/// The input for a run on given arguments, in the order of the trigger's table. What was not given is left out, so that
/// a script finds it undefined.
pub(crate) fn of_arguments(
    trigger: Trigger,
    arguments: &Map<String, Value>,
    secrets: &str,
    event: EventInfo,
) -> Result<Bytes, InputError> {
    check_arguments(trigger, arguments)?;
    let mut json = String::from("{");
    for name in trigger.spec().arguments {
        let value = arguments.get(*name).filter(|value| !value.is_null());
        if value.is_none() && *name != "context" {
            continue;
        }
        if json.len() > 1 {
            json.push(',');
        }
        push_string(&mut json, name);
        json.push(':');
        if *name == "context" {
            let context = value.map_or(Cow::Borrowed("{}"), |value| Cow::Owned(value.to_string()));
            push_context(&mut json, &context, secrets, event)?;
        } else {
            json.extend(value.map(Value::to_string));
        }
    }
    json.push('}');
    Ok(Bytes::from(json))
}

fn missing(spec: &'static Spec, name: &'static str) -> InputError {
    InputError::Missing { trigger: spec.trigger, name, arguments: spec.arguments.join(", ") }
}

fn push_string(json: &mut String, text: &str) {
    json.push_str(&Value::from(text).to_string());
}

fn push_context(json: &mut String, context: &str, secrets: &str, event: EventInfo) -> Result<(), InputError> {
    let context = without_webtask(context)?;
    let inner = context.trim_ascii_end().strip_suffix('}').unwrap_or(&context);
    json.push_str(inner);
    if !inner.trim_ascii_end().ends_with('{') {
        json.push(',');
    }
    json.push_str(r#""webtask":{"secrets":"#);
    json.push_str(secrets);
    json.push_str(r#","event":"#);
    json.push_str(&serde_json::to_string(&event)?);
    json.push_str("}}");
    Ok(())
}

/// The object's text without its own `webtask`; almost always the very text that came.
fn without_webtask(context: &str) -> Result<Cow<'_, str>, InputError> {
    // A key can also be written with escapes: then only a parser can tell.
    if !context.contains(WEBTASK) && !context.contains("\\u") {
        return Ok(Cow::Borrowed(context));
    }
    let mut deserializer = serde_json::Deserializer::from_str(context);
    let members = deserializer.deserialize_map(Members)?;
    if members.iter().all(|(name, _)| name != WEBTASK) {
        return Ok(Cow::Borrowed(context));
    }
    let mut json = String::from("{");
    for (name, value) in members.iter().filter(|(name, _)| name != WEBTASK) {
        if json.len() > 1 {
            json.push(',');
        }
        push_string(&mut json, name);
        json.push(':');
        json.push_str(value.get());
    }
    json.push('}');
    Ok(Cow::Owned(json))
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            members.push((entry.0.0, entry.1));
        }
        Ok(members)
    }
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(context: &str, expected: &Expect) {
        let secrets = secrets_json([("KEY", "a\"b")]);
        let event = EventInfo { id: EventId(7), attempt: 2, initiated_by: Some(Initiator::Admin) };
        let input = of_event(r#"{"id" : 1}"#, context, &secrets, event).expect("builds");
        let value: Value = serde_json::from_slice(&input).expect("is JSON");
        assert_eq!(value["context"]["webtask"]["secrets"]["KEY"], "a\"b");
        expected.assert_eq(std::str::from_utf8(&input).expect("is text"));
    }

    #[test]
    fn what_was_sent_is_kept_and_webtask_is_added_last() {
        check(
            r#"{"connection" : {"name":"db"} }"#,
            &expect![[
                r#"{"user":{"id" : 1},"context":{"connection" : {"name":"db"} ,"webtask":{"secrets":{"KEY":"a\"b"},"event":{"id":"evt_0000000000007","attempt":2,"initiated_by":"admin"}}}}"#
            ]],
        );
        check(
            "{ }",
            &expect![[
                r#"{"user":{"id" : 1},"context":{ "webtask":{"secrets":{"KEY":"a\"b"},"event":{"id":"evt_0000000000007","attempt":2,"initiated_by":"admin"}}}}"#
            ]],
        );
    }

    #[test]
    fn a_webtask_that_was_sent_is_replaced_however_it_is_written() {
        check(
            r#"{"webtask":{"secrets":{"KEY":"forged"}},"connection":{"x":"webtask"}}"#,
            &expect![[
                r#"{"user":{"id" : 1},"context":{"connection":{"x":"webtask"},"webtask":{"secrets":{"KEY":"a\"b"},"event":{"id":"evt_0000000000007","attempt":2,"initiated_by":"admin"}}}}"#
            ]],
        );
        check(
            r#"{"a":1,"\u0077ebtask":{}}"#,
            &expect![[
                r#"{"user":{"id" : 1},"context":{"a":1,"webtask":{"secrets":{"KEY":"a\"b"},"event":{"id":"evt_0000000000007","attempt":2,"initiated_by":"admin"}}}}"#
            ]],
        );
    }

    fn check_arguments(trigger: Trigger, arguments: &str, expected: &Expect) {
        let arguments: Map<String, Value> = serde_json::from_str(arguments).expect("an object");
        let text = match of_arguments(trigger, &arguments, "{}", EventInfo::SAMPLE) {
            Ok(input) => String::from_utf8(input.to_vec()).expect("is text"),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn arguments_come_in_the_order_of_the_table() {
        check_arguments(
            Trigger::PostChangePassword,
            r#"{"context":{"a":1},"user":{}}"#,
            &expect![[
                r#"{"user":{},"context":{"a":1,"webtask":{"secrets":{},"event":{"id":"evt_0000000000000","attempt":1}}}}"#
            ]],
        );
        check_arguments(
            Trigger::CredentialsExchange,
            r#"{"client":{},"audience":"x"}"#,
            &expect![[
                r#"{"client":{},"audience":"x","context":{"webtask":{"secrets":{},"event":{"id":"evt_0000000000000","attempt":1}}}}"#
            ]],
        );
    }

    #[test]
    fn arguments_that_do_not_fit_are_refused_by_name() {
        check_arguments(
            Trigger::PostChangePassword,
            r#"{"context":{}}"#,
            &expect![
                "the input of post-change-password lacks `user`, which must be an object; its arguments are user, context"
            ],
        );
        check_arguments(
            Trigger::PostChangePassword,
            r#"{"user":{},"context":[]}"#,
            &expect![
                "the input of post-change-password lacks `context`, which must be an object; its arguments are user, context"
            ],
        );
        check_arguments(
            Trigger::SendPhoneMessage,
            r#"{"user":{}}"#,
            &expect!["send-phone-message takes no argument `user`; its arguments are recipient, text, context"],
        );
    }
}
