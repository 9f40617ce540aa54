//! How a run reads on a terminal: the same lines for a local run, for an attempt of a delivery, and in the demo.

use hookbox_protocol::HookError;
use hookbox_protocol::report::{Call, Level, LogLine};

use crate::output::quantity::{bytes, milliseconds, number};
use crate::output::{BAD, FAINT, GOOD, WAITING, printable};

/// An outcome's name in its colour.
pub(crate) fn outcome(name: &str) -> String {
    let style = if name == "completed" { GOOD } else { BAD };
    format!("{style}{}{style:#}", printable(name))
}

/// What a run used, in one line.
pub(crate) fn usage(wall_ms: f64, cpu_ms: f64, fuel_used: u64, memory_bytes_peak: u64) -> String {
    format!(
        "wall {}, cpu {}, fuel {}, memory {}",
        milliseconds(wall_ms),
        milliseconds(cpu_ms),
        number(fuel_used),
        bytes(memory_bytes_peak)
    )
}

/// An outgoing call: `POST https://api.example.com/send → 202 (1.1 KiB out, 0 bytes in, 12.3 ms)`.
pub(crate) fn call(call: &Call) -> String {
    let result = match (call.status, call.error) {
        (Some(status), _) => {
            let style = if (200..400).contains(&status) { GOOD } else { BAD };
            format!("{style}{status}{style:#}")
        }
        (None, Some(error)) => format!("{BAD}{}{BAD:#}", error.name()),
        (None, None) => format!("{WAITING}not finished{WAITING:#}"),
    };
    format!(
        "{} {} → {result} {FAINT}({} out, {} in, {}){FAINT:#}",
        printable(&call.method),
        printable(&call.url),
        bytes(call.request_bytes),
        bytes(call.response_bytes),
        milliseconds(call.wall_ms)
    )
}

/// A line that the hook printed: `info   3.2 ms  text`.
pub(crate) fn log(line: &LogLine) -> String {
    let style = match line.level {
        Level::Debug => FAINT,
        Level::Info => anstyle::Style::new(),
        Level::Warn => WAITING,
        Level::Error => BAD,
    };
    let level = line.level.name();
    format!("{style}{level:<5}{style:#} {FAINT}{:>9}{FAINT:#}  {}", milliseconds(line.at_ms), printable(&line.message))
}

/// The hook's error: name and message, then the stack, line by line.
pub(crate) fn error(error: &HookError) -> Vec<String> {
    let mut lines = vec![format!("{BAD}{}{BAD:#}: {}", printable(&error.name), printable(&error.message))];
    // A script's stack repeats the name and the message in its first line.
    let first = format!("{}: {}", error.name, error.message);
    let stack = error.stack.lines().filter(|line| line.trim() != first);
    lines.extend(stack.map(|line| format!("{FAINT}{}{FAINT:#}", printable(line))));
    lines
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use hookbox_protocol::http::ErrorKind;

    use super::*;

    fn check(text: &str, expected: &Expect) {
        expected.assert_eq(&anstream::adapter::strip_str(text).to_string());
    }

    #[test]
    fn a_run_reads_well() {
        let mut sent = Call {
            method: "POST".into(),
            url: "https://api.example.com/send".into(),
            status: Some(202),
            error: None,
            wall_ms: 12.34,
            request_bytes: 1_200,
            response_bytes: 0,
        };
        check(&call(&sent), &expect!["POST https://api.example.com/send → 202 (1.1 KiB out, 0 bytes in, 12.3 ms)"]);
        (sent.status, sent.error) = (None, Some(ErrorKind::Blocked));
        check(&call(&sent), &expect!["POST https://api.example.com/send → blocked (1.1 KiB out, 0 bytes in, 12.3 ms)"]);
        let line = LogLine { level: Level::Warn, message: "slow\u{7}".into(), at_ms: 3.2 };
        check(&log(&line), &expect![[r"warn    3.20 ms  slow\u{7}"]]);
        check(&usage(20.5, 0.4, 123_456, 1 << 20), &expect!["wall 20.5 ms, cpu 0.40 ms, fuel 123,456, memory 1 MiB"]);
        let failed = HookError {
            name: "Error".into(),
            message: "no".into(),
            stack: "Error: no\n    at hook.js:3:5".into(),
            ..HookError::default()
        };
        check(
            &error(&failed).join("\n"),
            &expect![[r#"
                Error: no
                    at hook.js:3:5"#]],
        );
    }
}
