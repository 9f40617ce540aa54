//! Embeds the sources that the binary hands out: the guest SDK and the types for `hookbox new`, the example hooks for `hookbox demo`.
//!
//! `include_dir!` would carry what a build leaves in these folders as well, and would miss a file that was added.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of the repository, each embedded under its own path.
const FOLDERS: [&str; 4] = ["guest-sdk/rust", "guest-sdk/js", "hooks/sendgrid-email", "hooks/starter"];

/// What a build leaves behind, and what only this repository's own tests need.
const SKIPPED: [&str; 2] = ["target", "tests"];

fn main() -> Result<(), Box<dyn Error>> {
    let manifest_dir = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo sets CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let root = manifest_dir.join("../..").canonicalize()?;

    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();

    let mut table = String::from("static FILES: &[File] = &[\n");
    for file in files {
        let path = file.strip_prefix(&root)?.to_str().ok_or("file names are UTF-8")?;
        writeln!(table, "    File {{ path: {path:?}, bytes: include_bytes!({file:?}) }},")?;
    }
    table.push_str("];\n");
    fs::write(out_dir.join("embedded.rs"), table)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("file names are UTF-8")?;
        let is_hidden = name.starts_with('.') && name != ".cargo";
        if is_hidden || SKIPPED.contains(&name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
