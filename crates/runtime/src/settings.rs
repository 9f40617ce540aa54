//! What an operator decides about the sandbox.

use std::path::PathBuf;

use hookbox_protocol::limits::MODULE_BYTES;
use hookbox_protocol::{RunLimits, Trigger};

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
    /// Bytes that the memory of any run can reach: the ceiling of the limit `memory_bytes`.
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

/// The shape screen: what a module may look like before it meets the compiler.
///
/// Compile time is the softest spot of the sandbox: 14 KB of nested loops kept Cranelift busy for 20 s. Real modules
/// stay far below these numbers, which were chosen so that the worst module that passes compiles in seconds. One
/// memory and one table are always the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapeLimits {
    /// Functions, imported ones included.
    pub functions: u32,
    /// Bytes of one function's body.
    pub body_bytes: u32,
    /// How deep blocks nest in one function.
    pub nesting: u32,
    /// Locals of one function, without its parameters.
    pub locals: u32,
    /// Locals of all functions together.
    pub locals_total: u32,
    /// Parameters of a function type.
    pub params: u32,
    /// Results of a function type.
    pub results: u32,
    /// Targets of one `br_table`.
    pub br_table_targets: u32,
    /// Types.
    pub types: u32,
    /// Globals.
    pub globals: u32,
    /// Data segments.
    pub data_segments: u32,
    /// Element segments.
    pub element_segments: u32,
    /// Exports.
    pub exports: u32,
    /// Imports.
    pub imports: u32,
    /// Elements that a table starts with.
    pub table_elements: u32,
}

impl Default for ShapeLimits {
    fn default() -> Self {
        Self {
            functions: 10_000,
            body_bytes: 128 << 10,
            nesting: 256,
            locals: 1_000,
            locals_total: 250_000,
            params: 64,
            results: 16,
            br_table_targets: 4_096,
            types: 5_000,
            globals: 1_000,
            data_segments: 1_000,
            element_segments: 100,
            exports: 200,
            imports: 200,
            table_elements: 10_000,
        }
    }
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
