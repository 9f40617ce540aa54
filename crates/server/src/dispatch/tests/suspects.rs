//! Deliveries whose lease was lost once: they start one at a time, and a slow one holds up the next for a moment only.

use std::time::Duration;

use hookbox_protocol::Timestamp;
use serde_json::Value;

use super::{EVENTS, delivery_when, dispatching};
use crate::testing::{House, event, waits};

/// When each attempt started, in milliseconds, of that many suspects whose hook waits for so long; in their order.
async fn starts_of(suspects: usize, hook_waits_ms: u32) -> Vec<i64> {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", waits(hook_waits_ms)).await;
    let mut accepted = Vec::new();
    for user in 0..suspects {
        accepted.push(house.post(EVENTS, &token, &event(&user.to_string())).await.expect(202));
    }
    // Leased by somebody who is gone before it runs.
    let lost = house.app.store().queue().lease(100, Duration::ZERO).await.expect("leased");
    assert_eq!((lost.len(), lost[0].is_suspect), (suspects, false));
    let is_done = |delivery: &Value| delivery["state"] == "succeeded";
    let mut starts = dispatching(&house, async {
        let mut starts = Vec::new();
        for event in &accepted {
            let attempt = delivery_when(&house, &token, event, is_done).await["attempts"][0].clone();
            assert_eq!(attempt["number"], 2, "{attempt}");
            let at: Timestamp = serde_json::from_value(attempt["started_at"].clone()).expect("a time");
            starts.push(at.0);
        }
        starts
    })
    .await;
    starts.sort_unstable();
    // Whatever goes wrong here besides would show as a start that comes seconds late.
    let metrics = String::from_utf8(house.get("/metrics", "").await.body.to_vec()).expect("text");
    for counter in ["hookbox_host_failures_total", "hookbox_leases_lost_total"] {
        assert!(metrics.contains(&format!("\n{counter} 0\n")), "{counter} is not 0: {starts:?}");
    }
    starts
}

#[tokio::test]
async fn the_next_suspect_starts_when_the_one_before_has_ended() {
    let starts = starts_of(4, 60).await;
    assert!(starts.windows(2).all(|two| two[1] - two[0] >= 60), "{starts:?}");
}

#[tokio::test]
async fn a_suspect_that_takes_long_is_not_waited_for() {
    let starts = starts_of(4, 3_000).await;
    assert!(starts.windows(2).all(|two| two[1] - two[0] >= 249), "{starts:?}");
    assert!(starts[3] - starts[0] < 3_000, "they run side by side: {starts:?}");
}
