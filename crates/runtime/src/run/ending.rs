//! How a guest that did not return ended: wasmtime's errors as outcomes.

use hookbox_protocol::outcome::{TimeBudget, TrapKind};
use hookbox_protocol::{Outcome, RunLimits};
use wasmtime::{Trap, WasmBacktrace};

use crate::Error;
use crate::engine::BACKTRACE_FRAMES;
use crate::sandbox::fault::{self, Fault};

/// Characters of a function's name in a backtrace.
const NAME_CHARS: usize = 200;

/// Bytes of a name that is demangled; a longer one is shown as it is.
const MANGLED_BYTES: usize = 2_000;

/// Why the work on a guest stopped early.
pub(super) enum Ending {
    /// What wasmtime says: a trap, a fault of a host function, a refused memory.
    Guest(wasmtime::Error),
    /// The guest's allocator gave an address that cannot be used.
    Bad(String),
    /// The host is at fault.
    Host(Error),
}

impl From<wasmtime::Error> for Ending {
    fn from(error: wasmtime::Error) -> Self {
        Self::Guest(error)
    }
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        Self::Host(error)
    }
}

impl Ending {
    /// The outcome. `refused` says that a growth of memory had been refused before.
    pub(super) fn outcome(self, limits: &RunLimits, refused: bool) -> Result<Outcome, Error> {
        let error = match self {
            Self::Guest(error) => error,
            Self::Bad(_) if refused => return Ok(out_of_memory(limits)),
            Self::Bad(message) => return Ok(Outcome::BadOutput { message }),
            Self::Host(error) => return Err(error),
        };
        let trapped = |kind, detail: String| Outcome::Trapped { kind, detail, backtrace: backtrace(&error) };
        let outcome = match (error.downcast_ref::<Fault>(), error.downcast_ref::<Trap>()) {
            (Some(Fault::Time(budget)), _) => timed_out(*budget, limits),
            (_, Some(Trap::Interrupt)) => timed_out(TimeBudget::Cpu, limits),
            (_, Some(Trap::OutOfFuel)) => Outcome::OutOfFuel { limit: limits.fuel },
            (_, Some(Trap::StackOverflow)) => trapped(TrapKind::StackOverflow, String::new()),
            (Some(Fault::Exit(code)), _) => trapped(TrapKind::Exit, format!("exit code {code}")),
            (Some(_), _) | (_, Some(_)) if refused => out_of_memory(limits),
            (Some(Fault::Contract(detail)), _) => trapped(TrapKind::HostCall, detail.clone()),
            (None, Some(trap)) => trapped(kind(*trap), detail(*trap)),
            // An instance whose memory does not fit the run's limit.
            (None, None) if refused => out_of_memory(limits),
            (None, None) => match fault::of_wasi(&error) {
                Some(detail) => trapped(TrapKind::HostCall, detail),
                None => return Err(Error::Sandbox(format!("{error:#}"))),
            },
        };
        Ok(outcome)
    }
}

fn timed_out(budget: TimeBudget, limits: &RunLimits) -> Outcome {
    let limit_ms = match budget {
        TimeBudget::Cpu => limits.cpu_ms,
        TimeBudget::Wall => limits.wall_ms,
    };
    Outcome::TimedOut { budget, limit_ms }
}

fn out_of_memory(limits: &RunLimits) -> Outcome {
    Outcome::OutOfMemory { limit_bytes: limits.memory_bytes }
}

fn kind(trap: Trap) -> TrapKind {
    match trap {
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
        Trap::TableOutOfBounds => TrapKind::TableOutOfBounds,
        Trap::IndirectCallToNull | Trap::BadSignature => TrapKind::BadIndirectCall,
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => TrapKind::Arithmetic,
        _ => TrapKind::Other,
    }
}

/// What the trap's kind alone does not say.
fn detail(trap: Trap) -> String {
    match kind(trap) {
        TrapKind::Arithmetic | TrapKind::BadIndirectCall | TrapKind::Other => trap.to_string(),
        _ => String::new(),
    }
}

/// Function names, innermost first. Names are the guest's: they are cut, and nothing else of its debug information is
/// read.
fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let names = trace.frames().iter().take(BACKTRACE_FRAMES).map(|frame| match frame.func_name() {
        Some(name) if name.len() <= MANGLED_BYTES => cut(&format!("{:#}", rustc_demangle::demangle(name))),
        Some(name) => cut(name),
        None => format!("function {}", frame.func_index()),
    });
    names.collect()
}

fn cut(name: &str) -> String {
    name.chars().take(NAME_CHARS).collect()
}
