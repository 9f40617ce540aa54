//! What a hook reports when it fails.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::http;

/// What a hook reports when it fails: a message for the tenant log, and what the host should know about it.
///
/// `?` turns texts, [`http::Error`], JSON errors and the standard library's errors into one; [`Error::of`] takes every
/// other. Where it was made is remembered, and shown in the log.
///
/// ```
/// use std::time::Duration;
/// use hookbox_sdk::Error;
///
/// let error = Error::new("the mail service is closed")
///     .name("MailError")
///     .retry_after(Duration::from_secs(60))
///     .property("code", "closed");
/// assert_eq!(error.to_string(), "the mail service is closed");
/// ```
// Boxed, so that a hook's `Result` stays small.
pub struct Error(Box<Inner>);

struct Inner {
    message: String,
    name: Cow<'static, str>,
    retryable: Option<bool>,
    retry_after: Option<Duration>,
    properties: Map<String, Value>,
    location: &'static Location<'static>,
    cause: Option<Cause>,
}

type Source = Box<dyn StdError + Send + Sync>;

enum Cause {
    /// The error says what this one says; what lies under it is the source.
    Same(Source),
    /// The error is the source.
    Under(Source),
}

impl Error {
    /// An error with that message, which the tenant reads.
    #[track_caller]
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            message: message.into(),
            name: Cow::Borrowed("Error"),
            retryable: None,
            retry_after: None,
            properties: Map::new(),
            location: Location::caller(),
            cause: None,
        }))
    }

    /// An error that says what `error` says: `.map_err(Error::of)?` for errors that `?` alone does not take.
    #[track_caller]
    pub fn of(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let error = error.into();
        let mut made = Self::new(error.to_string());
        made.0.cause = Some(Cause::Same(error));
        made
    }

    /// Says what led to this error; it is shown below it.
    #[must_use]
    pub fn caused_by(mut self, error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(Cause::Under(error.into()));
        self
    }

    /// Names the error's class; it is `Error` otherwise.
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.name = name.into();
        self
    }

    /// Says whether another attempt makes sense. The host decides by itself where the hook does not say.
    #[must_use]
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = Some(retryable);
        self
    }

    /// Says that another attempt makes sense, though not before that time has passed.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self.retryable(true)
    }

    /// Adds something that the caller of the hook, or the reader of the log, can use.
    #[must_use]
    pub fn property(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.properties.insert(key.into(), value.into());
        self
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    fn stack(&self) -> String {
        let location = self.0.location;
        let mut stack = format!("at {}:{}:{}", location.file(), location.line(), location.column());
        let mut source = self.source();
        while let Some(error) = source {
            stack += &format!("\ncaused by: {error}");
            source = error.source();
        }
        stack
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n{}", self.0.name, self.0.message, self.stack())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.0.cause.as_ref()? {
            Cause::Same(error) => error.source(),
            Cause::Under(error) => Some(error.as_ref()),
        }
    }
}

/// The guest contract's `error` object.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.0.message)?;
        map.serialize_entry("name", &self.0.name)?;
        map.serialize_entry("stack", &self.stack())?;
        if let Some(retryable) = self.0.retryable {
            map.serialize_entry("retryable", &retryable)?;
        }
        if let Some(delay) = self.0.retry_after {
            map.serialize_entry("retry_after_s", &delay.as_secs_f64())?;
        }
        if !self.0.properties.is_empty() {
            map.serialize_entry("properties", &self.0.properties)?;
        }
        map.end()
    }
}

impl From<&str> for Error {
    #[track_caller]
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<String> for Error {
    #[track_caller]
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<http::Error> for Error {
    #[track_caller]
    fn from(error: http::Error) -> Self {
        let mut made = Self::new(error.to_string()).name("HttpError").property("code", error.code().name());
        made.0.retryable = error.is_retryable();
        made.0.retry_after = error.retry_after();
        if let Some(status) = error.status() {
            made = made.property("status", status);
        }
        made
    }
}

impl From<Box<dyn StdError + Send + Sync>> for Error {
    #[track_caller]
    fn from(error: Box<dyn StdError + Send + Sync>) -> Self {
        Self::of(error)
    }
}

impl From<Box<dyn StdError>> for Error {
    /// Takes the texts only: what may not go to another thread cannot be kept in an error that may.
    #[track_caller]
    fn from(error: Box<dyn StdError>) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            message += &format!(": {error}");
            source = error.source();
        }
        Self::new(message)
    }
}

macro_rules! from_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for Error {
            #[track_caller]
            fn from(error: $error) -> Self {
                Self::of(error)
            }
        })*
    };
}

from_errors! {
    serde_json::Error,
    fmt::Error,
    std::io::Error,
    std::num::ParseFloatError,
    std::num::ParseIntError,
    std::num::TryFromIntError,
    std::str::ParseBoolError,
    std::str::Utf8Error,
    std::string::FromUtf8Error
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wire(error: &Error) -> Value {
        let mut value = serde_json::to_value(error).expect("serialises");
        let stack = value.as_object_mut().expect("an object").remove("stack").expect("has a stack");
        assert!(stack.as_str().expect("a text").starts_with("at "), "{stack}");
        value
    }

    #[test]
    fn an_error_crosses_the_wall_with_all_that_was_said() {
        assert_eq!(wire(&Error::new("no")), json!({"message": "no", "name": "Error"}));
        let error = Error::new("no").name("Refused").retry_after(Duration::from_millis(1_500)).property("code", "x");
        assert_eq!(
            wire(&error),
            json!({
                "message": "no", "name": "Refused", "retryable": true, "retry_after_s": 1.5, "properties": {"code": "x"},
            })
        );
    }

    #[test]
    fn the_question_mark_takes_what_hooks_meet_and_remembers_the_line() {
        fn hook(step: u8) -> Result<(), Error> {
            match step {
                0 => Err("a text")?,
                1 => Err("a text".to_owned())?,
                2 => drop("x".parse::<u8>()?),
                3 => drop(serde_json::from_str::<Value>("{")?),
                4 => Err(Box::<dyn StdError>::from("boxed"))?,
                _ => Err(Box::<dyn StdError + Send + Sync>::from("boxed"))?,
            }
            Ok(())
        }
        for step in 0..6 {
            let error = hook(step).expect_err("fails");
            assert!(error.stack().starts_with(&format!("at {}:", file!())), "{}", error.stack());
        }
    }

    #[test]
    fn causes_are_shown_below_the_error() {
        let number = "x".parse::<u8>().expect_err("no number");
        let error = Error::new("the answer makes no sense").caused_by(Error::of(number));
        assert!(error.stack().ends_with("\ncaused by: invalid digit found in string"), "{}", error.stack());
        assert!(error.source().is_some());
    }
}
