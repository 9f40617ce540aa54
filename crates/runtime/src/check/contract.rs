//! Imports and exports against ABI 1.

use hookbox_protocol::ErrorCode;
use hookbox_protocol::trigger::{self, Trigger};
use wasmparser::{FuncType, ValType};

use super::shape::{Export, Outline};
use super::shown;
use crate::Refusal;
use crate::host::{self, HOOKBOX, HOOKBOX_IMPORTS, WASI};

/// Holds the imports to what there is, and names them, each once, sorted.
pub(super) fn imports(outline: &Outline) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    for import in &outline.imports {
        let refused = |message: String| Refusal::new(ErrorCode::UnknownImport, message);
        let name = format!("{}.{}", shown(&import.module), shown(&import.name));
        let Some(expected) = host::import_type(&import.module, &import.name) else {
            return Err(refused(format!(
                "the module imports `{name}`, which does not exist here; {}",
                hint(&import.module)
            )));
        };
        let expected = signature(&types(expected.params), &types(expected.results));
        let actual = import.ty.as_ref().map(|ty| signature(ty.params(), ty.results()));
        match actual {
            Some(actual) if actual == expected => names.push(name),
            Some(actual) => {
                return Err(refused(format!("the module imports `{name}` as {actual}; here it is {expected}")));
            }
            None => return Err(refused(format!("the module imports `{name}` as something else than a function"))),
        }
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn hint(module: &str) -> String {
    match module {
        HOOKBOX => format!("`{HOOKBOX}` has {HOOKBOX_IMPORTS}"),
        WASI => "it is no function of WASI preview 1".to_owned(),
        _ => format!("a hook can import from `{HOOKBOX}` and `{WASI}`"),
    }
}

/// Holds the exports to the contract and gives the triggers that the module has a function for.
pub(super) fn exports(outline: &Outline, trigger: Option<Trigger>) -> Result<Vec<Trigger>, Refusal> {
    if outline.exports.contains_key("_start") {
        return Err(Refusal::new(
            ErrorCode::MistypedExport,
            "the module exports `_start`, so it is a program and not a library; build a library (crate-type cdylib, or \
             -mexec-model=reactor)",
        ));
    }
    match outline.exports.get("memory") {
        Some(Export::Memory) => {}
        Some(_) => return Err(Refusal::new(ErrorCode::MistypedExport, "the export `memory` is not a memory")),
        None => return Err(missing(outline, "memory", "the host reads and writes it")),
    }
    required(outline, "hookbox_alloc", "i", "i", "the host asks it for room for the input")?;
    for (name, results) in [("hookbox_abi", "i"), ("_initialize", "")] {
        if outline.exports.contains_key(name) {
            required(outline, name, "", results, "")?;
        }
    }
    let mut triggers = Vec::new();
    for spec in trigger::TABLE {
        let asked = trigger == Some(spec.trigger);
        if asked || outline.exports.contains_key(spec.export) {
            required(outline, spec.export, "ii", "I", &format!("it is called for the trigger {}", spec.name))?;
            triggers.push(spec.trigger);
        }
    }
    if triggers.is_empty() {
        return Err(missing(outline, trigger::TABLE[0].export, "nor a function for any other trigger"));
    }
    Ok(triggers)
}

/// Holds one exported function to its type.
fn required(outline: &Outline, name: &str, params: &str, results: &str, why: &str) -> Result<(), Refusal> {
    let expected = signature(&types(params), &types(results));
    let actual = match outline.exports.get(name) {
        Some(Export::Function(Some(ty))) => of(ty),
        Some(_) => "no function".to_owned(),
        None => return Err(missing(outline, name, why)),
    };
    if actual == expected {
        return Ok(());
    }
    let message = format!("the export `{name}` is {actual}; it must be {expected}");
    Err(Refusal::new(ErrorCode::MistypedExport, message))
}

fn missing(outline: &Outline, name: &str, why: &str) -> Refusal {
    const NAMES: usize = 8;
    let mut names: Vec<_> = outline.exports.keys().take(NAMES).map(|name| shown(name)).collect();
    if outline.exports.len() > NAMES {
        names.push("…".to_owned());
    }
    let has = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    Refusal::new(ErrorCode::MissingExport, format!("the module does not export `{name}` ({why}); it exports {has}"))
}

fn of(ty: &FuncType) -> String {
    signature(ty.params(), ty.results())
}

fn types(letters: &str) -> Vec<ValType> {
    let types = letters.bytes().map(|letter| match letter {
        b'I' => ValType::I64,
        b'F' => ValType::F64,
        _ => ValType::I32,
    });
    types.collect()
}

/// As in `(i32, i32) -> i64`.
fn signature(params: &[ValType], results: &[ValType]) -> String {
    let list = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match results {
        [] => format!("({})", list(params)),
        [one] => format!("({}) -> {one}", list(params)),
        more => format!("({}) -> ({})", list(params), list(more)),
    }
}
