//! What a hook prints, without its secrets.
//!
//! This protects against accidents only: a hook that reverses a secret or prints it in two lines gets it through.
//! Masked are the forms that [`hookbox_egress::disguise`] knows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use hookbox_egress::disguise;
use hookbox_protocol::outcome::Outcome;
use hookbox_protocol::report::{Call, LogLine};
use hookbox_protocol::{HookError, Report};
use hookbox_store::SecretValue;
use serde_json::{Map, Value};

/// Secrets with fewer bytes cannot be masked: their letters are in every second word.
pub const SECRET_BYTES_MASKED_MIN: usize = disguise::BYTES_MIN;

/// Replaces the values of secrets by `[secret NAME]`.
///
/// The search is built when something is to be searched for the first time: most runs print nothing.
pub(crate) struct Redactor {
    secrets: Vec<(String, SecretValue)>,
    search: OnceLock<Option<Search>>,
}

struct Search {
    patterns: AhoCorasick,
    masks: Vec<String>,
}

impl Redactor {
    /// A redactor for those names and values.
    pub(crate) fn new(secrets: Vec<(String, SecretValue)>) -> Self {
        Self { secrets, search: OnceLock::new() }
    }

    /// The text without secrets.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.search.get_or_init(|| Search::build(&self.secrets)) {
            Some(search) if search.patterns.is_match(text) => {
                Cow::Owned(search.patterns.replace_all(text, &search.masks))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// A line that a hook printed, without secrets.
    pub(crate) fn line(&self, line: &LogLine) -> LogLine {
        LogLine { message: self.text(&line.message).into_owned(), ..line.clone() }
    }

    /// Takes the secrets out of everything in a report but the result: who gets that decides what becomes of it.
    pub(crate) fn report(&self, report: &mut Report) {
        if self.secrets.is_empty() {
            return;
        }
        for LogLine { message, .. } in &mut report.logs {
            self.in_place(message);
        }
        for Call { url, .. } in &mut report.http {
            self.in_place(url);
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
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }
}

impl Search {
    fn build(secrets: &[(String, SecretValue)]) -> Option<Self> {
        let mut forms: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in secrets {
            for form in disguise::of(value.expose()) {
                forms.entry(form).or_insert_with(|| format!("[secret {name}]"));
            }
        }
        if forms.is_empty() {
            return None;
        }
        let (patterns, masks): (Vec<String>, Vec<String>) = forms.into_iter().unzip();
        // Secrets are bounded in number and size, and so is what is built of them. A table of all transitions would be
        // far larger than they are: twenty long secrets have a million states, on a thread that other hooks wait for.
        let patterns = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .expect("the forms of a hook's secrets are far below the search's own limits");
        Some(Self { patterns, masks })
    }
}

#[cfg(test)]
mod tests;
