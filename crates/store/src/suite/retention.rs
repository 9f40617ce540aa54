//! Removing what is old or too much.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::{Database, LEASE, accept, completed, completion, event, failed, hook, lease_one, log_entry, tenant};
use crate::engine::Purged;
use crate::{AcceptEvent, AuditFilter, EventFilter, LogFilter, Next, Store, Swept, TenantChange, TenantStore};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Sweeps until nothing is left to do, and answers the sum.
async fn sweep(store: &Store, most: u32) -> Swept {
    let mut all = Swept::default();
    for _ in 0..10_000 {
        let swept = store.sweep(most).await.expect("swept");
        assert!(swept.events <= u64::from(most) && swept.logs <= u64::from(most), "{swept:?}");
        all.events += swept.events;
        all.deliveries += swept.deliveries;
        all.attempts += swept.attempts;
        all.logs += swept.logs;
        if swept.idle {
            return all;
        }
    }
    panic!("it is never idle");
}

async fn set_quota(store: &Store, name: &str, quota: &str, value: u64) {
    let quotas = BTreeMap::from([(quota.to_owned(), Some(value))]);
    let change = TenantChange { quotas, ..TenantChange::default() };
    store.change_tenant(name, change).await.expect("changed").expect("there");
}

/// Runs everything that is due to its end.
async fn drain(store: &Store) {
    loop {
        let leased = store.queue().lease(500, LEASE).await.expect("leased");
        if leased.is_empty() {
            return;
        }
        let queue = store.queue();
        let done = leased.iter().map(|leased| queue.complete(completion(leased, completed(), Next::Succeeded)));
        assert!(join_all(done).await.iter().all(Result::is_ok));
    }
}

async fn flood(tenant: &TenantStore, events: usize, bytes: usize) {
    let user = format!(r#"{{"id":"{}"}}"#, "x".repeat(bytes));
    let accepts = (0..events).map(|_| tenant.accept(AcceptEvent { user: user.clone(), ..event("") }));
    assert!(join_all(accepts).await.iter().all(Result::is_ok));
}

async fn events(tenant: &TenantStore) -> usize {
    let mut filter = EventFilter { take: Some(100), ..EventFilter::default() };
    let mut count = 0;
    loop {
        let page = tenant.events(filter.clone()).await.expect("listed");
        count += page.events.len();
        filter.from = page.next;
        if filter.from.is_none() {
            return count;
        }
    }
}

pub(super) async fn what_is_older_than_a_tenant_keeps_goes_with_all_of_it(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    hook(&acme, "mail").await;
    set_quota(&store, "acme", "retention_days", 2).await;
    let keyed = AcceptEvent { idempotency_key: Some("once".into()), ..event("u1") };
    let first = acme.accept(keyed.clone()).await.expect("accepted");
    let leased = lease_one(&store).await;
    let done = crate::Completion {
        log: Some(log_entry("fcph")),
        ..completion(&leased, failed("no"), Next::Dead { reason: "no".into() })
    };
    store.queue().complete(done).await.expect("recorded");
    other.accept(event("u1")).await.expect("accepted");
    assert_eq!(sweep(&store, 100).await, Swept { idle: false, ..Swept::default() });
    store.clock().advance(3 * DAY);
    let second = accept(&acme, "u2").await;
    drain(&store).await;
    let swept = sweep(&store, 100).await;
    assert_eq!(swept, Swept { events: 1, deliveries: 1, attempts: 1, logs: 1, idle: false });
    assert!(acme.event(first.event_id).await.expect("read").is_none());
    assert!(acme.event(second).await.expect("read").is_some());
    assert!(acme.logs(LogFilter::default()).await.expect("listed").is_empty());
    assert_eq!(store.stats().await.expect("figures").dead, 0, "dead ones go as well");
    assert_eq!(events(&other).await, 1, "another tenant keeps its own longer");
    assert!(!acme.accept(keyed).await.expect("accepted").duplicate, "the key went with its event");
}

pub(super) async fn what_has_not_ended_stays(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    set_quota(&store, "acme", "retention_days", 1).await;
    let (retry, running) = (accept(&acme, "u1").await, accept(&acme, "u2").await);
    let waiting = accept(&acme, "u3").await;
    let leased = store.queue().lease(2, LEASE).await.expect("leased");
    let later = Next::RetryAt(30 * DAY);
    store.queue().complete(completion(&leased[0], failed("no"), later)).await.expect("recorded");
    flood(&acme, 3, 10).await;
    store.clock().advance(2 * DAY);
    store.queue().extend(&[leased[1].key], LEASE).await.expect("extended");
    assert_eq!(sweep(&store, 2).await.events, 0);
    for event in [retry, running, waiting] {
        assert!(acme.event(event).await.expect("read").is_some());
    }
    store.queue().complete(completion(&leased[1], completed(), Next::Succeeded)).await.expect("recorded");
    assert_eq!(sweep(&store, 2).await.events, 1, "now it has ended");
    drain(&store).await;
    assert_eq!(sweep(&store, 2).await.events, 4);
    assert_eq!((events(&acme).await, acme.backlog().pending), (1, 1));
}

pub(super) async fn a_tenant_keeps_no_more_bytes_than_its_quota(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    for tenant in [&acme, &other] {
        hook(tenant, "mail").await;
    }
    set_quota(&store, "acme", "retention_bytes", 300_000).await;
    for _ in 0..10 {
        flood(&acme, 100, 1_000).await;
        flood(&other, 20, 1_000).await;
        drain(&store).await;
        store.clock().advance(Duration::from_secs(120));
        sweep(&store, 50).await;
    }
    let kept = events(&acme).await;
    assert!((150..=300).contains(&kept), "{kept} events of about 1,200 bytes");
    assert_eq!(events(&other).await, 200);
    // The newest are those that are kept.
    let last = accept(&acme, "last").await;
    drain(&store).await;
    store.clock().advance(Duration::from_secs(120));
    sweep(&store, 50).await;
    assert!(acme.event(last).await.expect("read").is_some());
}

pub(super) async fn the_log_is_removed_by_age_and_bytes(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    set_quota(&store, "acme", "retention_days", 10).await;
    let line = async || {
        acme.add_log(None, None, log_entry("w")).await.expect("written");
    };
    line().await;
    store.clock().advance(11 * DAY);
    for _ in 0..40 {
        line().await;
    }
    assert_eq!(sweep(&store, 10).await.logs, 1);
    set_quota(&store, "acme", "retention_bytes", 2_000).await;
    for _ in 0..5 {
        store.clock().advance(Duration::from_secs(120));
        line().await;
        sweep(&store, 10).await;
    }
    let kept = acme.log_count(LogFilter::default()).await.expect("counted");
    assert!((1..25).contains(&kept), "{kept} lines");
}

pub(super) async fn the_audit_trail_is_kept_for_a_year(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    store.clock().advance(360 * DAY);
    hook(&acme, "mail").await;
    sweep(&store, 100).await;
    let count = async || acme.audit(AuditFilter::default()).await.expect("listed").len();
    assert_eq!(count().await, 2);
    store.clock().advance(10 * DAY);
    sweep(&store, 100).await;
    assert_eq!(count().await, 1, "the tenant was made more than a year ago");
}

pub(super) async fn the_end_of_a_tenant_is_ended_after_a_restart(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    flood(&acme, 300, 10).await;
    // As far as a process comes that is killed after the first step.
    let gone = store.shared().engine.retire_tenant("acme".into()).await.expect("retired").expect("there");
    assert_eq!(store.shared().engine.purge_tenant(gone, 10).await.expect("a step"), Purged::Part);
    store.close().await;
    drop((store, acme));
    let store = database.open().await;
    assert_eq!((store.backlog().total(), store.tenants().await.expect("listed").len()), (0, 0));
    assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty());
    sweep(&store, 100).await;
    assert_eq!(store.shared().engine.purge_tenant(gone, 10).await.expect("asked"), Purged::All);
}
