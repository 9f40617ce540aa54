//! A hook's code on its way to a sandbox or a daemon: a module, or a script.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;

use crate::bundle::{self, SCRIPT_FILE};
use crate::failure::{Failure, Hint as _};
use crate::project::{Language, Project};
use crate::script;
use crate::toolchain::{self, Show};

/// A hook's code, as its author has it.
#[derive(Debug)]
pub(crate) struct Code {
    /// The file that it is in.
    pub(crate) path: PathBuf,
    /// What is in there.
    pub(crate) kind: Kind,
    /// The npm packages that a script's project depends on: names and versions.
    pub(crate) dependencies: BTreeMap<String, String>,
    /// Whether the script was made of several files.
    pub(crate) is_bundle: bool,
    /// What of those files a sandbox will not find.
    pub(crate) warnings: Vec<String>,
}

/// What a hook is written as.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A WebAssembly module.
    Module(Bytes),
    /// A JavaScript hook.
    Script(String),
}

impl Code {
    /// Reads a file: a script if its name ends in `.js` or `.cjs`, a module otherwise.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if let "mjs" | "ts" | "mts" | "cts" | "jsx" | "tsx" = extension {
            let (path, language) = (path.display(), if extension.contains("ts") { "ts" } else { "js" });
            return Err(Failure::new(format!("{path} has to be bundled into a script first, which takes a project"))
                .hint(format!("`hookbox new NAME --lang {language}` makes one; put the code into its hook.{language}"))
                .into());
        }
        let is_script = matches!(extension, "js" | "cjs");
        let kind = if is_script {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read the script {}", path.display()));
            Kind::Script(text.hint("a script is UTF-8 text with module.exports = function (…) { … }")?)
        } else {
            let bytes = fs::read(path).with_context(|| format!("cannot read the module {}", path.display()))?;
            Kind::Module(bytes.into())
        };
        Ok(Self { path: path.to_owned(), kind, dependencies: BTreeMap::new(), is_bundle: false, warnings: Vec::new() })
    }

    /// Builds a project with its author's own tools; a script that stands alone needs none.
    pub(crate) async fn build(project: &Project) -> anyhow::Result<Self> {
        match project.language {
            Language::Rust => Self::read(&toolchain::build(&project.folder, None, Show::Everything).await?),
            Language::Js | Language::Ts => {
                let script = bundle::script(&project.folder).await?;
                let is_bundle = script.path != project.folder.join(SCRIPT_FILE);
                let bundle::Script { path, dependencies, warnings } = script;
                Ok(Self { dependencies, is_bundle, warnings, ..Self::read(&path)? })
            }
        }
    }

    /// What will not work on a daemon, as far as the code itself tells.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let Kind::Script(source) = &self.kind else { return Vec::new() };
        [self.warnings.clone(), script::warnings(source, self.is_bundle)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_files_name_says_what_it_is() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let check = |name: &str| {
            let path = folder.path().join(name);
            fs::write(&path, "module.exports = 1;").expect("writes");
            match Code::read(&path) {
                Ok(code) => if matches!(code.kind, Kind::Script(_)) { "script" } else { "module" }.to_owned(),
                Err(error) => crate::failure::describe(&error).0.lines().last().unwrap_or_default().to_owned(),
            }
        };
        for (name, kind) in [("a.js", "script"), ("a.cjs", "script"), ("a.wasm", "module"), ("a", "module")] {
            assert_eq!(check(name), kind, "{name}");
        }
        for (name, language) in [("a.ts", "ts"), ("a.tsx", "ts"), ("a.mts", "ts"), ("a.mjs", "js"), ("a.jsx", "js")] {
            let hint = check(name);
            assert!(hint.starts_with("hint:") && hint.contains(&format!("--lang {language}")), "{name}: {hint}");
        }
    }
}
