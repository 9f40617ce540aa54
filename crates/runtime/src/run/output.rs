//! What a guest returned: `0`, or `ptr << 32 | len` of JSON.

use hookbox_protocol::HookError;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Whether the program is a script, whose engine may say that it never finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payload {
    Script,
    None,
}

/// A guest's answer.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Value(Value),
    Error(Box<HookError>),
    NeverFinished,
    /// It is not what the contract asks for; the text says why.
    Bad(String),
}

/// Reads the answer that `result` points to.
pub(super) fn read(memory: &[u8], result: u64, limit: u64, payload: Payload) -> Answer {
    if result == 0 {
        return Answer::Value(Value::Null);
    }
    slice(memory, result, limit).and_then(|bytes| parse(bytes, payload)).unwrap_or_else(Answer::Bad)
}

/// The bytes that `result` points to.
pub(super) fn slice(memory: &[u8], result: u64, limit: u64) -> Result<&[u8], String> {
    let (ptr, len) = (result >> 32, result & 0xffff_ffff);
    if len > limit {
        return Err(format!("the result is {len} bytes long; `result_bytes` is {limit}"));
    }
    let range = usize::try_from(ptr).ok().zip(usize::try_from(ptr + len).ok());
    range
        .and_then(|(start, end)| memory.get(start..end))
        .ok_or_else(|| format!("the result of {len} bytes at {ptr} is outside of the memory of {} bytes", memory.len()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    #[serde(default, deserialize_with = "given")]
    value: Option<Value>,
    error: Option<Box<HookError>>,
    never_finished: Option<bool>,
}

/// A `null` that was given is a value; a key that was not given is none.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn parse(bytes: &[u8], payload: Payload) -> Result<Answer, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| format!("the result is not UTF-8: {e}"))?;
    let json = serde_json::from_str(text).map_err(|e| format!("the result is not what the contract asks for: {e}"))?;
    match json {
        Json { value: Some(value), error: None, never_finished: None } => Ok(Answer::Value(value)),
        Json { value: None, error: Some(error), never_finished: None } => Ok(Answer::Error(error)),
        Json { value: None, error: None, never_finished: Some(true) } if payload == Payload::Script => {
            Ok(Answer::NeverFinished)
        }
        _ => Err("the result must have exactly one of the keys `value` and `error`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(json: &[u8], payload: Payload, expected: &Expect) {
        let mut memory = vec![0; 8];
        memory.extend_from_slice(json);
        let result = 8 << 32 | json.len() as u64;
        let text = match read(&memory, result, 1_000, payload) {
            Answer::Value(value) => format!("value {value}"),
            Answer::Error(error) => format!("error {}: {}", error.name, error.message),
            Answer::NeverFinished => "never finished".to_owned(),
            Answer::Bad(message) => message,
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn an_answer_is_a_value_or_an_error() {
        check(br#"{"value":null}"#, Payload::None, &expect!["value null"]);
        check(br#"{"value":{"a":[1]}}"#, Payload::None, &expect![[r#"value {"a":[1]}"#]]);
        check(br#"{"error":{"message":"no"}}"#, Payload::None, &expect!["error Error: no"]);
        check(br#"{"never_finished":true}"#, Payload::Script, &expect!["never finished"]);
    }

    #[test]
    fn anything_else_is_said_to_be_wrong() {
        let both = expect!["the result must have exactly one of the keys `value` and `error`"];
        check(b"{}", Payload::None, &both);
        check(br#"{"value":1,"error":{"message":"no"}}"#, Payload::None, &both);
        check(br#"{"never_finished":true}"#, Payload::None, &both);
        check(br#"{"never_finished":false}"#, Payload::Script, &both);
        check(
            b"\xff",
            Payload::None,
            &expect!["the result is not UTF-8: invalid utf-8 sequence of 1 bytes from index 0"],
        );
        check(
            b"{\"value\":1",
            Payload::None,
            &expect!["the result is not what the contract asks for: EOF while parsing an object at line 1 column 10"],
        );
        check(
            br#"{"result":1}"#,
            Payload::None,
            &expect![
                "the result is not what the contract asks for: unknown field `result`, expected one of `value`, `error`, `never_finished` at line 1 column 9"
            ],
        );
        check(
            br#"{"error":"no"}"#,
            Payload::None,
            &expect![[
                r#"the result is not what the contract asks for: invalid type: string "no", expected an object with a message at line 1 column 13"#
            ]],
        );
        let deep = format!(r#"{{"value":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        check(
            deep.as_bytes(),
            Payload::None,
            &expect!["the result is not what the contract asks for: recursion limit exceeded at line 1 column 136"],
        );
        check(&[b' '; 1_001], Payload::None, &expect!["the result is 1001 bytes long; `result_bytes` is 1000"]);
    }

    #[test]
    fn a_result_outside_of_the_memory_is_refused() {
        for (ptr, len) in [(8_u64, 1_u64), (0, 9), (0xffff_ffff, 1), (0xffff_ffff, 0xffff_ffff), (9, 0)] {
            assert!(matches!(read(&[0; 8], ptr << 32 | len, u64::MAX, Payload::None), Answer::Bad(_)), "{ptr} {len}");
        }
    }
}
