//! The author's own Rust tools: what is there, and building a hook with them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::failure::Failure;

/// What hooks are compiled for.
pub(crate) const TARGET: &str = "wasm32-wasip1";

/// How a build tells what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// cargo's own lines, on stderr.
    Everything,
    /// Nothing, unless it fails.
    Failures,
}

/// The version line of a tool, or how to get the tool.
pub(crate) async fn version(tool: &str) -> anyhow::Result<String> {
    let output = Command::new(tool).arg("--version").stdin(Stdio::null()).output().await;
    let output = output.map_err(|error| missing(tool, &error))?;
    if !output.status.success() {
        // What follows the first line is the tool's own affair.
        let text = String::from_utf8_lossy(&output.stderr);
        let text = text.trim().lines().next().unwrap_or_default();
        return Err(Failure::new(format!("`{tool} --version` failed: {text}")).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Checks that the toolchain which is active in that folder can compile for [`TARGET`].
pub(crate) async fn check_target(folder: &Path) -> anyhow::Result<()> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| missing("rustc", &error))?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if output.status.success() && libraries.is_dir() {
        return Ok(());
    }
    Err(Failure::new(format!("the Rust toolchain of {} lacks the target {TARGET}", folder.display()))
        .hint(format!("rustup target add {TARGET}"))
        .into())
}

fn missing(tool: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => {
            Failure::new(format!("`{tool}` is not installed")).hint("install Rust with rustup: https://rustup.rs")
        }
        _ => Failure::new(format!("`{tool}` cannot be started: {error}")),
    }
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Builds the hook in that folder with `cargo build --release` for [`TARGET`]; the path of the module.
pub(crate) async fn build(folder: &Path, target_dir: Option<&Path>, show: Show) -> anyhow::Result<PathBuf> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(Failure::new(format!("{} does not exist", manifest.display()))
            .hint("give the folder of a hook project; `hookbox new NAME` makes one")
            .into());
    }
    check_target(folder).await?;
    let mut command = Command::new("cargo");
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    command.args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"]);
    if let Some(target_dir) = target_dir {
        command.arg("--target-dir").arg(target_dir);
    }
    command.stderr(match show {
        Show::Everything => Stdio::inherit(),
        Show::Failures => Stdio::piped(),
    });
    let mut child = command.spawn().map_err(|error| missing("cargo", &error))?;
    let stdout = child.stdout.take().context("cargo has a stdout")?;
    let manifest = manifest.canonicalize()?;
    // Both pipes are read while cargo runs: a full one would stop it.
    let (modules, output) = tokio::join!(modules(stdout, &manifest), child.wait_with_output());
    let output = output.context("cannot wait for cargo")?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        let gap = if text.is_empty() { "" } else { "\n" };
        return Err(Failure::new(format!("{text}{gap}cargo build failed in {}", folder.display()))
            .hint(
                "the lines above are cargo's; the first build of a hook needs the network, for what the SDK depends on",
            )
            .into());
    }
    modules?.ok_or_else(|| {
        Failure::new(format!("{} builds no module", folder.display()))
            .hint("Cargo.toml needs `[lib] crate-type = [\"cdylib\"]`")
            .into()
    })
}

async fn modules(stdout: tokio::process::ChildStdout, manifest: &Path) -> anyhow::Result<Option<PathBuf>> {
    let mut lines = BufReader::new(stdout).lines();
    let mut found = None;
    while let Some(line) = lines.next_line().await? {
        let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
        let is_ours = message.reason == "compiler-artifact"
            && message.manifest_path.and_then(|path| path.canonicalize().ok()).as_deref() == Some(manifest);
        if is_ours {
            let wasm = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wasm");
            found = message.filenames.into_iter().find(wasm).or(found);
        }
    }
    Ok(found)
}
