//! What a daemon finds when it starts again, gracefully stopped or not.

use std::time::Duration;

use hookbox_protocol::api::DeliveryState;

use super::{Database, LEASE, accept, completed, completion, event, failed, hook, lease_one, tenant};
use crate::{Error, EventFilter, Next, SecretValue};

pub(super) async fn what_was_accepted_is_there_after_a_restart(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    let acme = store.tenant(&identity);
    let mail = hook(&acme, "mail").await;
    acme.add_secrets(&mail.id, vec![("KEY".into(), SecretValue::new("value".into()))]).await.expect("added");
    let mut ids = Vec::new();
    for user in 0..20 {
        ids.push(accept(&acme, &user.to_string()).await);
    }
    drop((store, acme));
    let store = database.open().await;
    let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    let acme = store.tenant(&identity);
    let listed = acme.events(EventFilter::default()).await.expect("listed").events;
    assert_eq!(listed.iter().rev().map(|event| event.id).collect::<Vec<_>>(), ids);
    assert_eq!((acme.backlog().pending, acme.hooks().await.expect("listed")), (20, vec![mail]));
    let leased = store.queue().lease(100, LEASE).await.expect("leased");
    assert_eq!(leased.iter().map(|leased| leased.event()).collect::<Vec<_>>(), ids, "oldest first");
    assert_eq!(leased[0].hook.secrets[0].1.expose(), "value");
}

pub(super) async fn leases_of_a_process_that_is_gone_are_taken_at_once(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    for user in 0..3 {
        accept(&acme, &user.to_string()).await;
    }
    let before = store.queue().lease(2, Duration::from_secs(3_600)).await.expect("leased");
    drop((store, acme));
    let store = database.open().await;
    let after = store.queue().lease(10, LEASE).await.expect("leased");
    let mut attempts: Vec<u32> = after.iter().map(|leased| leased.attempt).collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 2, 2]);
    let late = store.queue().complete(completion(&before[0], completed(), Next::Succeeded)).await.expect("asked");
    assert_eq!(late, crate::Recorded::LeaseLost);
}

pub(super) async fn a_delivery_that_ends_the_daemon_twice_is_buried(database: Database) {
    let mut store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    hook(&store.tenant(&identity), "mail").await;
    let event = accept(&store.tenant(&identity), "u1").await;
    for attempt in 1..=2 {
        let leased = lease_one(&store).await;
        assert_eq!((leased.attempt, leased.is_suspect), (attempt, attempt == 2));
        if leased.is_suspect {
            assert!(store.queue().begin(leased.key).await.expect("marked"));
        }
        drop(store);
        store = database.open().await;
    }
    assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty());
    let shown = store.tenant(&identity).event(event).await.expect("read").expect("there");
    assert_eq!(shown.deliveries[0].state, DeliveryState::Dead);
}

pub(super) async fn a_clock_that_goes_back_does_not_stop_anything(database: Database) {
    let store = database.open().await;
    let made = store.create_tenant("acme").await.expect("made");
    let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    let acme = store.tenant(&identity);
    hook(&acme, "mail").await;
    store.clock().advance(Duration::from_secs(86_400));
    let before = accept(&acme, "u1").await;
    store.clock().step_back(Duration::from_secs(3_600));
    let after = accept(&acme, "u2").await;
    assert!(after > before);
    let leased = store.queue().lease(1, LEASE).await.expect("leased");
    assert_eq!(leased.len(), 1, "it is due, whatever the clock said when it came");
    store.queue().complete(completion(&leased[0], completed(), Next::Succeeded)).await.expect("recorded");
    drop((store, acme));
    // The clock of the new process is the machine's, a day behind.
    let store = database.open().await;
    let later = accept(&store.tenant(&identity), "u3").await;
    assert!(later > after);
    let leased = store.queue().lease(10, LEASE).await.expect("leased");
    assert_eq!(leased.len(), 2, "what came before the restart is due as well");
}

pub(super) async fn a_retry_waits_as_long_as_it_would_have_when_the_clock_goes_back(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    accept(&acme, "u1").await;
    let leased = lease_one(&store).await;
    let retry = Next::RetryAt(Duration::from_secs(600));
    store.queue().complete(completion(&leased, failed("no"), retry)).await.expect("recorded");
    let nothing_is_due = async || assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty());
    store.clock().advance(Duration::from_secs(200));
    nothing_is_due().await;
    store.clock().step_back(Duration::from_secs(86_400));
    nothing_is_due().await;
    store.clock().advance(Duration::from_secs(380));
    nothing_is_due().await;
    store.clock().advance(Duration::from_secs(25));
    assert_eq!(lease_one(&store).await.attempt, 2, "600 seconds have gone by");
}

pub(super) async fn a_closed_store_refuses_writes(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    let accepts: Vec<_> = (0..50).map(|user| acme.accept(event(&user.to_string()))).collect();
    let (answers, ()) = tokio::join!(futures_util::future::join_all(accepts), store.close());
    let accepted = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = acme.accept(event("late")).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    assert!(matches!(acme.hooks().await, Err(Error::Unavailable(_))));
    // The directory is free although handles are left.
    let again = database.open().await;
    assert_eq!(again.backlog().pending, accepted as u64);
}
