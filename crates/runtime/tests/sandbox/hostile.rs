//! Every file of `tests/hostile` is a test: its header says what must come of it.
//!
//! The header is the comment lines (`;;`) at the top. Lines before the first `key: value` say what the module does.
//! Keys:
//!
//! | key | value |
//! |---|---|
//! | `outcome` | a name of `Outcome`, for `trapped` and `timed_out` followed by the kind; the upload must succeed |
//! | `refused` | the error code of the upload; exactly one of `outcome` and `refused` stands in each file |
//! | `limit` | a limit of the run and its number; may be repeated |
//! | `message` | a part of the error's or refusal's message |
//! | `value` | the JSON of a completed run |
//! | `log` | a line that was printed, after its level; may be repeated |
//! | `dropped` | lines that were dropped |
//! | `backtrace` | the innermost function |
//! | `egress` | `hangs` or `answers`; without it the run has no network |
//! | `call` | method, address and error or status of the only call |
//! | `calls` | how many calls the report holds |
//! | `after` | another file that runs first, in the same slot |

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::{Outcome, Report, RunLimits};
use hookbox_runtime::{CompileError, Egress, NoEgress, Runtime};
use libtest_mimic::Trial;

use super::egress::{Answers, Hangs};
use super::executor;
use super::guest::{TRIGGER, load, run, run_with, runtime};

/// How long after its wall limit a run may hold its slot on a busy machine.
const GRACE: Duration = Duration::from_secs(2);

pub(crate) fn trials() -> Vec<Trial> {
    let mut files: Vec<_> = std::fs::read_dir(directory())
        .expect("tests/hostile is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .collect();
    files.sort();
    assert!(files.len() >= 35, "{} hostile modules are too few", files.len());
    let mut trials: Vec<_> = files.into_iter().map(trial).collect();
    trials.push(Trial::test("hostile::every_outcome_and_every_refusal_has_a_file", || {
        everything_is_covered();
        Ok(())
    }));
    trials.push(Trial::test("hostile::a_file_without_a_valid_header_fails", || {
        invalid_headers_fail();
        Ok(())
    }));
    trials
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile")
}

fn trial(path: PathBuf) -> Trial {
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    Trial::test(format!("hostile::{name}"), move || {
        executor().block_on(check(&path));
        Ok(())
    })
}

fn parse(path: &Path) -> Header {
    let text = std::fs::read_to_string(path).expect("the file is text");
    Header::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn compiled(path: &Path) -> Bytes {
    wat::parse_file(path).unwrap_or_else(|error| panic!("{error}")).into()
}

async fn check(path: &Path) {
    let header = parse(path);
    let wasm = compiled(path);
    // A slot of its own, which the second module of a pair gets from the first.
    let runtime = if header.after.is_some() { runtime(1) } else { shared().clone() };
    match &header.expected {
        Expected::Refused(code) => {
            let error = runtime.compile(wasm, TRIGGER).await.expect_err("the upload must be refused");
            let CompileError::Refused(refusal) = error else { panic!("the host failed: {error}") };
            assert_eq!(refusal.code.name(), code, "{}", refusal.message);
            header.has_message(&refusal.message);
        }
        Expected::Outcome(outcome) => {
            if let Some(after) = &header.after {
                let first = directory().join(after);
                let module = load(&runtime, &compiled(&first)).await;
                run(&runtime, &module, parse(&first).limits).await;
            }
            let module = load(&runtime, &wasm).await;
            let report = run_with(&runtime, &module, header.limits, header.egress()).await;
            assert_eq!(&named(&report.outcome), outcome, "{:?}", report.outcome);
            header.holds(&report);
        }
    }
}

/// The runtime that most files share, as tenants do: what one of them breaks, the others see.
fn shared() -> &'static Runtime {
    static SHARED: OnceLock<Runtime> = OnceLock::new();
    SHARED.get_or_init(|| runtime(3))
}

fn named(outcome: &Outcome) -> String {
    let part = |part: serde_json::Value| part.as_str().unwrap_or_default().to_owned();
    match outcome {
        Outcome::Trapped { kind, .. } => format!("trapped {}", part(serde_json::json!(kind))),
        Outcome::TimedOut { budget, .. } => format!("timed_out {}", part(serde_json::json!(budget))),
        other => other.name().to_owned(),
    }
}

#[derive(Debug)]
enum Expected {
    Outcome(String),
    Refused(String),
}

#[derive(Debug)]
struct Header {
    expected: Expected,
    limits: RunLimits,
    message: Option<String>,
    value: Option<serde_json::Value>,
    logs: Vec<String>,
    dropped: Option<u64>,
    backtrace: Option<String>,
    egress: Option<String>,
    call: Option<String>,
    calls: Option<usize>,
    after: Option<String>,
}

impl Header {
    fn parse(text: &str) -> Result<Self, String> {
        let lines: Vec<_> = text.lines().map_while(|line| line.strip_prefix(";; ")).collect();
        let is_key = |line: &&str| line.split_once(": ").is_some_and(|(key, _)| KEYS.contains(&key));
        let about = lines.iter().take_while(|line| !is_key(line)).count();
        if about == 0 {
            return Err("it does not say what the module does".to_owned());
        }
        let mut header = Self {
            expected: Expected::Outcome(String::new()),
            limits: RunLimits::default(),
            message: None,
            value: None,
            logs: Vec::new(),
            dropped: None,
            backtrace: None,
            egress: None,
            call: None,
            calls: None,
            after: None,
        };
        let mut endings = 0;
        for line in &lines[about..] {
            let (key, value) = line.split_once(": ").ok_or_else(|| format!("'{line}' is no `key: value`"))?;
            let number = || value.parse::<u64>().map_err(|e| format!("{line}: {e}"));
            let owned = Some(value.to_owned());
            match key {
                "outcome" | "refused" => {
                    endings += 1;
                    header.expected = expected(key, value)?;
                }
                "limit" => header.set_limit(value)?,
                "message" => header.message = owned,
                "value" => header.value = Some(serde_json::from_str(value).map_err(|e| format!("{line}: {e}"))?),
                "log" => header.logs.push(value.to_owned()),
                "dropped" => header.dropped = Some(number()?),
                "backtrace" => header.backtrace = owned,
                "egress" if ["hangs", "answers"].contains(&value) => header.egress = owned,
                "call" => header.call = owned,
                "calls" => header.calls = usize::try_from(number()?).ok(),
                "after" => header.after = owned,
                _ => return Err(format!("'{line}' is not understood")),
            }
        }
        if endings != 1 {
            return Err(format!("it has {endings} lines `outcome` or `refused` instead of one"));
        }
        Ok(header)
    }

    fn set_limit(&mut self, value: &str) -> Result<(), String> {
        let (name, number) = value.split_once(' ').ok_or_else(|| format!("'{value}' is no limit and number"))?;
        let number = number.parse().map_err(|e| format!("{value}: {e}"))?;
        self.limits.set(name, number, &RunLimits::CEILINGS).map_err(|e| e.to_string())
    }

    fn egress(&self) -> Arc<dyn Egress> {
        match self.egress.as_deref() {
            Some("hangs") => Arc::new(Hangs),
            Some(_) => Arc::new(Answers::default()),
            None => Arc::new(NoEgress),
        }
    }

    fn has_message(&self, actual: &str) {
        if let Some(message) = &self.message {
            assert!(actual.contains(message), "'{actual}' does not say '{message}'");
        }
    }

    /// Holds the report to the header, and to what is true of every run.
    fn holds(&self, report: &Report) {
        self.has_message(&report.outcome.error().map(|error| error.message).unwrap_or_default());
        if let (Some(expected), Outcome::Completed { value }) = (&self.value, &report.outcome) {
            assert_eq!(value, expected);
        }
        for line in &self.logs {
            let printed = report.logs.iter().any(|log| *line == format!("{} {}", log.level.name(), log.message));
            assert!(printed, "'{line}' is not in {:?}", report.logs);
        }
        if let Some(dropped) = self.dropped {
            assert_eq!(report.log_lines_dropped, dropped);
        }
        if let (Some(expected), Outcome::Trapped { backtrace, .. }) = (&self.backtrace, &report.outcome) {
            assert_eq!(backtrace.first(), Some(expected));
        }
        if let Some(expected) = &self.call {
            let calls = report.http.iter().map(|call| {
                let end = call.error.map(|error| error.name().to_owned()).or(call.status.map(|s| s.to_string()));
                format!("{} {} {}", call.method, call.url, end.unwrap_or_default())
            });
            assert_eq!(calls.collect::<Vec<_>>(), std::slice::from_ref(expected));
        }
        if let Some(calls) = self.calls {
            assert_eq!(report.http.len(), calls);
        }
        let limits = &self.limits;
        assert!(report.fuel_used <= limits.fuel, "{} units of fuel", report.fuel_used);
        assert!(report.memory_bytes_peak <= limits.memory_bytes, "{} bytes", report.memory_bytes_peak);
        assert!(report.wall <= Duration::from_millis(limits.wall_ms) + GRACE, "{:?}", report.wall);
        assert!(report.cpu <= Duration::from_millis(limits.cpu_ms) + GRACE, "{:?}", report.cpu);
        assert!(report.logs.iter().map(|line| line.message.len() as u64).sum::<u64>() <= limits.log_bytes);
    }
}

const KEYS: [&str; 12] = [
    "outcome",
    "refused",
    "limit",
    "message",
    "value",
    "log",
    "dropped",
    "backtrace",
    "egress",
    "call",
    "calls",
    "after",
];

fn expected(key: &str, value: &str) -> Result<Expected, String> {
    let known = if key == "outcome" {
        Outcome::NAMES.contains(&value.split(' ').next().unwrap_or_default())
    } else {
        hookbox_protocol::ErrorCode::ALL.iter().any(|code| code.name() == value)
    };
    match (known, key) {
        (false, _) => Err(format!("there is no {key} '{value}'")),
        (true, "outcome") => Ok(Expected::Outcome(value.to_owned())),
        (true, _) => Ok(Expected::Refused(value.to_owned())),
    }
}

/// `never_finished` belongs to scripts, `module_too_expensive` and `too_large` to generated modules: tested elsewhere.
fn everything_is_covered() {
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(directory()).expect("tests/hostile is there") {
        match parse(&entry.expect("an entry").path()).expected {
            Expected::Outcome(name) => seen.push(name.split(' ').next().unwrap_or_default().to_owned()),
            Expected::Refused(code) => seen.push(code),
        }
    }
    let refusals =
        ["not_wasm", "missing_export", "mistyped_export", "unknown_import", "unknown_abi", "module_too_complex"];
    for name in Outcome::NAMES.into_iter().filter(|name| *name != "never_finished").chain(refusals) {
        assert!(seen.iter().any(|seen| seen == name), "no hostile module ends as {name}");
    }
}

fn invalid_headers_fail() {
    for (text, reason) in [
        ("(module)", "does not say what"),
        (";; outcome: completed\n(module)", "does not say what"),
        (";; Does nothing.\n(module)", "0 lines"),
        (";; Does nothing.\n;; outcome: completed\n;; refused: not_wasm\n(module)", "2 lines"),
        (";; Does nothing.\n;; outcome: finished\n(module)", "no outcome 'finished'"),
        (";; Does nothing.\n;; refused: bad\n(module)", "no refused 'bad'"),
        (";; Does nothing.\n;; outcome: completed\n;; limit: fuel\n(module)", "no limit and number"),
        (";; Does nothing.\n;; outcome: completed\n;; limit: gas 1\n(module)", "no limit 'gas'"),
        (";; Does nothing.\n;; outcome: completed\n;; egress: wild\n(module)", "not understood"),
    ] {
        let error = Header::parse(text).expect_err(text);
        assert!(error.contains(reason), "{text}: {error}");
    }
}
