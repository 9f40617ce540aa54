//! What the machine must offer: to the sandbox, to connections, and to those who build hooks on it.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use hookbox_javascript::Engine;
use hookbox_protocol::Timestamp;
use hookbox_runtime::Runtime;
use rustix::process::{Resource, getrlimit};

use super::{Finding, State};
use crate::limits::Moved;
use crate::output::quantity::{bytes, number};
use crate::toolchain;

/// Fewer open files than this is worth a word: each connection and each outgoing call is one.
const OPEN_FILES_MIN: u64 = 4_096;

/// No machine that runs this program has an earlier year: 2026-01-01T00:00:00Z.
const CLOCK_MIN: Timestamp = Timestamp(1_767_225_600_000);

/// Everything about the machine, for a daemon with those limits.
pub(super) async fn findings(limits: Option<&Moved>) -> Vec<Finding> {
    let mut findings = vec![sandbox(limits), javascript(), open_files(), clock(now())];
    for tool in ["cargo", "rustc"] {
        findings.push(tool_of(tool, "building hooks in Rust needs it: https://rustup.rs").await);
    }
    findings.push(match toolchain::check_target(Path::new(".")).await {
        Ok(()) => Finding::good("target", toolchain::TARGET),
        Err(error) => {
            let advice = format!("building hooks in Rust needs it: rustup target add {}", toolchain::TARGET);
            Finding::new("target", State::Advice, format!("{error}"), advice)
        }
    });
    findings.push(tool_of("npm", "bundling npm packages and TypeScript needs it: install Node.js").await);
    findings
}

async fn tool_of(tool: &str, advice: &str) -> Finding {
    match toolchain::version(tool).await {
        Ok(version) if version.starts_with(tool) => Finding::good("tool", version),
        Ok(version) => Finding::good("tool", format!("{tool} {version}")),
        Err(error) => Finding::new("tool", State::Advice, format!("{error}"), advice),
    }
}

fn javascript() -> Finding {
    if Engine::available() {
        return Finding::good("JavaScript", format!("{} modules built in", Engine::modules().len()));
    }
    let advice = "scripts cannot run: install clang and build hookbox again";
    Finding::new("JavaScript", State::Advice, "this build has no JavaScript engine", advice)
}

fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

fn clock(now: Timestamp) -> Finding {
    if now >= CLOCK_MIN {
        return Finding::good("clock", now.to_string());
    }
    Finding::new(
        "clock",
        State::Bad,
        format!("{now} is in the past"),
        "set the clock: retries, tokens and TLS depend on it",
    )
}

fn sandbox(limits: Option<&Moved>) -> Finding {
    let mut settings = hookbox_runtime::Settings::default();
    if let Some(limits) = limits {
        (settings.memory_bytes_max, settings.shape) = (limits.ceilings().memory_bytes, limits.shape());
    }
    let memory = settings.memory_bytes_max;
    let runtime = match Runtime::new(settings) {
        Ok(runtime) => runtime,
        Err(error) => {
            return Finding::new(
                "sandbox",
                State::Bad,
                error.to_string(),
                "allow more address space: ulimit -v unlimited",
            );
        }
    };
    let kept = runtime.keep_resident();
    let kept_in_each = bytes(kept.module_bytes);
    let found = format!("{} slots, {kept_in_each} kept in each, up to {} in a run", kept.slots, bytes(memory));
    if kept.pagemap_scan {
        return Finding::good("sandbox", format!("{found}, with PAGEMAP_SCAN"));
    }
    Finding::new(
        "sandbox",
        State::Advice,
        format!("{found}, without PAGEMAP_SCAN"),
        "Linux 6.7 and later make each run faster",
    )
}

fn open_files() -> Finding {
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < OPEN_FILES_MIN => {
            let advice =
                format!("raise the hard limit to {} or more: LimitNOFILE= or ulimit -Hn", number(OPEN_FILES_MIN));
            Finding::new("open files", State::Advice, format!("at most {}", number(most)), advice)
        }
        Some(most) => Finding::good("open files", format!("at most {}", number(most))),
        None => Finding::good("open files", "no limit"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_never_set_is_bad() {
        assert_eq!(clock(Timestamp(0)).state, State::Bad);
        assert_eq!(clock(now()).state, State::Good);
    }
}
