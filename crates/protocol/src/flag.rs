//! Booleans of a request. Clients of the original send `"true"` and `"false"` too, as its documentation does.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Unexpected, Visitor};

/// The boolean that a string stands for.
pub fn parse(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Reads a boolean, a string that stands for one, or null: for `deserialize_with` beside `default`.
///
/// # Errors
/// That of the deserializer, where something else is there.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    deserializer.deserialize_any(Flag)
}

struct Flag;

impl Visitor<'_> for Flag {
    type Value = Option<bool>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        parse(text).map(Some).ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use crate::api::TenantPatch;

    fn check(json: &str, expected: Result<Option<bool>, &str>) {
        let read = serde_json::from_str::<TenantPatch>(json).map(|patch| patch.suspended).map_err(|e| e.to_string());
        match (read, expected) {
            (Ok(read), expected) => assert_eq!(Ok(read), expected, "{json}"),
            (Err(error), expected) => {
                let part = expected.expect_err(&error);
                assert!(error.contains(part), "{json}: {error}");
            }
        }
    }

    #[test]
    fn strings_stand_for_booleans_and_nothing_else_does() {
        check(r#"{"suspended": true}"#, Ok(Some(true)));
        check(r#"{"suspended": "true"}"#, Ok(Some(true)));
        check(r#"{"suspended": "false"}"#, Ok(Some(false)));
        check(r#"{"suspended": "\u0074rue"}"#, Ok(Some(true)));
        check(r#"{"suspended": null}"#, Ok(None));
        check("{}", Ok(None));
        check(r#"{"suspended": "yes"}"#, Err("invalid type: string \"yes\", expected a boolean"));
        check(r#"{"suspended": "True"}"#, Err("expected a boolean"));
        check(r#"{"suspended": 1}"#, Err("invalid type: integer `1`, expected a boolean"));
        check(r#"{"suspended": []}"#, Err("expected a boolean"));
    }
}
