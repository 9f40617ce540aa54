//! The search for values in texts.

use std::fmt;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::BYTES_MIN;

/// How a text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As whoever wrote it ended it.
    Whole,
    /// At a limit: it may end in the middle of a value.
    Cut,
}

/// Looks for values in texts, in every form that [a value is known to take](super) and without regard to case.
pub struct Search {
    automaton: AhoCorasick,
    /// In the order of the automaton's patterns.
    forms: Vec<Form>,
}

struct Form {
    text: Box<[u8]>,
    /// The value's place among those that were given.
    value: usize,
}

/// Where a value stands, or several that overlap.
struct Span {
    start: usize,
    end: usize,
    /// The value with the longest form in it.
    value: usize,
    longest: usize,
}

impl Search {
    /// A search for these values; `None` if all of them are too short to look for.
    pub fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Option<Self> {
        let forms: Vec<Form> = values
            .into_iter()
            .enumerate()
            .flat_map(|(value, text)| super::of(text).into_iter().map(move |form| (value, form)))
            .map(|(value, form)| Form { text: form.into_bytes().into(), value })
            .collect();
        if forms.is_empty() {
            return None;
        }
        // Secrets are bounded in number and size, and so is what is built of them. A table of all transitions would be
        // far larger than they are: twenty long secrets have a million states, on a thread that others wait for.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(forms.iter().map(|form| &form.text))
            .expect("the forms of a hook's secrets are far below the search's own limits");
        Some(Self { automaton, forms })
    }

    /// The text with what `mask` gives for a value in place of each form of it; `None` if there is none in the text. Only
    /// the values that `is_meant` names by their place are looked for. Forms that overlap are masked together.
    pub fn replace<'m>(
        &self,
        text: &[u8],
        end: End,
        is_meant: impl Fn(usize) -> bool,
        mask: impl Fn(usize) -> &'m str,
    ) -> Option<Vec<u8>> {
        // Forms are in lower case: an automaton for both cases takes five times as long to build.
        let lower = text.to_ascii_lowercase();
        let mut spans = if self.automaton.is_match(&lower) { self.spans(&lower, &is_meant) } else { Vec::new() };
        if end == End::Cut
            && let Some(begun) = self.begun(&lower, &is_meant)
        {
            add(&mut spans, begun);
        }
        if spans.is_empty() {
            return None;
        }
        let mut masked = Vec::with_capacity(text.len());
        let mut copied = 0;
        for span in spans {
            masked.extend_from_slice(&text[copied..span.start]);
            masked.extend_from_slice(mask(span.value).as_bytes());
            copied = span.end;
        }
        masked.extend_from_slice(&text[copied..]);
        Some(masked)
    }

    fn spans(&self, lower: &[u8], is_meant: &impl Fn(usize) -> bool) -> Vec<Span> {
        let mut spans = Vec::new();
        for found in self.automaton.find_overlapping_iter(lower) {
            let value = self.forms[found.pattern().as_usize()].value;
            if is_meant(value) {
                add(&mut spans, Span { start: found.start(), end: found.end(), value, longest: found.len() });
            }
        }
        spans
    }

    /// The longest beginning of a form that the text ends with.
    fn begun(&self, lower: &[u8], is_meant: &impl Fn(usize) -> bool) -> Option<Span> {
        let forms = self.forms.iter().filter(|form| is_meant(form.value));
        let begun = forms.map(|form| (beginning_at_end(lower, &form.text), form.value));
        let (longest, value) = begun.filter(|(length, _)| *length >= BYTES_MIN).max_by_key(|(length, _)| *length)?;
        Some(Span { start: lower.len() - longest, end: lower.len(), value, longest })
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("forms", &self.forms.len()).finish_non_exhaustive()
    }
}

/// Adds a span that ends where the last one ends or after it.
fn add(spans: &mut Vec<Span>, mut span: Span) {
    while let Some(last) = spans.pop_if(|last| last.end > span.start) {
        span.start = span.start.min(last.start);
        if last.longest >= span.longest {
            (span.value, span.longest) = (last.value, last.longest);
        }
    }
    spans.push(span);
}

/// The length of the longest beginning of `form`, less than all of it, that `text` ends with. After Knuth, Morris and
/// Pratt, since a hook chooses both: comparing at every place would take the square of their length.
fn beginning_at_end(text: &[u8], form: &[u8]) -> usize {
    // How long a beginning of the form still stands where one more byte was looked at.
    let step = |repeated: &[usize], mut length: usize, byte: u8| {
        while length > 0 && form[length] != byte {
            length = repeated[length - 1];
        }
        length + usize::from(form[length] == byte)
    };
    let mut repeated = vec![0; form.len()];
    for at in 1..form.len() {
        repeated[at] = step(&repeated, repeated[at - 1], form[at]);
    }
    let tail = &text[text.len().saturating_sub(form.len() - 1)..];
    tail.iter().fold(0, |length, byte| step(&repeated, length, *byte))
}

#[cfg(test)]
mod tests;
