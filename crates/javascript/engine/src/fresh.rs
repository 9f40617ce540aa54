//! What must differ from run to run although every run starts from the same image: the clock and random numbers.

use core::cell::Cell;

use crate::host;

struct State {
    running: Cell<bool>,
    seed: Cell<Option<[u64; 2]>>,
}

// SAFETY: the module is compiled without threads.
unsafe impl Sync for State {}

static STATE: State = State { running: Cell::new(false), seed: Cell::new(None) };

/// From here on the host may be asked. Before, at pre-initialisation, there is none.
pub(crate) fn start() {
    STATE.running.set(true);
}

/// Back to the state before the first run.
pub(crate) fn reset() {
    STATE.running.set(false);
    STATE.seed.set(None);
}

/// The clock of QuickJS, in microseconds since 1970. The C code names it as an import; this definition takes its place.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    if STATE.running.get() { host::now_ms() * 1e3 } else { 0.0 }
}

/// A number from 0 to below 1 (xorshift128+, as other engines do it), seeded by the host on the first call of a run.
pub(crate) fn random() -> f64 {
    let [a, b] = STATE.seed.get().unwrap_or_else(|| {
        let mut bytes = [0; 16];
        host::random(&mut bytes);
        let half = |at: usize| u64::from_le_bytes(core::array::from_fn(|i| bytes[at + i]));
        [half(0) | 1, half(8)]
    });
    let mixed = a ^ (a << 23);
    let next = mixed ^ b ^ (mixed >> 17) ^ (b >> 26);
    STATE.seed.set(Some([b, next]));
    (next.wrapping_add(b) >> 11) as f64 / (1u64 << 53) as f64
}
