//! Deliveries that were leased when a lease ended by itself: which of them are tried again, and which are buried.

use std::time::Duration;

use hookbox_protocol::EventId;
use hookbox_protocol::api::{Delivery, DeliveryState};

use super::{Database, LEASE, accept, completed, completion, failed, hook, lease_one, tenant};
use crate::{HookChange, Leased, Next, Recorded, Store, TenantStore};

async fn delivery(tenant: &TenantStore, event: EventId) -> Delivery {
    tenant.event(event).await.expect("read").expect("there").deliveries.remove(0)
}

/// As if the daemon had died: the leases end by themselves.
fn death(store: &Store) {
    store.clock().advance(LEASE + Duration::from_secs(1));
}

/// Leases the one delivery that is due and announces its run, as is done with suspects.
async fn begun(store: &Store) -> Leased {
    let leased = lease_one(store).await;
    assert!(leased.is_suspect, "{leased:?}");
    assert!(store.queue().begin(leased.key).await.expect("marked"));
    leased
}

pub(super) async fn a_suspect_that_never_began_outlives_any_number_of_deaths(database: Database) {
    let mut store = database.open().await;
    let (identity, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    drop(acme);
    for round in 0..6 {
        let leased = lease_one(&store).await;
        assert_eq!((leased.attempt, leased.is_suspect), if round == 0 { (1, false) } else { (2, true) });
        // The process ends in some rounds, in others it only loses the lease.
        if round % 2 == 0 {
            drop(store);
            store = database.open().await;
        } else {
            death(&store);
        }
    }
    let leased = begun(&store).await;
    let answer = store.queue().complete(completion(&leased, completed(), Next::Succeeded)).await.expect("recorded");
    assert_eq!((answer, leased.attempt), (Recorded::Done, 2));
    let done = delivery(&store.tenant(&identity), event).await;
    assert_eq!((done.state, done.attempts[0].number), (DeliveryState::Succeeded, 2));
}

pub(super) async fn of_many_that_were_leased_only_the_one_that_had_begun_is_buried(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let mut events = Vec::new();
    for user in 0..5 {
        events.push(accept(&acme, &user.to_string()).await);
    }
    assert_eq!(store.queue().lease(10, LEASE).await.expect("leased").len(), 5);
    death(&store);
    let leased = store.queue().lease(10, LEASE).await.expect("leased");
    assert_eq!(leased.iter().filter(|leased| leased.is_suspect && leased.attempt == 2).count(), 5);
    let named = leased.iter().find(|leased| leased.event() == events[3]).expect("leased").key;
    assert!(store.queue().begin(named).await.expect("marked"));
    assert!(store.queue().begin(named).await.expect("marked"), "it may be said again");
    death(&store);
    let left = store.queue().lease(10, LEASE).await.expect("leased");
    assert_eq!(left.len(), 4);
    for event in events {
        let is_dead = delivery(&acme, event).await.state == DeliveryState::Dead;
        assert_eq!(is_dead, event == named.delivery.event);
    }
}

pub(super) async fn the_mark_of_a_run_goes_with_its_lease(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    lease_one(&store).await;
    death(&store);
    store.queue().release(&[begun(&store).await.key]).await.expect("released");
    let next = lease_one(&store).await;
    assert_eq!(next.attempt, 2, "the run that was given back is not counted");
    death(&store);
    let put_off = begun(&store).await.key;
    store.shared().engine.postpone(put_off, Duration::ZERO, "its hook cannot be loaded".into()).await.expect("put off");
    assert_eq!(lease_one(&store).await.attempt, 2);
    death(&store);
    let retry = Next::RetryAt(Duration::ZERO);
    let second = begun(&store).await;
    store.queue().complete(completion(&second, failed("no"), retry)).await.expect("recorded");
    let third = lease_one(&store).await;
    assert_eq!((third.attempt, third.is_suspect), (3, true));
    death(&store);
    // A hook that was off for a while changes nothing.
    let turn = |enabled| HookChange { enabled: Some(enabled), ..HookChange::default() };
    acme.update_hook(&mail.id, turn(false)).await.expect("off");
    assert!(store.queue().lease(10, LEASE).await.expect("asked").is_empty());
    acme.update_hook(&mail.id, turn(true)).await.expect("on");
    assert_eq!(begun(&store).await.attempt, 3);
    death(&store);
    assert!(store.queue().lease(10, LEASE).await.expect("asked").is_empty(), "it is buried");
    let dead = delivery(&acme, event).await;
    assert!(dead.waiting_for.as_deref().is_some_and(|reason| reason.contains("twice while")), "{dead:?}");
    acme.replay(dead.id).await.expect("replayed");
    let again = lease_one(&store).await;
    assert_eq!((again.attempt, again.is_suspect), (4, false), "a replay begins anew");
}

pub(super) async fn a_run_is_announced_only_under_a_lease_that_holds(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    accept(&acme, "u1").await;
    let late = lease_one(&store).await.key;
    death(&store);
    let suspect = lease_one(&store).await.key;
    let queue = store.queue();
    assert!(!queue.begin(late).await.expect("asked"), "another lease is held");
    queue.release(&[suspect]).await.expect("released");
    assert!(!queue.begin(suspect).await.expect("asked"), "no lease is held");
    let leased = begun(&store).await;
    queue.complete(completion(&leased, completed(), Next::Succeeded)).await.expect("recorded");
    assert!(!queue.begin(leased.key).await.expect("asked"), "it is done");
}

pub(super) async fn suspects_wait_behind_first_attempts(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    accept(&acme, "u1").await;
    lease_one(&store).await;
    death(&store);
    assert!(store.queue().lease(0, LEASE).await.expect("asked").is_empty());
    let fresh = accept(&acme, "u2").await;
    let suspect = store.queue().lease(10, LEASE).await.expect("leased");
    let in_order: Vec<bool> = suspect.iter().map(|leased| leased.is_suspect).collect();
    assert_eq!((in_order, suspect[0].event()), (vec![false, true], fresh));
    let keys: Vec<_> = suspect.iter().map(|leased| leased.key).collect();
    store.queue().release(&keys).await.expect("released");
    let one = store.queue().lease(1, LEASE).await.expect("leased");
    assert_eq!(one[0].event(), fresh, "also after it was given back");
}
