//! One run's store: what its host functions work on, and the limits that wasmtime enforces.

pub(crate) mod clock;
pub(crate) mod fault;
pub(crate) mod logs;
pub(crate) mod memory;
pub(crate) mod meter;
pub(crate) mod pending;

use std::sync::Arc;

use hookbox_protocol::{Outcome, Report, RunLimits};
use wasmtime::{Engine, Memory, Store, UpdateDeadline};
use wasmtime_wasi::p1::WasiP1Ctx;

use crate::Error;
use crate::egress::Egress;
use crate::run::LogTap;
use clock::{Clock, Rng};
use fault::Fault;
use logs::Logs;
use memory::MemoryBudget;
use meter::Meter;
use pending::Pending;

/// Bytes of the guest's memory that one call of WASI may read: what a hook prints at once, and the list of its buffers.
const WASI_CALL_BYTES: usize = 16 << 20;

/// What the host functions of one run share.
pub(crate) struct RunState {
    /// The guest's memory, once a host function or the run itself has looked it up.
    pub(crate) memory: Option<Memory>,
    pub(crate) budget: MemoryBudget,
    pub(crate) meter: Arc<Meter>,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) logs: Logs,
    pub(crate) pending: Pending,
    /// WASI's state, once a call has needed it: most runs make no such call.
    pub(crate) wasi: Option<Box<WasiP1Ctx>>,
}

/// A store with the limits of one run. It lives outside of the future that runs the guest, so that a run that is
/// dropped in the middle still reports.
pub(crate) struct Sandbox {
    pub(crate) store: Store<RunState>,
    pub(crate) meter: Arc<Meter>,
    limits: RunLimits,
}

impl Sandbox {
    /// A fresh store; the run's time begins here.
    pub(crate) fn new(
        engine: &Engine,
        limits: &RunLimits,
        egress: Arc<dyn Egress>,
        tap: Option<LogTap>,
    ) -> Result<Self, Error> {
        let meter = Arc::new(Meter::start(limits));
        let state = RunState {
            memory: None,
            budget: MemoryBudget::new(limits.memory_bytes),
            meter: Arc::clone(&meter),
            clock: Clock::system(Arc::clone(&meter)),
            rng: Rng::System,
            logs: Logs::new(limits, Arc::clone(&meter), tap),
            pending: Pending::new(limits, egress, Arc::clone(&meter)),
            wasi: None,
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.budget);
        store.set_fuel(limits.fuel).map_err(|e| Error::Sandbox(format!("{e:#}")))?;
        store.set_hostcall_fuel(WASI_CALL_BYTES);
        store.set_epoch_deadline(1);
        let of_callback = Arc::clone(&meter);
        // At each tick of the epoch: a plain deadline would end a guest that merely waits. `yield_now` and not
        // wasmtime's own yield, which tokio would run again before anybody else.
        store.epoch_deadline_callback(move |_| match of_callback.spent() {
            Some(budget) => Err(Fault::Time(budget).into()),
            None => Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))),
        });
        Ok(Self { store, meter, limits: *limits })
    }

    /// All that is known of the run, once it has ended with `outcome`.
    pub(crate) fn report(mut self, outcome: Outcome) -> Report {
        let fuel_left = self.store.get_fuel().unwrap_or(0);
        let cut_off = matches!(outcome, Outcome::TimedOut { .. });
        let state = self.store.data_mut();
        let (logs, log_lines_dropped) = state.logs.finish();
        Report {
            outcome,
            fuel_used: self.limits.fuel.saturating_sub(fuel_left),
            cpu: self.meter.cpu(),
            wall: self.meter.wall(),
            memory_bytes_peak: state.budget.peak(),
            logs,
            log_lines_dropped,
            http: state.pending.finish(cut_off),
        }
    }
}
