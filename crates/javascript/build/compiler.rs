//! Finds a C compiler with a wasm32 back end: clang, or zig, or zig from PyPI put into the build folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is fetched where neither clang nor zig is installed.
const ZIG_PACKAGE: &str = "ziglang==0.15.2";

/// Newest first; 14 is the oldest that knows what QuickJS uses.
const CLANG_VERSIONS: std::ops::RangeInclusive<u32> = 14..=23;

/// How to call the compiler.
pub(crate) struct Compiler {
    pub(crate) cc: PathBuf,
    /// `None`: the one that the `cc` crate finds by itself.
    pub(crate) ar: Option<PathBuf>,
}

/// The compiler to use, or why there is none and what to install.
pub(crate) fn find(out: &Path) -> Result<Compiler, String> {
    let clangs = CLANG_VERSIONS.rev().map(|version| format!("clang-{version}"));
    for clang in std::iter::once("clang".to_owned()).chain(clangs) {
        if clang_has_wasm(&clang) {
            return Ok(Compiler { cc: clang.into(), ar: None });
        }
    }
    for zig in [&["zig"][..], &["python3", "-m", "ziglang"][..]] {
        if works(Command::new(zig[0]).args(&zig[1..]).arg("version")) {
            return Ok(wrap_zig(out, "", zig));
        }
    }
    fetch_zig(out)
}

fn works(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).output().is_ok_and(|output| output.status.success())
}

fn clang_has_wasm(clang: &str) -> bool {
    let targets = Command::new(clang).arg("--print-targets").output();
    let recent = Command::new(clang).arg("-dumpversion").output().is_ok_and(|output| {
        let version = String::from_utf8_lossy(&output.stdout);
        version.split('.').next().and_then(|major| major.trim().parse().ok()).is_some_and(|major: u32| major >= 14)
    });
    recent && targets.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("wasm32"))
}

fn fetch_zig(out: &Path) -> Result<Compiler, String> {
    const INSTALL: &str =
        "install clang 14 or newer (package `clang`), or zig (`pip install ziglang`), and build again";
    if cfg!(not(unix)) {
        return Err(format!("there is no C compiler for wasm32; {INSTALL}"));
    }
    if !works(Command::new("python3").args(["-m", "pip", "--version"])) {
        return Err(format!("there is no C compiler for wasm32, and no pip to fetch one with; {INSTALL}"));
    }
    let folder = out.join("ziglang");
    if !folder.join("ziglang").is_dir() {
        println!("cargo:warning=no clang or zig is installed: fetching {ZIG_PACKAGE} with pip into the build folder");
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
        if !works(pip.arg(&folder).arg(ZIG_PACKAGE)) {
            return Err(format!("there is no C compiler for wasm32, and pip could not fetch one; {INSTALL}"));
        }
    }
    let path = format!("PYTHONPATH='{}' ", folder.display());
    if !works(Command::new("python3").args(["-m", "ziglang", "version"]).env("PYTHONPATH", &folder)) {
        return Err(format!("the fetched {ZIG_PACKAGE} does not run here; {INSTALL}"));
    }
    Ok(wrap_zig(out, &path, &["python3", "-m", "ziglang"]))
}

/// The `cc` crate calls a compiler by one path, and names the target in clang's words; zig wants a command and its own.
fn wrap_zig(out: &Path, environment: &str, zig: &[&str]) -> Compiler {
    let zig = zig.join(" ");
    let drop_target = r#"for x do shift; case $x in --target=*) ;; *) set -- "$@" "$x" ;; esac; done"#;
    let cc = script(
        &out.join("zig-cc"),
        &format!("{drop_target}\n{environment}exec {zig} cc -target wasm32-freestanding \"$@\""),
    );
    let ar = script(&out.join("zig-ar"), &format!("{environment}exec {zig} ar \"$@\""));
    Compiler { cc, ar: Some(ar) }
}

fn script(path: &Path, body: &str) -> PathBuf {
    fs::write(path, format!("#!/bin/sh\n{body}\n")).expect("the build folder takes files");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the file is this build's own");
    }
    path.to_owned()
}
