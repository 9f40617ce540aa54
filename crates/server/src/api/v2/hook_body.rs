//! The bodies of `POST` and `PATCH /api/v2/hooks`, checked as the original checks them.

use std::collections::BTreeMap;

use hookbox_protocol::limits::SCRIPT_BYTES;
use hookbox_protocol::{ErrorCode, Trigger, flag, name};
use serde_json::{Map, Value};

use super::payload::{mistyped, object, refused};
use crate::api::Failure;
use crate::api::body::BodyLimit;

const NAME_PATTERN: &str = r"^[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?$";

/// What a client said of a hook.
#[derive(Debug, PartialEq)]
pub(super) struct HookBody {
    /// In kebab case.
    pub(super) name: Option<String>,
    pub(super) script: Option<String>,
    pub(super) trigger: Option<Trigger>,
    pub(super) enabled: Option<bool>,
    pub(super) dependencies: Option<BTreeMap<String, String>>,
}

impl HookBody {
    /// The body of a POST: `name`, `script` and `triggerId` must be there.
    pub(super) fn of_post(value: Value, script_bytes_max: u64) -> Result<Self, Failure> {
        let members = object(value)?;
        if let Some(missing) = ["name", "script", "triggerId"].iter().find(|name| !members.contains_key(**name)) {
            return Err(refused(&format!("Missing required property: {missing}"), None));
        }
        Self::read(members, &["name", "script", "triggerId", "enabled", "dependencies"], script_bytes_max)
    }

    /// The body of a PATCH: at least one property, and a hook keeps its trigger.
    pub(super) fn of_patch(value: Value, script_bytes_max: u64) -> Result<Self, Failure> {
        let members = object(value)?;
        if members.is_empty() {
            return Err(refused("Too few properties defined (0), minimum 1", None));
        }
        Self::read(members, &["name", "script", "enabled", "dependencies"], script_bytes_max)
    }

    fn read(mut members: Map<String, Value>, known: &[&str], script_bytes_max: u64) -> Result<Self, Failure> {
        if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
            let unknown: String = unknown.chars().take(64).collect();
            return Err(refused(&format!("Additional properties not allowed: {unknown}"), None));
        }
        let script = members.remove("script").map(|value| text(value, "script")).transpose()?;
        if let Some(script) = &script {
            if script.is_empty() {
                return Err(refused("String is too short (0 chars), minimum 1", Some("script")));
            }
            BodyLimit::new(&SCRIPT_BYTES, script_bytes_max).check("the script", script.len() as u64)?;
        }
        Ok(Self {
            name: members.remove("name").map(hook_name).transpose()?,
            script,
            trigger: members.remove("triggerId").map(trigger).transpose()?,
            enabled: members.remove("enabled").as_ref().map(boolean).transpose()?,
            dependencies: members.remove("dependencies").map(dependencies).transpose()?,
        })
    }
}

fn text(value: Value, property: &str) -> Result<String, Failure> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(mistyped("string", &other, Some(property))),
    }
}

fn hook_name(value: Value) -> Result<String, Failure> {
    let sent = text(value, "name")?;
    name::hook(&sent).map_err(|error| {
        if sent.chars().count() > name::NAME_CHARS_MAX {
            return Failure::new(ErrorCode::InvalidBody, format!("Payload validation error: {error}."));
        }
        let shown: String = sent.chars().take(64).collect();
        refused(&format!("String does not match pattern {NAME_PATTERN}: {shown}"), Some("name"))
    })
}

fn trigger(value: Value) -> Result<Trigger, Failure> {
    let sent = text(value, "triggerId")?;
    sent.parse().map_err(|_| {
        let shown: String = sent.chars().take(64).collect();
        let names = hookbox_protocol::trigger::TABLE.map(|spec| spec.name).join(", ");
        refused(&format!("No enum match for: {shown} (one of {names})"), Some("triggerId"))
    })
}

/// A boolean, or one of the strings that the original's own documentation sends in its place.
fn boolean(value: &Value) -> Result<bool, Failure> {
    let read = match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => flag::parse(text),
        _ => None,
    };
    read.ok_or_else(|| mistyped("boolean", value, Some("enabled")))
}

fn dependencies(value: Value) -> Result<BTreeMap<String, String>, Failure> {
    let Value::Object(members) = value else { return Err(mistyped("object", &value, Some("dependencies"))) };
    members.into_iter().map(|(name, version)| text(version, "dependencies").map(|version| (name, version))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(read: Result<HookBody, Failure>, part: &str) {
        let text = format!("{:?}", read.expect_err(part));
        assert!(text.contains(part), "{text}");
    }

    #[test]
    fn bodies_are_refused_in_the_words_of_the_original() {
        let post = |body: Value| HookBody::of_post(body, 100);
        let full = |name: &str, value: Value| {
            let mut body = json!({"name": "a", "script": "x", "triggerId": "post-change-password"});
            body[name] = value;
            body
        };
        check(post(json!([])), "Expected type object but found type array");
        check(post(json!({})), "Missing required property: name");
        check(post(json!({"name": "a", "script": "x"})), "Missing required property: triggerId");
        check(post(full("name", json!(1))), "Expected type string but found type integer' on property name");
        check(post(full("name", json!("-a"))), "String does not match pattern");
        check(post(full("name", json!("a".repeat(129)))), "the most is 128");
        check(post(full("script", json!(""))), "minimum 1' on property script");
        check(post(full("script", json!("x".repeat(101)))), "limit `script_bytes` is 100 bytes");
        check(post(full("triggerId", json!("nope"))), "No enum match for: nope");
        check(post(full("enabled", json!("yes"))), "Expected type boolean but found type string' on property enabled");
        check(post(full("dependencies", json!({"a": 1}))), "on property dependencies");
        check(post(full("id", json!("x"))), "Additional properties not allowed: id");
        check(HookBody::of_patch(json!({}), 100), "Too few properties defined (0), minimum 1");
        check(HookBody::of_patch(json!({"triggerId": "x"}), 100), "Additional properties not allowed: triggerId");
    }

    #[test]
    fn names_become_kebab_case_and_strings_become_booleans() {
        let body = json!({"name": "test-hook735", "enabled": "true", "dependencies": {"auth0": "2.30.0"}});
        let read = HookBody::of_patch(body, 100).expect("valid");
        assert_eq!(read.name.as_deref(), Some("test-hook-735"));
        assert_eq!(read.enabled, Some(true));
        assert_eq!(read.dependencies, Some(BTreeMap::from([("auth0".to_owned(), "2.30.0".to_owned())])));
    }
}
