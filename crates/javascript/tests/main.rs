//! The scripts of `conformance/`, and what else shows only when the real engine runs in the real sandbox.

mod answers;
mod case;
mod conformance;
mod engine;

use std::path::Path;

use hookbox_javascript::Engine;
use hookbox_runtime::{Runtime, Settings};
use tokio::sync::OnceCell;

static STARTED: OnceCell<(Runtime, Engine)> = OnceCell::const_new();

/// The runtime and the engine, one for all tests. Their caches are in the target folder, so that a second run of the tests
/// starts at once. `None` in a build without JavaScript: the test is skipped, and says so.
async fn start() -> Option<(Runtime, Engine)> {
    if !Engine::available() {
        let all = std::env::var_os("HOOKBOX_TESTS").is_some_and(|tests| tests == "all");
        assert!(!all, "this build has no JavaScript engine");
        eprintln!("skipped: this build has no JavaScript engine; install clang or zig and build again");
        return None;
    }
    let started = STARTED.get_or_init(async || {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("javascript");
        let settings = Settings { cache_dir: Some(cache.clone()), runs_at_once: 8, ..Settings::default() };
        let runtime = Runtime::new(settings).expect("the runtime starts");
        let engine = Engine::start(&runtime, Some(&cache)).await.expect("the engine starts");
        (runtime, engine)
    });
    Some(started.await.clone())
}
