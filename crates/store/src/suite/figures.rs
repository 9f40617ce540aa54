//! Figures of a tenant and of the daemon.

use std::time::Duration;

use hookbox_protocol::Timestamp;

use super::{Database, LEASE, accept, completed, completion, failed, hook, lease_one, tenant};
use crate::{Error, HookChange, Next, TenantChange};

pub(super) async fn a_tenant_sees_its_attempts_by_time_and_hook(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    let mail = hook(&acme, "mail").await;
    hook(&other, "mail").await;
    let start = store.clock().now();
    for (report, next) in [
        (completed(), Next::Succeeded),
        (failed("no"), Next::Dead { reason: "no".into() }),
        (completed(), Next::Succeeded),
    ] {
        accept(&acme, "u").await;
        let leased = lease_one(&store).await;
        store.queue().complete(completion(&leased, report, next)).await.expect("recorded");
        store.clock().advance(Duration::from_secs(600));
    }
    for user in ["a", "b", "c"] {
        accept(&acme, user).await;
    }
    let running = store.queue().lease(1, LEASE).await.expect("leased");
    let end = Timestamp(start.0 + 1_800_000);
    let stats = acme.statistics(start, end, 3).await.expect("counted");
    let shown: Vec<(u64, u64)> =
        stats.buckets.iter().map(|b| (b.outcomes.values().sum(), (b.at.0 - start.0) as u64)).collect();
    assert_eq!(shown, [(1, 0), (1, 600_000), (1, 1_200_000)]);
    assert_eq!((stats.bucket_ms, stats.outcomes["completed"], stats.outcomes["failed"]), (600_000, 2, 1));
    assert_eq!((stats.dead, stats.backlog.pending, stats.backlog.leased, stats.sampled), (1, 2, 1, false));
    assert_eq!(stats.wall_ms.expect("attempts").p99, 3.0);
    assert_eq!((&stats.hooks[0].hook_id, stats.hooks[0].attempts, stats.hooks[0].failed), (&mail.id, 3, 1));
    store.clock().advance(Duration::from_secs(5));
    let off = HookChange { enabled: Some(false), ..HookChange::default() };
    acme.update_hook(&mail.id, off).await.expect("off");
    assert!(store.queue().lease(5, LEASE).await.expect("leased").is_empty());
    let held = acme.statistics(start, end, 1).await.expect("counted").backlog;
    assert_eq!((held.pending, held.held, held.leased, held.oldest_ms), (0, 2, 1, 0));
    assert!(other.statistics(start, end, 1).await.expect("counted").outcomes.is_empty(), "another tenant's");
    drop(running);
    for (since, until, buckets) in [(start, start, 1), (end, start, 1), (start, end, 0), (start, end, 201)] {
        let refused = acme.statistics(since, until, buckets).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

pub(super) async fn the_operator_sees_who_is_busy(database: Database) {
    let store = database.open().await;
    for (name, events) in [("quiet", 0), ("small", 1), ("big", 5), ("held", 3)] {
        let (_, tenant) = tenant(&store, name).await;
        hook(&tenant, "mail").await;
        for user in 0..events {
            accept(&tenant, &user.to_string()).await;
        }
    }
    let suspended = TenantChange { suspended: Some(true), ..TenantChange::default() };
    store.change_tenant("held", suspended).await.expect("changed");
    let leased = store.queue().lease(2, LEASE).await.expect("leased");
    let dead = Next::Dead { reason: "no".into() };
    store.queue().complete(completion(&leased[0], failed("no"), dead)).await.expect("recorded");
    store.clock().advance(Duration::from_secs(7));
    let stats = store.operator_stats().await.expect("counted");
    assert_eq!((stats.tenants, stats.suspended, stats.dead), (4, 1, 1));
    assert_eq!((stats.backlog.pending, stats.backlog.leased, stats.backlog.held), (4, 1, 3));
    assert!((7_000..60_000).contains(&stats.oldest_due_ms), "{}", stats.oldest_due_ms);
    let names: Vec<&str> = stats.busiest.iter().map(|load| load.tenant.as_str()).collect();
    assert!(names[..2] == ["big", "held"] && !names.contains(&"quiet"), "{names:?}");
    assert!(stats.database.bytes > 0 && !stats.database.engine.is_empty());
    let rows = store.tenants().await.expect("listed");
    assert_eq!(rows.iter().map(|row| row.dead).sum::<u64>(), 1);
    let findings = store.diagnose().await.expect("looked over");
    assert!(findings.iter().all(|finding| finding.level != crate::Level::Error), "{findings:?}");
}
