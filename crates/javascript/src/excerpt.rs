//! The line of a script where something happened, with a caret below the column.

use hookbox_protocol::HookError;

use crate::diagnostics::Place;

/// The name of the author's file in stacks.
pub(crate) const FILE: &str = "hook.js";

/// Characters of a line that are shown; minified scripts have lines of any length.
const WIDTH: usize = 120;

/// Puts the line with its caret on top of the stack, if the stack names a place in the script.
pub(crate) fn explain(error: &mut HookError, source: &str) {
    if error.stack.starts_with(FILE) {
        return;
    }
    if let Some(excerpt) = first_place(&error.stack).and_then(|place| excerpt(source, place)) {
        error.stack = format!("{excerpt}\n\n{}", error.stack);
    }
}

/// Three lines: the place, the line of the script, and the caret. `None` where the script has no such line.
pub(crate) fn excerpt(source: &str, place: Place) -> Option<String> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let line = source.split('\n').nth(usize::try_from(place.line).ok()?.checked_sub(1)?)?.trim_end();
    let characters: Vec<char> = line.chars().collect();
    let column = usize::try_from(place.column).ok()?.saturating_sub(1).min(characters.len().saturating_sub(1));
    let start =
        if characters.len() <= WIDTH { 0 } else { column.saturating_sub(WIDTH / 2).min(characters.len() - WIDTH) };
    let shown: String = characters.iter().skip(start).take(WIDTH).collect();
    // Tabs stay tabs, so that the caret stands where the reader's tabs put the character.
    let before = characters[start..].iter().take(column - start);
    let indent: String = before.map(|character| if *character == '\t' { '\t' } else { ' ' }).collect();
    Some(format!("{FILE}:{}\n{shown}\n{indent}^", place.line))
}

/// The first place in the script that a stack names.
fn first_place(stack: &str) -> Option<Place> {
    stack.lines().filter(|line| line.trim_start().starts_with("at ")).find_map(|line| {
        let (_, rest) = line.split_once("hook.js:")?;
        let mut numbers = rest.split(|character: char| !character.is_ascii_digit());
        Some(Place { line: numbers.next()?.parse().ok()?, column: numbers.next()?.parse().ok()? })
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(stack: &str, source: &str, expected: &Expect) {
        let mut error = HookError { stack: stack.to_owned(), ..HookError::default() };
        explain(&mut error, source);
        let once = error.stack.clone();
        explain(&mut error, source);
        assert_eq!(error.stack, once, "explained twice");
        expected.assert_eq(&error.stack);
    }

    #[test]
    fn a_stack_gets_the_line_of_its_first_frame() {
        check(
            "TypeError: hook.js:9:9 is no place\n    at f (hook.js:2:5)\n    at hook.js:1:1",
            "\u{feff}let a;\n\ta.b.c();\n",
            &expect![[r#"
                hook.js:2
                	a.b.c();
                	   ^

                TypeError: hook.js:9:9 is no place
                    at f (hook.js:2:5)
                    at hook.js:1:1"#]],
        );
    }

    #[test]
    fn a_stack_without_a_place_or_with_one_outside_stays_as_it_is() {
        check("Error: x", "a", &expect!["Error: x"]);
        check(
            "Error: x\n    at hook.js:7:1",
            "a",
            &expect![[r#"
            Error: x
                at hook.js:7:1"#]],
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_column() {
        let source = format!("{}here{}", "a".repeat(500), "b".repeat(500));
        let shown = excerpt(&source, Place { line: 1, column: 501 }).expect("an excerpt");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1].chars().count(), WIDTH);
        assert_eq!(lines[1].find("here"), lines[2].find('^'));
    }
}
