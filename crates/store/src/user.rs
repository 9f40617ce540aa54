//! Whose event it is, as the user's JSON says.

use std::borrow::Cow;

use hookbox_protocol::members::{members, text};
use serde_json::value::RawValue;

/// Whether the user has that id, name or mail address; of a mail address, letters in either case.
pub(crate) fn is_about(user: &str, wanted: &str) -> bool {
    let [id, user_id, username, email] = members(user, ["id", "user_id", "username", "email"]).map(named);
    let is = |name: &Option<Cow<'_, str>>| name.as_deref() == Some(wanted);
    let is_address = email.is_some_and(|email| email.to_lowercase() == wanted.to_lowercase());
    is(&id) || is(&user_id) || is(&username) || is_address
}

/// A text, or a number as it is written.
fn named(member: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let member = member?;
    let is_number = member.get().starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number { Some(Cow::Borrowed(member.get())) } else { text(member) }
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
        assert!(is_about(r#"{"id": "a", "n": 1e999, "\udfff": "\ud83d"}"#, "a"));
        assert!(is_about(r#"{"id": "a\ud83d"}"#, "a\u{fffd}"), "half a character is found as it is shown");
        let twice = r#"{"id": "old", "id": "new", "id": null, "id": "newest"}"#;
        assert!(is_about(twice, "newest") && !is_about(twice, "old"), "the last one counts");
        let odd = r#"{"id": "\ud800", "\udfff": 1, "email": "ann@example.com", "username": 1e2}"#;
        assert!(is_about(odd, "ann@example.com"), "what is no text hides nothing");
        for broken in ["", "[]", "null", r#"{"id": {}}"#] {
            assert!(!is_about(broken, ""), "{broken}");
        }
    }
}
