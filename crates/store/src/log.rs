//! The tenant log.

use hookbox_protocol::id::LogId;
use hookbox_protocol::{EventId, HookId, Timestamp};
use serde_json::Value;

use crate::Error;

/// The most entries that one page holds.
pub(crate) const TAKE_MAX: u32 = 100;

/// A line that is to be written to the tenant log. Which hook and event it is about is said beside it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogEntry {
    /// The code, `fcph` and its like.
    pub code: String,
    /// What happened, for people.
    pub description: String,
    /// The user's id, where the event had one.
    pub user_id: Option<String>,
    /// The user's name.
    pub user_name: Option<String>,
    /// The user's mail address.
    pub user_email: Option<String>,
    /// The connection's name.
    pub connection: Option<String>,
    /// The connection's id.
    pub connection_id: Option<String>,
    /// What else is known: the error, the attempt, its figures.
    pub details: Value,
}

/// A line of the tenant log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// The line.
    pub id: LogId,
    /// When it was written.
    pub at: Timestamp,
    /// The hook that it is about.
    pub hook_id: Option<HookId>,
    /// That hook's name now.
    pub hook_name: Option<String>,
    /// The event that it is about.
    pub event_id: Option<EventId>,
    /// What was written.
    pub entry: LogEntry,
}

/// Which lines of the log are asked for. The default is the newest 50.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// Only lines about that hook.
    pub hook_id: Option<HookId>,
    /// Only lines about that event.
    pub event_id: Option<EventId>,
    /// Only lines with one of these codes; empty means any.
    pub codes: Vec<String>,
    /// Only lines written at that time or later.
    pub since: Option<Timestamp>,
    /// Only lines written before that time.
    pub until: Option<Timestamp>,
    /// Which part of them.
    pub paging: LogPaging,
}

/// How a reader walks through the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogPaging {
    /// Newest first, by page.
    Page {
        /// 0 for the newest.
        page: u32,
        /// Lines of a page, at most 100.
        per_page: u32,
    },
    /// Newest first, those written before the line `from`; from the newest where it is absent.
    Before {
        /// The last line that the reader has.
        from: Option<LogId>,
        /// How many, at most 100.
        take: u32,
    },
    /// Oldest first, those written after the line `from`: what a collector asks for again and again.
    After {
        /// The last line that the reader has.
        from: LogId,
        /// How many, at most 100.
        take: u32,
    },
}

impl Default for LogPaging {
    fn default() -> Self {
        Self::Page { page: 0, per_page: 50 }
    }
}

impl LogPaging {
    pub(crate) fn check(self) -> Result<(), Error> {
        let (name, number) = match self {
            Self::Page { per_page, .. } => ("per_page", per_page),
            Self::Before { take, .. } | Self::After { take, .. } => ("take", take),
        };
        if number > TAKE_MAX {
            return Err(Error::Invalid(format!("{name} is {number}; the most is {TAKE_MAX}")));
        }
        Ok(())
    }
}
