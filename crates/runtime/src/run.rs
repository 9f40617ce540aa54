//! One run of a program: a permit, a fresh store and instance, the call, and a report whatever happened.

mod ending;
mod output;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use hookbox_protocol::outcome::TimeBudget;
use hookbox_protocol::report::LogLine;
use hookbox_protocol::{Outcome, Report, RunLimits, Trigger};
use wasmtime::{Extern, Instance, Memory, Store};

use crate::egress::Egress;
use crate::module::{Module, function};
use crate::sandbox::meter::Metered;
use crate::sandbox::{RunState, Sandbox};
use crate::{Error, NoEgress, Snapshot};
use ending::Ending;
use output::{Answer, Payload};

/// What is run: a hook's module, or the script engine's module with a script that is loaded.
#[derive(Debug, Clone)]
pub struct Program {
    /// The code.
    pub module: Module,
    /// What loading a script left in the engine's memory; `None` for a hook that is a module.
    pub payload: Option<Snapshot>,
}

/// Called at each line that a run prints, on the run's own thread: it must be quick and must not block.
pub type LogTap = Arc<dyn Fn(&LogLine) + Send + Sync>;

/// What one run gets.
pub struct Invocation {
    /// Which of the program's functions is called.
    pub trigger: Trigger,
    /// A JSON object with the trigger's arguments.
    pub input: Bytes,
    /// What the run may use.
    pub limits: RunLimits,
    /// Sends the run's requests.
    pub egress: Arc<dyn Egress>,
    /// Sees each line as it is printed, for a live tail.
    pub logs: Option<LogTap>,
}

/// What [`crate::Runtime::call`] gave.
#[derive(Debug)]
pub struct CallReport {
    /// The bytes that the export answered, or how the run ended instead.
    pub result: Result<Bytes, Outcome>,
    /// The report of the run; a completed one carries no value.
    pub report: Report,
}

/// Runs `program` and reads its answer.
pub(crate) async fn run(sandbox: Sandbox, program: &Program, invocation: &Invocation) -> Result<Report, Error> {
    let limit = invocation.limits.result_bytes;
    let (sandbox, ended) = ended(sandbox, &invocation.limits, async |store: &mut Store<RunState>| {
        let instance = instantiate(store, &program.module).await?;
        let exports = program.module.exports();
        let input = &invocation.input[..];
        let (result, kind) = match &program.payload {
            None => {
                let export = exports.triggers[invocation.trigger as usize].as_ref();
                let name = invocation.trigger.export();
                let hook = function::<(u32, u32), u64>(store, &instance.instance, export, name)?;
                let at = instance.give(store, &program.module, input).await?;
                (hook.call_async(&mut *store, (at, len(input)?)).await?, Payload::None)
            }
            Some(script) => {
                let export = exports.run_script.as_ref();
                let engine = function::<(u32, u32, u32), u64>(store, &instance.instance, export, "hookbox_run_script")?;
                instance.restore(store, script)?;
                let at = match script.room(len(input)?) {
                    Some(at) => instance.write(store, at, input)?,
                    None => instance.give(store, &program.module, input).await?,
                };
                let arguments = (invocation.trigger as u32, at, len(input)?);
                (engine.call_async(&mut *store, arguments).await?, Payload::Script)
            }
        };
        Ok(output::read(instance.memory.data(&*store), result, limit, kind))
    })
    .await?;
    Ok(sandbox.report(match ended {
        Ok(Answer::Value(value)) => Outcome::Completed { value },
        Ok(Answer::Error(error)) => Outcome::Failed { error: *error },
        Ok(Answer::NeverFinished) => Outcome::NeverFinished,
        Ok(Answer::Bad(message)) => Outcome::BadOutput { message },
        Err(outcome) => outcome,
    }))
}

/// Calls `export(ptr, len) -> i64` with `input` and gives the bytes that it answers.
pub(crate) async fn call(
    sandbox: Sandbox,
    module: &Module,
    export: &str,
    input: &[u8],
    limits: &RunLimits,
) -> Result<CallReport, Error> {
    let (sandbox, ended) = ended(sandbox, limits, async |store: &mut Store<RunState>| {
        let instance = instantiate(store, module).await?;
        let place = module.export(export);
        let called = function::<(u32, u32), u64>(store, &instance.instance, place.as_ref(), export)?;
        let at = instance.give(store, module, input).await?;
        let result = called.call_async(&mut *store, (at, len(input)?)).await?;
        let answer = output::slice(instance.memory.data(&*store), result, limits.result_bytes);
        Ok(answer.map(Bytes::copy_from_slice).map_err(|message| Outcome::BadOutput { message }))
    })
    .await?;
    let result = match ended {
        Ok(answer) => answer,
        Err(outcome) => Err(outcome),
    };
    let outcome = match &result {
        Ok(_) => Outcome::Completed { value: serde_json::Value::Null },
        Err(outcome) => outcome.clone(),
    };
    Ok(CallReport { result, report: sandbox.report(outcome) })
}

/// Calls `export(ptr, len) -> i64` with `input`, and keeps what it leaves in memory. Its answer is the room for the input
/// of a run; without an answer there is nothing to start from.
pub(crate) async fn snapshot(
    [sandbox, mut untouched]: [Sandbox; 2],
    module: &Module,
    export: &str,
    input: &[u8],
    limits: &RunLimits,
) -> Result<Result<Option<Snapshot>, Outcome>, Error> {
    let (_, ended) = ended(sandbox, limits, async |store: &mut Store<RunState>| {
        let instance = instantiate(store, module).await?;
        let place = module.export(export);
        let called = function::<(u32, u32), u64>(store, &instance.instance, place.as_ref(), export)?;
        let at = instance.give(store, module, input).await?;
        let room = called.call_async(&mut *store, (at, len(input)?)).await?;
        if room == 0 {
            return Ok(None);
        }
        let memory = instance.memory.data(&*store);
        let before = instantiate(&mut untouched.store, module).await?;
        let answer = output::slice(memory, room, u64::MAX).map_err(Ending::Bad)?;
        let start = len(&memory[..answer.as_ptr().addr() - memory.as_ptr().addr()])?;
        let room = start..start + len(answer)?;
        Ok(Some(Snapshot::new(before.memory.data(&untouched.store), memory, room)))
    })
    .await?;
    Ok(ended)
}

/// What the module's `hookbox_abi` answers; 1 where there is none.
pub(crate) async fn abi(sandbox: Sandbox, module: &Module, limits: &RunLimits) -> Result<Result<u32, Outcome>, Error> {
    let Some(export) = module.exports().abi.as_ref() else { return Ok(Ok(1)) };
    let (_, ended) = ended(sandbox, limits, async |store: &mut Store<RunState>| {
        let instance = module.pre().instantiate_async(&mut *store).await?;
        let abi = function::<(), u32>(store, &instance, Some(export), "hookbox_abi")?;
        Ok(abi.call_async(&mut *store, ()).await?)
    })
    .await?;
    Ok(ended)
}

/// For runs that have no business with the network.
pub(crate) fn no_egress() -> Arc<dyn Egress> {
    Arc::new(NoEgress)
}

/// Drives `work` to its end under the run's time limits. The inner error is how the guest ended instead.
async fn ended<T>(
    mut sandbox: Sandbox,
    limits: &RunLimits,
    work: impl AsyncFnOnce(&mut Store<RunState>) -> Result<T, Ending>,
) -> Result<(Sandbox, Result<T, Outcome>), Error> {
    let meter = Arc::clone(&sandbox.meter);
    let deadline = tokio::time::Instant::from_std(meter.deadline());
    let done = {
        let work = std::pin::pin!(AssertUnwindSafe(work(&mut sandbox.store)).catch_unwind());
        tokio::time::timeout_at(deadline, Metered::new(work, meter)).await
    };
    let ended = match done {
        // The outer deadline: the guest waits in a host call. Its stack was unwound when the future was dropped.
        Err(_) => Err(Outcome::TimedOut { budget: TimeBudget::Wall, limit_ms: limits.wall_ms }),
        Ok(Err(panic)) => return Err(Error::Panicked(panic_text(&*panic))),
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(ending))) => Err(ending.outcome(limits, sandbox.store.data().budget.refused())?),
    };
    Ok((sandbox, ended))
}

/// An instance after `_initialize`, with its memory.
struct Started {
    instance: Instance,
    memory: Memory,
}

async fn instantiate(store: &mut Store<RunState>, module: &Module) -> Result<Started, Ending> {
    let instance = module.pre().instantiate_async(&mut *store).await?;
    let export = module.exports().memory.as_ref();
    let Some(Extern::Memory(memory)) = export.and_then(|export| instance.get_module_export(&mut *store, export)) else {
        return Err(Error::MissingExport("memory".to_owned()).into());
    };
    store.data_mut().memory = Some(memory);
    if let Some(export) = &module.exports().initialize {
        function::<(), ()>(store, &instance, Some(export), "_initialize")?.call_async(&mut *store, ()).await?;
    }
    Ok(Started { instance, memory })
}

impl Started {
    /// Asks the guest for room, and writes `input` there.
    async fn give(&self, store: &mut Store<RunState>, module: &Module, input: &[u8]) -> Result<u32, Ending> {
        let export = module.exports().alloc.as_ref();
        let alloc = function::<u32, u32>(store, &self.instance, export, "hookbox_alloc")?;
        let at = alloc.call_async(&mut *store, len(input)?).await?;
        self.write(store, at, input)
    }

    /// Writes `input` where the guest has room for it.
    fn write(&self, store: &mut Store<RunState>, at: u32, input: &[u8]) -> Result<u32, Ending> {
        let data = self.memory.data_mut(&mut *store);
        let size = data.len();
        let Some(room) = data.get_mut(at as usize..).and_then(|room| room.get_mut(..input.len())) else {
            let len = input.len();
            let message = format!(
                "`hookbox_alloc({len})` answered {at}, which leaves no room for {len} bytes in a memory of {size}"
            );
            return Err(Ending::Bad(message));
        };
        room.copy_from_slice(input);
        Ok(at)
    }

    /// Makes the memory what it was when `script` was loaded.
    fn restore(&self, store: &mut Store<RunState>, script: &Snapshot) -> Result<(), Ending> {
        let missing = script.size().saturating_sub(self.memory.data_size(&*store));
        if missing > 0 {
            let pages = missing.div_ceil(usize::try_from(self.memory.page_size(&*store)).unwrap_or(usize::MAX));
            self.memory.grow(&mut *store, pages as u64)?;
        }
        script.restore(self.memory.data_mut(&mut *store));
        Ok(())
    }
}

fn len(bytes: &[u8]) -> Result<u32, Error> {
    u32::try_from(bytes.len()).map_err(|_| Error::Sandbox("the input is larger than 4 GiB".to_owned()))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
