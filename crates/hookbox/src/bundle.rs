//! The script of a JavaScript project: as its author wrote it, or bundled with the npm packages and files that it needs.
//!
//! The bundler is esbuild, the author's own or npm's: nothing that comes from npm is part of this program.

mod absent;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::Context as _;
use hookbox_javascript::Engine;
use serde::Deserialize;
use tokio::process::Command;

use crate::failure::{Failure, Hint as _};
use crate::output::{FAINT, printable, progress};

/// The script of a project.
pub(crate) const SCRIPT_FILE: &str = "hook.js";

/// The same in TypeScript.
pub(crate) const TYPESCRIPT_FILE: &str = "hook.ts";

/// Where a bundle goes, in the project.
const BUNDLE_FILE: &str = "dist/hook.js";

/// The bundler that npm fetches where the project has none of its own.
const ESBUILD: &str = "esbuild@0.25";

/// A default export of a module in the newer form is the hook, as if it were `module.exports`.
const FOOTER: &str =
    "if (module.exports.__esModule && module.exports.default) module.exports = module.exports.default;";

/// A project's script, ready for the engine.
#[derive(Debug)]
pub(crate) struct Script {
    /// The file that the engine gets.
    pub(crate) path: PathBuf,
    /// What npm packages the project depends on: names and versions.
    pub(crate) dependencies: BTreeMap<String, String>,
    /// What of its own files a sandbox will not find.
    pub(crate) warnings: Vec<String>,
}

/// What matters of a `package.json`.
#[derive(Debug, Default, Deserialize)]
struct Package {
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

/// Finds the script of the project in that folder, and bundles it where it needs that.
pub(crate) async fn script(folder: &Path) -> anyhow::Result<Script> {
    let entry = entry(folder)?;
    let source = fs::read_to_string(folder.join(entry)).with_context(|| format!("cannot read {entry}"))?;
    let Package { dependencies } = package(folder)?;
    if entry == SCRIPT_FILE && dependencies.is_empty() && stands_alone(&source) {
        return Ok(Script { path: folder.join(entry), dependencies, warnings: Vec::new() });
    }
    let warnings = bundle(folder, entry).await?;
    Ok(Script { path: folder.join(BUNDLE_FILE), dependencies, warnings })
}

/// The file that holds the hook.
fn entry(folder: &Path) -> anyhow::Result<&'static str> {
    match [SCRIPT_FILE, TYPESCRIPT_FILE].map(|file| folder.join(file).is_file()) {
        [true, false] => Ok(SCRIPT_FILE),
        [false, true] => Ok(TYPESCRIPT_FILE),
        [true, true] => Err(Failure::new(format!("{} has both {SCRIPT_FILE} and {TYPESCRIPT_FILE}", folder.display()))
            .hint("keep the one that is the hook")
            .into()),
        [false, false] => {
            Err(Failure::new(format!("{} has no {SCRIPT_FILE} and no {TYPESCRIPT_FILE}", folder.display()))
                .hint("the hook's function belongs there: module.exports = function (…) { … }")
                .into())
        }
    }
}

fn package(folder: &Path) -> anyhow::Result<Package> {
    let path = folder.join("package.json");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Package::default()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))
}

/// Whether the engine can take the script as it is: it names no file beside it, and has no `import` and `export`.
fn stands_alone(source: &str) -> bool {
    let names_file = |module: &str| module.starts_with("./") || module.starts_with("../");
    let has_file = Engine::warnings(source, None::<&str>).iter().any(|warning| names_file(&warning.module));
    // A line of a text that begins like this makes a bundle that was not needed, which does no harm.
    let is_module = source.lines().any(|line| {
        let rest = line.strip_prefix("import").or_else(|| line.strip_prefix("export"));
        rest.is_some_and(|rest| rest.starts_with([' ', '{', '*', '"', '\'']))
    });
    !has_file && !is_module
}

/// Bundles, and gives what of the author's own files will not be found.
async fn bundle(folder: &Path, entry: &str) -> anyhow::Result<Vec<String>> {
    absent::write(folder)?;
    let metafile = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let arguments = arguments(entry, metafile.path());
    let output = match own_esbuild(folder) {
        Some(program) => run(Command::new(&program).args(&arguments), folder)
            .await
            .with_context(|| format!("cannot start {}", program.display()))?,
        None => {
            progress(format_args!("{FAINT}Bundling with {ESBUILD} from npm …{FAINT:#}"));
            let mut npx = Command::new("npx");
            // What is shown is the bundler's.
            npx.env("npm_config_loglevel", "error").env("npm_config_update_notifier", "false");
            run(npx.args(["--yes", ESBUILD]).args(&arguments), folder)
                .await
                .context("the hook has to be bundled, and there is neither esbuild nor npm")
                .hint("install Node.js with npm, then in the project: npm install --save-dev esbuild")?
        }
    };
    let said = String::from_utf8_lossy(&output.stderr).lines().map(printable).collect::<Vec<_>>().join("\n");
    let said = said.trim();
    if output.status.success() {
        if !said.is_empty() {
            progress(said);
        }
        return Ok(absent::warnings(&fs::read_to_string(metafile.path()).unwrap_or_default()));
    }
    let gap = if said.is_empty() { "" } else { "\n" };
    Err(Failure::new(format!("{said}{gap}esbuild failed in {}", folder.display()))
        .hint(
            "the lines above are its own; packages of package.json are there after `npm install`, and the bundler itself \
             after `npm install --save-dev esbuild`",
        )
        .into())
}

async fn run(command: &mut Command, folder: &Path) -> std::io::Result<Output> {
    command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true).output().await
}

/// The project's own bundler; a workspace keeps it in a folder further up.
fn own_esbuild(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().map(|folder| folder.join("node_modules/.bin/esbuild")).find(|path| path.is_file())
}

fn arguments(entry: &str, metafile: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = [
        entry,
        "--bundle",
        "--platform=node",
        "--format=cjs",
        "--target=es2020",
        "--charset=utf8",
        "--log-level=warning",
        "--color=false",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--outfile={BUNDLE_FILE}"));
    arguments.push(format!("--footer:js={FOOTER}"));
    arguments.extend(Engine::modules().iter().map(|name| format!("--external:{name}")));
    arguments.extend(absent::arguments());
    // What is in there says nothing about the bundle's bytes, so it may be anywhere.
    arguments.push(format!("--metafile={}", metafile.display()));
    arguments
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (path, text) in files {
            fs::write(folder.path().join(path), text).expect("writes");
        }
        folder
    }

    #[test]
    fn a_project_has_one_entry() {
        let check = |files: &[(&str, &str)]| match entry(project(files).path()) {
            Ok(entry) => entry.to_owned(),
            Err(error) => error.to_string().split_once(" has ").expect("names the folder").1.to_owned(),
        };
        assert_eq!(check(&[("hook.js", "")]), "hook.js");
        assert_eq!(check(&[("hook.ts", "")]), "hook.ts");
        assert_eq!(check(&[("hook.js", ""), ("hook.ts", "")]), "both hook.js and hook.ts");
        assert_eq!(check(&[("index.js", "")]), "no hook.js and no hook.ts");
    }

    #[test]
    fn a_script_that_needs_files_or_newer_modules_does_not_stand_alone() {
        for (source, alone) in [
            ("const axios = require('axios');\nmodule.exports = 1;", true),
            ("const x = require('left-pad');", true),
            ("const important = 1;\nexported = 2;", true),
            ("const x = require('./x');", false),
            ("const x = require('../lib/x.js');", false),
            ("import x from 'y';", false),
            ("import 'y';", false),
            ("import{x}from'y';", false),
            ("let x;\nexport default function () {}", false),
        ] {
            assert_eq!(stands_alone(source), alone, "{source}");
        }
    }

    #[tokio::test]
    async fn a_script_without_dependencies_is_used_as_it_is() {
        let package = r#"{"name": "a", "devDependencies": {"eslint": "9"}}"#;
        let folder = project(&[("hook.js", "module.exports = 1;"), ("package.json", package)]);
        let found = script(folder.path()).await.expect("is there");
        assert_eq!(found.path, folder.path().join("hook.js"));
        fs::write(folder.path().join("package.json"), "{").expect("writes");
        let error = script(folder.path()).await.expect_err("no JSON");
        assert!(error.to_string().contains("package.json"), "{error}");
    }

    /// A stand-in for the bundler, where the project keeps its own: a shell script.
    fn own_bundler(folder: &Path, shell: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let bin = folder.join("node_modules/.bin");
        fs::create_dir_all(&bin).expect("made");
        let path = bin.join("esbuild");
        fs::write(&path, format!("#!/bin/sh\n{shell}\n")).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("is ours");
    }

    #[tokio::test]
    async fn a_project_with_dependencies_goes_through_its_own_bundler() {
        let package = r#"{"dependencies": {"left-pad": "1.3.0"}}"#;
        let folder = project(&[("hook.js", "require('left-pad');"), ("package.json", package)]);
        own_bundler(folder.path(), "for a in \"$@\"; do echo \"$a\"; done > dist/hook.js");
        let found = script(folder.path()).await.expect("bundles");
        assert_eq!(found.path, folder.path().join("dist/hook.js"));
        assert_eq!(found.dependencies["left-pad"], "1.3.0");
        let given = fs::read_to_string(found.path).expect("is there");
        for argument in ["hook.js", "--external:axios", "--format=cjs", "--target=es2020", "--outfile=dist/hook.js"] {
            assert!(given.lines().any(|line| line == argument), "{argument} is not in\n{given}");
        }
        for argument in ["--alias:fs=./dist/absent/fs.cjs", "--alias:node:fs=./dist/absent/fs.cjs"] {
            assert!(given.lines().any(|line| line == argument), "{argument} is not in\n{given}");
        }
        // Whatever else the bundler gets a path of this machine for, it would write into the bundle.
        let machine: Vec<_> = given.lines().filter(|line| line.contains("=/")).collect();
        assert!(matches!(machine[..], [only] if only.starts_with("--metafile=")), "{machine:?}");

        own_bundler(folder.path(), "echo 'Could not resolve \"left-pad\"' >&2; exit 1");
        let error = script(folder.path()).await.expect_err("fails");
        assert!(error.to_string().starts_with("Could not resolve \"left-pad\"\nesbuild failed in "), "{error}");
    }

    #[tokio::test]
    async fn a_module_that_no_sandbox_has_is_named_where_the_author_himself_takes_it() {
        let meta = r#"{"inputs": {
            "dist/absent/fs.cjs": {"imports": []},
            "node_modules/left-pad/index.js": {"imports": [{"path": "dist/absent/net.cjs", "original": "net"}]},
            "lib/file.js": {"imports": [{"path": "util", "external": true}, {"path": "dist/absent/fs-promises.cjs"}]},
            "hook.js": {"imports": [{"path": "dist/absent/fs.cjs", "original": "node:fs"}, {"path": "lib/file.js"}]}
        }}"#;
        let folder = project(&[("hook.js", "import fs from 'fs';"), ("meta.json", meta)]);
        own_bundler(
            folder.path(),
            "echo > dist/hook.js; for a in \"$@\"; do cp meta.json \"${a#--metafile=}\" 2>&-; done; true",
        );
        let found = script(folder.path()).await.expect("bundles");
        expect![[r"
            hook.js: the module 'fs' is not in a sandbox; whatever is called of it fails
            lib/file.js: the module 'fs/promises' is not in a sandbox; whatever is called of it fails"]]
        .assert_eq(&found.warnings.join("\n"));
    }
}
