//! The README as a newcomer follows it: each of its commands, run as written.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};

use crate::daemon::{HOOKBOX, OPERATOR_TOKEN, Setup};
use crate::{Case, case, guests};

pub(crate) const CASES: &[Case] = &[
    case("the demo delivers the mail and ends with status 0", demo_delivers),
    case("a new tenant's five minutes from the README work as written", five_minutes_work),
];

fn demo_delivers() -> Result<()> {
    let output = Command::new(HOOKBOX).args(["demo", "--exit"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{}\n{text}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    for words in ["Your password was changed", "user1@example.com", "completed", "fcph"] {
        ensure!(text.contains(words), "the demo does not show '{words}':\n{text}");
    }
    Ok(())
}

/// The commands between the two markers of the README, as one script.
fn five_minutes() -> Result<String> {
    let readme = std::fs::read_to_string(guests::root().join("README.md"))?;
    let section = readme.split("<!-- five minutes -->").nth(1).context("the README has its markers")?;
    let blocks = section.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    Ok(blocks.collect::<Vec<_>>().concat())
}

fn five_minutes_work() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let daemon = Setup::new(&directory.path().join("data")).start()?;
    let home = directory.path().join("home");
    std::fs::create_dir(&home)?;
    // What stands in the README for the token that the daemon was started with.
    let script = five_minutes()?.replace("choose-a-long-random-text", OPERATOR_TOKEN);
    let output = shell(&script, &home, &daemon.url)?;
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{}\n{text}", output.status);
    for words in ["password of user1@example.com changed", "succeeded", "event_id"] {
        ensure!(text.contains(words), "the commands do not show '{words}':\n{text}");
    }
    Ok(())
}

fn shell(script: &str, home: &Path, url: &str) -> Result<Output> {
    let binaries = Path::new(HOOKBOX).parent().context("the binary is in a folder")?;
    let path = format!("{}:{}", binaries.display(), std::env::var_os("PATH").unwrap_or_default().to_string_lossy());
    Ok(Command::new("bash")
        .args(["-euxo", "pipefail", "-c", script])
        .current_dir(home)
        .env("PATH", path)
        .env("HOOKBOX_URL", url)
        .env_remove("HOOKBOX_OPERATOR_TOKEN")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("journey"))
        .output()?)
}
