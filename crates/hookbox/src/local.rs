//! The sandbox of an author's machine: for `hookbox build` and `hookbox run`, without a daemon.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use anyhow::Context as _;
use hookbox_runtime::{Runtime, Settings};

use crate::environment;
use crate::failure::Hint as _;

/// Bytes of compiled code that stay in the cache: the engine's, and that of the latest hooks.
const CACHE_BYTES_MAX: u64 = 256 << 20;

/// A sandbox for one run at a time.
///
/// The code is the author's own: no child process has to stand between it and the compiler.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    let cache_dir = cache_dir();
    let settings = Settings { runs_at_once: 1, cache_dir, cache_bytes_max: CACHE_BYTES_MAX, ..Settings::default() };
    Runtime::new(settings).context("cannot set up the sandbox").hint("`hookbox doctor` checks this machine")
}

/// The user's folder for what takes seconds to make and can be made again: the JavaScript engine, and compiled modules.
/// `None` where there is no such folder; then they are made each time.
pub(crate) fn cache_dir() -> Option<PathBuf> {
    let cache = environment::variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || environment::variable("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let folder = cache.or_else(home)?.join("hookbox");
    // What is in there is run: nobody else may write to it.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).ok()?;
    // A folder that was there already may not be ours to write to.
    tempfile::tempfile_in(&folder).ok()?;
    Some(folder)
}
