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
