//! What the daemon refuses because it has no room, and that one tenant's calls do not take another's turn.

use futures_util::future::join_all;
use futures_util::{FutureExt, pin_mut};
use serde_json::json;

use crate::ServerSettings;
use crate::testing::{House, completes, event};

const EVENTS: &str = "/v1/events/post-change-password";

#[tokio::test]
async fn a_nearly_full_disk_takes_no_events_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = Some(folder.path().to_owned());
    let house =
        House::with(ServerSettings { data_dir, disk_free_min: Some(u64::MAX), ..ServerSettings::default() }).await;
    let token = house.tenant("acme").await;
    for path in [EVENTS, "/v1/events/post-change-password/batch"] {
        let refused = house.send(http::Request::post(path), &token, "{}".into()).await;
        refused.expect_error(503, "disk_nearly_full", "nearly full");
        assert_eq!(refused.headers["retry-after"], "60");
    }
    let ready = house.get("/readyz", "").await;
    assert_eq!(ready.expect(503)["reason"], "the disk is nearly full");
    let hook = json!({ "name": "mine", "triggerId": "post-change-password", "script": "x".repeat(5_000) }).to_string();
    let large = http::Request::post("/api/v2/hooks")
        .header("content-type", "application/json")
        .header("content-length", hook.len());
    house.send(large, &token, hook.into()).await.expect_error(503, "disk_nearly_full", "no code");
    let small = json!({ "name": "mine", "triggerId": "post-change-password", "script": "module.exports = 1" });
    let id = house.post("/api/v2/hooks", &token, &small).await.expect(201)["id"].as_str().expect("an id").to_owned();
    house
        .send(http::Request::post(format!("/v1/hooks/{id}/versions/1/activate")), &token, String::new().into())
        .await
        .expect(200);
    house.get("/healthz", "").await.expect(200);
    let metrics = String::from_utf8(house.get("/metrics", "").await.body.to_vec()).expect("text");
    assert!(metrics.contains("hookbox_refusals_total{code=\"disk_nearly_full\"} 3"), "{metrics}");
    let free = metrics.lines().find_map(|line| line.strip_prefix("hookbox_disk_free_bytes ")).expect("the gauge");
    assert!(free.parse::<u64>().is_ok_and(|free| free > 0), "{free}");
}

#[tokio::test]
async fn a_full_backlog_of_all_tenants_is_503_for_each_of_them() {
    let house = House::with(ServerSettings { backlog_max: 1, ..ServerSettings::default() }).await;
    let (one, two) = (house.tenant("one").await, house.tenant("two").await);
    house.hook(&one, "mine", completes()).await;
    house.post(EVENTS, &one, &event("u")).await.expect(202);
    for token in [one, two] {
        let refused = house.post(EVENTS, &token, &event("u")).await;
        refused.expect_error(503, "unavailable", "as many deliveries waiting as it takes");
        assert_eq!(refused.headers["retry-after"], "10");
    }
}

#[tokio::test]
async fn a_tenants_flood_of_runs_leaves_another_tenant_its_turn() {
    let settings = ServerSettings {
        runner_at_once: 2,
        runner_per_tenant: 1,
        waiting_per_tenant: 3,
        guest_threads: Some(2),
        ..ServerSettings::default()
    };
    let house = House::with(settings).await;
    let other = house.tenant("other").await;
    let flood = house.tenant_created("flood").await.token;
    let tenant = house.app.store().authenticate(&flood).await.expect("a store").expect("a tenant").tenant;
    let _running = house.app.runs().enter(tenant).await.expect("a turn");
    let waiting = join_all((0..3).map(|_| Box::pin(house.app.runs().enter(tenant))));
    pin_mut!(waiting);
    assert!(waiting.as_mut().now_or_never().is_none(), "one call of a tenant runs at once");
    let hook = house.hook(&flood, "mine", completes()).await;
    let run = json!({"trigger": "post-change-password", "hook_id": hook, "input": event("u")});
    house.post("/v1/runner", &flood, &run).await.expect_error(429, "too_many_requests", "3 calls of this tenant");
    let quick = house.hook(&other, "quick", completes()).await;
    let run_quick = json!({"trigger": "post-change-password", "hook_id": quick, "input": event("u")});
    for _ in 0..3 {
        assert_eq!(house.post("/v1/runner", &other, &run_quick).await.expect(200)["outcome"], "completed");
    }
}

#[tokio::test]
async fn a_tenants_flood_of_uploads_leaves_another_tenant_its_turn() {
    let house = House::with(ServerSettings { compiles_at_once: 2, ..ServerSettings::default() }).await;
    let other = house.tenant("other").await;
    let flood = house.tenant_created("flood").await.token;
    let tenant = house.app.store().authenticate(&flood).await.expect("a store").expect("a tenant").tenant;
    let _compiling = house.app.compiles().enter(tenant).await.expect("a turn");
    let waiting: Vec<_> = (0..8).map(|_| Box::pin(house.app.compiles().enter(tenant))).collect();
    let waiting = join_all(waiting);
    pin_mut!(waiting);
    assert!(waiting.as_mut().now_or_never().is_none(), "one upload of a tenant compiles at once");
    house.hook(&other, "quick", completes()).await;
    let path = "/v1/hooks?name=mine&trigger=post-change-password";
    let refused = house.upload("POST", path, &flood, completes()).await;
    refused.expect_error(429, "too_many_requests", "8 calls of this tenant wait");
}
