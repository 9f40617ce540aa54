//! The operator's token.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The credential for what belongs to no tenant. Only its hash is kept, so that it cannot be printed.
#[derive(Clone)]
pub struct OperatorToken(Arc<[u8; 32]>);

impl OperatorToken {
    /// The token with that text.
    pub fn new(text: &str) -> Self {
        Self(Arc::new(hash(text)))
    }

    /// Whether `text` is the token, in a time that does not depend on where it differs.
    pub fn matches(&self, text: &str) -> bool {
        hash(text).ct_eq(self.0.as_ref()).into()
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(***)")
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_matches_and_nothing_prints_it() {
        let token = OperatorToken::new("hbo_secret");
        for (text, expected) in [("hbo_secret", true), ("hbo_secre", false), ("hbo_secret ", false), ("", false)] {
            assert_eq!(token.matches(text), expected, "{text}");
        }
        assert!(!format!("{token:?}").contains("secret"));
    }
}
