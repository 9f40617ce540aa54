//! Uploads: what is no module, broken modules, and compilers that die.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use bytes::Bytes;
use hookbox_protocol::{ErrorCode, RunLimits, Trigger};
use hookbox_runtime::{CompileError, Compiler, Error, Runtime, Settings};
use libtest_mimic::Trial;

use super::guest::{TRIGGER, hook, load, run, runtime, wasm};
use super::test;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("uploads::a_module_tells_its_triggers_and_imports", info),
        test("uploads::what_is_no_core_module_is_refused", no_module),
        test("uploads::a_module_over_its_size_is_refused", too_large),
        test("uploads::a_module_cut_off_anywhere_is_refused", cut_off),
        test("uploads::flipped_bits_end_in_a_refusal_or_an_outcome", flipped_bits),
        test("uploads::the_child_compiles_what_this_process_compiles", child),
        test("uploads::a_killed_compiler_is_the_modules_fault", killed_child),
        test("uploads::a_broken_compiler_is_the_hosts_fault", broken_child),
    ]
}

fn realistic() -> Bytes {
    hook(
        r#"(import "hookbox" "log" (func $log (param i32 i32 i32)))
           (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
           (data (i32.const 0) "{\"value\":[1,2,3]}")"#,
        "(call $log (i32.const 1) (local.get 0) (local.get 1))
         (drop (call $random (i32.const 64) (i32.const 8)))
         (i64.const 0x0_00000011)",
    )
}

async fn info() {
    let info = runtime(1).check(&realistic(), TRIGGER).expect("a module");
    assert_eq!(info.triggers, [Trigger::PostChangePassword]);
    assert_eq!(info.imports, ["hookbox.log", "wasi_snapshot_preview1.random_get"]);
    assert_eq!((info.memory_bytes_min, info.bytes), (65_536, realistic().len() as u64));
}

async fn no_module() {
    let runtime = runtime(1);
    let component = wasm("(component)");
    for bytes in [&component[..], b"", b"(module)", b"\x7fELF\x02\x01\x01\xc8", b"PK\x03\x04", b"module.exports = 1"] {
        let refusal = runtime.check(bytes, TRIGGER).expect_err("refused");
        assert_eq!(refusal.code, ErrorCode::NotWasm, "{}", refusal.message);
    }
}

async fn too_large() {
    let runtime = runtime(1);
    let refusal = runtime.check(&vec![0; (4 << 20) + 1], TRIGGER).expect_err("refused");
    assert_eq!(refusal.code, ErrorCode::TooLarge);
    assert!(refusal.message.contains("4194305") && refusal.message.contains("4194304"), "{}", refusal.message);
}

async fn cut_off() {
    let runtime = runtime(1);
    // Without a name section, since what stands before one is a whole module.
    let whole = wasm(include_str!("../../../../tests/hostile/divide_by_zero.wat"));
    for length in 0..whole.len() {
        runtime.check(&whole[..length], TRIGGER).expect_err("refused");
    }
    runtime.check(&whole, TRIGGER).expect("the whole module passes");
}

async fn flipped_bits() {
    let runtime = runtime(1);
    let whole = realistic();
    let limits = RunLimits { fuel: 100_000, wall_ms: 1_000, ..RunLimits::default() };
    let mut ran = 0;
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match runtime.compile(flipped.into(), TRIGGER).await {
            Ok(info) => {
                let module = runtime.load(info.digest, async || panic!("it is loaded")).await.expect("it loads");
                run(&runtime, &module, limits).await;
                ran += 1;
            }
            Err(CompileError::Refused(_)) => {}
            Err(CompileError::Host(error)) => panic!("bit {bit}: {error}"),
        }
    }
    assert!(ran > 0, "flips in constants change nothing about the types");
}

fn with_child(program: PathBuf) -> Runtime {
    let settings = Settings { runs_at_once: 1, compiler: Compiler::Child(program), ..Settings::default() };
    Runtime::new(settings).expect("a runtime")
}

async fn child() {
    let runtime = with_child(std::env::current_exe().expect("this program"));
    let module = load(&runtime, &realistic()).await;
    let report = run(&runtime, &module, RunLimits::default()).await;
    assert_eq!(report.outcome, hookbox_protocol::Outcome::Completed { value: serde_json::json!([1, 2, 3]) });
}

/// This program by another name, under which it is a broken compiler.
fn broken(dir: &tempfile::TempDir, name: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::os::unix::fs::symlink(std::env::current_exe().expect("this program"), &path).expect("a link");
    path
}

/// What this program does as a compiler by another name; `None` for its own.
pub(crate) fn stand_in(name: &str) -> Option<ExitCode> {
    match name {
        KILLED => std::process::abort(),
        FAILING => {
            eprintln!("no disk");
            Some(ExitCode::FAILURE)
        }
        BABBLING => {
            let written = std::io::stdout().write_all(b"no artefact");
            Some(if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ => None,
    }
}

const KILLED: &str = "killed";
const FAILING: &str = "failing";
const BABBLING: &str = "babbling";

async fn killed_child() {
    let dir = tempfile::tempdir().expect("a directory");
    let error = with_child(broken(&dir, KILLED)).compile(realistic(), TRIGGER).await;
    let Err(CompileError::Refused(refusal)) = error else { panic!("refused: {error:?}") };
    assert_eq!(refusal.code, ErrorCode::ModuleTooExpensive, "{}", refusal.message);
}

async fn broken_child() {
    let dir = tempfile::tempdir().expect("a directory");
    for (program, reason) in [
        (PathBuf::from("/nonexistent/hookbox"), "does not start"),
        (broken(&dir, FAILING), "no disk"),
        (broken(&dir, BABBLING), "does not load"),
    ] {
        let error = with_child(program).compile(realistic(), TRIGGER).await;
        let Err(CompileError::Host(error @ Error::Compiler(_))) = error else { panic!("the host's: {error:?}") };
        assert!(error.to_string().contains(reason), "{error}");
    }
}
