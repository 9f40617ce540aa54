//! Query strings: every parameter is known by name, given once, and read with an error that names it.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use hookbox_protocol::{ErrorCode, flag};
use http::request::Parts;

use super::Failure;
use crate::App;

/// A `/v1` call without query parameters: one that is there is refused, lest it be taken for a filter that holds.
pub(crate) struct NoQuery;

impl FromRequestParts<App> for NoQuery {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Failure> {
        Query::parse(parts.uri.query(), &[]).map(|_| Self)
    }
}

/// The parameters of a query string.
#[derive(Debug)]
pub(crate) struct Query {
    parameters: Vec<(String, String)>,
    /// What every refusal begins with.
    refusal: &'static str,
}

const REFUSAL_V2: &str = "Query validation error: ";

impl Query {
    /// Reads the query string of a `/v1` call, which takes the parameters `known`.
    pub(crate) fn parse(query: Option<&str>, known: &[&str]) -> Result<Self, Failure> {
        let query = Self::read(query, "");
        let Some(name) = query.unknown(known) else { return query.without_repeats() };
        let message = if known.is_empty() {
            format!("there is no query parameter '{name}'; this call takes none")
        } else {
            format!("there is no query parameter '{name}'; this call takes {}", known.join(", "))
        };
        Err(query.invalid(&message))
    }

    /// Reads the query string of an `/api/v2` call; unknown parameters are refused in the original's words.
    pub(crate) fn parse_v2(query: Option<&str>, known: &[&str]) -> Result<Self, Failure> {
        let query = Self::read(query, REFUSAL_V2);
        let Some(name) = query.unknown(known) else { return query.without_repeats() };
        Err(validation(&format!("Additional properties not allowed: {name}")))
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter, read as `T`.
    pub(crate) fn read_as<T: FromStr>(&self, name: &str) -> Result<Option<T>, Failure>
    where
        T::Err: std::fmt::Display,
    {
        let read = |text: &str| {
            text.parse()
                .map_err(|error: T::Err| self.invalid(&format!("the query parameter `{name}` cannot be read: {error}")))
        };
        self.get(name).map(read).transpose()
    }

    /// A whole number between two bounds.
    pub(crate) fn number(&self, name: &str, least: u32, most: u32) -> Result<Option<u32>, Failure> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let shown: String = text.chars().take(32).collect();
        number.map(Some).ok_or_else(|| {
            self.invalid(&format!("`{name}` is '{shown}'; it must be a whole number between {least} and {most}"))
        })
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Failure> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let wrong = || self.invalid(&format!("'Expected type boolean but found type string' on property {name}."));
        flag::parse(text).map(Some).ok_or_else(wrong)
    }

    fn read(query: Option<&str>, refusal: &'static str) -> Self {
        let parameters = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        Self { parameters, refusal }
    }

    /// The first parameter that is not among the known ones, short enough to be shown.
    fn unknown(&self, known: &[&str]) -> Option<String> {
        let (name, _) = self.parameters.iter().find(|(name, _)| !known.contains(&name.as_str()))?;
        Some(name.chars().take(64).collect())
    }

    fn without_repeats(self) -> Result<Self, Failure> {
        for (index, (name, _)) in self.parameters.iter().enumerate() {
            if self.parameters[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(self.invalid(&format!("the query parameter `{name}` is given twice; give it once")));
            }
        }
        Ok(self)
    }

    fn invalid(&self, what: &str) -> Failure {
        Failure::new(ErrorCode::InvalidQueryString, format!("{}{what}", self.refusal))
    }
}

/// A refusal in the original's words.
pub(crate) fn validation(what: &str) -> Failure {
    Failure::new(ErrorCode::InvalidQueryString, format!("{REFUSAL_V2}'{what}'."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_known_single_and_within_bounds() {
        let known = ["take", "from"];
        let query = Query::parse(Some("take=5&from=a%20b"), &known).expect("known");
        assert_eq!((query.number("take", 1, 100).ok().flatten(), query.get("from")), (Some(5), Some("a b")));
        for (text, part) in [
            ("tak=5", "there is no query parameter 'tak'; this call takes take, from"),
            ("take=5&take=6", "the query parameter `take` is given twice"),
        ] {
            let error = format!("{:?}", Query::parse(Some(text), &known).expect_err(text));
            assert!(error.contains(part), "{error}");
        }
        for text in ["take=0", "take=101", "take=-1", "take=1e9", "take=99999999999", "take="] {
            let query = Query::parse(Some(text), &known).expect("known");
            let error = format!("{:?}", query.number("take", 1, 100).expect_err(text));
            assert!(error.contains("between 1 and 100"), "{error}");
        }
    }
}
