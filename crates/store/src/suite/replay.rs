//! Running once more what ended.

use std::time::Duration;

use hookbox_protocol::api::{Delivery, DeliveryState};
use hookbox_protocol::{DeliveryId, EventId};

use super::{Database, LEASE, accept, completed, completion, failed, hook, lease_one, tenant};
use crate::{AcceptEvent, AuditFilter, Error, Next, ReplayFilter, ReplayedMany, Store, TenantStore};

async fn delivery(tenant: &TenantStore, event: EventId) -> Delivery {
    tenant.event(event).await.expect("read").expect("there").deliveries.remove(0)
}

fn dead() -> Next {
    Next::Dead { reason: "no".into() }
}

/// Accepts an event and ends its delivery.
async fn ended(store: &Store, tenant: &TenantStore, user: &str, next: Next) -> DeliveryId {
    accept(tenant, user).await;
    let leased = lease_one(store).await;
    let report = if next == Next::Succeeded { completed() } else { failed("no") };
    store.queue().complete(completion(&leased, report, next)).await.expect("recorded");
    leased.key.delivery
}

pub(super) async fn a_replayed_delivery_begins_its_schedule_anew_and_its_numbers_go_on(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let event = accept(&acme, "u1").await;
    let first = lease_one(&store).await;
    let retry = Next::RetryAt(Duration::ZERO);
    store.queue().complete(completion(&first, failed("no"), retry)).await.expect("recorded");
    let second = lease_one(&store).await;
    assert_eq!((second.attempt, second.replayed_after), (2, 0));
    let pending = acme.replay(first.key.delivery).await.expect_err("it runs");
    assert!(matches!(&pending, Error::State(text) if text.contains("is leased")), "{pending}");
    store.queue().complete(completion(&second, failed("no"), dead())).await.expect("recorded");
    assert_eq!(store.stats().await.expect("figures").dead, 1);
    acme.replay(first.key.delivery).await.expect("replayed");
    assert_eq!(store.stats().await.expect("figures").dead, 0);
    let waiting = delivery(&acme, event).await;
    assert_eq!((waiting.state, waiting.attempts.len()), (DeliveryState::Pending, 2));
    let third = lease_one(&store).await;
    assert_eq!((third.attempt, third.replayed_after, third.earlier_outcomes.len()), (3, 2, 0));
    store.queue().complete(completion(&third, completed(), Next::Succeeded)).await.expect("recorded");
    let numbers: Vec<u32> = delivery(&acme, event).await.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    acme.replay(first.key.delivery).await.expect("one that succeeded is replayed too");
    let fourth = lease_one(&store).await;
    assert_eq!((fourth.attempt, fourth.replayed_after), (4, 3));
}

pub(super) async fn a_delivery_that_was_buried_gets_two_more_chances(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    accept(&acme, "u1").await;
    let runs_until_its_lease_ends = async || {
        let leased = lease_one(&store).await;
        if leased.is_suspect {
            assert!(store.queue().begin(leased.key).await.expect("marked"));
        }
        store.clock().advance(LEASE + Duration::from_secs(1));
        leased
    };
    runs_until_its_lease_ends().await;
    let last = runs_until_its_lease_ends().await.key.delivery;
    assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty(), "buried");
    acme.replay(last).await.expect("replayed");
    for attempt in [3, 4] {
        assert_eq!(runs_until_its_lease_ends().await.attempt, attempt);
    }
    assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty(), "buried again");
}

pub(super) async fn what_cannot_be_replayed_says_why(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    let mail = hook(&acme, "mail").await;
    let id = ended(&store, &acme, "u1", dead()).await;
    let foreign = other.replay(id).await.expect_err("another tenant's");
    assert!(matches!(foreign, Error::NotFound { what: "delivery", .. }), "{foreign}");
    assert_eq!(other.replay_matching(ReplayFilter::default(), false).await.expect("asked").matched, 0);
    acme.delete_hook(&mail.id).await.expect("deleted");
    let deleted = acme.replay(id).await.expect_err("its hook is gone");
    assert!(matches!(&deleted, Error::State(text) if text.contains("hook 'mail' was deleted")), "{deleted}");
    assert_eq!(acme.replay_matching(ReplayFilter::default(), false).await.expect("asked"), ReplayedMany::default());
    for filter in [
        ReplayFilter { states: vec![DeliveryState::Pending], ..ReplayFilter::default() },
        ReplayFilter { take: Some(0), ..ReplayFilter::default() },
        ReplayFilter { take: Some(10_001), ..ReplayFilter::default() },
    ] {
        let refused = acme.replay_matching(filter.clone(), true).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{filter:?}: {refused:?}");
    }
}

pub(super) async fn what_one_call_does_not_take_is_counted_all_the_same(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    for user in 0..25 {
        let next = if user < 23 { dead() } else { Next::Succeeded };
        ended(&store, &acme, &user.to_string(), next).await;
    }
    let states = vec![DeliveryState::Dead, DeliveryState::Succeeded];
    let all = ReplayFilter { states, ..ReplayFilter::default() };
    let taken = ReplayFilter { take: Some(22), ..all.clone() };
    for (filter, expected) in [(ReplayFilter::default(), 23), (all, 25), (taken, 22)] {
        let many = acme.replay_matching(filter.clone(), true).await.expect("counted");
        assert_eq!(many, ReplayedMany { matched: expected, replayed: 0 }, "{filter:?}");
    }
    for (matched, replayed) in [(23, 20), (3, 3), (0, 0)] {
        let many = acme.replay_matching(ReplayFilter::default(), false).await.expect("replayed");
        assert_eq!(many, ReplayedMany { matched, replayed });
    }
}

pub(super) async fn a_filter_chooses_what_is_replayed(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    for user in ["u1", "u2", "u3"] {
        ended(&store, &acme, user, dead()).await;
    }
    store.clock().advance(Duration::from_secs(60));
    let since = store.clock().now();
    let done = ended(&store, &acme, "u1", Next::Succeeded).await;
    let with_mail = AcceptEvent { user: r#"{"email":"Ann@Example.com"}"#.into(), ..super::event("") };
    acme.accept(with_mail).await.expect("accepted");
    let leased = lease_one(&store).await;
    store.queue().complete(completion(&leased, failed("no"), dead())).await.expect("recorded");
    let all = vec![DeliveryState::Dead, DeliveryState::Succeeded];
    let base = ReplayFilter::default;
    let cases: [(&str, ReplayFilter, u64); 10] = [
        ("dead ones", base(), 4),
        ("all", ReplayFilter { states: all.clone(), ..base() }, 5),
        ("succeeded", ReplayFilter { states: vec![DeliveryState::Succeeded], ..base() }, 1),
        ("user", ReplayFilter { user: Some("u1".into()), states: all, ..base() }, 2),
        ("mail address", ReplayFilter { user: Some("ann@example.com".into()), ..base() }, 1),
        ("hook", ReplayFilter { hook_id: Some(mail.id.clone()), ..base() }, 4),
        ("trigger", ReplayFilter { trigger: Some(hookbox_protocol::Trigger::PostUserRegistration), ..base() }, 0),
        ("since", ReplayFilter { since: Some(since), ..base() }, 1),
        ("until", ReplayFilter { until: Some(since), ..base() }, 3),
        ("take", ReplayFilter { take: Some(2), ..base() }, 2),
    ];
    for (name, filter, expected) in cases {
        let many = acme.replay_matching(filter, true).await.expect("counted");
        assert_eq!(many, ReplayedMany { matched: expected, replayed: 0 }, "{name}");
    }
    assert_eq!(acme.backlog().pending, 0, "nothing was replayed yet");
    let newest = ReplayFilter { take: Some(1), ..base() };
    assert_eq!(acme.replay_matching(newest, false).await.expect("replayed").replayed, 1);
    assert_eq!(lease_one(&store).await.key.delivery, leased.key.delivery, "the newest one");
    let many = acme.replay_matching(base(), false).await.expect("replayed");
    assert_eq!(many, ReplayedMany { matched: 3, replayed: 3 });
    assert_eq!((acme.backlog().pending, store.stats().await.expect("figures").dead), (3, 0));
    let entry = acme.audit(AuditFilter { take: Some(1), ..Default::default() }).await.expect("listed").remove(0);
    assert_eq!((entry.action.as_str(), &entry.details["replayed"]), ("replay deliveries", &3.into()));
    assert_eq!(delivery(&acme, done.event).await.state, DeliveryState::Succeeded);
}

pub(super) async fn nothing_of_a_deleted_tenant_is_replayed(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let id = ended(&store, &acme, "u1", dead()).await;
    let engine = &store.shared().engine;
    engine.retire_tenant("acme".into()).await.expect("retired").expect("there");
    acme.replay(id).await.expect_err("it is on its way out");
    let many = engine.replay_many(acme.caller(), vec![id], serde_json::json!({})).await;
    assert!(many.as_ref().is_ok_and(|replayed| *replayed == 0) || many.is_err(), "{many:?}");
    assert_eq!(store.backlog().total(), 0);
    assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty());
}
