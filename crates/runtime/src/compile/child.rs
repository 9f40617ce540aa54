//! The child process: limits first, then the module, then the artefact.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::REFUSED;
use crate::engine::{Kind, compiler};

/// CPU time of one compilation; the shape screen lets nothing pass that needs more on a slow machine.
const CPU_SECONDS: u64 = 10;

/// Address space. The most that was measured for a module that passes the screen is 164 MiB.
const ADDRESS_SPACE: u64 = 1 << 30;

/// Files that may be open: the three standard streams and room for the loader.
const FILES: u64 = 16;

pub(super) fn main() -> ExitCode {
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, words)) => {
            // Nobody may be listening any more; the exit code says it all the same.
            let _unheard = writeln!(std::io::stderr(), "{words}");
            ExitCode::from(code)
        }
    }
}

fn compile() -> Result<(), (u8, String)> {
    let failed = |what: &str, error: &dyn std::fmt::Display| (1, format!("{what}: {error}"));
    let limits = [
        (Resource::Cpu, CPU_SECONDS),
        (Resource::As, ADDRESS_SPACE),
        (Resource::Fsize, 0),
        (Resource::Nofile, FILES),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        // A hard limit that is lower already cannot be raised, and need not be.
        let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|e| failed(&format!("the limit {resource:?}"), &e))?;
    }
    let mut wasm = Vec::new();
    std::io::stdin().lock().read_to_end(&mut wasm).map_err(|e| failed("reading the module", &e))?;
    let engine = compiler(Kind::Modules).map_err(|e| failed("the engine", &e))?;
    let artefact = engine.precompile_module(&wasm).map_err(|e| (REFUSED, format!("{e:#}")))?;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&artefact).and_then(|()| stdout.flush()).map_err(|e| failed("writing the artefact", &e))
}
