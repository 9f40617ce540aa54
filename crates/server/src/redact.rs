//! What a hook prints, without its secrets.
//!
//! This protects against accidents only: a hook that reverses a secret or prints it in two lines gets it through.
//! Masked are the forms that [`hookbox_egress::disguise`] knows. Where a limit cut a text, the beginning of a secret that
//! it then ends with is masked too.

use std::borrow::Cow;
use std::sync::OnceLock;

use hookbox_egress::disguise::{self, End, Search};
use hookbox_protocol::outcome::Outcome;
use hookbox_protocol::report::{Call, LogLine};
use hookbox_protocol::{HookError, Report, RunLimits};
use hookbox_store::SecretValue;
use serde_json::{Map, Value};

/// Secrets with fewer bytes cannot be masked: their letters are in every second word.
pub const SECRET_BYTES_MASKED_MIN: usize = disguise::BYTES_MIN;

/// What guests put at the end of a text that they cut; the script engine does.
const ELLIPSIS: &str = "…";

/// Replaces the values of secrets by `[secret NAME]`.
///
/// The search is built when something is to be searched for the first time: most runs print nothing.
pub(crate) struct Redactor {
    secrets: Vec<(String, SecretValue)>,
    search: OnceLock<Option<Searched>>,
}

struct Searched {
    search: Search,
    /// In the order of the secrets.
    masks: Vec<String>,
}

impl Redactor {
    /// A redactor for those names and values.
    pub(crate) fn new(secrets: Vec<(String, SecretValue)>) -> Self {
        Self { secrets, search: OnceLock::new() }
    }

    /// Whether there is nothing to take out of any text.
    pub(crate) fn is_idle(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The text without secrets.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text.strip_suffix(ELLIPSIS) {
            Some(begun) => match self.ended(begun, End::Cut) {
                Cow::Owned(masked) => Cow::Owned(masked + ELLIPSIS),
                Cow::Borrowed(_) => Cow::Borrowed(text),
            },
            None => self.ended(text, End::Whole),
        }
    }

    /// The text without secrets, and without the beginning of one if it may have been cut at `bytes_max`. A cut comes
    /// before a character that does not fit, and none is longer than four bytes.
    fn bounded<'t>(&self, text: &'t str, bytes_max: usize) -> Cow<'t, str> {
        if text.len() + 3 < bytes_max { self.text(text) } else { self.ended(text, End::Cut) }
    }

    fn ended<'t>(&self, text: &'t str, end: End) -> Cow<'t, str> {
        let Some(Searched { search, masks }) = self.search.get_or_init(|| Searched::of(&self.secrets)) else {
            return Cow::Borrowed(text);
        };
        match search.replace(text.as_bytes(), end, |_| true, |secret| &masks[secret]) {
            Some(masked) => Cow::Owned(String::from_utf8(masked).expect("forms begin and end with whole characters")),
            None => Cow::Borrowed(text),
        }
    }

    /// A line that a hook printed within those limits, without secrets.
    pub(crate) fn line(&self, line: &LogLine, limits: &RunLimits) -> LogLine {
        LogLine { message: self.bounded(&line.message, line_bytes_max(limits)).into_owned(), ..line.clone() }
    }

    /// Takes the secrets out of everything in the report of a run within those limits but the result: who gets that
    /// decides what becomes of it.
    pub(crate) fn report(&self, report: &mut Report, limits: &RunLimits) {
        if self.is_idle() {
            return;
        }
        for LogLine { message, .. } in &mut report.logs {
            put(message, |message| self.bounded(message, line_bytes_max(limits)));
        }
        for Call { method, url, .. } in &mut report.http {
            put(method, |method| self.bounded(method, Call::METHOD_BYTES_MAX));
            put(url, |url| self.bounded(url, Call::URL_BYTES_MAX));
        }
        match &mut report.outcome {
            Outcome::Failed { error } => self.error(error),
            Outcome::Trapped { detail, backtrace, .. } => {
                self.in_place(detail);
                backtrace.iter_mut().for_each(|frame| self.in_place(frame));
            }
            Outcome::BadOutput { message } => self.in_place(message),
            Outcome::Completed { .. }
            | Outcome::OutOfFuel { .. }
            | Outcome::TimedOut { .. }
            | Outcome::OutOfMemory { .. }
            | Outcome::NeverFinished => {}
        }
    }

    fn error(&self, error: &mut HookError) {
        self.in_place(&mut error.message);
        self.in_place(&mut error.name);
        self.in_place(&mut error.stack);
        self.members(&mut error.properties);
    }

    /// Takes the secrets out of a result.
    pub(crate) fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.in_place(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(members) => self.members(members),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn members(&self, members: &mut Map<String, Value>) {
        for (mut name, mut value) in std::mem::take(members) {
            self.in_place(&mut name);
            self.value(&mut value);
            members.insert(name, value);
        }
    }

    fn in_place(&self, text: &mut String) {
        put(text, |text| self.text(text));
    }
}

impl Searched {
    fn of(secrets: &[(String, SecretValue)]) -> Option<Self> {
        let search = Search::new(secrets.iter().map(|(_, value)| value.expose()))?;
        Some(Self { search, masks: secrets.iter().map(|(name, _)| format!("[secret {name}]")).collect() })
    }
}

fn line_bytes_max(limits: &RunLimits) -> usize {
    usize::try_from(limits.log_line_bytes).unwrap_or(usize::MAX)
}

fn put(text: &mut String, masked: impl FnOnce(&str) -> Cow<'_, str>) {
    if let Cow::Owned(masked) = masked(text) {
        *text = masked;
    }
}

#[cfg(test)]
mod tests;
