//! Tenants take turns, whatever one of them has waiting.

use std::time::Duration;

use futures_util::future::join_all;

use super::{Database, LEASE, accept, completed, completion, event, hook, tenant};
use crate::{EventFilter, Leased, Next, Store, TenantStore};

async fn flood(tenant: &TenantStore, events: usize) {
    let answers = join_all((0..events).map(|user| tenant.accept(event(&user.to_string())))).await;
    assert!(answers.iter().all(Result::is_ok));
}

fn of<'a>(leased: &'a [Leased], name: &str) -> Vec<&'a Leased> {
    leased.iter().filter(|leased| &*leased.tenant_name == name).collect()
}

/// Completes the deliveries together, with the CPU time that each took.
async fn finish(store: &Store, leased: &[Leased], cpu: impl Fn(&Leased) -> Duration) {
    let queue = store.queue();
    let done = leased.iter().map(|leased| {
        let report = hookbox_protocol::Report { cpu: cpu(leased), ..completed() };
        queue.complete(completion(leased, report, Next::Succeeded))
    });
    assert!(join_all(done).await.iter().all(Result::is_ok));
}

pub(super) async fn a_single_delivery_of_one_tenant_passes_ten_thousand_of_another(database: Database) {
    let store = database.open().await;
    let ((_, big), (_, small)) = (tenant(&store, "big").await, tenant(&store, "small").await);
    hook(&big, "mail").await;
    hook(&small, "mail").await;
    flood(&big, 10_000).await;
    for round in 0..3 {
        let first = store.queue().lease(8, LEASE).await.expect("leased");
        assert_eq!(of(&first, "big").len(), 8, "round {round}: alone it has every slot");
        accept(&small, "one").await;
        let next = store.queue().lease(8, LEASE).await.expect("leased");
        assert_eq!(of(&next, "small").len(), 1, "round {round}");
        finish(&store, &first, |_| Duration::from_millis(1)).await;
        finish(&store, &next, |_| Duration::from_millis(1)).await;
    }
}

pub(super) async fn nobody_has_more_than_half_of_the_slots_while_others_wait(database: Database) {
    let store = database.open().await;
    let names = ["a", "b", "c"];
    let mut tenants = Vec::new();
    for name in names {
        let (_, tenant) = tenant(&store, name).await;
        hook(&tenant, "mail").await;
        tenants.push(tenant);
    }
    flood(&tenants[0], 50).await;
    let alone = store.queue().lease(6, LEASE).await.expect("leased");
    assert_eq!(alone.len(), 6);
    flood(&tenants[1], 50).await;
    flood(&tenants[2], 50).await;
    // 6 in flight and 6 free are 12 slots: the first tenant has its half already.
    let shared = store.queue().lease(6, LEASE).await.expect("leased");
    assert_eq!(names.map(|name| of(&shared, name).len()), [0, 3, 3]);
    finish(&store, &alone, |_| Duration::ZERO).await;
    finish(&store, &shared, |_| Duration::ZERO).await;
    let equal = store.queue().lease(12, LEASE).await.expect("leased");
    assert_eq!(names.map(|name| of(&equal, name).len()), [2, 5, 5], "with what each had before, eight each");
}

pub(super) async fn a_tenant_at_its_own_cap_leaves_slots_free(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    flood(&acme, 20).await;
    let queue = store.queue().with_tenant_most(6);
    let first = queue.lease(8, LEASE).await.expect("leased");
    assert_eq!(first.len(), 6);
    assert!(queue.lease(2, LEASE).await.expect("leased").is_empty());
    let (_, late) = tenant(&store, "late").await;
    hook(&late, "mail").await;
    accept(&late, "one").await;
    let next = queue.lease(2, LEASE).await.expect("leased");
    assert_eq!(next.iter().map(|leased| &*leased.tenant_name).collect::<Vec<_>>(), ["late"]);
    finish(&store, &first[..2], |_| Duration::ZERO).await;
    assert_eq!(queue.lease(8, LEASE).await.expect("leased").len(), 2);
}

pub(super) async fn a_tenant_with_dear_hooks_gets_fewer_turns(database: Database) {
    let store = database.open().await;
    let names = ["cheap", "plain", "dear"];
    for name in names {
        let (_, tenant) = tenant(&store, name).await;
        hook(&tenant, "mail").await;
        flood(&tenant, 700).await;
    }
    let mut turns = [0; 3];
    // Few large rounds, because every round waits for the disk.
    for round in 0..30 {
        let leased = store.queue().lease(40, LEASE).await.expect("leased");
        assert_eq!(leased.len(), 40);
        let cpu = |leased: &Leased| Duration::from_millis(if &*leased.tenant_name == "dear" { 9 } else { 0 });
        finish(&store, &leased, cpu).await;
        // The first rounds find out what the hooks cost.
        if round >= 5 {
            turns = std::array::from_fn(|tenant| turns[tenant] + of(&leased, names[tenant]).len());
        }
    }
    // With ten times the cost, one turn in 21 is fair.
    assert!((430..=520).contains(&turns[0]) && (430..=520).contains(&turns[1]), "{turns:?}");
    assert!((30..=80).contains(&turns[2]), "{turns:?}");
}

/// Has so many deliveries of the tenant fail, to be tried again in an hour.
async fn fail(store: &Store, tenant: &TenantStore, events: usize) {
    flood(tenant, events).await;
    let failing = store.queue().lease(20, LEASE).await.expect("leased");
    assert_eq!(failing.len(), events);
    let queue = store.queue();
    let retry = || Next::RetryAt(Duration::from_secs(3_600));
    let failed = failing.iter().map(|leased| queue.complete(completion(leased, super::failed("no"), retry())));
    assert!(join_all(failed).await.iter().all(Result::is_ok));
}

/// Waits until the store knows of so many that wait and of none that run: nodes of a PostgreSQL count the rows while they
/// change, and count them again when they do not.
async fn until_counted(store: &Store, pending: u64) {
    let counted = async {
        while (store.backlog().pending, store.backlog().leased) != (pending, 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LEASE, counted).await.expect("counted");
}

/// Moves the time to when the last retry of the tenant has become due, however long it took to come here.
async fn skip_to_retries(store: &Store, tenant: &TenantStore) {
    let filter = EventFilter { take: Some(100), ..EventFilter::default() };
    let events = tenant.events(filter).await.expect("listed").events;
    let retries = events.iter().flat_map(|event| &event.deliveries).filter(|delivery| !delivery.attempts.is_empty());
    let last = retries.filter_map(|delivery| delivery.next_attempt_at).max().expect("a retry waits");
    let wait = u64::try_from(last.0 - store.clock().now().0).expect("it is not due yet");
    store.clock().advance(Duration::from_millis(wait + 50));
}

pub(super) async fn first_attempts_go_before_retries(database: Database) {
    let store = database.open().await;
    let ((_, old), (_, new)) = (tenant(&store, "old").await, tenant(&store, "new").await);
    hook(&old, "mail").await;
    hook(&new, "mail").await;
    fail(&store, &old, 20).await;
    flood(&new, 40).await;
    until_counted(&store, 60).await;
    skip_to_retries(&store, &old).await;
    // Half of the slots are what one tenant may have while another one waits.
    let mixed = store.queue().lease(4, LEASE).await.expect("leased");
    assert_eq!(mixed.iter().map(|leased| &*leased.tenant_name).collect::<Vec<_>>(), ["new", "new", "old", "old"]);
}

pub(super) async fn retries_of_a_tenant_wait_behind_its_own_first_attempts_and_are_not_starved(database: Database) {
    let store = database.open().await;
    let (_, acme) = tenant(&store, "acme").await;
    hook(&acme, "mail").await;
    fail(&store, &acme, 20).await;
    flood(&acme, 60).await;
    skip_to_retries(&store, &acme).await;
    let fresh = store.queue().lease(8, LEASE).await.expect("leased");
    assert!(fresh.len() == 8 && fresh.iter().all(|leased| leased.attempt == 1), "{fresh:?}");
    finish(&store, &fresh, |_| Duration::ZERO).await;
    store.clock().advance(Duration::from_secs(10));
    let mut retries = 0;
    for _ in 0..10 {
        let leased = store.queue().lease(4, LEASE).await.expect("leased");
        let again = leased.iter().filter(|leased| leased.attempt == 2).count();
        assert_eq!((leased.len(), again), (4, 2), "they share with first attempts");
        retries += again;
        finish(&store, &leased, |_| Duration::ZERO).await;
    }
    assert_eq!(retries, 20, "all of them");
}
