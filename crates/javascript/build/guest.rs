//! The nested cargo that builds `engine/` for wasm32-unknown-unknown.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::compiler::Compiler;

/// Instructions that every engine of the last years has, and that clang leaves out of its oldest target. The definition
/// has one effect: QuickJS hands every block to the allocator that it is given instead of keeping small ones in arenas of
/// its own, so that `memory.rs` decides where each lies.
const C_FLAGS: &str = "-mbulk-memory -msign-ext -mnontrapping-fptoint -D__SANITIZE_ADDRESS__";

/// The stack in linear memory. QuickJS throws far below its end; the rest is for what runs without looking.
const RUST_FLAGS: &str = "-Clink-arg=-zstack-size=524288";

/// What the nested build keeps of the outer one's environment although it is cargo's: where packages come from.
const KEPT: [&str; 5] = ["CARGO_HOME", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTRIES_", "CARGO_SOURCE_"];

/// Settings of the outer build that are not the guest's.
const DROPPED: [&str; 10] = [
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "TARGET",
    "HOST",
    "OPT_LEVEL",
    "PROFILE",
    "DEBUG",
    "CFLAGS",
    "OUT_DIR",
];

/// Builds the guest and gives its bytes. A guest that does not compile fails the build: that is a mistake in the source.
pub(crate) fn build(engine: &Path, out: &Path, compiler: &Compiler) -> Vec<u8> {
    let target = out.join("guest");
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let of_cargo = text.starts_with("CARGO") && !KEPT.iter().any(|kept| text.starts_with(kept));
        if of_cargo || DROPPED.contains(&&*text) {
            cargo.env_remove(&name);
        }
    }
    cargo
        .current_dir(engine)
        // A target folder of its own: the outer cargo holds the lock of the other one until this ends.
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", RUST_FLAGS)
        .env("CC_wasm32_unknown_unknown", &compiler.cc)
        .env("CFLAGS_wasm32_unknown_unknown", C_FLAGS)
        .args(["build", "--quiet", "--release", "--locked", "--target", "wasm32-unknown-unknown"]);
    if let Some(ar) = &compiler.ar {
        cargo.env("AR_wasm32_unknown_unknown", ar);
    }
    let status = cargo.status().expect("cargo, which runs this, can be started");
    assert!(status.success(), "the JavaScript engine does not build with {}", compiler.cc.display());
    let wasm = target.join("wasm32-unknown-unknown/release/engine.wasm");
    fs::read(&wasm).expect("cargo has just written it")
}
