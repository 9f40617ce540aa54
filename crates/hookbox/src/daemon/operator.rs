//! The operator's token: given, or made at the first start.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::failure::Failure;
use crate::secret::SecretText;

/// The file in the data directory, readable by the daemon's user only.
const FILE: &str = "operator-token";

/// Shorter ones can be guessed.
const CHARS_MIN: usize = 16;

/// Where the token comes from.
#[derive(Debug)]
pub(crate) enum Given {
    /// A flag, a variable or the configuration.
    ByOperator(SecretText),
    /// An earlier start.
    Kept(SecretText),
    /// This start: the only time that it is printed.
    Made(SecretText, PathBuf),
}

impl Given {
    /// The token.
    pub(crate) fn token(&self) -> &SecretText {
        match self {
            Self::ByOperator(token) | Self::Kept(token) | Self::Made(token, _) => token,
        }
    }
}

/// Refuses a given token that can be guessed.
pub(super) fn check(given: &SecretText) -> anyhow::Result<()> {
    let length = given.reveal().len();
    if length >= CHARS_MIN {
        return Ok(());
    }
    Err(Failure::new(format!("the operator's token has {length} characters; the least is {CHARS_MIN}"))
        .hint("openssl rand -hex 32 makes a good one")
        .into())
}

/// The token: the given one, else the one in the data directory, which is made if it is not there.
pub(super) fn token(given: Option<SecretText>, data_dir: &Path) -> anyhow::Result<Given> {
    if let Some(token) = given {
        check(&token)?;
        return Ok(Given::ByOperator(token));
    }
    let path = data_dir.join(FILE);
    let shown = path.display();
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= CHARS_MIN => return Ok(Given::Kept(text.into())),
        Ok(_) => {
            return Err(Failure::new(format!("{shown} does not hold an operator's token"))
                .hint("remove the file; the next start makes a new token")
                .into());
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
    }
    let text = random_token()?;
    super::write_private(&path, &text).with_context(|| format!("cannot write {shown}"))?;
    Ok(Given::Made(text.into(), path))
}

fn random_token() -> anyhow::Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    let mut text = String::from("hbo_");
    bytes.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_first_start_makes_a_token_and_later_ones_keep_it() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let Given::Made(made, path) = token(None, folder.path()).expect("made") else { panic!("it is new") };
        assert_eq!(fs::metadata(path).expect("is there").permissions().mode() & 0o777, 0o600);
        let Given::Kept(kept) = token(None, folder.path()).expect("kept") else { panic!("it is there") };
        assert_eq!(made, kept);
        assert_eq!(made.reveal().len(), 68);
        let given = "a-token-of-the-operator";
        let Given::ByOperator(text) = token(Some(format!("{given}\n").into()), folder.path()).expect("given") else {
            panic!("it was given")
        };
        assert_eq!(text.reveal(), given);
    }

    #[test]
    fn a_token_that_can_be_guessed_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let error = token(Some(String::from("admin").into()), folder.path()).expect_err("short");
        assert!(error.to_string().contains("5 characters; the least is 16"), "{error}");
        fs::write(folder.path().join(FILE), "").expect("writes");
        assert!(token(None, folder.path()).is_err(), "an empty file is no token");
    }
}
