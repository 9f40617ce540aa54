//! Whose event it is, as the user's JSON says.

use std::borrow::Cow;

use serde::Deserialize;

/// What names a user in an event. Whatever else there is, or is no text, is passed over.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Names<'a> {
    #[serde(borrow, deserialize_with = "text")]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text")]
    user_id: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text")]
    username: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text")]
    email: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Named<'a> {
    ByText(#[serde(borrow)] Cow<'a, str>),
    ByNumber(serde_json::Number),
    Not(serde::de::IgnoredAny),
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    Ok(match Named::deserialize(deserializer)? {
        Named::ByText(text) => Some(text),
        Named::ByNumber(number) => Some(Cow::Owned(number.to_string())),
        Named::Not(_) => None,
    })
}

/// Whether the user has that id, name or mail address; of a mail address, letters in either case.
pub(crate) fn is_about(user: &str, wanted: &str) -> bool {
    let Ok(names) = serde_json::from_str::<Names<'_>>(user) else { return false };
    let is = |name: &Option<Cow<'_, str>>| name.as_deref() == Some(wanted);
    let is_address = names.email.is_some_and(|email| email.to_lowercase() == wanted.to_lowercase());
    is(&names.id) || is(&names.user_id) || is(&names.username) || is_address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_id_name_and_mail_address() {
        let user = r#"{"id": "abc|1", "username": "Ann", "email": "Ann@Example.com", "age": {"email": "x"}, "n": [1]}"#;
        for (wanted, expected) in [
            ("abc|1", true),
            ("ABC|1", false),
            ("Ann", true),
            ("ann", false),
            ("ann@example.COM", true),
            ("ann@example", false),
            ("x", false),
            ("", false),
        ] {
            assert_eq!(is_about(user, wanted), expected, "{wanted}");
        }
        assert!(is_about(r#"{"user_id": "\u0061bc", "email": null}"#, "abc"), "as it is written does not matter");
        assert!(is_about(r#"{"id": 7, "email": ["x"]}"#, "7"));
        for broken in ["", "[]", "null", r#"{"id": {}}"#] {
            assert!(!is_about(broken, ""), "{broken}");
        }
    }
}
