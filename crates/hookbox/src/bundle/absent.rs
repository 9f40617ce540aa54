//! What a bundle has in place of the modules of Node that a sandbox cannot have.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

/// Many packages load these and use them in rare cases only, so a bundle gets a stand-in for each.
const MODULES: [&str; 8] = ["fs", "fs/promises", "net", "tls", "dns", "dns/promises", "child_process", "http2"];

/// Where the stand-ins are, in the project: the bundler writes the path into what it makes, so it is the same at every build
/// and on every machine.
const FOLDER: &str = "dist/absent";

const STAND_IN: &str = include_str!("absent.js");

/// What esbuild says of a bundle.
#[derive(Debug, Deserialize)]
struct Metafile {
    inputs: BTreeMap<String, Input>,
}

#[derive(Debug, Deserialize)]
struct Input {
    #[serde(default)]
    imports: Vec<Import>,
}

#[derive(Debug, Deserialize)]
struct Import {
    path: String,
}

/// Writes the stand-ins into the project, where [`arguments`] say that they are.
pub(super) fn write(project: &Path) -> anyhow::Result<()> {
    let folder = project.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for name in MODULES {
        let path = project.join(place(name));
        fs::write(&path, STAND_IN.replace("NAME", name)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// What tells esbuild of them.
pub(super) fn arguments() -> impl Iterator<Item = String> {
    MODULES.into_iter().flat_map(|name| ["", "node:"].map(|prefix| format!("--alias:{prefix}{name}=./{}", place(name))))
}

/// A warning for each file of the author's own that takes something from such a module, by esbuild's metafile: a package
/// may never come to use it, but whoever writes it into a hook means to.
pub(super) fn warnings(metafile: &str) -> Vec<String> {
    // The bundle is good without it.
    let Ok(Metafile { inputs }) = serde_json::from_str(metafile) else { return Vec::new() };
    let is_own = |file: &str| !file.split('/').any(|part| part == "node_modules");
    let uses = inputs.iter().filter(|(file, _)| is_own(file)).flat_map(|(file, input)| {
        let used = MODULES.into_iter().filter(|name| input.imports.iter().any(|import| import.path == place(name)));
        used.map(move |name| format!("{file}: the module '{name}' is not in a sandbox; whatever is called of it fails"))
    });
    uses.collect::<BTreeSet<_>>().into_iter().collect()
}

/// In the older form by its name, also in a project whose files are of the newer one.
fn place(name: &str) -> String {
    format!("{FOLDER}/{}.cjs", name.replace('/', "-"))
}
