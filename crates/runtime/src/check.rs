//! What an upload must be before it meets the compiler: a core module, of a bounded shape, that is valid, imports
//! only what there is, and exports what its trigger needs.

mod contract;
mod form;
mod shape;

use hookbox_protocol::limits::MODULE_BYTES;
use hookbox_protocol::{ErrorCode, ModuleDigest, Trigger};
use sha2::{Digest as _, Sha256};
use wasmparser::{Validator, WasmFeatures};

use crate::Refusal;
use crate::engine::FEATURES;
use crate::settings::{ModuleInfo, Settings};

/// Checks `wasm` in the order in which a mistake is easiest to understand. Without a trigger, any one will do.
pub(crate) fn check(wasm: &[u8], trigger: Option<Trigger>, settings: &Settings) -> Result<ModuleInfo, Refusal> {
    let (bytes, most) = (wasm.len() as u64, settings.module_bytes_max);
    if bytes > most {
        let (name, way_up) = (MODULE_BYTES.name, MODULE_BYTES.way_up(most));
        let message = format!("the module has {bytes} bytes; the limit `{name}` is {most} bytes{way_up}");
        return Err(Refusal::new(ErrorCode::TooLarge, message));
    }
    form::core_module(wasm)?;
    let outline = shape::screen(wasm, &settings.shape, settings.memory_bytes_max)?;
    validate(wasm)?;
    let imports = contract::imports(&outline)?;
    let triggers = contract::exports(&outline, trigger)?;
    Ok(ModuleInfo { digest: digest(wasm), bytes, triggers, imports, memory_bytes_min: outline.memory_bytes_min })
}

/// The module's address.
pub(crate) fn digest(wasm: &[u8]) -> ModuleDigest {
    ModuleDigest(Sha256::digest(wasm).into())
}

fn validate(wasm: &[u8]) -> Result<(), Refusal> {
    let Err(error) = Validator::new_with_features(FEATURES).validate_all(wasm) else { return Ok(()) };
    let off = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).is_ok();
    let message = if off {
        format!("the module uses a WebAssembly proposal that is switched off here: {error}")
    } else {
        format!("the module is not valid WebAssembly: {error}")
    };
    Err(Refusal::new(ErrorCode::NotWasm, message))
}

fn unreadable(error: &wasmparser::BinaryReaderError) -> Refusal {
    Refusal::new(ErrorCode::NotWasm, format!("the module is not valid WebAssembly: {error}"))
}

/// A guest's name as a message shows it: cut, without anything that a terminal or a page would act on.
fn shown(name: &str) -> String {
    const CHARS: usize = 64;
    let cut: String = name.chars().take(CHARS).collect();
    let mut shown = String::new();
    for c in cut.chars() {
        if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    if name.chars().nth(CHARS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_shown_cut_and_escaped() {
        assert_eq!(shown("path_open"), "path_open");
        assert_eq!(shown("../../etc\0\u{202e}\n"), "../../etc\\u{0}\\u{202e}\\u{a}");
        assert_eq!(shown(&"x".repeat(100_000)).chars().count(), 65);
    }
}
