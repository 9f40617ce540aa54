//! A hook's code on its way to a sandbox or a daemon: a module, or a script.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;

use crate::bundle::{self, SCRIPT_FILE};
use crate::failure::Hint as _;
use crate::project::{Language, Project};
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
    /// Reads a file: a script if its name ends in `.js`, a module otherwise.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let is_script = path.extension().is_some_and(|extension| extension == "js");
        let kind = if is_script {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read the script {}", path.display()));
            Kind::Script(text.hint("a script is UTF-8 text with module.exports = function (…) { … }")?)
        } else {
            let bytes = fs::read(path).with_context(|| format!("cannot read the module {}", path.display()))?;
            Kind::Module(bytes.into())
        };
        Ok(Self { path: path.to_owned(), kind, dependencies: BTreeMap::new(), is_bundle: false })
    }

    /// Builds a project with its author's own tools; a script that stands alone needs none.
    pub(crate) async fn build(project: &Project) -> anyhow::Result<Self> {
        match project.language {
            Language::Rust => Self::read(&toolchain::build(&project.folder, None, Show::Everything).await?),
            Language::Js | Language::Ts => {
                let script = bundle::script(&project.folder).await?;
                let is_bundle = script.path != project.folder.join(SCRIPT_FILE);
                Ok(Self { dependencies: script.dependencies, is_bundle, ..Self::read(&script.path)? })
            }
        }
    }
}
