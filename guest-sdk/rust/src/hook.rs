//! What the attributes' code stands on: from the input's JSON to a function's arguments, and from its result to JSON.
//!
//! Not for direct use: it may change with any version.

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Client, Context, Error, ExchangeContext, PhoneContext, Secrets, User, secret};

/// The input of the triggers about a user.
#[derive(Debug, Deserialize)]
pub struct UserArguments {
    pub user: User,
    pub context: Context,
}

/// The input of `credentials-exchange`.
#[derive(Debug, Deserialize)]
pub struct ExchangeArguments {
    pub client: Client,
    #[serde(default)]
    pub scope: Option<Vec<String>>,
    #[serde(default)]
    pub audience: String,
    pub context: ExchangeContext,
}

/// The input of `send-phone-message`.
#[derive(Debug, Deserialize)]
pub struct PhoneArguments {
    pub recipient: String,
    pub text: String,
    pub context: PhoneContext,
}

/// An input, whichever trigger it belongs to.
pub trait Arguments: DeserializeOwned {
    fn secrets(&self) -> &Secrets;
}

impl Arguments for UserArguments {
    fn secrets(&self) -> &Secrets {
        &self.context.webtask.secrets
    }
}

impl Arguments for ExchangeArguments {
    fn secrets(&self) -> &Secrets {
        &self.context.webtask.secrets
    }
}

impl Arguments for PhoneArguments {
    fn secrets(&self) -> &Secrets {
        &self.context.webtask.secrets
    }
}

/// A function that can be a hook with arguments `A`: what [`testing::Host::run`](crate::testing::Host::run) takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hook",
    note = "give a function that has one of the attributes, such as `#[hookbox_sdk::post_change_password]`"
)]
pub trait Hook<A> {
    fn call(&self, arguments: A) -> Answer;
}

impl<F, T, E> Hook<UserArguments> for F
where
    F: Fn(User, Context) -> Result<T, E>,
    T: Serialize,
    E: Into<Error>,
{
    fn call(&self, arguments: UserArguments) -> Answer {
        answer(self(arguments.user, arguments.context))
    }
}

impl<F, T, E> Hook<ExchangeArguments> for F
where
    F: Fn(Client, Option<Vec<String>>, String, ExchangeContext) -> Result<T, E>,
    T: Serialize,
    E: Into<Error>,
{
    fn call(&self, arguments: ExchangeArguments) -> Answer {
        answer(self(arguments.client, arguments.scope, arguments.audience, arguments.context))
    }
}

impl<F, T, E> Hook<PhoneArguments> for F
where
    F: Fn(String, String, PhoneContext) -> Result<T, E>,
    T: Serialize,
    E: Into<Error>,
{
    fn call(&self, arguments: PhoneArguments) -> Answer {
        answer(self(arguments.recipient, arguments.text, arguments.context))
    }
}

/// What a hook hands to the host: JSON, or nothing for a success without a value.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer(pub(crate) Option<Vec<u8>>);

impl Answer {
    pub fn of_error(error: &Error) -> Self {
        // An error is texts, numbers and JSON values: writing it cannot fail.
        Self(serde_json::to_vec(&ErrorAnswer { error }).ok())
    }
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    error: &'a Error,
}

#[derive(Serialize)]
struct ValueAnswer<'a, T> {
    value: &'a T,
}

/// Reads the input, and makes its secrets the ones of [`secret`](crate::secret()).
pub fn arguments<A: Arguments>(input: &[u8]) -> Result<A, Error> {
    let arguments: A = serde_json::from_slice(input).map_err(|error| {
        Error::new(format!("the input is not that of this trigger: {error}")).name("InputError").retryable(false)
    })?;
    secret::set_current(arguments.secrets());
    Ok(arguments)
}

pub fn answer<T: Serialize, E: Into<Error>>(result: Result<T, E>) -> Answer {
    const NOTHING: &[u8] = br#"{"value":null}"#;
    match result {
        Ok(value) => match serde_json::to_vec(&ValueAnswer { value: &value }) {
            Ok(json) if json == NOTHING => Answer(None),
            Ok(json) => Answer(Some(json)),
            Err(error) => {
                let error = Error::new(format!("the hook's result cannot be written as JSON: {error}"));
                Answer::of_error(&error.name("OutputError").retryable(false))
            }
        },
        Err(error) => Answer::of_error(&error.into()),
    }
}

#[cfg(target_family = "wasm")]
pub use crate::host::enter;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// `expected` is null for a hook that hands over nothing.
    fn check<T: Serialize>(result: Result<T, Error>, expected: &Value) {
        let mut json = answer(result).0.map_or(Value::Null, |json| serde_json::from_slice(&json).expect("is JSON"));
        if let Some(error) = json.get_mut("error").and_then(Value::as_object_mut) {
            error.remove("stack");
        }
        assert_eq!(json, *expected);
    }

    #[test]
    fn results_become_nothing_a_value_or_an_error() {
        check(Ok(()), &Value::Null);
        check(Ok(Value::Null), &Value::Null);
        check(Ok(json!({"a": 1})), &json!({"value": {"a": 1}}));
        check(Err::<(), _>(Error::new("no")), &json!({"error": {"message": "no", "name": "Error"}}));
        check(
            Ok(std::collections::BTreeMap::from([((1, 2), 3)])),
            &json!({"error": {
                "message": "the hook's result cannot be written as JSON: key must be a string",
                "name": "OutputError", "retryable": false,
            }}),
        );
    }

    #[test]
    fn every_triggers_input_is_read_and_a_foreign_one_is_refused() {
        let user: UserArguments = arguments(br#"{"user":{},"context":{}}"#).expect("reads");
        assert_eq!(user.user.email, "");
        let exchange: ExchangeArguments =
            arguments(br#"{"client":{"id":"c"},"context":{"webtask":{"secrets":{"K":"v"}}}}"#).expect("reads");
        assert_eq!((exchange.client.id.as_str(), exchange.scope, exchange.audience.as_str()), ("c", None, ""));
        assert_eq!(secret("K").expect("is set"), "v");
        let phone: PhoneArguments =
            arguments(br#"{"recipient":"1","text":"t","context":{"code":"5"}}"#).expect("reads");
        assert_eq!(phone.context.code, "5");
        let error = arguments::<UserArguments>(br#"{"client":{}}"#).expect_err("is another trigger's");
        assert!(error.message().starts_with("the input is not that of this trigger: missing field `user`"), "{error}");
    }
}
