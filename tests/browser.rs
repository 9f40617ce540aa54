//! The console in a real browser: runs the suite of `tests/browser/`, which says itself what it covers.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::daemon::{CACHE, HOOKBOX};
use crate::{Case, Need, case_needing, guests};

pub(crate) const CASES: &[Case] = &[case_needing(
    "the console works in a browser, from sign-in to roll-back",
    &[Need::JavaScript, Need::Npm, Need::Chromium],
    suite_passes,
)];

/// The names under which Chromium is installed; `CHROMIUM` gives another.
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

pub(crate) fn chromium_is_there() -> bool {
    let starts = |name: &str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    std::env::var_os("CHROMIUM").is_some() || CHROMIUM.into_iter().any(starts)
}

fn suite_passes() -> Result<()> {
    let output = Command::new(guests::root().join("tests/browser/run"))
        .env("HOOKBOX_BIN", HOOKBOX)
        .env("HOOKBOX_CACHE_DIR", CACHE)
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    Ok(())
}
