//! Finds `require('…')` in a script without parsing it: comments, strings, templates and regular expressions are told
//! apart from code, and that is all. What it misses or mistakes costs a warning, nothing else.

/// A call of `require` with a literal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Required {
    pub(super) name: String,
    pub(super) line: u32,
}

/// Every `require('…')` in the order of the text.
pub(super) fn requires(source: &str) -> Vec<Required> {
    let mut scanner = Scanner { text: source.as_bytes(), at: 0, line: 1, before: Before::Operator, braces: Vec::new() };
    let mut found = Vec::new();
    while scanner.at < scanner.text.len() {
        if let Some(required) = scanner.step() {
            found.push(required);
        }
    }
    found
}

/// What stood before: it decides what `/` means, and whether `require` is a property.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Operator,
    Operand,
    Dot,
}

/// Words after which a `/` starts a regular expression.
const OPERATOR_WORDS: [&[u8]; 12] =
    [b"return", b"typeof", b"case", b"in", b"of", b"delete", b"void", b"throw", b"new", b"else", b"do", b"await"];

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
    before: Before,
    /// For each open brace, whether it is the `${` of a template.
    braces: Vec<bool>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn advance(&mut self) {
        if self.peek(0) == b'\n' {
            self.line += 1;
        }
        self.at += 1;
    }

    fn step(&mut self) -> Option<Required> {
        match self.peek(0) {
            b'/' if self.peek(1) == b'/' => self.skip_until(|s| s.peek(0) == b'\n'),
            b'/' if self.peek(1) == b'*' => {
                self.at += 2;
                self.skip_until(|s| s.peek(0) == b'*' && s.peek(1) == b'/');
                self.at += 2;
            }
            b'/' if self.before != Before::Operand => self.regular_expression(),
            quote @ (b'\'' | b'"') => {
                self.string(quote);
                self.before = Before::Operand;
            }
            b'`' => self.template(),
            b'}' if self.braces.pop() == Some(true) => self.template(),
            byte if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') || byte >= 0x80 => return self.word(),
            byte => {
                self.punctuation(byte);
                self.advance();
            }
        }
        None
    }

    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'{' => self.braces.push(false),
            b'.' => {
                self.before = Before::Dot;
                return;
            }
            _ => {}
        }
        if byte.is_ascii_digit() || matches!(byte, b')' | b']' | b'}') {
            self.before = Before::Operand;
        } else if !byte.is_ascii_whitespace() {
            self.before = Before::Operator;
        }
    }

    fn skip_until(&mut self, end: impl Fn(&Self) -> bool) {
        while self.at < self.text.len() && !end(self) {
            self.advance();
        }
    }

    /// Skips a string and gives its text, escapes as they stand.
    fn string(&mut self, quote: u8) -> String {
        self.advance();
        let start = self.at;
        while self.at < self.text.len() && self.peek(0) != quote && (self.peek(0) != b'\n' || quote == b'`') {
            if self.peek(0) == b'\\' {
                self.advance();
            }
            self.advance();
        }
        let end = self.at.min(self.text.len());
        self.advance();
        String::from_utf8_lossy(&self.text[start..end]).into_owned()
    }

    /// Skips the text of a template up to its end or to the next `${`.
    fn template(&mut self) {
        self.advance();
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                (b'`', _) => {
                    self.advance();
                    self.before = Before::Operand;
                    return;
                }
                (b'$', b'{') => {
                    self.at += 2;
                    self.braces.push(true);
                    self.before = Before::Operator;
                    return;
                }
                (b'\\', _) => {
                    self.advance();
                    self.advance();
                }
                _ => self.advance(),
            }
        }
    }

    fn regular_expression(&mut self) {
        self.advance();
        let mut in_class = false;
        while self.at < self.text.len() && self.peek(0) != b'\n' && (in_class || self.peek(0) != b'/') {
            match self.peek(0) {
                b'\\' => self.advance(),
                b'[' => in_class = true,
                b']' => in_class = false,
                _ => {}
            }
            self.advance();
        }
        self.advance();
        self.before = Before::Operand;
    }

    fn word(&mut self) -> Option<Required> {
        let start = self.at;
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80;
        self.skip_until(|s| !is_part(s.peek(0)));
        let word = &self.text[start..self.at];
        let is_property = self.before == Before::Dot;
        self.before = if OPERATOR_WORDS.contains(&word) { Before::Operator } else { Before::Operand };
        if word == b"require" && !is_property { self.argument() } else { None }
    }

    /// The literal in `('…')`, if that is what follows and all that follows.
    fn argument(&mut self) -> Option<Required> {
        let ahead = Scanner { braces: Vec::new(), ..*self };
        let mut ahead = ahead;
        ahead.skip_until(|s| !s.peek(0).is_ascii_whitespace());
        if ahead.peek(0) != b'(' {
            return None;
        }
        ahead.advance();
        ahead.skip_until(|s| !s.peek(0).is_ascii_whitespace());
        let quote = ahead.peek(0);
        if !matches!(quote, b'\'' | b'"' | b'`') {
            return None;
        }
        let line = ahead.line;
        let name = ahead.string(quote);
        ahead.skip_until(|s| !s.peek(0).is_ascii_whitespace());
        if ahead.peek(0) != b')' || (quote == b'`' && name.contains("${")) {
            return None;
        }
        (self.at, self.line) = (ahead.at, ahead.line);
        Some(Required { name, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[(&str, u32)]) {
        let found = requires(source);
        let found: Vec<(&str, u32)> = found.iter().map(|required| (required.name.as_str(), required.line)).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn calls_with_a_literal_are_found_wherever_code_stands() {
        check("const a = require('a'), b = require( \"b/c\" );\nrequire(`d`)", &[("a", 1), ("b/c", 1), ("d", 2)]);
        check(
            "`x ${require('in-template')} y ${ {a: `${require('deep')}`} }` + require('after')",
            &[("in-template", 1), ("deep", 1), ("after", 1)],
        );
        check("let x = a / b; require('y') / 2", &[("y", 1)]);
    }

    #[test]
    fn what_only_looks_like_a_call_is_passed_over() {
        check(
            "// require('a')\n/* require('b')\n */ '(require(\"c\"))' ; x.require('d'); require(e); require('f' + g)",
            &[],
        );
        check("if (/require('a')[/]'/.test(x)) return /'/; require('b')", &[("b", 1)]);
        check("myrequire('a'); $require('b'); `require('c')`; require(`d${e}`)", &[]);
    }

    #[test]
    fn text_that_ends_early_ends_the_scan() {
        for source in ["require(", "require('a", "`${", "/* ", "/a", "'\\", "require('a'"] {
            check(source, &[]);
        }
    }
}
