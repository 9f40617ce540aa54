//! What a hook prints, without its secrets.
//!
//! This protects against accidents only: a hook that reverses a secret or prints it in two lines gets it through.
//! Masked are the value itself and its base64 (standard and URL-safe, at any alignment inside a longer text),
//! hexadecimal, percent-encoded and JSON-escaped forms.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hookbox_protocol::outcome::Outcome;
use hookbox_protocol::report::{Call, LogLine};
use hookbox_protocol::{HookError, Report};
use hookbox_store::SecretValue;
use serde_json::{Map, Value};

/// Secrets with fewer bytes cannot be masked: their letters are in every second word.
pub const SECRET_BYTES_MASKED_MIN: usize = 4;

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
            if value.expose().len() >= SECRET_BYTES_MASKED_MIN {
                for form in forms_of(value.expose()) {
                    forms.entry(form).or_insert_with(|| format!("[secret {name}]"));
                }
            }
        }
        if forms.is_empty() {
            return None;
        }
        let (patterns, masks): (Vec<String>, Vec<String>) = forms.into_iter().unzip();
        // Secrets are bounded in number and size, and so is what is built of them.
        let patterns = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .expect("the forms of a hook's secrets are far below the search's own limits");
        Some(Self { patterns, masks })
    }
}

fn forms_of(value: &str) -> Vec<String> {
    let bytes = value.as_bytes();
    let mut forms = vec![value.to_owned(), hex(bytes, false), hex(bytes, true)];
    for skipped in 0..3 {
        forms.push(base64_inside(bytes, skipped, &STANDARD_NO_PAD.encode(padded(bytes, skipped))));
        forms.push(base64_inside(bytes, skipped, &URL_SAFE_NO_PAD.encode(padded(bytes, skipped))));
    }
    // The characters that encodeURIComponent, RFC 3986 and HTML forms leave alone differ.
    for kept in ["-_.!~*'()", "-_.~", "-_.*"] {
        for upper in [true, false] {
            let encoded = percent(bytes, kept, upper);
            forms.push(encoded.replace("%20", "+"));
            forms.push(encoded);
        }
    }
    let escaped = json_escaped(value);
    forms.push(escaped.replace('/', "\\/"));
    forms.push(json_ascii(value));
    // JSON text inside of JSON text: a logged body that holds a serialised one.
    forms.push(json_escaped(&escaped));
    forms.push(escaped);
    forms.retain(|form| form.len() >= SECRET_BYTES_MASKED_MIN);
    forms
}

fn padded(bytes: &[u8], skipped: usize) -> Vec<u8> {
    let mut all = vec![0; skipped];
    all.extend_from_slice(bytes);
    all
}

/// The characters that depend on the secret alone when `skipped` (mod 3) unknown bytes stand before it and others after.
fn base64_inside(bytes: &[u8], skipped: usize, encoded: &str) -> String {
    let first = [0, 2, 3][skipped];
    let whole = (bytes.len() + skipped).is_multiple_of(3);
    let end = encoded.len() - usize::from(!whole);
    encoded.get(first..end).map_or_else(String::new, str::to_owned)
}

fn hex(bytes: &[u8], upper: bool) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let written = if upper { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
        written.expect("a string takes what is written");
        text
    })
}

fn percent(bytes: &[u8], kept: &str, upper: bool) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&hex(&[byte], upper));
        }
        text
    })
}

fn json_escaped(value: &str) -> String {
    let quoted = Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn json_ascii(value: &str) -> String {
    json_escaped(value).chars().fold(String::new(), |mut text, c| {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect("a string takes what is written");
            }
        }
        text
    })
}

#[cfg(test)]
mod tests;
