//! Deliveries that ended, run once more: one by one and by filter.

use serde_json::{Value, json};

use super::{EVENTS, delivery_when, dispatching};
use crate::retry::SCHEDULE;
use crate::testing::{House, completes, event, fails, returns};

fn id(delivery: &Value) -> &str {
    delivery["id"].as_str().expect("an id")
}

async fn replay(house: &House, token: &str, delivery: &Value) -> crate::testing::Answer {
    house.post(&format!("/v1/deliveries/{}/replay", id(delivery)), token, &json!({})).await
}

#[tokio::test]
async fn a_dead_delivery_runs_again_and_its_attempts_go_on() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let broken = returns(&json!({"error": {"message": "no", "retryable": false}}));
    let hook = house.hook(&token, "mine", broken).await;
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let dead = dispatching(&house, delivery_when(&house, &token, &accepted, |it| it["state"] == "dead")).await;
    assert!(dead["waiting_for"].as_str().is_some_and(|reason| reason.contains("retryable: false")), "{dead}");

    house.upload("PUT", &format!("/v1/hooks/{hook}/module"), &token, completes()).await.expect(200);
    let again = replay(&house, &token, &dead).await;
    let expected = json!({"delivery_id": dead["id"], "event_id": accepted["event_id"], "state": "pending"});
    assert_eq!(again.expect(202), expected);
    replay(&house, &token, &dead).await.expect_error(409, "conflict", "");
    let done = dispatching(&house, delivery_when(&house, &token, &accepted, |it| it["state"] == "succeeded")).await;
    let attempts: Vec<_> = done["attempts"].as_array().expect("attempts").iter().map(|it| &it["number"]).collect();
    assert_eq!(attempts, [1, 2], "{done}");
    replay(&house, &token, &done).await.expect(202);
}

#[tokio::test]
async fn an_exhausted_delivery_gets_the_whole_schedule_again_when_it_is_replayed() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", fails("no route")).await;
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let attempts = |delivery: &Value| delivery["attempts"].as_array().map_or(0, Vec::len);
    let in_a_schedule = SCHEDULE.len() + 1;
    let mut delivery = Value::Null;
    for number in 1..=2 * in_a_schedule {
        let done = |it: &Value| attempts(it) == number && it["state"] != "leased";
        delivery = dispatching(&house, delivery_when(&house, &token, &accepted, done)).await;
        if number % in_a_schedule == 0 {
            assert_eq!(delivery["state"], "dead", "{delivery}");
            assert_eq!(delivery["waiting_for"], "all 8 attempts ended without success");
            replay(&house, &token, &delivery).await.expect(202);
        } else {
            assert_eq!(delivery["state"], "pending", "after attempt {number}: {delivery}");
            // Longer than the longest pause, and how far it is spread.
            house.app.store().clock().advance(2 * SCHEDULE[SCHEDULE.len() - 1]);
        }
    }
    assert_eq!(delivery["attempts"][in_a_schedule]["number"], 9, "the numbers go on");
}

#[tokio::test]
async fn what_cannot_be_replayed_is_refused_with_a_reason() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    let hook = house.hook(&token, "mine", completes()).await;
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let done = dispatching(&house, delivery_when(&house, &token, &accepted, |it| it["state"] == "succeeded")).await;
    let missing = "delivery_does_not_exist";
    replay(&house, &other, &done).await.expect_error(404, missing, id(&done));
    house.post("/v1/deliveries/nonsense/replay", &token, &json!({})).await.expect_error(404, missing, "'nonsense'");
    let path = format!("/v1/deliveries/{}/replay", id(&done));
    house.post(&path, &token, &json!({"force": true})).await.expect_error(400, "invalid_body", "no body");
    house.json("DELETE", &format!("/api/v2/hooks/{hook}"), &token, &json!({})).await.expect(204);
    replay(&house, &token, &done).await.expect_error(409, "conflict", "delete");
}

#[tokio::test]
async fn a_replay_by_filter_counts_first_and_touches_what_matches_only() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    let broken = || returns(&json!({"error": {"message": "no", "retryable": false}}));
    let hook = house.hook(&token, "mine", broken()).await;
    house.hook(&other, "theirs", broken()).await;
    let mut accepted = Vec::new();
    for user in ["u1", "u2", "u3"] {
        accepted.push((&token, house.post(EVENTS, &token, &event(user)).await.expect(202)));
    }
    accepted.push((&other, house.post(EVENTS, &other, &event("u1")).await.expect(202)));
    dispatching(&house, async {
        for (token, event) in &accepted {
            delivery_when(&house, token, event, |it| it["state"] == "dead").await;
        }
    })
    .await;

    let path = "/v1/deliveries/replay";
    for (filter, matched) in [
        (json!({}), 3),
        (json!({"user": "u2"}), 1),
        (json!({"user": "ADA@example.com", "trigger": "post-change-password", "hook_id": hook}), 3),
        (json!({"trigger": "post-user-registration"}), 0),
        (json!({"state": "succeeded"}), 0),
        (json!({"state": "all", "take": 2}), 2),
        (json!({"since": "2099-01-01T00:00:00Z"}), 0),
        (json!({"until": "2099-01-01T00:00:00Z"}), 3),
    ] {
        let mut body = filter.clone();
        body["dry_run"] = json!(true);
        let counted = house.post(path, &token, &body).await.expect(200);
        assert_eq!(counted, json!({"matched": matched, "replayed": 0}), "{filter}");
    }
    let replayed = house.post(path, &token, &json!({"user": "u2"})).await.expect(202);
    assert_eq!(replayed, json!({"matched": 1, "replayed": 1}));
    let states: Vec<Value> = house.get("/v1/events?user=u2", &token).await.expect(200)["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| event["deliveries"][0]["state"].clone())
        .collect();
    assert_eq!(states, ["pending"]);
    assert_eq!(
        house.post(path, &token, &json!({})).await.expect(202)["replayed"],
        2,
        "what waits already is left alone"
    );
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_refused() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    for (filter, status, code, part) in [
        (json!({"take": 0}), 400, "invalid_body", "between 1 and 10000"),
        (json!({"take": 10_001}), 400, "invalid_body", "between 1 and 10000"),
        (json!({"state": "pending"}), 400, "invalid_body", "unknown variant `pending`"),
        (json!({"hook": "x"}), 400, "invalid_body", "unknown field `hook`"),
        (json!({"trigger": "x"}), 404, "unknown_trigger", "'x'"),
        (json!({"hook_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}), 404, "HookDoesNotExist", "does not exist"),
        (json!({"since": "yesterday"}), 400, "invalid_body", "RFC 3339"),
    ] {
        house.post("/v1/deliveries/replay", &token, &filter).await.expect_error(status, code, part);
    }
}
