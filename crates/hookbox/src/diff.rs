//! Unified diffs on a terminal.

use crate::output::{BAD, FAINT, GOOD, printable};

/// A unified diff in colours, as texts of others are shown.
pub(crate) fn coloured(unified: &str) -> String {
    let lines = unified.lines().map(|line| {
        let style = match line.as_bytes().first() {
            Some(b'+') => GOOD,
            Some(b'-') => BAD,
            Some(b'@' | b'\\') => FAINT,
            _ => anstyle::Style::new(),
        };
        format!("{style}{}{style:#}", printable(line))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use hookbox_server::diff::unified;

    use super::*;

    #[test]
    fn what_others_wrote_cannot_steer_the_terminal() {
        let diff = unified("a\nb\nc\n", "a\nB\u{1b}\nc", ("version 1", "hook.js"));
        expect![[r"
            --- version 1
            +++ hook.js
            @@ -1,3 +1,3 @@
             a
            -b
            -c
            +B\u{1b}
            +c
            \ No newline at end of file"]]
        .assert_eq(&anstream::adapter::strip_str(&coloured(&diff)).to_string());
    }

    #[test]
    fn what_was_added_and_what_was_taken_has_a_colour() {
        assert!(coloured("+new").starts_with(&format!("{GOOD}+new")));
        assert!(coloured("-old").starts_with(&format!("{BAD}-old")));
        assert_eq!(coloured(" same"), " same");
    }
}
