//! The table of built-in modules, read off the prelude's files and its table of aliases.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// `MODULES`, every name that a script can require, as Rust.
pub(crate) fn table(prelude: &Path) -> String {
    let mut names = BTreeSet::new();
    collect(&prelude.join("modules"), "", &mut names);
    let aliases = fs::read_to_string(prelude.join("aliases.js")).expect("the prelude has a table of aliases");
    for row in aliases.lines().filter_map(alias) {
        names.insert(row);
    }
    format!("/// Every name that a script can require, sorted.\npub const MODULES: &[&str] = &{names:?};\n")
        .replace('{', "[")
        .replace('}', "]")
}

fn collect(folder: &Path, prefix: &str, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the prelude is readable") {
        let path = entry.expect("the prelude is readable").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("file names of the prelude are ASCII");
        let name = format!("{prefix}{stem}");
        if path.is_dir() && name != "internal" {
            collect(&path, &format!("{name}/"), names);
        } else if path.extension().is_some_and(|extension| extension == "js") {
            names.insert(name);
        }
    }
}

/// The name in a row `'name': 'module',` or `name: 'module',`.
fn alias(row: &str) -> Option<String> {
    let (name, module) = row.trim().split_once(": '")?;
    module.strip_suffix("',").map(|_| name.trim_matches('\'').to_owned())
}
