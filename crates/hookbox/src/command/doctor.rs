//! `hookbox doctor`

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hookbox_runtime::Runtime;
use rustix::fs::statvfs;
use rustix::process::{Resource, geteuid, getrlimit};
use serde::Serialize;

use crate::failure::Exit;
use crate::output::quantity::{bytes, number};
use crate::output::{BAD, GOOD, Output, WAITING, printable};
use crate::toolchain;

/// Less free space than this is worth a word, in bytes.
const DISK_FREE_MIN: u64 = 1 << 30;

/// Fewer open files than this is worth a word: each connection and each outgoing call is one.
const OPEN_FILES_MIN: u64 = 4_096;

/// Checks whether this machine is ready for a daemon and for building hooks
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code 1 where something keeps a daemon from working.\n\nExample:\n  hookbox doctor --data-dir /var/lib/hookbox"
)]
pub(crate) struct Args {
    /// The data directory to look at
    #[arg(long, value_name = "DIR", env = "HOOKBOX_DATA_DIR", default_value = "hookbox-data", hide_env_values = true)]
    data_dir: PathBuf,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// Works, and could be better.
    Advice,
    /// Keeps a daemon from working.
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Good, found: found.into(), advice: None }
    }

    fn new(check: &'static str, state: State, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, state, found: found.into(), advice: Some(advice.into()) }
    }
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let mut findings = vec![sandbox(), open_files()];
    findings.extend(disk(&args.data_dir));
    findings.push(data_dir(&args.data_dir));
    for tool in ["cargo", "rustc"] {
        findings.push(match toolchain::version(tool).await {
            Ok(version) => Finding::good("tool", version),
            Err(error) => Finding::new(
                "tool",
                State::Advice,
                format!("{error}"),
                "building hooks in Rust needs it: https://rustup.rs",
            ),
        });
    }
    findings.push(match toolchain::check_target(Path::new(".")).await {
        Ok(()) => Finding::good("target", toolchain::TARGET),
        Err(error) => {
            let advice = format!("building hooks in Rust needs it: rustup target add {}", toolchain::TARGET);
            Finding::new("target", State::Advice, format!("{error}"), advice)
        }
    });
    let exit = if findings.iter().any(|finding| finding.state == State::Bad) { Exit::Failed } else { Exit::Done };
    if output.is_json() {
        output.json(&findings)?;
    } else {
        findings.iter().try_for_each(|finding| output.line(line(finding)))?;
    }
    Ok(exit)
}

fn line(finding: &Finding) -> String {
    let (mark, style) = match finding.state {
        State::Good => ("ok    ", GOOD),
        State::Advice => ("advice", WAITING),
        State::Bad => ("bad   ", BAD),
    };
    let mut line = format!("{style}{mark}{style:#}  {:<14}  {}", finding.check, printable(&finding.found));
    if let Some(advice) = &finding.advice {
        line.push_str(&format!("\n{:26}{}", "", printable(advice)));
    }
    line
}

fn sandbox() -> Finding {
    let runtime = match Runtime::new(hookbox_runtime::Settings::default()) {
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
    let found = format!("{} slots, {} kept in each", kept.slots, bytes(kept.module_bytes));
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

/// The nearest folder that is there.
fn existing(path: &Path) -> &Path {
    path.ancestors().find(|path| path.exists() && !path.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn disk(data_dir: &Path) -> Option<Finding> {
    let place = statvfs(existing(data_dir)).ok()?;
    let free = place.f_bavail.saturating_mul(place.f_frsize);
    let found = format!("{} free for {}", bytes(free), data_dir.display());
    Some(if free < DISK_FREE_MIN {
        Finding::new("disk", State::Advice, found, format!("{} or more is better", bytes(DISK_FREE_MIN)))
    } else {
        Finding::good("disk", found)
    })
}

fn data_dir(path: &Path) -> Finding {
    let shown = path.display();
    let Ok(metadata) = std::fs::metadata(path) else {
        return Finding::good("data directory", format!("{shown} will be made at the first start"));
    };
    let mode = metadata.permissions().mode() & 0o777;
    let found = format!("{shown}, mode {mode:03o}");
    if !metadata.is_dir() {
        return Finding::new(
            "data directory",
            State::Bad,
            format!("{shown} is a file"),
            "give a folder with --data-dir",
        );
    }
    if mode & 0o002 != 0 {
        return Finding::new(
            "data directory",
            State::Bad,
            found,
            format!("everybody can write to it: chmod 700 {shown}"),
        );
    }
    if metadata.uid() != geteuid().as_raw() {
        return Finding::new(
            "data directory",
            State::Advice,
            found,
            "another user owns it; the daemon must be that user",
        );
    }
    if mode & 0o077 != 0 {
        return Finding::new(
            "data directory",
            State::Advice,
            found,
            format!("others can look into it: chmod 700 {shown}"),
        );
    }
    Finding::good("data directory", found)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_finding_says_what_to_do() {
        let finding = Finding::new("disk", State::Advice, "10 MiB free", "1 GiB or more is better");
        let lines = format!("{}\n{}", line(&Finding::good("open files", "no limit")), line(&finding));
        expect![[r#"
            ok      open files      no limit
            advice  disk            10 MiB free
                                      1 GiB or more is better"#]]
        .assert_eq(&anstream::adapter::strip_str(&lines).to_string());
    }

    #[test]
    fn an_open_data_directory_is_bad() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (mode, state) in [(0o700, State::Good), (0o755, State::Advice), (0o777, State::Bad)] {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).expect("sets");
            assert_eq!(data_dir(folder.path()).state, state, "{mode:o}");
        }
        assert_eq!(data_dir(&folder.path().join("later")).state, State::Good);
        assert_eq!(existing(&folder.path().join("a/b")), folder.path());
    }
}
