//! The artefact cache as a restarted daemon sees it.

use std::fs;
use std::path::{Path, PathBuf};

use hookbox_protocol::ModuleDigest;
use hookbox_runtime::{Module, Runtime, Settings};
use libtest_mimic::Trial;

use super::guest::{TRIGGER, hook, run};
use super::{executor, test};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("cache::a_restart_compiles_nothing_again", restart),
        test("cache::a_start_lets_go_of_what_it_cannot_load_or_keep", pruned),
        test("cache::damaged_entries_are_compiled_again_and_counted", damaged),
        test("cache::the_least_recently_used_module_is_let_go", least_recently_used),
        test("cache::a_module_that_is_loaded_twice_at_once_is_compiled_once", at_once),
        test("cache::a_source_that_gives_another_module_is_an_error_of_the_host", another_module),
    ]
}

fn runtime(dir: &Path) -> Runtime {
    let settings = Settings { runs_at_once: 1, cache_dir: Some(dir.to_owned()), ..Settings::default() };
    Runtime::new(settings).expect("a runtime")
}

async fn uploaded(dir: &Path) -> ModuleDigest {
    runtime(dir).compile(hook("", "(i64.const 0)"), TRIGGER).await.expect("it compiles").digest
}

fn artefacts(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("the cache").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "artefact")).collect()
}

async fn runs(runtime: &Runtime, module: &Module) {
    assert!(run(runtime, module, Default::default()).await.outcome.is_completed());
}

async fn restart() {
    let dir = tempfile::tempdir().expect("a directory");
    let digest = uploaded(dir.path()).await;
    let again = runtime(dir.path());
    let module = again.load(digest, async || panic!("nothing is to be compiled")).await.expect("it loads");
    runs(&again, &module).await;
    assert_eq!((again.stats().compiled, again.stats().damaged, again.stats().loaded), (0, 0, 1));
}

async fn pruned() {
    let dir = tempfile::tempdir().expect("a directory");
    let digest = uploaded(dir.path()).await;
    let [current] = &artefacts(dir.path())[..] else { panic!("one artefact") };
    fs::copy(current, dir.path().join("of-another-version.artefact")).expect("copied");
    let again = runtime(dir.path());
    assert_eq!(artefacts(dir.path()), std::slice::from_ref(current));
    again.load(digest, async || panic!("nothing is to be compiled")).await.expect("it loads");

    let cache_dir = Some(dir.path().to_owned());
    Runtime::new(Settings { runs_at_once: 1, cache_dir, cache_bytes_max: 1, ..Settings::default() })
        .expect("a runtime");
    assert_eq!(artefacts(dir.path()), <[PathBuf; 0]>::default());
}

async fn damaged() {
    let dir = tempfile::tempdir().expect("a directory");
    let digest = uploaded(dir.path()).await;
    let [path] = &artefacts(dir.path())[..] else { panic!("one artefact") };
    let good = fs::read(path).expect("the artefact");
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 0x10;
    for bad in [&flipped[..], &good[..good.len() - 1], &good[32..], b"", b"\x7fELF"] {
        fs::write(path, bad).expect("written");
        let again = runtime(dir.path());
        let module = again.load(digest, async || Ok(hook("", "(i64.const 0)"))).await.expect("it loads");
        runs(&again, &module).await;
        assert_eq!((again.stats().compiled, again.stats().damaged), (1, 1));
        assert_eq!(fs::read(path).expect("the artefact"), good, "it was written anew");
    }
    // Another daemon's key signs nothing here.
    fs::remove_file(dir.path().join("artefact.key")).expect("removed");
    let again = runtime(dir.path());
    again.load(digest, async || Ok(hook("", "(i64.const 0)"))).await.expect("it loads");
    assert_eq!((again.stats().compiled, again.stats().damaged), (1, 1));
}

async fn least_recently_used() {
    let settings = Settings { runs_at_once: 1, loaded_bytes_max: 1, ..Settings::default() };
    let runtime = Runtime::new(settings).expect("a runtime");
    for number in 0..3 {
        let module = hook(&format!("(global i32 (i32.const {number}))"), "(i64.const 0)");
        runtime.compile(module, TRIGGER).await.expect("it compiles");
        assert_eq!(runtime.stats().loaded, 1);
    }
    assert_eq!(runtime.stats().compiled, 3);
}

async fn at_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let digest = uploaded(dir.path()).await;
    fs::remove_file(&artefacts(dir.path())[0]).expect("removed");
    let runtime = runtime(dir.path());
    let loads: Vec<_> = (0..8)
        .map(|_| {
            let runtime = runtime.clone();
            executor().spawn(async move { runtime.load(digest, async || Ok(hook("", "(i64.const 0)"))).await })
        })
        .collect();
    for load in loads {
        assert_eq!(load.await.expect("no panic").expect("it loads").digest(), digest);
    }
    assert_eq!(runtime.stats().compiled, 1);
}

async fn another_module() {
    let dir = tempfile::tempdir().expect("a directory");
    let runtime = runtime(dir.path());
    let error = runtime.load(ModuleDigest([1; 32]), async || Ok(hook("", "(i64.const 0)"))).await;
    let message = error.expect_err("refused").to_string();
    assert!(message.contains("not sha256:0101"), "{message}");
}
