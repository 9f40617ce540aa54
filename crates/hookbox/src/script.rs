//! What can be said of a script before it runs: whether it compiles, what it will not find, whether a daemon takes it.

use std::path::Path;

use hookbox_javascript::{CompileError, Diagnostics, Engine, Place};
use hookbox_protocol::limits::SCRIPT_BYTES;
use hookbox_runtime::Runtime;

use crate::failure::Failure;
use crate::local;
use crate::output::quantity::{bytes, number};
use crate::output::{FAINT, printable, progress};

/// Says that the engine has to be prepared, where it has.
pub(crate) fn announce_engine() {
    if Engine::available() && !local::cache_dir().is_some_and(|folder| Engine::is_prepared(&folder)) {
        progress(format_args!("{FAINT}Preparing the JavaScript engine (once) …{FAINT:#}"));
    }
}

/// Compiles the script and gives the size of what it comes to; fails with the place and the line where it does not compile.
pub(crate) async fn compile(runtime: &Runtime, path: &Path, source: &str) -> anyhow::Result<usize> {
    check_size(path, source)?;
    announce_engine();
    let engine = Engine::start(runtime, local::cache_dir().as_deref()).await?;
    let compiled = engine.compile(source).await.map_err(|error| match error {
        CompileError::Script(found) => at_fault(path, &found).into(),
        CompileError::Host(error) => anyhow::Error::from(error),
    })?;
    Ok(compiled.bytes())
}

/// File, line and column as editors know them, what is wrong, and the line with its caret.
fn at_fault(path: &Path, found: &Diagnostics) -> Failure {
    let Diagnostics { name, message, place, excerpt } = found;
    let place = place.map_or(String::new(), |Place { line, column }| format!(":{line}:{column}"));
    // The first line of the excerpt names the place once more.
    let lines = excerpt.iter().flat_map(|excerpt| excerpt.lines().skip(1));
    let lines: String = lines.map(|line| format!("\n  {}", printable(line))).collect();
    Failure::new(format!("{}{place}: {name}: {}{lines}", path.display(), printable(message)))
}

fn check_size(path: &Path, source: &str) -> anyhow::Result<()> {
    let (size, most) = (u64::try_from(source.len())?, SCRIPT_BYTES.ceiling);
    if size <= most {
        return Ok(());
    }
    let (path, size, most) = (path.display(), number(size), number(most));
    Err(Failure::new(format!("{path} has {size} bytes; no daemon takes more than {most} (`script_bytes`)"))
        .hint("depend on fewer or smaller npm packages")
        .into())
}

/// What will not work on a daemon, as far as the script itself tells.
pub(crate) fn warnings(source: &str, is_bundle: bool) -> Vec<String> {
    let missing = Engine::warnings(source, None::<&str>).into_iter().map(|warning| match warning.line {
        // There is nothing left to bundle.
        Some(line) if is_bundle => {
            format!("line {line}: the module '{}' is not built in, and not part of the bundle", warning.module)
        }
        _ => warning.message,
    });
    missing.chain(over_default_size(source.len())).collect()
}

fn over_default_size(size: usize) -> Option<String> {
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    (size > SCRIPT_BYTES.default).then(|| {
        let default = bytes(SCRIPT_BYTES.default);
        format!("the script has {}; a daemon takes {default}, unless its operator allows more", bytes(size))
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn what_a_script_will_not_find_is_named_with_its_line() {
        let source = "require('axios');\nrequire('left-pad');\n";
        expect!["line 2: the module 'left-pad' is not built in; `hookbox build` bundles npm packages into the script"]
            .assert_eq(&warnings(source, false).join("\n"));
        expect!["line 2: the module 'left-pad' is not built in, and not part of the bundle"]
            .assert_eq(&warnings(source, true).join("\n"));
    }

    #[test]
    fn the_size_is_checked_against_what_daemons_take() {
        let large = " ".repeat((1 << 20) + 1);
        expect!["the script has 1 MiB; a daemon takes 1 MiB, unless its operator allows more"]
            .assert_eq(&warnings(&large, false).join("\n"));
        check_size(Path::new("hook.js"), &large).expect("a daemon may take it");
        let error = check_size(Path::new("hook.js"), &large.repeat(4)).expect_err("too large");
        expect!["hook.js has 4,194,308 bytes; no daemon takes more than 4,194,304 (`script_bytes`)"]
            .assert_eq(&error.to_string());
    }

    #[test]
    fn a_syntax_error_shows_its_line() {
        let found = Diagnostics {
            name: "SyntaxError".to_owned(),
            message: "unexpected token in expression: ';'".to_owned(),
            place: Some(Place { line: 2, column: 11 }),
            excerpt: Some("hook.js:2\n  let a = ;\n          ^".to_owned()),
        };
        expect![[r"
            my-hook/hook.js:2:11: SyntaxError: unexpected token in expression: ';'
                let a = ;
                        ^"]]
        .assert_eq(&at_fault(Path::new("my-hook/hook.js"), &found).to_string());
        let found = Diagnostics { place: None, excerpt: None, ..found };
        expect!["hook.js: SyntaxError: unexpected token in expression: ';'"]
            .assert_eq(&at_fault(Path::new("hook.js"), &found).to_string());
    }
}
