//! The tables of built-in modules, read off the prelude's files and its table of aliases.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// `MODULES` and `FUNCTIONS`, every name that a script can require, as Rust.
pub(crate) fn table(prelude: &Path) -> String {
    let mut names = BTreeSet::new();
    collect(&prelude.join("modules"), "", &mut names);
    let aliases = fs::read_to_string(prelude.join("aliases.js")).expect("the prelude has a table of aliases");
    for row in aliases.lines().filter_map(alias) {
        names.insert(row);
    }
    let mut functions = BTreeSet::new();
    for function in lodash(&prelude.join("modules/internal")) {
        functions.insert(format!("lodash/{function}"));
        functions.insert(format!("lodash.{}", function.to_lowercase()));
    }
    format!(
        "/// Every module that a script can require, sorted.\npub const MODULES: &[&str] = &{names:?};\n\n\
         /// Every single function of a module that a script can require, sorted.\nconst FUNCTIONS: &[&str] = &{functions:?};\n"
    )
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

/// The functions of lodash, each of which can be required by itself: the members of `module.exports = {…}`, as prettier
/// writes them, in the files that `lodash.js` puts together.
fn lodash(folder: &Path) -> Vec<String> {
    let mut functions = Vec::new();
    for entry in fs::read_dir(folder).expect("the prelude is readable") {
        let path = entry.expect("the prelude is readable").path();
        if !path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("lodash-")) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("the prelude is readable");
        let (_, members) = text.split_once("\nmodule.exports = {\n").expect("a file of lodash exports an object");
        let (members, _) = members.split_once("\n};").expect("the object ends");
        functions.extend(members.lines().filter_map(member));
    }
    functions
}

/// The name in a row `  name: …`, `  name(…) {` or `  name,`; deeper rows belong to the one above.
fn member(row: &str) -> Option<String> {
    let row = row.strip_prefix("  ")?;
    let end = row.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(row.len());
    (end > 0 && matches!(row.as_bytes().get(end), Some(b':' | b'(' | b','))).then(|| row[..end].to_owned())
}

/// The name in a row `'name': 'module',` or `name: 'module',`.
fn alias(row: &str) -> Option<String> {
    let (name, module) = row.trim().split_once(": '")?;
    module.strip_suffix("',").map(|_| name.trim_matches('\'').to_owned())
}
