//! Quotas, suspension, the operator's tokens, the end of a tenant, and who changed what.

use std::collections::BTreeMap;
use std::time::Duration;

use hookbox_protocol::api::Quotas;
use hookbox_protocol::{Scope, Timestamp};

use super::{Database, LEASE, accept, completed, completion, event, failed, hook, lease_one, new_hook, script, tenant};
use crate::{
    AuditFilter, AuditRow, Error, EventFilter, Heartbeat, HookChange, NewHook, NewToken, Next, Recorded, SecretValue,
    SettingsChange, TenantChange, TenantStore,
};

fn quota(name: &str, value: Option<u64>) -> TenantChange {
    TenantChange { quotas: BTreeMap::from([(name.to_owned(), value)]), ..TenantChange::default() }
}

fn suspended(suspended: bool) -> TenantChange {
    TenantChange { suspended: Some(suspended), ..TenantChange::default() }
}

async fn waiting_for(tenant: &TenantStore) -> String {
    let events = tenant.events(EventFilter::default()).await.expect("listed").events;
    events[0].deliveries[0].waiting_for.clone().expect("it waits")
}

fn actions(rows: &[AuditRow]) -> Vec<&str> {
    rows.iter().map(|row| row.action.as_str()).collect()
}

pub(super) async fn quotas_hold_and_come_back_to_their_defaults(database: Database) {
    let store = database.open().await;
    let (identity, acme) = tenant(&store, "acme").await;
    assert_eq!(identity.quotas, Quotas::default());
    let changed = store.change_tenant("acme", quota("hooks", Some(1))).await.expect("changed").expect("there");
    assert_eq!(changed.quotas, Quotas { hooks: 1, ..Quotas::default() });
    hook(&acme, "mail").await;
    let refused = acme.create_hook(new_hook("sms")).await.expect_err("one is all");
    assert!(matches!(refused, Error::LimitReached { limit: "hooks", most: 1, .. }), "{refused}");
    assert!(refused.to_string().contains("operator"), "{refused}");
    store.change_tenant("acme", quota("hooks", None)).await.expect("changed").expect("there");
    hook(&acme, "sms").await;
    let refused = store.change_tenant("acme", quota("disk", Some(1))).await.expect_err("unknown");
    assert!(matches!(refused, Error::Invalid(_)), "{refused}");
    assert!(store.change_tenant("nobody", quota("hooks", Some(1))).await.expect("asked").is_none());
    assert!(store.find_tenant("nobody").await.expect("asked").is_none());
    let found = store.find_tenant("acme").await.expect("asked").expect("there");
    assert_eq!((found.hooks, found.suspended, found.quotas), (2, false, Quotas::default()));
}

pub(super) async fn a_tenant_is_held_to_its_deliveries_in_flight(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    store.change_tenant("acme", quota("in_flight", Some(2))).await.expect("changed").expect("there");
    for user in 0..5 {
        accept(&acme, &user.to_string()).await;
    }
    let queue = store.queue();
    let first = queue.lease(10, LEASE).await.expect("leased");
    assert_eq!(first.len(), 2, "alone, and no more all the same");
    assert!(queue.lease(10, LEASE).await.expect("leased").is_empty());
    assert_eq!(waiting_for(&acme).await, "a free slot: the tenant is at its cap of 2 deliveries in flight");
    queue.complete(completion(&first[0], completed(), Next::Succeeded)).await.expect("recorded");
    assert_eq!(queue.lease(10, LEASE).await.expect("leased").len(), 1);
    store.change_tenant("acme", quota("in_flight", None)).await.expect("changed");
    assert_eq!(queue.lease(10, LEASE).await.expect("leased").len(), 2);
}

pub(super) async fn the_deliveries_of_a_suspended_tenant_wait(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let identity = async || store.authenticate(&made.token).await.expect("asked").expect("admitted");
    assert!(!identity().await.suspended);
    let acme = store.tenant(&identity().await);
    hook(&acme, "mail").await;
    let (fresh, failing) = (accept(&acme, "u1").await, accept(&acme, "u2").await);
    let queue = store.queue();
    let leased = queue.lease(10, LEASE).await.expect("leased");
    let retry = Next::RetryAt(Duration::ZERO);
    for leased in &leased {
        if leased.event() == failing {
            queue.complete(completion(leased, failed("no"), retry.clone())).await.expect("recorded");
        } else {
            queue.release(&[leased.key]).await.expect("released");
        }
    }
    let row = store.change_tenant("acme", suspended(true)).await.expect("changed").expect("there");
    assert!(row.suspended && identity().await.suspended, "at once");
    assert!(queue.lease(10, LEASE).await.expect("leased").is_empty());
    assert_eq!(waiting_for(&acme).await, "the tenant is suspended");
    accept(&acme, "u3").await;
    assert!(queue.lease(10, LEASE).await.expect("leased").is_empty());
    store.change_tenant("acme", quota("in_flight", Some(9))).await.expect("changed");
    assert!(queue.lease(10, LEASE).await.expect("leased").is_empty(), "another change does not resume it");
    drop((queue, acme));
    store.close().await;
    drop(store);
    let store = database.open().await;
    assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty(), "nor does a restart");
    store.change_tenant("acme", suspended(false)).await.expect("changed");
    let leased = store.queue().lease(10, LEASE).await.expect("leased");
    assert_eq!(leased.len(), 3);
    assert!(leased.iter().any(|leased| leased.event() == fresh));
}

pub(super) async fn a_suspended_tenant_delays_nobody(database: Database) {
    let store = database.open().await;
    let ((_, big), (_, small)) = (tenant(&store, "big").await, tenant(&store, "small").await);
    hook(&big, "mail").await;
    hook(&small, "mail").await;
    for user in 0..20 {
        accept(&big, &user.to_string()).await;
        accept(&small, &user.to_string()).await;
    }
    store.change_tenant("big", suspended(true)).await.expect("changed");
    let leased = store.queue().lease(12, LEASE).await.expect("leased");
    assert_eq!(leased.len(), 12, "it does not count as one that waits");
    assert!(leased.iter().all(|leased| &*leased.tenant_name == "small"));
}

pub(super) async fn a_deleted_tenant_is_gone_with_everything(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    let acme = store.tenant(&identity);
    let (_, other) = tenant(&store, "other").await;
    let mail = hook(&acme, "mail").await;
    hook(&other, "mail").await;
    let secret = vec![("KEY".to_owned(), SecretValue::new("v".into()))];
    acme.add_secrets(&mail.id, secret).await.expect("added").expect("there");
    for user in 0..1_200 {
        drop(acme.accept(event(&user.to_string())));
    }
    let events = [accept(&acme, "u1").await, accept(&acme, "u2").await];
    let kept = accept(&other, "u1").await;
    let queue = store.queue();
    let leased = queue.lease(4, LEASE).await.expect("leased");
    let running = leased.iter().find(|leased| &*leased.tenant_name == "acme").expect("one runs");
    for leased in leased.iter().filter(|leased| &*leased.tenant_name == "other") {
        queue.complete(completion(leased, completed(), Next::Succeeded)).await.expect("recorded");
    }
    assert!(store.delete_tenant("acme").await.expect("deleted"));
    assert!(!store.delete_tenant("acme").await.expect("asked"), "once");
    assert_eq!(store.authenticate(&made.token).await.expect("asked"), None);
    let recorded = queue.complete(completion(running, completed(), Next::Succeeded)).await.expect("asked");
    assert_eq!(recorded, Recorded::LeaseLost);
    assert_eq!(store.backlog().total(), 0);
    store.clock().advance(LEASE + Duration::from_secs(1));
    assert!(queue.lease(10, LEASE).await.expect("leased").is_empty(), "a lease that ran out brings nothing back");
    for event in events {
        assert!(acme.event(event).await.is_err() || acme.event(event).await.expect("asked").is_none());
    }
    assert!(other.event(kept).await.expect("read").is_some());
    let (_, again) = tenant(&store, "acme").await;
    assert!(again.hooks().await.expect("listed").is_empty(), "the name is free, and nothing is left under it");
    assert!(again.events(EventFilter::default()).await.expect("listed").events.is_empty());
    let trail = store.operator_audit(AuditFilter::default()).await.expect("listed");
    assert!(trail.iter().any(|row| (row.action.as_str(), row.subject.as_str()) == ("delete tenant", "acme")));
}

pub(super) async fn the_operator_gives_a_tenant_a_way_back_in(database: Database) {
    let store = database.open().await;
    let (identity, acme) = tenant(&store, "acme").await;
    acme.revoke_token(identity.token_id).await.expect("revoked");
    let new = || NewToken { name: "rescue".into(), scopes: vec![Scope::ReadHooks], expires_at: None };
    assert!(store.tenant_token("nobody", new()).await.expect("asked").is_none());
    let made = store.tenant_token("acme", new()).await.expect("made").expect("there");
    let back = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    assert_eq!((back.tenant, back.token_id, &*back.scopes), (identity.tenant, made.id, &[Scope::ReadHooks][..]));
    let trail = store.tenant(&back).audit(AuditFilter::default()).await.expect("listed");
    assert_eq!((trail[0].action.as_str(), trail[0].token_name.as_deref()), ("create token", Some("operator")));
}

pub(super) async fn the_last_use_of_a_token_is_kept_to_the_minute(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let used = async || {
        let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
        let acme = store.tenant(&identity);
        // A write that comes after it: what was handed over before it is on disk.
        hook(&acme, &format!("hook-{}", acme.hooks().await.expect("listed").len())).await;
        let tokens = acme.tokens().await.expect("listed");
        let client = tokens.iter().find(|token| token.is_client).expect("a client");
        assert_eq!(client.last_used_at, None);
        tokens.iter().find(|token| token.id == identity.token_id).expect("itself").last_used_at.expect("used")
    };
    let first = used().await;
    store.clock().advance(Duration::from_secs(30));
    assert_eq!(used().await, first, "not written again within a minute");
    store.clock().advance(Duration::from_secs(31));
    assert!(used().await.0 - first.0 >= 60_000);
}

pub(super) async fn every_change_leaves_an_entry(database: Database) {
    let store = database.open().await;
    let (identity, acme) = tenant(&store, "acme").await;
    let (_, other) = tenant(&store, "other").await;
    let mail = hook(&acme, "mail").await;
    let secret = |value: &str| vec![("KEY".to_owned(), SecretValue::new(value.into()))];
    acme.add_secrets(&mail.id, secret("canary-1")).await.expect("added");
    acme.update_secrets(&mail.id, secret("canary-2")).await.expect("updated");
    acme.delete_secrets(&mail.id, &["KEY".to_owned()]).await.expect("deleted");
    acme.add_version(&mail.id, script("two")).await.expect("added");
    acme.activate_version(&mail.id, 1).await.expect("activated");
    acme.change_settings(&mail.id, SettingsChange::default()).await.expect("set");
    acme.set_several_hooks(true).await.expect("set");
    acme.update_hook(&mail.id, HookChange { name: Some("post".into()), ..HookChange::default() })
        .await
        .expect("renamed");
    let token = NewToken { name: "ci".into(), scopes: vec![Scope::ReadLogs], expires_at: None };
    let token = acme.create_token(token).await.expect("made");
    acme.revoke_token(token.id).await.expect("revoked");
    accept(&acme, "u1").await;
    let leased = lease_one(&store).await;
    let dead = Next::Dead { reason: "no".into() };
    store.queue().complete(completion(&leased, failed("no"), dead)).await.expect("recorded");
    acme.replay(leased.key.delivery).await.expect("replayed");
    acme.delete_hook(&mail.id).await.expect("deleted");
    let trail = acme.audit(AuditFilter::default()).await.expect("listed");
    assert_eq!(
        actions(&trail),
        [
            "delete hook",
            "replay delivery",
            "revoke token",
            "create token",
            "update hook",
            "change settings",
            "set settings",
            "activate version",
            "add version",
            "delete secrets",
            "update secrets",
            "add secrets",
            "create hook",
            "create tenant",
        ]
    );
    let text = format!("{trail:?}");
    assert!(!text.contains("canary"), "{text}");
    assert_eq!((trail[0].token_id, trail[0].token_name.as_deref()), (identity.token_id, Some("first token")));
    assert_eq!(trail[0].subject, mail.id.as_str());
    let page = AuditFilter { take: Some(3), from: Some(trail[2].id), ..AuditFilter::default() };
    assert_eq!(acme.audit(page).await.expect("listed"), trail[3..6]);
    let later = AuditFilter { since: Some(Timestamp(trail[0].at.0 + 60_000)), ..AuditFilter::default() };
    assert!(acme.audit(later).await.expect("listed").is_empty());
    assert!(matches!(acme.audit(AuditFilter { take: Some(0), ..Default::default() }).await, Err(Error::Invalid(_))));
    assert_eq!(actions(&other.audit(AuditFilter::default()).await.expect("listed")), ["create tenant"]);
}

pub(super) async fn the_operators_changes_are_in_his_trail_and_in_the_tenants(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    store.change_tenant("acme", suspended(true)).await.expect("changed");
    let (own, his) = (
        acme.audit(AuditFilter::default()).await.expect("listed"),
        store.operator_audit(AuditFilter::default()).await.expect("listed"),
    );
    for trail in [&own, &his] {
        assert_eq!(actions(trail), ["change tenant", "create tenant"]);
        assert_eq!((trail[0].token_name.as_deref(), trail[0].subject.as_str()), (Some("operator"), "acme"));
        assert_eq!(trail[0].details["suspended"], true);
    }
}

pub(super) async fn several_hooks_of_a_trigger_run_in_order(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    assert!(!acme.several_hooks().await.expect("asked"));
    let on = |name: &str| NewHook { enabled: Some(true), ..new_hook(name) };
    let (first, second) = (hook(&acme, "first").await, acme.create_hook(on("second")).await.expect("made"));
    assert!(!acme.hook(&first.id).await.expect("read").expect("there").enabled, "one at a time until then");
    acme.set_several_hooks(true).await.expect("set");
    let enable = HookChange { enabled: Some(true), ..HookChange::default() };
    acme.update_hook(&first.id, enable).await.expect("on").expect("there");
    let third = acme.create_hook(on("third")).await.expect("made");
    let order = |order| SettingsChange { order: Some(order), ..SettingsChange::default() };
    acme.change_settings(&third.id, order(-1)).await.expect("set");
    let names = async || {
        let live = acme.enabled(first.trigger).await.expect("listed");
        live.iter().map(|hook| hook.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["third", "first", "second"]);
    assert_eq!(acme.accept(event("u1")).await.expect("accepted").deliveries, 3);
    let leased = store.queue().lease(10, LEASE).await.expect("leased");
    let order: Vec<&str> = leased.iter().map(|leased| leased.hook.name.as_str()).collect();
    assert_eq!(order, ["third", "first", "second"]);
    let refused = acme.set_several_hooks(false).await.expect_err("three are on");
    let text = refused.to_string();
    assert!(matches!(refused, Error::State(_)) && text.contains("first, second, third"), "{text}");
    let off = HookChange { enabled: Some(false), ..HookChange::default() };
    for id in [&second.id, &third.id] {
        acme.update_hook(id, off.clone()).await.expect("off");
    }
    acme.set_several_hooks(false).await.expect("set");
    assert!(!acme.several_hooks().await.expect("asked"));
    store.close().await;
    drop((store, acme));
    let store = database.open().await;
    let identity = store.tenant_token("acme", NewToken { name: "t".into(), scopes: vec![], expires_at: None });
    let token = identity.await.expect("made").expect("there").token;
    let acme = store.tenant(&store.authenticate(&token).await.expect("asked").expect("admitted"));
    assert_eq!(acme.accept(event("u2")).await.expect("accepted").deliveries, 1);
}

pub(super) async fn nodes_are_listed_while_they_live(database: Database) {
    let store = database.open().await;
    let beat = |id: &str, running| Heartbeat {
        id: id.into(),
        version: "1.0.0".into(),
        address: Some("127.0.0.1:8080".into()),
        started_at: store.clock().now(),
        running,
    };
    store.heartbeat(beat("b", 1)).await.expect("kept");
    store.heartbeat(beat("a", 2)).await.expect("kept");
    store.heartbeat(beat("b", 3)).await.expect("kept");
    let shown = async || {
        let nodes = store.nodes().await.expect("listed");
        nodes.into_iter().map(|node| (node.id, node.running)).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [("a".to_owned(), 2), ("b".to_owned(), 3)]);
    store.clock().advance(Duration::from_secs(3_000));
    store.heartbeat(beat("a", 0)).await.expect("kept");
    store.clock().advance(Duration::from_secs(3_000));
    assert_eq!(shown().await, [("a".to_owned(), 0)]);
}
