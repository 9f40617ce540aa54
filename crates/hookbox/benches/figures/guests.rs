//! The guests that are measured: the example hooks, built from source.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// The module of that example, for `wasm32-unknown-unknown`: its only imports are Hookbox's own.
pub(crate) fn example(name: &str) -> Result<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hooks");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--quiet", "--target", "wasm32-unknown-unknown"])
        // The folder, not a manifest path: cargo reads the hook's own `.cargo/config.toml` only from there.
        .current_dir(root.join("hooks").join(name))
        .env("CARGO_TARGET_DIR", &target)
        .output()?;
    ensure!(output.status.success(), "{name} does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    let path = target.join("wasm32-unknown-unknown/release").join(format!("{}.wasm", name.replace('-', "_")));
    std::fs::read(&path).with_context(|| format!("read {}", path.display()))
}

/// The script of that example.
pub(crate) fn script(name: &str) -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../hooks").join(name).join("hook.js");
    std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
}

/// The same module with another digest: a custom section with a number is added.
pub(crate) fn variant(module: &[u8], number: u32) -> Vec<u8> {
    let mut out = module.to_vec();
    out.extend([0, 6, 1, b'n']);
    out.extend(number.to_le_bytes());
    out
}

/// An event of about 500 bytes with the secret that the SendGrid example asks for.
pub(crate) const INPUT: &str = r#"{"user":{"id":"abc123","username":"user1","email":"user1@example.com","last_password_reset":"2019-02-27T14:14:29.206Z"},"context":{"connection":{"id":"con_xxxxxxxxxxxxxxxx","name":"Username-Password-Authentication","tenant":"my-tenant"},"webtask":{"secrets":{"SENDGRID_API_KEY":"SG.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},"event":{"id":"evt_0123456789abc","attempt":1,"initiated_by":"user"}}}}"#;

/// A hook that waits on a timer and computes nothing: a slow mail service, without the service.
pub(crate) fn waiting(ms: u32) -> Result<Vec<u8>> {
    Ok(wat::parse_str(format!(
        r#"(module
            (import "hookbox" "timer_start" (func $timer_start (param i64) (result i32)))
            (import "hookbox" "next_event" (func $next_event (result i64)))
            (memory (export "memory") 1)
            (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "post_change_password") (param i32 i32) (result i64)
                (drop (call $timer_start (i64.const {ms})))
                (drop (call $next_event))
                (i64.const 0)))"#
    ))?)
}

/// A hook that computes: `rounds` turns of a loop, each a few nanoseconds. More than it may have end at a limit.
pub(crate) fn computing(rounds: u64) -> Result<Vec<u8>> {
    Ok(wat::parse_str(format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "post_change_password") (param i32 i32) (result i64)
                (local $left i64)
                (local.set $left (i64.const {rounds}))
                (loop $again
                    (local.set $left (i64.sub (local.get $left) (i64.const 1)))
                    (br_if $again (i64.ne (local.get $left) (i64.const 0))))
                (i64.const 0)))"#
    ))?)
}
