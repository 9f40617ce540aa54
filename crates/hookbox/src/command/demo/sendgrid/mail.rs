//! The body of SendGrid's `POST /v3/mail/send`, checked as far as the demo needs it.

use serde::Deserialize;

/// A mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    /// The first recipient.
    pub(crate) to: String,
    /// The sender.
    pub(crate) from: String,
    /// The subject.
    pub(crate) subject: String,
    /// The first part's text.
    pub(crate) text: String,
}

/// What SendGrid would say to a body that is no mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadMail {
    /// In words.
    pub(super) message: String,
    /// The field that is wrong.
    pub(super) field: &'static str,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    personalizations: Vec<Personalization>,
    from: Option<Address>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    content: Vec<Content>,
}

#[derive(Deserialize)]
struct Personalization {
    #[serde(default)]
    to: Vec<Address>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
}

#[derive(Deserialize)]
struct Content {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

impl Mail {
    /// Reads and checks a body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, BadMail> {
        let bad = |field, message: &str| BadMail { message: message.to_owned(), field };
        let body: Body = serde_json::from_slice(body).map_err(|error| bad("body", &format!("Bad Request: {error}")))?;
        let to = body
            .personalizations
            .into_iter()
            .next()
            .ok_or_else(|| bad("personalizations", "The personalizations field is required and must have at least one personalization."))?
            .to
            .into_iter()
            .next()
            .filter(|to| to.email.contains('@'))
            .ok_or_else(|| bad("personalizations.0.to", "The to array is required for all personalization objects, and must have at least one email object with a valid email address."))?;
        let from = body.from.filter(|from| from.email.contains('@')).ok_or_else(|| {
            bad("from.email", "The from object must be provided for every email send, with a valid email address.")
        })?;
        if body.subject.is_empty() {
            return Err(bad("subject", "The subject is required."));
        }
        let content = body
            .content
            .into_iter()
            .next()
            .filter(|content| !content.value.is_empty() && content.kind.contains('/'))
            .ok_or_else(|| bad("content", "Unless a valid template_id is provided, the content parameter is required, with a type and a value."))?;
        Ok(Self { to: to.email, from: from.email, subject: body.subject, text: content.value })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;

    fn check(change: impl FnOnce(&mut Value), expected: &Expect) {
        let mut body = json!({
            "personalizations": [{ "to": [{ "email": "user1@example.com" }] }],
            "from": { "email": "admin@example.com" },
            "subject": "Your password was changed",
            "content": [{ "type": "text/plain", "value": "It was." }],
        });
        change(&mut body);
        let text = match Mail::parse(body.to_string().as_bytes()) {
            Ok(mail) => format!("{} → {}: {} / {}", mail.from, mail.to, mail.subject, mail.text),
            Err(error) => format!("{}: {}", error.field, error.message),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn a_mail_is_taken_and_what_is_none_is_refused_by_field() {
        check(|_| (), &expect!["admin@example.com → user1@example.com: Your password was changed / It was."]);
        check(
            |body| body["personalizations"] = json!([]),
            &expect![
                "personalizations: The personalizations field is required and must have at least one personalization."
            ],
        );
        check(
            |body| body["personalizations"] = json!([{ "to": [] }]),
            &expect![
                "personalizations.0.to: The to array is required for all personalization objects, and must have at least one email object with a valid email address."
            ],
        );
        check(
            |body| body["from"] = Value::Null,
            &expect!["from.email: The from object must be provided for every email send, with a valid email address."],
        );
        check(|body| body["subject"] = json!(""), &expect!["subject: The subject is required."]);
        check(
            |body| body["content"] = json!([{ "type": "text/plain", "value": "" }]),
            &expect![
                "content: Unless a valid template_id is provided, the content parameter is required, with a type and a value."
            ],
        );
        check(
            |body| body["subject"] = json!(5),
            &expect!["body: Bad Request: invalid type: integer `5`, expected a string at line 1 column 109"],
        );
    }
}
