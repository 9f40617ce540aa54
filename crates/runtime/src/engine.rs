//! The wasmtime engines and the pools behind them.

use hookbox_protocol::RunLimits;
use wasmparser::WasmFeatures;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, ProfilingStrategy, Strategy,
    WasmBacktraceDetails,
};

use crate::Error;
use crate::settings::{KeepResident, Settings, ShapeLimits};

/// Frames that a backtrace shows.
pub(crate) const BACKTRACE_FRAMES: usize = 20;

/// Bytes that one slot keeps where the kernel cannot tell which pages a run has written: all of them are zeroed after
/// every run then, and more than this costs more than fresh pages would.
const KEEP_WITHOUT_SCAN: usize = 64 << 10;

/// The guest's stack.
const WASM_STACK: usize = 512 << 10;

/// The stack of the JavaScript engine: an interpreter needs several frames for each call of a script.
const WASM_STACK_SCRIPTS: usize = 1 << 20;

/// At least 1 MiB above the guest's own stack stays for host functions, since a host stack overflow aborts the process.
const ASYNC_STACK: usize = 2 << 20;

/// Bytes of a stack that are zeroed after a run and stay resident: about what a run uses. What a run has used beyond goes
/// back to the kernel, and is a page fault each time.
fn stack_kept(kind: Kind) -> usize {
    match kind {
        Kind::Modules => 16 << 10,
        Kind::Scripts => 32 << 10,
    }
}

/// The proposals that a hook may use. Everything else is off, by name: 48.0.8 aborts on guest input where `gc` or
/// `threads` are compiled out, so they are compiled in and stay off here.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST);

/// What an engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Many modules of tenants: memories are filled by copying. A copy-on-write image would cost each module a file
    /// descriptor, and with many modules more time than it saves.
    Modules,
    /// One module for all scripts: its memory is a copy-on-write image, and slots stay warm.
    Scripts,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Modules, Self::Scripts];
}

/// The engines.
pub(crate) struct Engines {
    pub(crate) modules: Engine,
    pub(crate) scripts: Engine,
    /// Loads what is compiled for `scripts`, and makes each instance anew.
    pub(crate) workshop: Engine,
    pub(crate) keep_resident: KeepResident,
}

impl Engines {
    /// Makes the engines and reserves the pools of those that run programs.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let pagemap_scan = PoolingAllocationConfig::is_pagemap_scan_available();
        let keep = |bytes: usize| if pagemap_scan { bytes } else { KEEP_WITHOUT_SCAN };
        let (module_bytes, script_bytes) = (keep(1 << 20), keep(2 << 20));
        let keep_resident = KeepResident {
            module_bytes: module_bytes as u64,
            script_bytes: script_bytes as u64,
            slots: settings.runs_at_once,
            pagemap_scan,
        };
        Ok(Self {
            modules: pooled(Kind::Modules, settings, module_bytes)?,
            scripts: pooled(Kind::Scripts, settings, script_bytes)?,
            workshop: compiler(Kind::Scripts)?,
            keep_resident,
        })
    }

    /// All of them.
    pub(crate) fn all(&self) -> [&Engine; 3] {
        [&self.modules, &self.scripts, &self.workshop]
    }

    /// The one that runs programs of that kind.
    pub(crate) fn get(&self, kind: Kind) -> &Engine {
        match kind {
            Kind::Modules => &self.modules,
            Kind::Scripts => &self.scripts,
        }
    }
}

/// An engine that only compiles; its artefacts load into the pooled engine of the same kind.
pub(crate) fn compiler(kind: Kind) -> Result<Engine, Error> {
    checked(&config(kind))
}

/// What code is compiled for and how it runs: all that artefacts depend on.
fn config(kind: Kind) -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .wasm_features(FEATURES.complement(), false)
        .gc_support(false)
        .shared_memory(false)
        .concurrency_support(false)
        .epoch_interruption(true)
        .consume_fuel(true)
        .max_wasm_stack(if kind == Kind::Scripts { WASM_STACK_SCRIPTS } else { WASM_STACK })
        .async_stack_size(ASYNC_STACK)
        .async_stack_zeroing(true)
        .signals_based_traps(true)
        .guard_before_linear_memory(true)
        .memory_guard_size(32 << 20)
        .memory_reservation(4 << 30)
        .memory_may_move(false)
        .memory_init_cow(kind == Kind::Scripts)
        .cranelift_nan_canonicalization(true)
        // A tenant's debug information is never parsed.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(BACKTRACE_FRAMES))
        .debug_info(false)
        .profiler(ProfilingStrategy::None);
    config
}

fn pooled(kind: Kind, settings: &Settings, keep_resident: usize) -> Result<Engine, Error> {
    let slots = settings.runs_at_once;
    if slots == 0 {
        return Err(Error::Setup("runs_at_once is 0; it must be at least 1".to_owned()));
    }
    // The script engine works on scripts within the shipped ceiling, however low the operator's is for runs.
    let memory_bytes_max = usize::try_from(settings.memory_bytes_max.max(RunLimits::CEILINGS.memory_bytes))
        .map_err(|_| Error::Setup("memory_bytes_max is larger than the address space".to_owned()))?;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_core_instances(slots)
        .total_memories(slots)
        .total_tables(slots)
        .total_stacks(slots.saturating_mul(2))
        .total_component_instances(0)
        .total_gc_heaps(0)
        .max_memory_size(memory_bytes_max)
        .max_core_instance_size(instance_bytes_max(&settings.shape))
        .table_elements(settings.shape.table_elements as usize)
        .max_memories_per_module(1)
        .max_tables_per_module(1)
        .max_unused_warm_slots(slots)
        .linear_memory_keep_resident(keep_resident)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(stack_kept(kind))
        .pagemap_scan(Enabled::Auto);
    let mut config = config(kind);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    checked(&config)
}

/// Bytes of an instance's own bookkeeping, so that whatever passes the shape screen can be instantiated. It is allocated
/// with the instance, as large as that needs.
fn instance_bytes_max(shape: &ShapeLimits) -> usize {
    const DEFAULT: usize = 1 << 20;
    const FUNCTION_REFERENCE: usize = 32;
    const GLOBAL: usize = 16;
    let functions = (shape.functions as usize).saturating_mul(2 * FUNCTION_REFERENCE);
    functions.saturating_add((shape.globals as usize).saturating_mul(GLOBAL)).max(DEFAULT)
}

/// Makes the engine and holds it to [`FEATURES`]: what an update of wasmtime switches on, or off, must not slip in.
fn checked(config: &Config) -> Result<Engine, Error> {
    let engine = Engine::new(config).map_err(|e| Error::Setup(format!("{e:#}")))?;
    let on = engine.get_wasm_features();
    if on.bits() != FEATURES.bits() {
        let more: Vec<_> = on.difference(FEATURES).iter_names().map(|(name, _)| name).collect();
        let less: Vec<_> = FEATURES.difference(on).iter_names().map(|(name, _)| name).collect();
        return Err(Error::Setup(format!("the engine's features differ: on {more:?}, off {less:?}")));
    }
    Ok(engine)
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    use super::*;

    #[test]
    fn an_artefact_of_the_compiler_fits_the_pooled_engine_of_its_kind() {
        let hash = |engine: &Engine| {
            let mut hasher = DefaultHasher::new();
            engine.precompile_compatibility_hash().hash(&mut hasher);
            hasher.finish()
        };
        let engines = Engines::new(&Settings { runs_at_once: 1, ..Settings::default() }).expect("engines");
        for kind in Kind::ALL {
            assert_eq!(hash(engines.get(kind)), hash(&compiler(kind).expect("compiler")), "{kind:?}");
        }
    }
}
