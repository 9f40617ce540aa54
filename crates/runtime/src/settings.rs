//! What an operator decides about the sandbox.

mod shape;

use std::path::PathBuf;

use hookbox_protocol::limits::MODULE_BYTES;
use hookbox_protocol::{RunLimits, Trigger};

pub(crate) use shape::Bound;
pub use shape::ShapeLimits;

/// How a [`crate::Runtime`] is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Runs at the same time: the slots of each pool. Further runs wait.
    pub runs_at_once: u32,
    /// Where compiled artefacts and the key that signs them are kept; `None` keeps them in memory only.
    pub cache_dir: Option<PathBuf>,
    /// Bytes of artefacts that a start leaves there; the least recently used goes first.
    pub cache_bytes_max: u64,
    /// Who compiles modules of tenants.
    pub compiler: Compiler,
    /// Bytes of compiled code that stay loaded; the least recently used goes first.
    pub loaded_bytes_max: u64,
    /// Bytes that the memory of any run can reach, up to 4 GiB: the ceiling of the limit `memory_bytes`.
    pub memory_bytes_max: u64,
    /// Bytes of a module that is uploaded.
    pub module_bytes_max: u64,
    /// What a module may look like before it meets the compiler.
    pub shape: ShapeLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            runs_at_once: 64,
            cache_dir: None,
            cache_bytes_max: 4 << 30,
            compiler: Compiler::InProcess,
            loaded_bytes_max: 512 << 20,
            memory_bytes_max: RunLimits::CEILINGS.memory_bytes,
            module_bytes_max: MODULE_BYTES.default,
            shape: ShapeLimits::default(),
        }
    }
}

/// Who compiles modules of tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// This process: for tests and for one's own modules. Nothing but the shape screen bounds time and memory.
    InProcess,
    /// A child process with limits on its time and memory: this program, started with the one argument `__compile`,
    /// calls [`crate::compile::child_main`].
    Child(PathBuf),
}

/// How much memory a pool keeps between runs, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepResident {
    /// Bytes of linear memory that each slot for a tenant's module keeps.
    pub module_bytes: u64,
    /// Bytes of linear memory that each slot for scripts keeps.
    pub script_bytes: u64,
    /// Slots of each of the two pools.
    pub slots: u32,
    /// Whether the kernel tells which pages a run has written (`PAGEMAP_SCAN`, Linux 6.7). Without it the numbers above
    /// drop to 64 KiB, since every kept byte would have to be zeroed.
    pub pagemap_scan: bool,
}

/// What is known of a module that passed the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleInfo {
    /// The SHA-256 of its bytes.
    pub digest: hookbox_protocol::ModuleDigest,
    /// Its size in bytes.
    pub bytes: u64,
    /// The triggers that it exports a function for.
    pub triggers: Vec<Trigger>,
    /// What it imports, as `module.name`, each once, sorted.
    pub imports: Vec<String>,
    /// Bytes that its memory starts with.
    pub memory_bytes_min: u64,
}
