//! The modules of `hooks/`, built from source, once, into a target folder of their own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The module of `hooks/sendgrid-email`.
pub(crate) fn sendgrid_email() -> Result<Vec<u8>> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    read(BUILT.get_or_init(|| build("sendgrid-email").map_err(|error| format!("{error:?}"))))
}

/// The module of `hooks/starter`.
pub(crate) fn starter() -> Result<Vec<u8>> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    read(BUILT.get_or_init(|| build("starter").map_err(|error| format!("{error:?}"))))
}

/// A module for every trigger, from `tests/triggers/guest`.
pub(crate) fn every_trigger() -> Result<Vec<u8>> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = || root().join("tests/triggers/guest");
    read(BUILT.get_or_init(|| build_in(&folder(), "every-trigger").map_err(|error| format!("{error:?}"))))
}

/// A module that reports each of its runs, from `tests/crash/guest`.
pub(crate) fn reporter() -> Result<Vec<u8>> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = || root().join("tests/crash/guest");
    read(BUILT.get_or_init(|| build_in(&folder(), "reporter").map_err(|error| format!("{error:?}"))))
}

fn read(built: &Result<PathBuf, String>) -> Result<Vec<u8>> {
    let path = built.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?;
    std::fs::read(path).with_context(|| format!("read {}", path.display()))
}

fn build(hook: &str) -> Result<PathBuf> {
    build_in(&root().join("hooks").join(hook), hook)
}

fn build_in(folder: &Path, hook: &str) -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hooks");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--quiet", "--target", "wasm32-wasip1"])
        // The folder, not a manifest path: cargo reads the hook's own `.cargo/config.toml` only from there.
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target)
        .output()?;
    ensure!(output.status.success(), "{hook} does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(target.join("wasm32-wasip1/release").join(format!("{}.wasm", hook.replace('-', "_"))))
}
