//! What the operator's log shows of a call.

use std::fmt;
use std::sync::Arc;

/// Takes out of a text what the operator's log must not have.
pub type Mask = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// The mask of a run, if it holds anything to hide: a host may be made of a secret. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Masking(Option<Mask>);

impl Masking {
    pub(crate) fn with(mask: Mask) -> Self {
        Self(Some(mask))
    }

    /// The text as the log may have it, worked out when somebody logs it.
    pub(crate) fn shown<'a>(&'a self, text: &'a (dyn fmt::Display + Sync)) -> Shown<'a> {
        Shown { text, mask: self.0.as_ref() }
    }
}

/// A text without what must not be seen of it.
pub(crate) struct Shown<'a> {
    text: &'a (dyn fmt::Display + Sync),
    mask: Option<&'a Mask>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mask {
            Some(mask) => f.write_str(&mask(&self.text.to_string())),
            None => self.text.fmt(f),
        }
    }
}
