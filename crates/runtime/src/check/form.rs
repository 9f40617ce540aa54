//! What kind of file an upload is, by its first bytes.

use hookbox_protocol::ErrorCode;

use crate::Refusal;

/// The `e_ident[EI_OSABI]` byte of ELF files that wasmtime writes: its compiled artefacts.
const ELFOSABI_WASMTIME: u8 = 200;

/// Refuses everything but a binary core module, in words that name what it is.
pub(super) fn core_module(bytes: &[u8]) -> Result<(), Refusal> {
    let what = match bytes {
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', _, 0, 1, 0, ..] => {
            "it is a WebAssembly component; build a core module (target wasm32-wasip1 or wasm32-unknown-unknown)"
        }
        [0, b'a', b's', b'm', ..] => "it is WebAssembly of a version other than 1, or cut off",
        [0x7f, b'E', b'L', b'F', _, _, _, ELFOSABI_WASMTIME, ..] => {
            "it is a module that wasmtime has compiled already (.cwasm); upload the .wasm, it is compiled here"
        }
        [0x7f, b'E', b'L', b'F', ..] => "it is a native program (ELF); build for a wasm32 target",
        [b'P', b'K', 3, 4, ..] => "it is a zip archive; upload the .wasm file inside it",
        [0x1f, 0x8b, ..] => "it is compressed with gzip; upload the .wasm file itself",
        [] => "it is empty",
        _ => text(bytes),
    };
    Err(Refusal::new(ErrorCode::NotWasm, format!("the upload is not a core WebAssembly module: {what}")))
}

fn text(bytes: &[u8]) -> &'static str {
    let start = &bytes[..bytes.len().min(4_096)];
    let printable = start.iter().filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()).count();
    if printable * 10 < start.len() * 9 {
        return "it does not begin with the four bytes `\\0asm`";
    }
    let start = start.trim_ascii_start();
    if start.starts_with(b"(module") || start.starts_with(b";;") || start.starts_with(b"(;") {
        return "it is WebAssembly in text form (.wat); convert it with `wat2wasm` or `wasm-tools parse`";
    }
    "it is text; a script is saved as a script hook, a module must be compiled"
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(bytes: &[u8], expected: &Expect) {
        let refusal = core_module(bytes).expect_err("refused");
        assert_eq!(refusal.code, ErrorCode::NotWasm);
        let (_, what) = refusal.message.split_once(": ").expect("a reason");
        expected.assert_eq(what);
    }

    #[test]
    fn what_is_no_core_module_is_called_by_its_name() {
        check(b"", &expect!["it is empty"]);
        check(
            b"\0asm\x0d\0\x01\0",
            &expect![
                "it is a WebAssembly component; build a core module (target wasm32-wasip1 or wasm32-unknown-unknown)"
            ],
        );
        check(b"\0asm\x02\0\0\0", &expect!["it is WebAssembly of a version other than 1, or cut off"]);
        check(b"\0asm\x01", &expect!["it is WebAssembly of a version other than 1, or cut off"]);
        check(
            b"\x7fELF\x02\x01\x01\xc8\0\0",
            &expect![
                "it is a module that wasmtime has compiled already (.cwasm); upload the .wasm, it is compiled here"
            ],
        );
        check(b"\x7fELF\x02\x01\x01\0\0\0", &expect!["it is a native program (ELF); build for a wasm32 target"]);
        check(b"PK\x03\x04rest", &expect!["it is a zip archive; upload the .wasm file inside it"]);
        check(b"\x1f\x8b\x08\0", &expect!["it is compressed with gzip; upload the .wasm file itself"]);
        check(
            b"  (module (func))",
            &expect!["it is WebAssembly in text form (.wat); convert it with `wat2wasm` or `wasm-tools parse`"],
        );
        check(
            b";; outcome: completed\n(module)",
            &expect!["it is WebAssembly in text form (.wat); convert it with `wat2wasm` or `wasm-tools parse`"],
        );
        check(
            b"module.exports = function (user, context, cb) {}",
            &expect!["it is text; a script is saved as a script hook, a module must be compiled"],
        );
        check(&[0xde, 0xad, 0xbe, 0xef], &expect![[r#"it does not begin with the four bytes `\0asm`"#]]);
    }
}
