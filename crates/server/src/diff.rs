//! How one text became another, line by line.

use std::time::Duration;

use similar::{Algorithm, TextDiff};

/// Lines around a change that are shown with it.
const CONTEXT_LINES: usize = 3;
/// How long the shortest difference is looked for; then a longer one, which is as true, has to do.
const SEARCH: Duration = Duration::from_millis(250);

/// The difference of two texts in the unified form, with those names; empty where there is none.
pub fn unified(old: &str, new: &str, (from, to): (&str, &str)) -> String {
    if old == new {
        return String::new();
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).timeout(SEARCH).diff_lines(old, new);
    diff.unified_diff().context_radius(CONTEXT_LINES).header(from, to).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use expect_test::{Expect, expect};

    use super::*;

    fn check(old: &str, new: &str, expected: &Expect) {
        expected.assert_eq(&unified(old, new, ("version 1", "version 2")));
    }

    #[test]
    fn a_difference_is_shown_in_the_unified_form() {
        check("same\n", "same\n", &expect![""]);
        check(
            "a\nb\nc\nd\ne\nf\n",
            "a\nb\nc\nX\ne\nf\n",
            &expect![[r"
                --- version 1
                +++ version 2
                @@ -1,6 +1,6 @@
                 a
                 b
                 c
                -d
                +X
                 e
                 f
            "]],
        );
        check(
            "a",
            "a\n",
            &expect![[r"
                --- version 1
                +++ version 2
                @@ -1 +1 @@
                -a
                \ No newline at end of file
                +a
            "]],
        );
    }

    #[test]
    fn scripts_that_have_nothing_in_common_are_compared_in_time() {
        let text = |offset: u32| -> String { (0..100_000).map(|line| format!("{}\n", line * 2 + offset)).collect() };
        let (old, new) = (text(0), text(1));
        let started = Instant::now();
        assert!(unified(&old, &new, ("a", "b")).len() >= old.len() + new.len());
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    }
}
