//! What a run prints, within `log_bytes`, `log_line_bytes` and `log_lines`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hookbox_protocol::RunLimits;
use hookbox_protocol::report::{Level, LogLine, millis};

use super::meter::Meter;
use crate::run::LogTap;

/// The two streams that WASI knows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    fn level(self) -> Level {
        match self {
            Self::Stdout => Level::Info,
            Self::Stderr => Level::Error,
        }
    }
}

/// The lines of a run, shared by its host functions and by WASI's streams. All of them run on one thread at a time.
#[derive(Clone)]
pub(crate) struct Logs(Arc<Mutex<Lines>>);

impl Logs {
    pub(crate) fn new(limits: &RunLimits, meter: Arc<Meter>, tap: Option<LogTap>) -> Self {
        Self(Arc::new(Mutex::new(Lines::new(limits, meter, tap))))
    }

    /// Adds one line; a line end at its end is not kept.
    pub(crate) fn line(&self, level: Level, bytes: &[u8]) {
        self.lines().line(level, bytes);
    }

    /// Adds what a guest wrote to a stream: each line end finishes a line.
    pub(crate) fn write(&self, stream: Stream, bytes: &[u8]) {
        self.lines().write(stream, bytes);
    }

    /// The lines and how many were dropped; what no line end finished is a line too.
    pub(crate) fn finish(&self) -> (Vec<LogLine>, u64) {
        self.lines().finish()
    }

    /// A tap that panicked ends the run; the lines before it are still good.
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// From the first line that does not fit, lines are only counted: what is kept is a beginning.
struct Lines {
    meter: Arc<Meter>,
    tap: Option<LogTap>,
    bytes_left: u64,
    lines_left: u64,
    line_bytes_max: usize,
    lines: Vec<LogLine>,
    dropped: u64,
    /// What each stream has written since its last line end.
    unfinished: [Vec<u8>; 2],
}

impl Lines {
    fn new(limits: &RunLimits, meter: Arc<Meter>, tap: Option<LogTap>) -> Self {
        Self {
            meter,
            tap,
            bytes_left: limits.log_bytes,
            lines_left: limits.log_lines,
            line_bytes_max: usize::try_from(limits.log_line_bytes).unwrap_or(usize::MAX),
            lines: Vec::new(),
            dropped: 0,
            unfinished: [Vec::new(), Vec::new()],
        }
    }

    fn line(&mut self, level: Level, bytes: &[u8]) {
        if self.lines_left == 0 {
            self.dropped += 1;
            return;
        }
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let message = text(bytes.strip_suffix(b"\r").unwrap_or(bytes), self.line_bytes_max);
        let Some(bytes_left) = self.bytes_left.checked_sub(message.len() as u64) else {
            self.lines_left = 0;
            self.dropped += 1;
            return;
        };
        self.bytes_left = bytes_left;
        self.lines_left -= 1;
        let line = LogLine { level, message, at_ms: millis(self.meter.wall()) };
        if let Some(tap) = &self.tap {
            tap(&line);
        }
        self.lines.push(line);
    }

    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let mut parts = bytes.split(|byte| *byte == b'\n');
        let last = parts.next_back().unwrap_or_default();
        for part in parts {
            let begun = std::mem::take(&mut self.unfinished[stream as usize]);
            if begun.is_empty() {
                self.line(stream.level(), part);
            } else {
                self.line(stream.level(), &self.joined(begun, part));
            }
        }
        let begun = std::mem::take(&mut self.unfinished[stream as usize]);
        self.unfinished[stream as usize] = self.joined(begun, last);
    }

    /// `begun` and as much of `more` as a line can hold, and one byte, which shows that it was cut.
    fn joined(&self, mut begun: Vec<u8>, more: &[u8]) -> Vec<u8> {
        let room = (self.line_bytes_max + 1).saturating_sub(begun.len());
        begun.extend_from_slice(&more[..more.len().min(room)]);
        begun
    }

    fn finish(&mut self) -> (Vec<LogLine>, u64) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let rest = std::mem::take(&mut self.unfinished[stream as usize]);
            if !rest.is_empty() {
                self.line(stream.level(), &rest);
            }
        }
        (std::mem::take(&mut self.lines), self.dropped)
    }
}

/// `bytes` as text of at most `max` bytes: what is no UTF-8 becomes U+FFFD, and no character is cut in two.
fn text(bytes: &[u8], max: usize) -> String {
    let cut = &bytes[..bytes.len().min(max.saturating_add(3))];
    let mut text = String::from_utf8_lossy(cut).into_owned();
    text.truncate(text.floor_char_boundary(max));
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(limits: [u64; 3], print: impl FnOnce(&Logs), expected: &Expect) {
        let [log_bytes, log_line_bytes, log_lines] = limits;
        let limits = RunLimits { log_bytes, log_line_bytes, log_lines, ..RunLimits::default() };
        let logs = Logs::new(&limits, Arc::new(Meter::start(&limits)), None);
        print(&logs);
        let (lines, dropped) = logs.finish();
        let lines: Vec<_> = lines.iter().map(|line| format!("{} {}", line.level.name(), line.message)).collect();
        expected.assert_eq(&format!("{} ({dropped} dropped)", lines.join(" | ")));
    }

    #[test]
    fn lines_are_cut_and_counted_at_their_limits() {
        check([100, 5, 9], |logs| logs.line(Level::Info, b"123456"), &expect!["info 12345 (0 dropped)"]);
        check([100, 4, 9], |logs| logs.line(Level::Warn, "aäöü".as_bytes()), &expect!["warn aä (0 dropped)"]);
        check([100, 9, 9], |logs| logs.line(Level::Error, b"a\xffb"), &expect!["error a\u{fffd}b (0 dropped)"]);
        check(
            [5, 9, 9],
            |logs| ["abc", "def", "g"].iter().for_each(|line| logs.line(Level::Debug, line.as_bytes())),
            &expect!["debug abc (2 dropped)"],
        );
        check([100, 9, 1], |logs| (0..3).for_each(|_| logs.line(Level::Info, b"x")), &expect!["info x (2 dropped)"]);
    }

    #[test]
    fn what_is_written_to_a_stream_becomes_lines() {
        check(
            [100, 9, 9],
            |logs| {
                logs.write(Stream::Stdout, b"one\ntw");
                logs.write(Stream::Stderr, b"bad\r\n");
                logs.write(Stream::Stdout, b"o\n\nrest");
            },
            &expect!["info one | error bad | info two | info  | info rest (0 dropped)"],
        );
        check([100, 3, 9], |logs| logs.write(Stream::Stdout, b"abcdef\n"), &expect!["info abc (0 dropped)"]);
    }
}
