//! The last line of an attempt that printed more than its limits allow.

use hookbox_protocol::report::{Level, LogLine, millis};
use hookbox_protocol::{Report, RunLimits};

/// Says how many lines were not kept; `None` where all were. An attempt has no other place for it.
pub(super) fn line_of(report: &Report, limits: &RunLimits) -> Option<LogLine> {
    let dropped = report.log_lines_dropped;
    if dropped == 0 {
        return None;
    }
    let kept = u64::try_from(report.logs.len()).unwrap_or(u64::MAX);
    let limit = if kept >= limits.log_lines { "log_lines" } else { "log_bytes" };
    let message = match dropped {
        1 => format!("1 more line was over the limit `{limit}`, and is not kept"),
        _ => format!("{} more lines were over the limit `{limit}`, and are not kept", grouped(dropped)),
    };
    Some(LogLine { level: Level::Warn, message, at_ms: millis(report.wall) })
}

/// 9004 as 9,004.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use hookbox_protocol::Outcome;
    use serde_json::Value;

    use super::*;
    use crate::execution::report_of;

    #[test]
    fn lines_that_were_not_kept_are_counted_in_a_last_one() {
        let limits = RunLimits { log_lines: 2, ..RunLimits::default() };
        let check = |kept: usize, dropped: u64| {
            let line = LogLine { level: Level::Info, message: "x".to_owned(), at_ms: 0.0 };
            let report = Report {
                logs: vec![line; kept],
                log_lines_dropped: dropped,
                ..report_of(Outcome::Completed { value: Value::Null })
            };
            line_of(&report, &limits).map(|line| (line.level, line.message))
        };
        assert_eq!(check(2, 0), None);
        let warned = |text: &str| Some((Level::Warn, text.to_owned()));
        assert_eq!(check(2, 1), warned("1 more line was over the limit `log_lines`, and is not kept"));
        assert_eq!(check(2, 9_004), warned("9,004 more lines were over the limit `log_lines`, and are not kept"));
        assert_eq!(
            check(1, 1_000_000),
            warned("1,000,000 more lines were over the limit `log_bytes`, and are not kept")
        );
    }
}
