//! What one run costs: a fresh sandbox with every limit on and its report, beside a bare instantiate and call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use hookbox_protocol::http::{CallBudget, CallError, Request, Response};
use hookbox_protocol::{Report, RunLimits, Trigger};
use hookbox_runtime::{Egress, Invocation, Program, Runtime, Settings};

use crate::guests;
use crate::measure::compare;

const ROUNDS: usize = 15;
const RUNS_PER_ROUND: u32 = 400;

/// A provider that answers at once.
pub(crate) struct Accepts;

impl Egress for Accepts {
    fn send(&self, _: Request, _: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        let response = Response { status: 202, headers: std::collections::BTreeMap::new(), body: Vec::new() };
        Box::pin(std::future::ready(Ok(response)))
    }
}

/// A runtime with the daemon's settings and the module loaded into it.
pub(crate) async fn load(runtime: &Runtime, wasm: Vec<u8>) -> Result<Program> {
    let wasm = Bytes::from(wasm);
    let info = runtime.compile(wasm.clone(), Trigger::PostChangePassword).await?;
    let module = runtime.load(info.digest, || async { Ok(wasm) }).await?;
    Ok(Program { module, payload: None })
}

/// One run of a post-change-password hook, which must complete.
pub(crate) async fn run_once(runtime: &Runtime, program: &Program) -> Result<()> {
    run_with(runtime, program, Arc::new(Accepts)).await.map(drop)
}

/// The same with another way out.
pub(crate) async fn run_with(runtime: &Runtime, program: &Program, egress: Arc<dyn Egress>) -> Result<Report> {
    let invocation = Invocation {
        trigger: Trigger::PostChangePassword,
        input: Bytes::from_static(guests::INPUT.as_bytes()),
        limits: RunLimits::default(),
        egress,
        logs: None,
    };
    let report = runtime.run(program, invocation).await?;
    ensure!(report.outcome.is_completed(), "{:?}", report.outcome);
    Ok(report)
}

pub(crate) fn measure() -> Result<()> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let runtime = Runtime::new(Settings { runs_at_once: 64, ..Settings::default() })?;
    for name in ["starter", "sendgrid-email"] {
        let wasm = guests::example(name)?;
        let program = tokio.block_on(load(&runtime, wasm.clone()))?;
        let mut bare = Bare::new(&wasm).map_err(of_wasmtime)?;
        let title = format!("run of hooks/{name}, {} bytes in, fresh sandbox", guests::INPUT.len());
        let floor = move || timed(RUNS_PER_ROUND, || bare.run().map_err(of_wasmtime));
        let ours = || timed(RUNS_PER_ROUND, || tokio.block_on(run_once(&runtime, &program)));
        compare(
            &title,
            ROUNDS,
            vec![
                ("bare wasmtime, instantiate + call", Box::new(floor)),
                ("hookbox, limits and report", Box::new(ours)),
            ],
        )?;
    }
    Ok(())
}

/// The mean cost of one call.
pub(crate) fn timed(runs: u32, mut call: impl FnMut() -> Result<()>) -> Result<Duration> {
    let began = Instant::now();
    for _ in 0..runs {
        call()?;
    }
    Ok(began.elapsed() / runs)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn of_wasmtime(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

/// The floor: the same module on a tuned pool, without a limit, a log or a report; every import answers zero.
struct Bare {
    engine: wasmtime::Engine,
    pre: wasmtime::InstancePre<()>,
}

impl Bare {
    fn new(wasm: &[u8]) -> wasmtime::Result<Self> {
        let mut pool = wasmtime::PoolingAllocationConfig::default();
        pool.total_core_instances(64)
            .total_memories(64)
            .total_tables(64)
            .max_unused_warm_slots(64)
            .linear_memory_keep_resident(1 << 20)
            .table_keep_resident(64 << 10)
            .pagemap_scan(wasmtime::Enabled::Auto);
        let mut config = wasmtime::Config::new();
        config.memory_init_cow(false).allocation_strategy(wasmtime::InstanceAllocationStrategy::Pooling(pool));
        let engine = wasmtime::Engine::new(&config)?;
        let module = wasmtime::Module::from_binary(&engine, wasm)?;
        let mut linker = wasmtime::Linker::new(&engine);
        for import in module.imports() {
            let function = import.ty().unwrap_func().clone();
            let zeros: Vec<wasmtime::Val> =
                function.results().filter_map(|ty| wasmtime::Val::default_for_ty(&ty)).collect();
            linker.func_new(import.module(), import.name(), function, move |_, _, results| {
                results.clone_from_slice(&zeros);
                Ok(())
            })?;
        }
        let pre = linker.instantiate_pre(&module)?;
        Ok(Self { engine, pre })
    }

    fn run(&mut self) -> wasmtime::Result<()> {
        let mut store = wasmtime::Store::new(&self.engine, ());
        let instance = self.pre.instantiate(&mut store)?;
        let alloc = instance.get_typed_func::<i32, i32>(&mut store, "hookbox_alloc")?;
        let hook = instance.get_typed_func::<(i32, i32), i64>(&mut store, "post_change_password")?;
        let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| wasmtime::format_err!("no memory"))?;
        let length = i32::try_from(guests::INPUT.len())?;
        let address = alloc.call(&mut store, length)?;
        memory.write(&mut store, usize::try_from(address)?, guests::INPUT.as_bytes())?;
        hook.call(&mut store, (address, length))?;
        Ok(())
    }
}
