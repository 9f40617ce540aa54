//! Why a script does not compile: the compiler's words, the place, and the line with a caret.

use std::fmt;

use hookbox_protocol::{HookError, Outcome};
use serde::Deserialize;

use crate::excerpt::{self, FILE};

/// The words that the original starts with, at run time: it stores a script that does not parse.
const NOT_COMPILED: &str = "Unable to compile the extensibility code as javascript";

/// Why a script does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Diagnostics {
    /// The class of the error, mostly `SyntaxError`.
    pub name: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where, if it is known. Both count from 1, the column in characters.
    pub place: Option<Place>,
    /// The line and a caret below the column.
    pub excerpt: Option<String>,
}

/// A place in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    message: String,
    line: Option<u32>,
    column: Option<u32>,
}

impl Diagnostics {
    /// Reads what the engine's compiler answered about `source`.
    pub(crate) fn parse(json: &[u8], source: &str) -> Self {
        let Ok(Answer { name, mut message, line, column }) = serde_json::from_slice(json) else {
            return Self::plain("Error", "the compiler gave no reason".to_owned());
        };
        let mut place = line.zip(column).map(|(line, column)| Place { line, column });
        if let Some(found) = place
            && let Some(end) = end_of(source, found)
        {
            // The compiler stumbles over what closes the wrapper around the script.
            place = Some(end);
            message = "unexpected end of the script: a bracket, a brace or a string is not closed".to_owned();
        }
        let excerpt = place.and_then(|place| excerpt::excerpt(source, place));
        if excerpt.as_deref().is_some_and(uses_modules) {
            message +=
                "; a hook has no import and export: use require and module.exports, or let `hookbox build` bundle it";
        }
        Self { name, message, place, excerpt }
    }

    /// For a compilation that ended at a limit.
    pub(crate) fn of_outcome(outcome: &Outcome) -> Self {
        let error = outcome.error().unwrap_or_default();
        Self::plain(&error.name, format!("the script cannot be compiled within the limits: {}", error.message))
    }

    fn plain(name: &str, message: String) -> Self {
        Self { name: name.to_owned(), message, place: None, excerpt: None }
    }

    /// How a run of the script fails: the error that the original reports.
    pub fn hook_error(&self) -> HookError {
        let description = format!("{}: {}", self.name, self.message);
        let message = format!("{NOT_COMPILED}: {description}");
        let mut stack = format!("Error: {message}");
        if let Some(Place { line, column }) = self.place {
            stack += &format!("\n    at {FILE}:{line}:{column}");
        }
        if let Some(excerpt) = &self.excerpt {
            stack = format!("{excerpt}\n\n{stack}");
        }
        let properties = [("error_description".to_owned(), description.into())].into_iter().collect();
        HookError { message, name: "Error".to_owned(), stack, properties, ..HookError::default() }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(Place { line, column }) => write!(f, "{}: {} ({FILE}:{line}:{column})", self.name, self.message),
            None => write!(f, "{}: {}", self.name, self.message),
        }
    }
}

/// The end of the script's text, if `place` lies behind it.
fn end_of(source: &str, place: Place) -> Option<Place> {
    let lines = source.split('\n').count();
    let (index, last) = source.trim_end().split('\n').enumerate().last()?;
    let column = u32::try_from(last.trim_end().chars().count()).ok()?.max(1);
    (place.line as usize > lines).then_some(Place { line: u32::try_from(index).ok()? + 1, column })
}

fn uses_modules(excerpt: &str) -> bool {
    let line = excerpt.lines().nth(1).unwrap_or_default().trim_start();
    ["import ", "import{", "export "].iter().any(|word| line.starts_with(word))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(source: &str, answer: &str, expected: &Expect) {
        let diagnostics = Diagnostics::parse(answer.as_bytes(), source);
        let excerpt = diagnostics.excerpt.as_deref().unwrap_or("-");
        expected.assert_eq(&format!("{diagnostics}\n{excerpt}\n"));
    }

    #[test]
    fn a_diagnosis_shows_the_line_and_points_at_the_column() {
        check(
            "module.exports = function () {\n\tlet a = ;\n}",
            r#"{"name":"SyntaxError","message":"unexpected token: ';'","line":2,"column":10}"#,
            &expect![[r#"
                SyntaxError: unexpected token: ';' (hook.js:2:10)
                hook.js:2
                	let a = ;
                	        ^
            "#]],
        );
        check(
            "function f() {\n  g(\n\n",
            r#"{"name":"SyntaxError","message":"unexpected token: ')'","line":5,"column":2}"#,
            &expect![[r#"
                SyntaxError: unexpected end of the script: a bracket, a brace or a string is not closed (hook.js:2:4)
                hook.js:2
                  g(
                   ^
            "#]],
        );
        check(
            "import x from 'y';",
            r#"{"name":"SyntaxError","message":"Unexpected identifier 'x'","line":1,"column":8}"#,
            &expect![[r#"
                SyntaxError: Unexpected identifier 'x'; a hook has no import and export: use require and module.exports, or let `hookbox build` bundle it (hook.js:1:8)
                hook.js:1
                import x from 'y';
                       ^
            "#]],
        );
        check(
            "x",
            r#"{"name":"RangeError","message":"Maximum call stack size exceeded"}"#,
            &expect![[r#"
                RangeError: Maximum call stack size exceeded
                -
            "#]],
        );
    }

    #[test]
    fn a_run_of_a_script_that_does_not_compile_fails_as_the_original_does() {
        let answer = br#"{"name":"SyntaxError","message":"no","line":1,"column":1}"#;
        let error = Diagnostics::parse(answer, "?").hook_error();
        assert_eq!(error.message, "Unable to compile the extensibility code as javascript: SyntaxError: no");
        assert_eq!(error.properties["error_description"], "SyntaxError: no");
        assert!(error.stack.starts_with("hook.js:1\n?\n^\n\nError: Unable") && error.stack.ends_with("at hook.js:1:1"));
    }
}
