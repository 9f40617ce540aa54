//! Builds the engine's guest with a nested cargo, and writes the table of built-in modules.
//!
//! Where no C compiler for wasm32 can be had, the crate builds without JavaScript: `engine.wasm` is empty then, and one
//! warning names the package to install.

#[path = "build/compiler.rs"]
mod compiler;
#[path = "build/guest.rs"]
mod guest;
#[path = "build/modules.rs"]
mod modules;

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let engine = root.join("engine");
    for part in ["src", "prelude", "rehearsal", "build.rs", "Cargo.toml", "Cargo.lock"] {
        println!("cargo:rerun-if-changed={}", engine.join(part).display());
    }
    for part in ["build.rs", "build"] {
        println!("cargo:rerun-if-changed={}", root.join(part).display());
    }
    fs::write(out.join("modules.rs"), modules::table(&engine.join("prelude"))).expect("the build folder takes files");
    let wasm = match compiler::find(&out) {
        Ok(compiler) => guest::build(&engine, &out, &compiler),
        Err(reason) => {
            println!("cargo:warning=hooks in JavaScript are left out of this build: {reason}");
            // A file that never exists makes the next build look again: what is missing may be installed by then.
            println!("cargo:rerun-if-changed={}", out.join("look-again").display());
            Vec::new()
        }
    };
    fs::write(out.join("engine.wasm"), wasm).expect("the build folder takes files");
}
