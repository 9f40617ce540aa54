//! What is masked where forms overlap, and at the end of texts that were cut.

use super::*;

fn check(values: &[&str], text: &str, end: End, expected: &str) {
    let masks = ["[0]", "[1]", "[2]"];
    let search = Search::new(values.iter().copied()).expect("values");
    let masked = search.replace(text.as_bytes(), end, |_| true, |value| masks[value]);
    let masked = masked.map_or_else(|| text.to_owned(), |masked| String::from_utf8(masked).expect("text"));
    assert_eq!(masked, expected, "{values:?} in {text}");
}

#[test]
fn forms_that_overlap_are_masked_together_as_the_longest_of_them() {
    for (values, text, expected) in [
        (&["abcd"][..], "abcdabcd", "[0][0]"),
        (&["abcd", "abcdefgh"], "xabcdefghx abcdx", "x[1]x [0]x"),
        (&["abcdef", "defghijk"], "<abcdefghijk>", "<[1]>"),
        (&["abcd", "xxabcdxx", "dxxyyyyyyyy"], "xxabcdxxyyyyyyyy", "[2]"),
        (&["ABCD"], "aBcD", "[0]"),
    ] {
        check(values, text, End::Whole, expected);
    }
}

#[test]
fn the_beginning_of_a_value_goes_with_a_cut() {
    for (text, whole, cut) in [
        ("key: sk_live_Se", "key: sk_live_Se", "key: [0]"),
        ("key: SK_L", "key: SK_L", "key: [0]"),
        ("key: sk_", "key: sk_", "key: sk_"),
        ("sk_live_Secret sk_live", "[0] sk_live", "[0] [0]"),
        ("key: sk_livesk_live", "key: sk_livesk_live", "key: sk_live[0]"),
        ("c2tfbGl2", "c2tfbGl2", "[0]"),
        ("", "", ""),
    ] {
        check(&["sk_live_Secret"], text, End::Whole, whole);
        check(&["sk_live_Secret"], text, End::Cut, cut);
    }
    check(&["ababacX", "babac"], "..ababa", End::Cut, "..[0]");
    check(&["aaaaaaaaab"], "aaaaaaaaaaaaaaaa", End::Cut, "aaaaaaa[0]");
}

#[test]
fn only_the_values_that_are_meant_are_looked_for_also_where_two_are_alike() {
    let search = Search::new(["same-value", "same-value", "value"]).expect("values");
    for (meant, expected) in [(0, "a [0]"), (1, "a [1]"), (2, "a same-[2]")] {
        let masks = ["[0]", "[1]", "[2]"];
        let masked = search.replace(b"a same-value", End::Whole, |value| value == meant, |value| masks[value]);
        assert_eq!(masked.as_deref(), Some(expected.as_bytes()));
    }
    assert_eq!(search.replace(b"a same-value", End::Cut, |_| false, |_| ""), None);
}

#[test]
fn what_is_searched_with_is_not_far_larger_than_the_values() {
    // As long and as many as a hook can have, each of other letters.
    let letter =
        |secret: usize, at: usize| char::from(b"abcdefghijklmnopqrstuvw"[(at * at + at * secret + secret) % 23]);
    let values: Vec<String> = (0..20).map(|secret| (0..4_096).map(|at| letter(secret, at)).collect()).collect();
    let search = Search::new(values.iter().map(String::as_str)).expect("values");
    let bytes = search.automaton.memory_usage();
    assert!(bytes < 32 << 20, "{bytes} bytes for 20 secrets of 4 KiB");
}
