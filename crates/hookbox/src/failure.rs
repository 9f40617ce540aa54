//! How a command ends when it cannot do what it was asked: `error:`, `hint:`, and an exit code for scripts.

use std::fmt;
use std::process::ExitCode;

/// How a command ended, for the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Exit {
    /// Done.
    #[default]
    Done,
    /// It failed; `error:` says why.
    Failed,
    /// The hook ran, and did not complete.
    HookFailed,
    /// The daemon cannot be reached.
    Unreachable,
    /// The daemon does not accept the token, or the token does not allow the call.
    Refused,
}

impl Exit {
    /// The number that the shell sees. 2 is clap's, for a command line that makes no sense.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::HookFailed => 3,
            Self::Unreachable => 4,
            Self::Refused => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// A failure that knows what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
    exit: Exit,
}

impl Failure {
    /// What went wrong: the value, the limit, the way out.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::Failed }
    }

    /// What to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Another exit code than 1.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Adds to an error what to do next.
pub(crate) trait Hint<T> {
    /// Keeps the error's text and adds a hint.
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> Hint<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| Failure::new(format!("{:#}", error.into())).hint(hint).into())
    }
}

/// The lines for stderr and the exit code.
pub(crate) fn describe(error: &anyhow::Error) -> (String, Exit) {
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
    let mut text = format!("error: {error:#}");
    if let Some(hint) = failure.and_then(|failure| failure.hint.as_deref()) {
        text.push_str("\nhint: ");
        text.push_str(&hint.replace('\n', "\n      "));
    }
    (text, failure.map_or(Exit::Failed, |failure| failure.exit))
}

/// Whether the reader of our output has gone, as `head` does: no reason to complain.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(error: &anyhow::Error, exit: Exit, expected: &Expect) {
        let (text, found) = describe(error);
        expected.assert_eq(&text);
        assert_eq!(found, exit);
    }

    #[test]
    fn a_failure_says_what_happened_and_what_to_do_next() {
        check(&anyhow::anyhow!("no such file"), Exit::Failed, &expect!["error: no such file"]);
        let failure = Failure::new("the token is not valid").hint("set HOOKBOX_TOKEN").exit(Exit::Refused);
        let error = anyhow::Error::from(failure).context("cannot list hooks");
        check(
            &error,
            Exit::Refused,
            &expect![[r#"
                error: cannot list hooks: the token is not valid
                hint: set HOOKBOX_TOKEN"#]],
        );
        let io = std::io::Error::other("no space");
        let error = Err::<(), _>(io).context("cannot write").hint("free some\nspace").expect_err("fails");
        check(
            &error,
            Exit::Failed,
            &expect![[r#"
                error: cannot write: no space
                hint: free some
                      space"#]],
        );
    }
}
