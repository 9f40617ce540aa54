//! The house rules, held by a test: who may know whom, how long a file may be, and that the README tells the truth.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use hookbox_protocol::limits::Limit;
use hookbox_runtime::ShapeLimits;

use crate::{Case, case, guests};

pub(crate) const CASES: &[Case] = &[
    case("dependencies between the crates run one way", dependencies_run_one_way),
    case("each heavy dependency is known to one crate only", heavy_dependencies_have_one_home),
    case("every source file opens with what it is and stays short", files_are_short_and_introduced),
    case("the README's tables of limits are the code's", limits_table_is_true),
    case("the README names both commands and every crate", readme_is_complete),
    case("every example hook has a README, a project file and golden files", examples_are_complete),
    case("every hostile module states its outcome", hostile_modules_state_their_outcome),
];

const FILE_LINES_MAX: usize = 500;

/// Folders of what builds and runs leave behind.
const NOT_OURS: [&str; 3] = ["target", "node_modules", "hookbox-data"];

/// Which crates of ours a crate may use, beyond `protocol`.
const MAY_USE: [(&str, &[&str]); 7] = [
    ("protocol", &[]),
    ("egress", &[]),
    ("runtime", &[]),
    ("javascript", &["runtime"]),
    ("store", &[]),
    ("server", &["egress", "runtime", "javascript", "store"]),
    ("hookbox", &["server", "egress", "runtime", "javascript", "store"]),
];

/// A dependency that only the named crates may have.
const HOMES: [(&str, &[&str]); 5] = [
    ("wasmtime", &["runtime"]),
    ("rusqlite", &["store"]),
    ("axum", &["server"]),
    ("reqwest", &["hookbox"]),
    ("clap", &["hookbox"]),
];

/// The names in `[dependencies]` of each crate; what only tests and benchmarks use does not count.
fn dependencies() -> Result<BTreeMap<String, Vec<String>>> {
    let mut found = BTreeMap::new();
    for (name, _) in MAY_USE {
        let path = guests::root().join("crates").join(name).join("Cargo.toml");
        let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let manifest: toml::Table = text.parse().with_context(|| format!("parse {}", path.display()))?;
        let table = manifest.get("dependencies").and_then(toml::Value::as_table).context("[dependencies]")?;
        found.insert(name.to_owned(), table.keys().cloned().collect());
    }
    Ok(found)
}

fn dependencies_run_one_way() -> Result<()> {
    let dependencies = dependencies()?;
    for (name, allowed) in MAY_USE {
        for dependency in &dependencies[name] {
            if let Some(other) = dependency.strip_prefix("hookbox-") {
                ensure!(other == "protocol" || allowed.contains(&other), "{name} must not use {other}");
            }
        }
    }
    Ok(())
}

fn heavy_dependencies_have_one_home() -> Result<()> {
    for (name, used) in dependencies()? {
        for (heavy, homes) in HOMES {
            ensure!(!used.iter().any(|d| d == heavy) || homes.contains(&name.as_str()), "{name} must not use {heavy}");
        }
    }
    Ok(())
}

/// The repository's files with one of the endings. Needs no git, so that an exported tree is held to the rules as well.
fn sources(endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![guests::root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                if !name.starts_with('.') && !NOT_OURS.contains(&name.as_str()) {
                    folders.push(entry.path());
                }
            } else if name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending)) {
                found.push(entry.path().strip_prefix(guests::root())?.to_path_buf());
            }
        }
    }
    found.sort();
    ensure!(found.len() > 100, "only {} files are found", found.len());
    Ok(found)
}

fn files_are_short_and_introduced() -> Result<()> {
    let mut wrong = Vec::new();
    for file in sources(&["rs", "js"])? {
        let text = std::fs::read_to_string(guests::root().join(&file))?;
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{}: {lines} lines; the most is {FILE_LINES_MAX}", file.display()));
        }
        if file.extension().is_some_and(|e| e == "rs") && !text.starts_with("//!") && !text.starts_with("#!") {
            wrong.push(format!("{}: begins without `//!` and what it is", file.display()));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn readme() -> Result<String> {
    Ok(std::fs::read_to_string(guests::root().join("README.md"))?)
}

fn limits_table_is_true() -> Result<()> {
    let readme = readme()?;
    for limit in hookbox_protocol::limits::all() {
        let Limit { name, what, unit, default, ceiling, most } = limit;
        let most = if limit.is_movable() { grouped(most) } else { "–".to_owned() };
        let row = format!("| `{name}` | {what} | {unit} | {} | {} | {most} |", grouped(default), grouped(ceiling));
        ensure!(readme.contains(&row), "the README lacks the row\n{row}");
    }
    for Limit { name, what, unit, default, most, .. } in ShapeLimits::TABLE {
        let row = format!("| `{name}` | {what} | {unit} | {} | {} |", grouped(*default), grouped(*most));
        ensure!(readme.contains(&row), "the README lacks the row\n{row}");
    }
    Ok(())
}

/// 1048576 as 1,048,576.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn readme_is_complete() -> Result<()> {
    let readme = readme()?;
    let crates = MAY_USE.map(|(name, _)| format!("crates/{name}/"));
    let commands = ["cargo run --release -- demo".to_owned(), "tests/run".to_owned()];
    for words in crates.iter().chain(&commands) {
        ensure!(readme.contains(words), "the README does not name {words}");
    }
    for outcome in hookbox_protocol::Outcome::NAMES {
        ensure!(readme.contains(&format!("`{outcome}`")), "the README does not name the outcome {outcome}");
    }
    Ok(())
}

fn examples_are_complete() -> Result<()> {
    for entry in std::fs::read_dir(guests::root().join("hooks"))? {
        let path = entry?.path();
        if path.is_dir() {
            for file in ["README.md", "hook.toml", "tests/golden/input.json", "tests/golden/output.json"] {
                ensure!(path.join(file).is_file(), "{} lacks {file}", path.display());
            }
        }
    }
    Ok(())
}

fn hostile_modules_state_their_outcome() -> Result<()> {
    let mut modules = 0;
    for file in sources(&["wat"])?.iter().filter(|file| file.starts_with("tests/hostile")) {
        let text = std::fs::read_to_string(guests::root().join(file))?;
        let states = text.lines().any(|line| line.starts_with(";; outcome:") || line.starts_with(";; refused:"));
        ensure!(states, "{} states no outcome", file.display());
        modules += 1;
    }
    ensure!(modules >= 25, "only {modules} hostile modules");
    Ok(())
}
