//! The one clock and the one source of random bytes of a run; every import that needs either takes it from here.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::meter::Meter;

/// What the guest sees of time: whole milliseconds that stand still while it computes.
#[derive(Clone)]
pub(crate) enum Clock {
    /// The system's.
    System {
        /// Says how far the run is.
        meter: Arc<Meter>,
        /// Time since 1970 at the run's start; read from the system when first asked for.
        unix_at_start: OnceLock<Duration>,
    },
    /// Always 0, while a module is pre-initialised: what is read then would be frozen into every run.
    Zero,
}

impl Clock {
    pub(crate) fn system(meter: Arc<Meter>) -> Self {
        Self::System { meter, unix_at_start: OnceLock::new() }
    }

    /// Another hand on the same clock: what it says never differs.
    pub(crate) fn twin(&self) -> Self {
        self.unix();
        self.clone()
    }

    /// Time since the run began.
    pub(crate) fn monotonic(&self) -> Duration {
        match self {
            Self::System { meter, .. } => whole_ms(meter.slice()),
            Self::Zero => Duration::ZERO,
        }
    }

    /// Time since 1970.
    pub(crate) fn unix(&self) -> Duration {
        match self {
            Self::System { meter, unix_at_start } => {
                let at_start = *unix_at_start.get_or_init(|| {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    now.saturating_sub(meter.wall())
                });
                whole_ms(at_start + meter.slice())
            }
            Self::Zero => Duration::ZERO,
        }
    }
}

fn whole_ms(duration: Duration) -> Duration {
    Duration::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// Where a guest's random bytes come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rng {
    /// The system's generator for cryptography.
    System,
    /// Zeros, while a module is pre-initialised.
    Zero,
}

impl Rng {
    /// Fills `bytes`.
    pub(crate) fn fill(self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        match self {
            Self::System => getrandom::fill(bytes),
            Self::Zero => {
                bytes.fill(0);
                Ok(())
            }
        }
    }
}
