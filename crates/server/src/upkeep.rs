//! What the daemon does by the clock: removes what is too old, gives a sign of life, looks at the disk.

use std::time::Duration;

use hookbox_protocol::Timestamp;
use hookbox_store::Heartbeat;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::App;

/// Rows that one step of retention removes: so few that what hooks and callers write does not wait for it.
const SWEEP_STEP: u32 = 200;

/// Retention has at most this part of the store's writing time.
const SWEEP_PART: u32 = 10;
const SWEEP_PAUSE_MIN: Duration = Duration::from_millis(20);
/// The pause while deliveries wait for their turn.
const SWEEP_PAUSE_BUSY: Duration = Duration::from_secs(1);
/// The pause when there was nothing to remove, or the store failed.
const SWEEP_PAUSE_IDLE: Duration = Duration::from_secs(60);

const HEARTBEAT: Duration = Duration::from_secs(5);

const DISK_LOOK: Duration = Duration::from_secs(1);

/// Does all of it until `stop`.
pub(crate) async fn run(app: App, stop: CancellationToken) {
    let work = async { tokio::join!(sweep(&app), beat(&app), look(&app)) };
    stop.run_until_cancelled(work).await;
}

async fn sweep(app: &App) {
    loop {
        let began = Instant::now();
        let pause = match app.store().sweep(SWEEP_STEP).await {
            Ok(swept) => {
                app.metrics().swept(&swept);
                if swept.idle { SWEEP_PAUSE_IDLE } else { pause_after(began.elapsed(), is_busy(app)) }
            }
            Err(error) => {
                tracing::error!(%error, "what is too old cannot be removed");
                SWEEP_PAUSE_IDLE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Whether more deliveries wait than the dispatcher takes in one go.
fn is_busy(app: &App) -> bool {
    app.store().backlog().pending > u64::from(app.settings().runs_at_once) * 8
}

fn pause_after(step: Duration, is_busy: bool) -> Duration {
    let least = if is_busy { SWEEP_PAUSE_BUSY } else { SWEEP_PAUSE_MIN };
    least.max(step * (SWEEP_PART - 1))
}

async fn beat(app: &App) {
    let started_at = Timestamp(jiff::Timestamp::now().as_millisecond());
    let mut ticks = interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let sign = Heartbeat {
            id: app.node_name().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            address: app.settings().address.clone(),
            started_at,
            running: app.metrics().running_now(),
        };
        if let Err(error) = app.store().heartbeat(sign).await {
            tracing::warn!(%error, "a sign of life cannot be written");
        }
    }
}

async fn look(app: &App) {
    let mut ticks = interval(DISK_LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        app.disk().look();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_leaves_most_of_the_time_to_others_and_more_of_it_under_load() {
        let ms = Duration::from_millis;
        assert_eq!(pause_after(ms(1), false), SWEEP_PAUSE_MIN);
        assert_eq!(pause_after(ms(100), false), ms(900));
        assert_eq!(pause_after(ms(1), true), SWEEP_PAUSE_BUSY);
        assert_eq!(pause_after(ms(200), true), ms(1_800));
    }
}
