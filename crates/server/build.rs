//! Builds the web console with npm and embeds what came of it; without npm, embeds a page that says how to get it.
//!
//! The console is built in a copy under `OUT_DIR`, so that the source tree stays as it is.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// What the console is built from; its tests and what an editor or a run by hand leaves there do not count.
const SOURCES: [&str; 9] = [
    ".npmrc",
    "docs.html",
    "hook-types.ts",
    "index.html",
    "package-lock.json",
    "package.json",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];

/// A copy of the lock file that the packages in the copy were installed from.
const INSTALLED: &str = "installed.json";

fn main() -> Result<(), Box<dyn Error>> {
    let manifest_dir = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo sets CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let sources = manifest_dir.join("console");
    let copy = out_dir.join("console");
    println!("cargo::rerun-if-changed=build.rs");
    for name in SOURCES {
        println!("cargo::rerun-if-changed={}", sources.join(name).display());
    }

    let types = manifest_dir.join("../../guest-sdk/js");
    println!("cargo::rerun-if-changed={}", types.display());

    let dist = match build(&sources, &copy, &types) {
        Ok(()) => copy.join("dist"),
        Err(reason) => {
            println!("cargo::warning=the web console is not in this build: {reason}");
            fs::create_dir_all(out_dir.join("missing"))?;
            fs::copy(manifest_dir.join("src/console/missing.html"), out_dir.join("missing/index.html"))?;
            fs::copy(manifest_dir.join("src/console/missing-docs.html"), out_dir.join("missing/docs.html"))?;
            out_dir.join("missing")
        }
    };
    for page in ["src/console/missing.html", "src/console/missing-docs.html"] {
        println!("cargo::rerun-if-changed={}", manifest_dir.join(page).display());
    }
    fs::write(out_dir.join("console.rs"), table(&dist)?)?;
    Ok(())
}

/// Installs the packages that the lock file names, unless they are there, and builds; the editor completes what is in
/// `types`. The error is one line.
fn build(sources: &Path, copy: &Path, types: &Path) -> Result<(), String> {
    let text = |error: io::Error| error.to_string();
    fs::create_dir_all(copy).map_err(text)?;
    for name in SOURCES {
        renew(&sources.join(name), &copy.join(name)).map_err(text)?;
    }
    let lock = fs::read(copy.join("package-lock.json")).map_err(text)?;
    if fs::read(copy.join(INSTALLED)).ok().as_ref() != Some(&lock) {
        npm(copy, types, &["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])?;
        fs::write(copy.join(INSTALLED), lock).map_err(text)?;
    }
    npm(copy, types, &["run", "build"])
}

fn npm(folder: &Path, types: &Path, arguments: &[&str]) -> Result<(), String> {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(folder).env("HOOKBOX_GUEST_TYPES", types);
    let output = npm.output().map_err(|error| {
        format!("npm cannot be started ({error}); install Node.js 20.19 or newer with npm, then touch build.rs")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("npm warn"));
    let first: Vec<&str> = lines.take(3).collect();
    Err(format!("`npm {}` failed: {}", arguments.join(" "), first.join(" ")))
}

/// Makes `to` the same as `from`.
fn renew(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        renew(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// The source of the table of files that `src/console.rs` includes.
fn table(dist: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    collect(dist, &mut files)?;
    files.sort();
    let mut table = String::from("static FILES: &[File] = &[\n");
    for file in files {
        let path = file.strip_prefix(dist)?.to_str().ok_or("file names are UTF-8")?;
        if path.ends_with(".gz") {
            continue;
        }
        let gzip = PathBuf::from(format!("{}.gz", file.display()));
        let gzip = if gzip.is_file() { format!("Some(include_bytes!({gzip:?}))") } else { "None".to_owned() };
        writeln!(table, "    File {{ path: {path:?}, bytes: include_bytes!({file:?}), gzip: {gzip} }},")?;
    }
    table.push_str("];\n");
    Ok(table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
