//! Which modules a script asks for, and which of them are not built in.

mod scan;

use std::collections::BTreeSet;

include!(concat!(env!("OUT_DIR"), "/modules.rs"));

/// Something that will not work when the script runs. The script is stored all the same, as the original did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The module, as the script names it.
    pub module: String,
    /// Where it is required, from 1; `None` for one of the hook's dependencies that the script does not name.
    pub line: Option<u32>,
    /// What is wrong, and the way out.
    pub message: String,
}

pub(crate) fn warnings(source: &str, dependencies: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Warning> {
    let mut seen = BTreeSet::new();
    let mut warnings = Vec::new();
    for required in scan::requires(source) {
        let plain = plain_name(&required.name);
        if !is_built_in(&plain) && seen.insert(plain.clone()) {
            let message = format!("line {}: {}", required.line, missing(&required.name, &plain));
            warnings.push(Warning { module: required.name, line: Some(required.line), message });
        }
    }
    for name in dependencies {
        let name = name.as_ref();
        let plain = plain_name(name);
        if !is_built_in(&plain) && seen.insert(plain.clone()) {
            let message = format!("the hook's dependencies: {}", missing(name, &plain));
            warnings.push(Warning { module: name.to_owned(), line: None, message });
        }
    }
    warnings
}

fn missing(name: &str, plain: &str) -> String {
    if plain.starts_with('.') || plain.starts_with('/') {
        return format!(
            "the file '{name}' does not exist in a hook; `hookbox build` bundles several files into one script"
        );
    }
    format!("the module '{name}' is not built in; `hookbox build` bundles npm packages into the script")
}

fn is_built_in(plain: &str) -> bool {
    MODULES.binary_search(&plain).is_ok() || FUNCTIONS.binary_search(&plain).is_ok()
}

/// What `resolve.js` does at run time: `node:` in front, a version, everything up to `node_modules/`, and the name of the
/// main file do not matter.
fn plain_name(name: &str) -> String {
    let name = name.strip_prefix("node:").unwrap_or(name);
    let name = name.rsplit_once("node_modules/").map_or(name, |(_, rest)| rest);
    let scope = if name.starts_with('@') { name.find('/').map_or(0, |slash| slash + 1) } else { 0 };
    let package = scope + name[scope..].find('/').unwrap_or(name.len() - scope);
    let version = name[scope..package].find('@').filter(|at| *at > 0).map_or(package, |at| scope + at);
    let path = name[package..].strip_suffix('/').unwrap_or(&name[package..]);
    let path = path.strip_suffix(".js").unwrap_or(path);
    let path = path.strip_suffix("/index").unwrap_or(path);
    let package = &name[..version];
    format!("{}{path}", if path.is_empty() { package.strip_suffix(".js").unwrap_or(package) } else { package })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(source: &str, dependencies: &[&str], expected: &Expect) {
        let lines: Vec<String> = warnings(source, dependencies).into_iter().map(|warning| warning.message).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn modules_that_are_not_built_in_are_named_once_with_the_way_out() {
        check(
            "const a = require('left-pad');\nrequire(\"left-pad@1.3.0\"); require(`./other`)",
            &["left-pad", "crypto", "mongodb"],
            &expect![[r#"
                line 1: the module 'left-pad' is not built in; `hookbox build` bundles npm packages into the script
                line 2: the file './other' does not exist in a hook; `hookbox build` bundles several files into one script
                the hook's dependencies: the module 'mongodb' is not built in; `hookbox build` bundles npm packages into the script"#]],
        );
    }

    #[test]
    fn every_way_to_name_a_built_in_module_is_known() {
        for name in
            ["crypto", "node:crypto", "crypto@1.0.1", "./node_modules/crypto@1.0.1/index.js", "/x/node_modules/crypto/"]
        {
            assert_eq!(warnings(&format!("require('{name}')"), [""; 0]), [], "{name}");
        }
        for (name, plain) in [
            ("@scope/mail@7.0.0", "@scope/mail"),
            ("@scope/mail@7.0.0/lib/index.js", "@scope/mail/lib"),
            ("uuid@3.1.0/v4.js", "uuid/v4"),
            ("lodash.js", "lodash"),
            ("./x", "./x"),
            ("@", "@"),
        ] {
            assert_eq!(plain_name(name), plain);
        }
        assert!(MODULES.is_sorted() && FUNCTIONS.is_sorted(), "the tables are searched by halves");
    }

    #[test]
    fn a_function_of_lodash_is_known_by_itself() {
        check(
            "require('lodash/get'); require('lodash.isequal@4.5.0'); require('lodash/cloneDeep.js')",
            &["lodash.clonedeep", "lodash.isEqual", "lodash"],
            &expect![
                "the hook's dependencies: the module 'lodash.isEqual' is not built in; `hookbox build` bundles npm packages into the script"
            ],
        );
        check(
            "require('lodash/fp')",
            &[],
            &expect![
                "line 1: the module 'lodash/fp' is not built in; `hookbox build` bundles npm packages into the script"
            ],
        );
    }
}
