//! Accepting, showing and listing events.

use std::time::Duration;

use expect_test::expect;
use futures_util::future::join_all;
use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::{EventId, Trigger};

use super::{Database, accept, completed, completion, event, failed, hook, lease_one, tenant};
use crate::event::SCANNED_MAX;
use crate::{AcceptEvent, Error, EventFilter, Next};

pub(super) async fn an_event_shows_what_came_and_what_became_of_it(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let sent = AcceptEvent { initiated_by: Some(Initiator::Admin), ..event("u1") };
    let accepted = acme.accept(sent.clone()).await.expect("accepted");
    assert_eq!((accepted.deliveries, accepted.duplicate), (1, false));
    let leased = lease_one(&store).await;
    let retry = Next::RetryAt(Duration::from_secs(5));
    store.queue().complete(completion(&leased, failed("no route"), retry)).await.expect("recorded");
    let shown = acme.event(accepted.event_id).await.expect("read").expect("there");
    let age = store.clock().now().0 - shown.received_at.0;
    assert!((0..60_000).contains(&age), "{age}");
    let mut json = serde_json::to_value(&shown).expect("serialises");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let delivery = &mut json["deliveries"][0];
    assert_eq!(text(&delivery["id"]), format!("{}", leased.key.delivery));
    assert_eq!(text(&delivery["hook_id"]), leased.hook.id.as_str());
    let due = text(&delivery["next_attempt_at"]);
    assert_eq!(text(&delivery["waiting_for"]), format!("attempt 2 is due at {due}: attempt 1 failed: no route"));
    for name in ["id", "hook_id", "next_attempt_at", "waiting_for"] {
        delivery[name] = "…".into();
    }
    delivery["attempts"][0]["started_at"] = "…".into();
    (json["id"], json["received_at"]) = ("…".into(), "…".into());
    expect![[r#"
        {
          "id": "…",
          "trigger": "post-change-password",
          "received_at": "…",
          "initiated_by": "admin",
          "user": {
            "id": "u1"
          },
          "context": {
            "connection": {
              "name": "db"
            }
          },
          "deliveries": [
            {
              "id": "…",
              "hook_id": "…",
              "hook_name": "mail",
              "state": "pending",
              "next_attempt_at": "…",
              "waiting_for": "…",
              "attempts": [
                {
                  "number": 1,
                  "version": 1,
                  "outcome": "failed",
                  "started_at": "…",
                  "wall_ms": 3.0,
                  "cpu_ms": 0.25,
                  "fuel_used": 1000,
                  "memory_bytes_peak": 65536,
                  "error": {
                    "message": "no route",
                    "name": "Error",
                    "stack": ""
                  },
                  "logs": [
                    {
                      "level": "info",
                      "message": "hello",
                      "at_ms": 0.5
                    }
                  ],
                  "http": []
                }
              ]
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&json).expect("serialises"));
    assert_eq!(shown.user.get(), sent.user, "byte for byte");
}

pub(super) async fn an_event_without_an_enabled_hook_has_no_deliveries(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let other = AcceptEvent { trigger: Trigger::PostUserRegistration, ..event("u1") };
    let accepted = acme.accept(other).await.expect("accepted");
    assert_eq!(accepted.deliveries, 0);
    assert!(acme.event(accepted.event_id).await.expect("read").expect("there").deliveries.is_empty());
    assert!(store.queue().lease(10, super::LEASE).await.expect("leased").is_empty());
}

fn keyed(user: &str, key: &str) -> AcceptEvent {
    AcceptEvent { idempotency_key: Some(key.to_owned()), ..event(user) }
}

pub(super) async fn a_repeated_key_answers_the_first_event(database: Database) {
    let store = database.open().await;
    let ((_, acme), (_, other)) = (tenant(&store, "acme").await, tenant(&store, "other").await);
    hook(&acme, "mail").await;
    let first = acme.accept(keyed("u1", "k1")).await.expect("accepted");
    let again = acme.accept(keyed("u1", "k1")).await.expect("accepted");
    assert_eq!((again.event_id, again.deliveries, again.duplicate), (first.event_id, 1, true));
    for changed in [
        keyed("u2", "k1"),
        AcceptEvent { trigger: Trigger::PostUserRegistration, ..keyed("u1", "k1") },
        AcceptEvent { initiated_by: Some(Initiator::User), ..keyed("u1", "k1") },
    ] {
        let refused = acme.accept(changed).await;
        assert!(matches!(&refused, Err(Error::IdempotencyConflict { key }) if key == "k1"), "{refused:?}");
    }
    let theirs = other.accept(keyed("u1", "k1")).await.expect("accepted");
    assert!(!theirs.duplicate, "another tenant's key is another key");
    let next = acme.accept(keyed("u1", "k2")).await.expect("accepted");
    assert!(!next.duplicate);
    for key in ["", &"k".repeat(256)] {
        assert!(matches!(acme.accept(keyed("u1", key)).await, Err(Error::Invalid(_))));
    }
    assert_eq!(acme.backlog().pending, 2);
}

pub(super) async fn a_key_sent_a_hundred_times_at_once_makes_one_event(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let answers = join_all((0..100).map(|_| acme.accept(keyed("u1", "k1")))).await;
    let answers: Vec<_> = answers.into_iter().map(|answer| answer.expect("accepted")).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.duplicate).count(), 1);
    assert!(answers.iter().all(|answer| answer.event_id == answers[0].event_id && answer.deliveries == 1));
    let others = join_all((0..100).map(|_| acme.accept(keyed("u2", "k1")))).await;
    assert!(others.iter().all(|answer| matches!(answer, Err(Error::IdempotencyConflict { .. }))));
    assert_eq!(acme.events(EventFilter::default()).await.expect("listed").events.len(), 1);
    assert_eq!(store.backlog().pending, 1);
}

pub(super) async fn events_are_listed_by_page_and_filter(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let mail = hook(&acme, "mail").await;
    let mut ids = Vec::new();
    for user in 0..4 {
        ids.push(accept(&acme, &user.to_string()).await);
        store.clock().advance(Duration::from_secs(60));
    }
    let plain = AcceptEvent { trigger: Trigger::PostUserRegistration, ..event("4") };
    ids.push(acme.accept(plain).await.expect("accepted").event_id);
    // 0 succeeds, 1 dies, 2 runs, 3 waits, 4 has no delivery.
    let leased = store.queue().lease(3, Duration::from_secs(3_600)).await.expect("leased");
    store.queue().complete(completion(&leased[0], completed(), Next::Succeeded)).await.expect("recorded");
    let dead = Next::Dead { reason: "no".into() };
    store.queue().complete(completion(&leased[1], failed("no"), dead)).await.expect("recorded");

    let list = async |filter: EventFilter| {
        let events = acme.events(filter).await.expect("listed");
        let place = |id: EventId| ids.iter().position(|known| *known == id).expect("one of ours");
        (events.events.iter().map(|event| place(event.id)).collect::<Vec<_>>(), events.next.map(place))
    };
    let any = EventFilter::default;
    assert_eq!(list(any()).await, (vec![4, 3, 2, 1, 0], None));
    assert_eq!(list(EventFilter { take: Some(2), ..any() }).await, (vec![4, 3], Some(3)));
    assert_eq!(list(EventFilter { take: Some(2), from: Some(ids[3]), ..any() }).await, (vec![2, 1], Some(1)));
    assert_eq!(list(EventFilter { take: Some(2), from: Some(ids[1]), ..any() }).await, (vec![0], None));
    let of_trigger = EventFilter { trigger: Some(Trigger::PostUserRegistration), ..any() };
    assert_eq!(list(of_trigger).await, (vec![4], None));
    let of_hook = EventFilter { hook_id: Some(mail.id.clone()), ..any() };
    assert_eq!(list(of_hook.clone()).await, (vec![3, 2, 1, 0], None));
    for (state, expected) in [
        (DeliveryState::Succeeded, 0),
        (DeliveryState::Dead, 1),
        (DeliveryState::Leased, 2),
        (DeliveryState::Pending, 3),
    ] {
        assert_eq!(list(EventFilter { state: Some(state), ..any() }).await, (vec![expected], None), "{state:?}");
        let both = EventFilter { state: Some(state), ..of_hook.clone() };
        assert_eq!(list(both).await, (vec![expected], None), "{state:?}");
        let none = EventFilter { state: Some(state), trigger: Some(Trigger::PostUserRegistration), ..any() };
        assert_eq!(list(none).await, (vec![], None), "{state:?}");
    }
    let at = |place: usize| crate::id::time_of(ids[place].0);
    let range = EventFilter { since: Some(at(1)), until: Some(at(3)), ..any() };
    assert_eq!(list(range).await, (vec![2, 1], None));
    for take in [0, 101] {
        assert!(matches!(acme.events(EventFilter { take: Some(take), ..any() }).await, Err(Error::Invalid(_))));
    }
}

pub(super) async fn many_accepts_at_once_share_commits_and_are_all_kept(database: Database) {
    const EVENTS: usize = 2_000;
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let before = store.stats().await.expect("figures").group_commits;
    let answers = join_all((0..EVENTS).map(|user| {
        let acme = acme.clone();
        async move { acme.accept(event(&user.to_string())).await }
    }))
    .await;
    let mut ids: Vec<EventId> = answers.into_iter().map(|answer| answer.expect("accepted").event_id).collect();
    let commits = store.stats().await.expect("figures").group_commits;
    assert_eq!(commits.writes - before.writes, EVENTS as u64);
    let shared = commits.commits - before.commits;
    assert!(shared < EVENTS as u64 / 4, "{shared} commits for {EVENTS} events");
    assert_eq!(commits.by_writes.iter().sum::<u64>(), commits.commits);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), EVENTS);
    drop((store, acme));
    let store = database.open().await;
    assert_eq!(store.backlog().pending, EVENTS as u64);
}

pub(super) async fn events_are_found_by_user(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let users = [
        r#"{"id":"u1","username":"ann","email":"Ann@Example.com"}"#,
        r#"{"id":"u2","username":"bob"}"#,
        r#"{"id":"u1","note":"u2"}"#,
        r#"{"id":"u4","n":1e999,"\udfff":1,"username":"dan\ud83d"}"#,
    ];
    let mut ids = Vec::new();
    for user in users {
        let event = AcceptEvent { user: user.to_owned(), ..event("") };
        ids.push(acme.accept(event).await.expect("accepted").event_id);
    }
    let found = async |user: &str, state| {
        let filter = EventFilter { user: Some(user.to_owned()), state, ..EventFilter::default() };
        let list = acme.events(filter).await.expect("listed");
        assert_eq!(list.next, None);
        list.events.iter().map(|event| event.id).collect::<Vec<_>>()
    };
    assert_eq!(found("u1", None).await, [ids[2], ids[0]]);
    assert_eq!(found("ann@example.com", None).await, [ids[0]]);
    assert_eq!(found("bob", Some(DeliveryState::Pending)).await, [ids[1]]);
    assert!(found("bob", Some(DeliveryState::Dead)).await.is_empty());
    assert!(found("U1", None).await.is_empty());
    assert_eq!(found("u4", None).await, [ids[3]], "beside what no value can hold");
    assert_eq!(found("dan\u{fffd}", None).await, [ids[3]]);
    let first = EventFilter { user: Some("u1".into()), take: Some(1), ..EventFilter::default() };
    let page = acme.events(first.clone()).await.expect("listed");
    assert_eq!((page.events[0].id, page.next), (ids[2], Some(ids[2])));
    let rest = acme.events(EventFilter { from: page.next, ..first }).await.expect("listed");
    assert_eq!((rest.events[0].id, rest.next), (ids[0], None));
}

pub(super) async fn a_search_for_events_that_are_rare_goes_on_with_the_next_call(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    let rare = AcceptEvent { trigger: Trigger::PostUserRegistration, ..event("rare") };
    let rare = acme.accept(rare).await.expect("accepted").event_id;
    join_all((0..=SCANNED_MAX).map(async |_| accept(&acme, "other").await)).await;
    let filter = EventFilter { trigger: Some(Trigger::PostUserRegistration), ..EventFilter::default() };
    let first = acme.events(filter.clone()).await.expect("listed");
    assert!(first.events.is_empty() && first.next.is_some(), "{:?}", first.next);
    let rest = acme.events(EventFilter { from: first.next, ..filter.clone() }).await.expect("listed");
    assert_eq!((rest.events.iter().map(|event| event.id).collect::<Vec<_>>(), rest.next), (vec![rare], None));
    let frequent = EventFilter { trigger: Some(Trigger::PostChangePassword), take: Some(2), ..filter };
    let page = acme.events(frequent).await.expect("listed");
    assert_eq!((page.events.len(), page.next), (2, Some(page.events[1].id)), "nothing is given up that was found");
}
