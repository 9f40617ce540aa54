//! The clients' packages, installed once from their registries into cargo's own folder for tests.
//!
//! What is installed is in `tests/clients/node/package-lock.json` and `tests/clients/python/requirements-*.txt`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex};

use anyhow::{Context as _, Result, ensure};

use crate::guests;

/// The oldest Node that every package here runs on.
const NODE_LEAST: (u32, u32) = (20, 19);

/// Two tests at once must not install the same packages.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Whether Node and npm are there, and new enough.
pub(crate) fn npm_is_there() -> bool {
    static THERE: LazyLock<bool> = LazyLock::new(look_for_npm);
    *THERE
}

/// Whether Python and its installer are there.
pub(crate) fn pip_is_there() -> bool {
    static THERE: LazyLock<bool> =
        LazyLock::new(|| output(Command::new("python3").args(["-m", "pip", "--version"])).is_some());
    *THERE
}

fn look_for_npm() -> bool {
    let version = output(Command::new("node").arg("--version")).unwrap_or_default();
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    version >= NODE_LEAST && output(Command::new("npm").arg("--version")).is_some()
}

/// The folder with the Node drivers and their `node_modules`.
pub(super) fn node() -> Result<PathBuf> {
    let source = guests::root().join("tests/clients/node");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients-node");
    install(&source.join("package-lock.json"), &folder, || {
        for file in ["package.json", "package-lock.json", ".npmrc"] {
            std::fs::copy(source.join(file), folder.join(file))?;
        }
        succeed(Command::new("npm").args(["ci", "--no-progress"]).current_dir(&folder))
    })?;
    // A package is looked for beside the file that imports it.
    for file in ["client.js", "life.js"] {
        std::fs::copy(source.join(file), folder.join(file))?;
    }
    Ok(folder)
}

/// The folder that Python finds that major version of `auth0-python` in.
pub(super) fn python(major: u32) -> Result<PathBuf> {
    let requirements = guests::root().join(format!("tests/clients/python/requirements-{major}.txt"));
    python_packages(&requirements, &format!("clients-python-{major}"))
}

/// The folder of that name, in which Python finds what is listed in `requirements`.
pub(crate) fn python_packages(requirements: &Path, name: &str) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    install(requirements, &folder, || {
        let options = ["--quiet", "--disable-pip-version-check", "--no-input", "--root-user-action=ignore", "--target"];
        let mut pip = Command::new("python3");
        succeed(pip.args(["-m", "pip", "install"]).args(options).arg(&folder).arg("-r").arg(requirements))
    })?;
    Ok(folder)
}

/// Runs `install` in a new folder, unless what `list` says is there from an earlier run.
fn install(list: &Path, folder: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let _only = INSTALLING.lock().expect("no test panics here");
    let list = std::fs::read_to_string(list).with_context(|| format!("read {}", list.display()))?;
    let installed = folder.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|found| found == list) {
        return Ok(());
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    install()?;
    Ok(std::fs::write(installed, list)?)
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// What a command printed; nothing where it is not there or failed.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
