//! Leases, fences, completions and what waits.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use hookbox_protocol::EventId;
use hookbox_protocol::api::{Delivery, DeliveryState};

use super::{Database, LEASE, accept, completed, completion, failed, hook, lease_one, script, tenant};
use crate::{Completion, Error, HookChange, LogFilter, Next, Recorded, SecretValue, Store, TenantStore};

async fn delivery(tenant: &TenantStore, event: EventId) -> Delivery {
    tenant.event(event).await.expect("read").expect("there").deliveries.remove(0)
}

async fn nothing_is_due(store: &Store) {
    assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty());
}

pub(super) async fn a_delivery_runs_and_succeeds(database: Database) {
    let store = database.open().await;
    let (identity, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    assert_eq!(delivery(&acme, event).await.waiting_for.as_deref(), Some("a free slot"));
    let leased = lease_one(&store).await;
    assert_eq!((leased.tenant, &*leased.tenant_name, leased.event()), (identity.tenant, "acme", event));
    assert_eq!((leased.user.as_str(), leased.attempt, leased.hook.version), (r#"{"id":"u1"}"#, 1, 1));
    assert_eq!((&leased.hook.id, &leased.hook.code), (&mail.id, &mail.code));
    assert_eq!(leased.received_at, acme.event(event).await.expect("read").expect("there").received_at);
    let running = delivery(&acme, event).await;
    assert_eq!((running.state, running.next_attempt_at), (DeliveryState::Leased, None));
    assert_eq!(running.waiting_for.as_deref(), Some("attempt 1 runs"));
    nothing_is_due(&store).await;
    let recorded = store.queue().complete(completion(&leased, completed(), Next::Succeeded)).await.expect("recorded");
    assert_eq!(recorded, Recorded::Done);
    let done = delivery(&acme, event).await;
    assert_eq!((done.state, done.waiting_for, done.attempts.len()), (DeliveryState::Succeeded, None, 1));
    assert_eq!((done.attempts[0].outcome.as_str(), done.attempts[0].logs.len()), ("completed", 1));
    nothing_is_due(&store).await;
}

pub(super) async fn a_late_completion_is_refused(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    let late = lease_one(&store).await;
    store.clock().advance(LEASE + Duration::from_secs(1));
    let current = lease_one(&store).await;
    assert_eq!(current.key.delivery, late.key.delivery);
    assert!(current.key.fence > late.key.fence);
    assert_eq!(current.attempt, 2, "the first one counts");
    let queue = store.queue();
    let answer = queue.complete(completion(&late, completed(), Next::Succeeded)).await.expect("asked");
    assert_eq!(answer, Recorded::LeaseLost);
    queue.release(&[late.key]).await.expect("passed over");
    assert_eq!(queue.extend(&[late.key, current.key], LEASE).await.expect("asked"), [late.key]);
    assert!(delivery(&acme, event).await.attempts.is_empty(), "nothing of the late one was recorded");
    let foreign =
        Completion { tenant: hookbox_protocol::TenantId(99), ..completion(&current, completed(), Next::Succeeded) };
    assert_eq!(queue.complete(foreign).await.expect("asked"), Recorded::LeaseLost);
    let done = completion(&current, completed(), Next::Succeeded);
    assert_eq!(queue.complete(done.clone()).await.expect("recorded"), Recorded::Done);
    assert_eq!(queue.complete(done).await.expect("asked"), Recorded::LeaseLost, "once");
    assert_eq!(delivery(&acme, event).await.attempts.len(), 1);
}

pub(super) async fn a_released_delivery_is_due_at_once_and_not_counted(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    accept(&acme, "u1").await;
    for _ in 0..5 {
        let leased = lease_one(&store).await;
        assert_eq!(leased.attempt, 1);
        store.queue().release(&[leased.key]).await.expect("released");
    }
    assert_eq!((acme.backlog().pending, acme.backlog().leased), (1, 0));
}

pub(super) async fn a_lease_that_runs_out_twice_is_buried(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    for attempt in 1..=2 {
        let leased = lease_one(&store).await;
        assert_eq!((leased.attempt, leased.is_suspect), (attempt, attempt == 2));
        if leased.is_suspect {
            assert!(store.queue().begin(leased.key).await.expect("marked"));
        }
        nothing_is_due(&store).await;
        store.clock().advance(LEASE + Duration::from_secs(1));
    }
    nothing_is_due(&store).await;
    let dead = delivery(&acme, event).await;
    let reason = dead.waiting_for.expect("a reason");
    assert!(dead.state == DeliveryState::Dead && reason.contains("twice while this delivery ran"), "{reason}");
    let log = acme.logs(LogFilter::default()).await.expect("listed");
    assert_eq!((log.len(), log[0].entry.code.as_str(), log[0].event_id), (1, "fcph", Some(event)));
    assert_eq!((store.backlog().total(), store.stats().await.expect("figures").dead), (0, 1));
}

pub(super) async fn an_extended_lease_holds(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    accept(&acme, "u1").await;
    let leased = lease_one(&store).await;
    for _ in 0..5 {
        store.clock().advance(LEASE - Duration::from_secs(1));
        assert!(store.queue().extend(&[leased.key], LEASE).await.expect("extended").is_empty());
        nothing_is_due(&store).await;
    }
    let done = store.queue().complete(completion(&leased, completed(), Next::Succeeded)).await.expect("recorded");
    assert_eq!(done, Recorded::Done);
}

pub(super) async fn a_retry_waits_for_its_time(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    for attempt in 1..=3 {
        let leased = lease_one(&store).await;
        assert_eq!(leased.attempt, attempt);
        assert_eq!(leased.earlier_outcomes, vec!["failed"; attempt as usize - 1]);
        let retry = Next::RetryAt(Duration::from_secs(300));
        store.queue().complete(completion(&leased, failed("no route"), retry)).await.expect("recorded");
        nothing_is_due(&store).await;
        store.clock().advance(Duration::from_secs(290));
        nothing_is_due(&store).await;
        store.clock().advance(Duration::from_secs(11));
    }
    let numbers: Vec<u32> = delivery(&acme, event).await.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

pub(super) async fn a_dead_delivery_says_why(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    let leased = lease_one(&store).await;
    let dead = Next::Dead { reason: "the hook said that a retry makes no sense".into() };
    store.queue().complete(completion(&leased, failed("bad key"), dead)).await.expect("recorded");
    let shown = delivery(&acme, event).await;
    assert_eq!((shown.state, shown.next_attempt_at), (DeliveryState::Dead, None));
    assert_eq!(shown.waiting_for.as_deref(), Some("the hook said that a retry makes no sense"));
    nothing_is_due(&store).await;
}

pub(super) async fn deliveries_of_a_disabled_hook_wait_for_it(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    let turn = |enabled| HookChange { enabled: Some(enabled), ..HookChange::default() };
    acme.update_hook(&mail.id, turn(false)).await.expect("off");
    for _ in 0..2 {
        let waits = delivery(&acme, event).await;
        assert_eq!((waits.state, waits.waiting_for.as_deref()), (DeliveryState::Pending, Some("the hook is disabled")));
        nothing_is_due(&store).await;
        assert_eq!(acme.backlog().pending, 1);
    }
    assert_eq!(acme.accept(super::event("u2")).await.expect("accepted").deliveries, 0);
    acme.update_hook(&mail.id, turn(true)).await.expect("on");
    assert_eq!(lease_one(&store).await.event(), event);
}

pub(super) async fn deliveries_of_a_deleted_hook_are_buried(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let (mail, sms) = (hook(&acme, "mail").await, hook(&acme, "sms").await);
    let (waiting, held) = (accept(&acme, "u1").await, accept(&acme, "u2").await);
    acme.update_hook(&sms.id, HookChange { enabled: Some(true), ..HookChange::default() }).await.expect("on");
    nothing_is_due(&store).await;
    acme.delete_hook(&mail.id).await.expect("deleted");
    nothing_is_due(&store).await;
    for event in [waiting, held] {
        let dead = delivery(&acme, event).await;
        assert_eq!((dead.state, dead.waiting_for.as_deref()), (DeliveryState::Dead, Some("the hook was deleted")));
        assert_eq!((dead.hook_id, dead.hook_name.as_str()), (mail.id.clone(), "mail"));
    }
    assert_eq!(acme.backlog().total(), 0);
}

pub(super) async fn a_deleted_hook_leaves_no_attempt_that_waits_for_its_time(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let (mail, sms) = (hook(&acme, "mail").await, hook(&acme, "sms").await);
    let retried = async |user: &str| {
        let event = accept(&acme, user).await;
        let leased = lease_one(&store).await;
        let later = Next::RetryAt(Duration::from_secs(36_000));
        store.queue().complete(completion(&leased, failed("no route"), later)).await.expect("recorded");
        event
    };
    let mut events = Vec::new();
    for user in 0..5 {
        events.push(retried(&user.to_string()).await);
    }
    acme.update_hook(&sms.id, HookChange { enabled: Some(true), ..HookChange::default() }).await.expect("on");
    let other = retried("of the other hook").await;
    assert_eq!(acme.backlog().pending, 6);

    acme.delete_hook(&mail.id).await.expect("deleted");
    assert_eq!(acme.backlog().pending, 1);
    for event in events {
        let dead = delivery(&acme, event).await;
        assert_eq!((dead.state, dead.waiting_for.as_deref()), (DeliveryState::Dead, Some("the hook was deleted")));
    }
    assert_eq!(delivery(&acme, other).await.state, DeliveryState::Pending);
    assert_eq!(store.stats().await.expect("figures").dead, 5);
    store.clock().advance(Duration::from_secs(36_001));
    assert_eq!(lease_one(&store).await.event(), other);
    nothing_is_due(&store).await;
}

pub(super) async fn many_deliveries_of_a_disabled_hook_delay_nobody_and_all_run_when_it_is_enabled(database: Database) {
    const WAITING: usize = 2_300;
    let store = database.open().await;
    let (identity, acme) = tenant(&store, "acme").await;
    let (_, other) = tenant(&store, "other").await;
    let mail = hook(&acme, "mail").await;
    hook(&other, "mail").await;
    let accepted = join_all((0..WAITING).map(|user| acme.accept(super::event(&user.to_string())))).await;
    assert!(accepted.iter().all(Result::is_ok));
    let turn = |enabled| HookChange { enabled: Some(enabled), ..HookChange::default() };
    acme.update_hook(&mail.id, turn(false)).await.expect("off");
    let event = accept(&other, "u1").await;
    let leased = store.queue().lease(10, LEASE).await.expect("leased");
    assert_eq!(leased.iter().map(crate::Leased::event).collect::<Vec<_>>(), [event], "with the first call");
    while tokio::time::timeout(Duration::from_secs(1), store.queue().work()).await.is_ok() {
        nothing_is_due(&store).await;
    }
    acme.update_hook(&mail.id, turn(true)).await.expect("on");
    store.close().await;
    drop((store, acme, other));
    let store = database.open().await;
    let (mut run, acme) = (0, store.tenant(&identity));
    while run < WAITING {
        let work = tokio::time::timeout(LEASE, store.queue().work()).await;
        work.unwrap_or_else(|_| panic!("{run} of {WAITING} have run, and there is no work"));
        let leased = store.queue().lease(500, LEASE).await.expect("leased");
        let mine = leased.iter().filter(|leased| leased.tenant == identity.tenant);
        let queue = store.queue();
        let done = mine.map(|leased| queue.complete(completion(leased, completed(), Next::Succeeded)));
        run += join_all(done).await.into_iter().filter(|answer| matches!(answer, Ok(Recorded::Done))).count();
    }
    assert_eq!(acme.backlog().total(), 0);
}

pub(super) async fn a_lease_brings_the_hook_as_it_is_now(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let mut accepted = 0;
    let mut next = async || {
        accepted += 1;
        accept(&acme, &accepted.to_string()).await;
        lease_one(&store).await.hook
    };
    let hook = next().await;
    assert!(std::sync::Arc::ptr_eq(&hook, &next().await), "what did not change is not read again");
    acme.add_version(&mail.id, script("two")).await.expect("added");
    let hook = next().await;
    assert_eq!((hook.version, &hook.code), (2, &script("two")));
    let secret = |value: &str| vec![("KEY".to_owned(), SecretValue::new(value.into()))];
    acme.add_secrets(&mail.id, secret("one")).await.expect("added");
    assert_eq!(next().await.secrets, secret("one"));
    acme.update_secrets(&mail.id, secret("two")).await.expect("updated");
    assert_eq!(next().await.secrets, secret("two"));
    acme.delete_secrets(&mail.id, &["KEY".to_owned()]).await.expect("deleted");
    assert!(next().await.secrets.is_empty());
    acme.activate_version(&mail.id, 1).await.expect("activated");
    assert_eq!(next().await.version, 1);
    let rename = HookChange { name: Some("post".into()), ..HookChange::default() };
    acme.update_hook(&mail.id, rename).await.expect("renamed");
    assert_eq!(next().await.name, "post");
}

pub(super) async fn work_wakes_for_events_time_and_returned_slots(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let queue = store.queue().with_tenant_most(1);
    // The first call may answer for what happened before it.
    while queue.work().now_or_never().is_some() {
        nothing_is_due(&store).await;
    }
    let asleep = |why: &'static str| assert!(queue.work().now_or_never().is_none(), "{why}");
    asleep("there is nothing");
    let woken = tokio::join!(queue.work(), accept(&acme, "u1"));
    let first = queue.lease(10, LEASE).await.expect("leased").remove(0);
    assert_eq!(first.event(), woken.1);
    asleep("it runs");
    accept(&acme, "u2").await;
    queue.work().await;
    assert!(queue.lease(10, LEASE).await.expect("leased").is_empty(), "the tenant is at its cap");
    asleep("the tenant is at its cap");
    let retry = Next::RetryAt(Duration::from_secs(300));
    tokio::join!(queue.work(), async {
        queue.complete(completion(&first, failed("no"), retry)).await.expect("recorded");
    });
    let second = queue.lease(10, LEASE).await.expect("leased").remove(0);
    queue.complete(completion(&second, completed(), Next::Succeeded)).await.expect("recorded");
    queue.work().await;
    assert!(queue.lease(10, LEASE).await.expect("leased").is_empty(), "the retry is not due");
    asleep("the retry is not due");
    tokio::join!(queue.work(), async { store.clock().advance(Duration::from_secs(301)) });
    let third = queue.lease(10, LEASE).await.expect("leased").remove(0);
    asleep("it runs");
    tokio::join!(queue.work(), async { store.clock().advance(LEASE + Duration::from_secs(1)) });
    let again = queue.lease(10, LEASE).await.expect("leased").remove(0);
    assert_eq!(again.key.delivery, third.key.delivery, "its lease ran out");
    tokio::join!(queue.work(), async { queue.release(&[again.key]).await.expect("released") });
}

pub(super) async fn stats_count_what_there_is(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    for user in 0..4 {
        accept(&acme, &user.to_string()).await;
    }
    let leased = store.queue().lease(3, LEASE).await.expect("leased");
    store.queue().complete(completion(&leased[0], completed(), Next::Succeeded)).await.expect("recorded");
    let dead = Next::Dead { reason: "no".into() };
    store.queue().complete(completion(&leased[1], failed("no"), dead)).await.expect("recorded");
    store.clock().advance(Duration::from_secs(10));
    let stats = store.stats().await.expect("figures");
    assert_eq!((stats.backlog.pending, stats.backlog.leased, stats.dead, stats.succeeded), (1, 1, 1, 1));
    assert!((10_000..70_000).contains(&stats.oldest_due_ms), "{}", stats.oldest_due_ms);
    assert!(stats.bytes > 0);
    assert_eq!(store.backlog(), stats.backlog);
    let tenants = store.tenants().await.expect("listed");
    assert_eq!((tenants[0].hooks, tenants[0].backlog), (1, 2));
    assert!(store.healthy().await.is_ok());
    store.close().await;
    let refused = acme.accept(super::event("late")).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
}
