//! Single members of a JSON object, read without building a value of all of it.
//!
//! An event is kept as it came, and JSON can say what no value here can hold: numbers beyond every type, and escapes
//! that are half a character. Neither hides the members beside it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of these names, as they are written; of several with the same name the last one, as scripts see it.
/// `None` for those that are not there, and for all of what is no object.
pub fn members<'a, const N: usize>(json: &'a str, names: [&str; N]) -> [Option<&'a RawValue>; N] {
    let mut json = serde_json::Deserializer::from_str(json);
    json.deserialize_map(Named(names)).unwrap_or([None; N])
}

/// The text that a JSON string stands for; `None` for another value. Half a character becomes U+FFFD.
pub fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    if !value.get().starts_with('"') {
        return None;
    }
    serde_json::Deserializer::from_str(value.get()).deserialize_bytes(Text).ok()
}

struct Named<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for Named<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(name) = map.next_key_seed(Name)? {
            let value: &RawValue = map.next_value()?;
            if let Some(place) = self.0.iter().position(|wanted| *wanted == name) {
                found[place] = Some(value);
            }
        }
        Ok(found)
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(Text)
    }
}

/// Takes a string as bytes: asked for a text, the parser refuses half a character.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(whole(bytes)),
        })
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(whole(bytes)))
    }
}

/// The parser writes half a character as the three bytes that it would have if it were a whole one: the first says that
/// there are two more, and stands in no other place.
fn whole(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().first() == Some(&0xed) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: [Option<&str>; 2]) {
        let found = members(json, ["id", "email"]).map(|member| member.and_then(text));
        assert_eq!(found.each_ref().map(Option::as_deref), expected, "{json}");
    }

    #[test]
    fn a_member_is_found_beside_what_no_value_can_hold() {
        for beside in ["1e999", &"9".repeat(400), r#""\ud83d""#, r#"{"\udfff": [1e999]}"#, "-0"] {
            check(&format!(r#"{{"id": "a", "n": {beside}, "email": "b"}}"#), [Some("a"), Some("b")]);
        }
        check(r#"{"\udfff": 1, "id": "a"}"#, [Some("a"), None]);
    }

    #[test]
    fn half_a_character_is_replaced_and_a_whole_one_is_not() {
        check(
            r#"{"id": "x\ud83dy\ud83d", "email": "\ude00\ud83d\ude00ä"}"#,
            [Some("x\u{fffd}y\u{fffd}"), Some("\u{fffd}😀ä")],
        );
    }

    #[test]
    fn the_last_of_several_members_counts_and_what_is_no_text_is_none() {
        check(r#"{"id": "a", "id": "b", "email": {"id": "c"}}"#, [Some("b"), None]);
        check(r#"{"\u0069d": "a"}"#, [Some("a"), None]);
        for json in ["", "[]", "null", r#"{"id": "a""#, "7"] {
            check(json, [None, None]);
        }
        assert_eq!(members(r#"{"id": 1e999}"#, ["id"])[0].map(RawValue::get), Some("1e999"));
    }
}
