//! The sandbox of an author's machine: for `hookbox build` and `hookbox run`, without a daemon.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use anyhow::Context as _;
use hookbox_protocol::limits::MODULE_BYTES;
use hookbox_protocol::{RunLimits, Trigger};
use hookbox_runtime::{Runtime, Settings, ShapeLimits};

use crate::environment;
use crate::failure::Hint as _;

/// Bytes of compiled code that stay in the cache: the engine's, and that of the latest hooks.
const CACHE_BYTES_MAX: u64 = 256 << 20;

/// A sandbox for one run at a time.
///
/// The code is the author's own: no child process has to stand between it and the compiler. What some operator may allow
/// can be tried; [`over_shipped`] says what other ones will refuse.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    let settings = Settings {
        runs_at_once: 1,
        cache_dir: cache_dir(),
        cache_bytes_max: CACHE_BYTES_MAX,
        memory_bytes_max: RunLimits::MOST.memory_bytes,
        module_bytes_max: MODULE_BYTES.most,
        shape: ShapeLimits::MOST,
        ..Settings::default()
    };
    Runtime::new(settings).context("cannot set up the sandbox").hint("`hookbox doctor` checks this machine")
}

/// What a daemon says to this module where its operator moved no limits, if that is a refusal.
pub(crate) fn over_shipped(wasm: &[u8], trigger: Trigger) -> Option<String> {
    let refusal = Runtime::check_as_shipped(wasm, trigger).err()?;
    Some(format!("a daemon refuses this module, unless its operator raised the limit: {}", refusal.message))
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
