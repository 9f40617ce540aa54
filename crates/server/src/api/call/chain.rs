//! How the hooks of one call hand on what they made.
//!
//! - `pre-user-registration`: the metadata of all hooks come together. A key that two hooks set has the later one's
//!   value, and a hook gets the user with what the hooks before it have set.
//! - `credentials-exchange`: the access token goes from hook to hook. The first hook makes it: where that one leaves
//!   `scope` out, the scopes are empty, as in the original. What a later hook leaves out stays; its `scope` takes the
//!   place of the one before, and its claims are added. A later hook gets the token's scopes as its `scope`, and the
//!   whole token as `context.access_token`.
//! - `send-phone-message`: every hook gets the same message. The members of what they return come together, the later
//!   one's value where two have the same.

use hookbox_protocol::Trigger;
use serde_json::{Map, Value, json};

const METADATA: [&str; 2] = ["user_metadata", "app_metadata"];

/// What is known between one hook and the next.
pub(super) struct Chain {
    trigger: Trigger,
    given: Map<String, Value>,
    /// What the hooks have made; `None` before the first has completed.
    made: Option<Map<String, Value>>,
}

impl Chain {
    /// Before the first hook.
    pub(super) fn new(trigger: Trigger, given: Map<String, Value>) -> Self {
        Self { trigger, given, made: None }
    }

    /// What the call was given.
    pub(super) fn given(&self) -> &Map<String, Value> {
        &self.given
    }

    /// What the next hook gets.
    pub(super) fn arguments(&self) -> Map<String, Value> {
        let mut arguments = self.given.clone();
        let Some(made) = &self.made else { return arguments };
        match self.trigger {
            Trigger::CredentialsExchange => {
                if let Some(scope) = made.get("scope") {
                    arguments.insert("scope".to_owned(), scope.clone());
                }
                let context = arguments.entry("context").or_insert_with(|| json!({}));
                if let Some(context) = context.as_object_mut() {
                    context.insert("access_token".to_owned(), Value::Object(made.clone()));
                }
            }
            Trigger::PreUserRegistration => {
                if let Some(user) = arguments.get_mut("user").and_then(Value::as_object_mut) {
                    add_metadata(user, made);
                }
            }
            _ => {}
        }
        arguments
    }

    /// Takes in what a hook has returned.
    pub(super) fn take(&mut self, value: Value) {
        let used = used(self.trigger, value);
        let Some(made) = &mut self.made else {
            let mut first = used;
            if self.trigger == Trigger::CredentialsExchange {
                first.entry("scope").or_insert_with(|| json!([]));
            }
            self.made = Some(first);
            return;
        };
        if self.trigger == Trigger::PreUserRegistration {
            add_metadata(made, &used);
        } else {
            made.extend(used);
        }
    }

    /// What the call answers; null where no hook ran.
    pub(super) fn into_value(self) -> Value {
        match self.made {
            None => Value::Null,
            Some(made) if self.trigger == Trigger::PreUserRegistration && !made.is_empty() => json!({ "user": made }),
            Some(made) => Value::Object(made),
        }
    }
}

/// Adds the keys of each kind of metadata to those that are there.
fn add_metadata(to: &mut Map<String, Value>, from: &Map<String, Value>) {
    for name in METADATA {
        let Some(Value::Object(added)) = from.get(name) else { continue };
        match to.get_mut(name) {
            Some(Value::Object(there)) => there.extend(added.clone()),
            _ => {
                to.insert(name.to_owned(), Value::Object(added.clone()));
            }
        }
    }
}

/// The part of a result that the trigger uses, as in the original; the rest is dropped.
fn used(trigger: Trigger, value: Value) -> Map<String, Value> {
    let Value::Object(mut members) = value else { return Map::new() };
    match trigger {
        Trigger::CredentialsExchange => {
            let is_claim = |name: &str| name.starts_with("https://") || name.starts_with("http://");
            members.retain(|name, value| is_claim(name) || name == "scope" && value.is_array());
            members
        }
        Trigger::PreUserRegistration => match members.remove("user") {
            Some(Value::Object(user)) => metadata(user),
            _ => Map::new(),
        },
        _ => members,
    }
}

/// `user_metadata` and `app_metadata`, without keys that the original could not store.
fn metadata(mut user: Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    for name in METADATA {
        if let Some(Value::Object(mut metadata)) = user.remove(name) {
            metadata.retain(|key, _| !key.starts_with('$') && !key.contains('.'));
            kept.insert(name.to_owned(), Value::Object(metadata));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            other => panic!("{other} is no object"),
        }
    }

    /// The call's value after hooks that returned `values`, and what a hook after them would get.
    fn check(trigger: Trigger, given: Value, values: &[Value], next: &Value, expected: &Value) {
        let mut chain = Chain::new(trigger, object(given));
        values.iter().cloned().for_each(|value| chain.take(value));
        assert_eq!(Value::Object(chain.arguments()), *next, "{trigger}: {values:?}");
        assert_eq!(chain.into_value(), *expected, "{trigger}: {values:?}");
    }

    #[test]
    fn each_trigger_uses_its_part_of_one_hooks_result() {
        let made = |trigger, value: Value| {
            let mut chain = Chain::new(trigger, Map::new());
            chain.take(value);
            chain.into_value()
        };
        for (trigger, value, expected) in [
            (
                Trigger::CredentialsExchange,
                json!({"scope": ["a"], "https://example.com/c": 1, "sub": "x"}),
                json!({"scope": ["a"], "https://example.com/c": 1}),
            ),
            (Trigger::CredentialsExchange, json!({"scope": "a"}), json!({"scope": []})),
            (Trigger::CredentialsExchange, Value::Null, json!({"scope": []})),
            (
                Trigger::PreUserRegistration,
                json!({"user": {"user_metadata": {"a": 1, "$b": 2, "c.d": 3}, "email": "x"}, "other": 1}),
                json!({"user": {"user_metadata": {"a": 1}}}),
            ),
            (Trigger::PreUserRegistration, json!("x"), json!({})),
            (Trigger::SendPhoneMessage, json!({"MessageID": "1"}), json!({"MessageID": "1"})),
        ] {
            assert_eq!(made(trigger, value), expected, "{trigger}");
        }
        assert_eq!(Chain::new(Trigger::SendPhoneMessage, Map::new()).into_value(), Value::Null, "no hook");
    }

    #[test]
    fn metadata_of_several_hooks_come_together() {
        check(
            Trigger::PreUserRegistration,
            json!({"user": {"email": "x", "user_metadata": {"sent": 1, "a": 0}}, "context": {}}),
            &[
                json!({"user": {"user_metadata": {"a": 1, "b": 1}}}),
                json!({}),
                json!({"user": {"user_metadata": {"b": 2}, "app_metadata": {"c": 3}}}),
            ],
            &json!({
                "user": {"email": "x", "user_metadata": {"sent": 1, "a": 1, "b": 2}, "app_metadata": {"c": 3}},
                "context": {},
            }),
            &json!({"user": {"user_metadata": {"a": 1, "b": 2}, "app_metadata": {"c": 3}}}),
        );
    }

    #[test]
    fn the_access_token_goes_from_hook_to_hook() {
        let token = json!({"scope": ["a", "b"], "https://example.com/one": 1, "https://example.com/two": 2});
        check(
            Trigger::CredentialsExchange,
            json!({"client": {}, "scope": ["asked"], "audience": "x"}),
            &[
                json!({"scope": ["a"], "https://example.com/one": 1}),
                json!({"scope": ["a", "b"], "sub": "dropped"}),
                json!({"https://example.com/two": 2}),
            ],
            &json!({"client": {}, "scope": ["a", "b"], "audience": "x", "context": {"access_token": token}}),
            &token,
        );
    }

    #[test]
    fn what_phone_hooks_return_comes_together_and_each_gets_the_same() {
        let given = json!({"recipient": "+15550100", "text": "1234", "context": {}});
        check(
            Trigger::SendPhoneMessage,
            given.clone(),
            &[json!({"MessageID": "1", "via": "sms"}), json!({"MessageID": "2"})],
            &given,
            &json!({"MessageID": "2", "via": "sms"}),
        );
    }
}
