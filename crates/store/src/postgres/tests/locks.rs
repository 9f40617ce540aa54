//! Transactions that wait for one another, and what is read while they do.

use super::*;
use crate::{LeaseKey, LogEntry, LogFilter, LogPaging, LogRow, ReplayFilter};

const DEAD: &str = "SELECT event FROM delivery WHERE state = 3 ORDER BY event";

async fn lock(look: &tokio_postgres::Client, key: LeaseKey) {
    let sql = format!("SELECT 1 FROM delivery WHERE event = {} FOR UPDATE NOWAIT", key.delivery.event.0);
    assert_eq!(look.query(&sql, &[]).await.expect("nobody else has it").len(), 1);
}

/// Two leases, the first one of the older event.
async fn two_leases(store: &Store, acme: &TenantStore) -> [Leased; 2] {
    for user in ["a", "b"] {
        acme.accept(event(user)).await.expect("accepted");
    }
    let mut leased = store.queue().lease(2, LEASE).await.expect("leased");
    leased.sort_by_key(|leased| leased.event().0);
    leased.try_into().expect("two")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_are_locked_in_one_order_whatever_the_order_of_the_call() {
    let Some(database) = Empty::make("the order of locks").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    let [first, second] = two_leases(&store, &acme).await;
    let (look, other, queue) = (database.look().await, database.look().await, store.queue());
    let backwards = [second.key, first.key];
    for case in ["extend", "release"] {
        look.batch_execute("BEGIN").await.expect("begun");
        lock(&look, first.key).await;
        let work = async {
            match case {
                "extend" => assert!(queue.extend(&backwards, LEASE).await.expect("extended").is_empty()),
                _ => queue.release(&backwards).await.expect("released"),
            }
        };
        let meanwhile = async {
            until_the_store_waits(&other).await;
            other.batch_execute("BEGIN").await.expect("begun");
            lock(&other, second.key).await;
            other.batch_execute("COMMIT").await.expect("ended");
            look.batch_execute("COMMIT").await.expect("ended");
        };
        tokio::join!(work, meanwhile);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_another_transaction_waits_for_is_made_again() {
    let Some(database) = Empty::make("a deadlock").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    let [first, second] = two_leases(&store, &acme).await;
    for leased in [&first, &second] {
        let dead = Completion { next: Next::Dead { reason: "no".into() }, ..completion(leased) };
        store.queue().complete(dead).await.expect("recorded");
    }
    let look = database.look().await;
    // It never gives way itself.
    look.batch_execute("SET deadlock_timeout = '1h'; BEGIN").await.expect("begun");
    lock(&look, second.key).await;
    let meanwhile = async {
        until_the_store_waits(&database.look().await).await;
        let sql = format!("SELECT 1 FROM delivery WHERE event = {} FOR UPDATE", first.event().0);
        look.query(&sql, &[]).await.expect("it comes to have both");
        look.batch_execute("COMMIT").await.expect("ended");
    };
    let (replayed, ()) = tokio::join!(acme.replay_matching(ReplayFilter::default(), false), meanwhile);
    assert_eq!(replayed.expect("replayed").replayed, 2);
    assert!(look.query(DEAD, &[]).await.expect("asked").is_empty());
}

async fn lines_after(tenant: &TenantStore, from: i64) -> Vec<LogRow> {
    let paging = LogPaging::After { from: hookbox_protocol::id::LogId(from), take: 100 };
    tenant.logs(LogFilter { paging, ..LogFilter::default() }).await.expect("listed")
}

fn dead_with_a_line(leased: &Leased) -> Completion {
    let log = LogEntry { code: "fcph".into(), description: "no".into(), ..LogEntry::default() };
    Completion { next: Next::Dead { reason: "no".into() }, log: Some(log), ..completion(leased) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_the_log_by_checkpoint_misses_no_line_that_comes_late() {
    let Some((database, one, other)) = two_nodes("late lines").await else { return };
    let (_, identity, acme) = tenant(&one, "acme").await;
    let elsewhere = other.tenant(&identity);
    for (slow, fast) in [(&one, &one), (&one, &other), (&other, &one)] {
        let [first, second] = two_leases(slow, &slow.tenant(&identity)).await;
        let before = lines_after(&acme, 0).await.last().map_or(0, |line| line.id.0);
        let (look, watch) = (database.look().await, database.look().await);
        look.batch_execute("BEGIN").await.expect("begun");
        lock(&look, first.key).await;
        let queue = slow.queue();
        let late = queue.complete(dead_with_a_line(&first));
        let meanwhile = async {
            until_the_store_waits(&watch).await;
            let recorded = fast.queue().complete(dead_with_a_line(&second)).await.expect("recorded");
            assert_eq!(recorded, Recorded::Done);
            let now: i64 = watch.query_one("SELECT hookbox_now(0)", &[]).await.expect("asked").get(0);
            let seen = "SELECT min(seen_at) FROM seat";
            until("both nodes say up to where their lines are there", TWO_SECONDS, async || {
                watch.query_one(seen, &[]).await.expect("asked").get::<_, i64>(0) > now
            })
            .await;
            for reader in [&acme, &elsewhere] {
                assert_eq!(lines_after(reader, before).await, [], "the line before it is still to come");
            }
            look.batch_execute("COMMIT").await.expect("let go");
        };
        let (recorded, ()) = tokio::join!(late, meanwhile);
        assert_eq!(recorded.expect("recorded"), Recorded::Done);
        for reader in [&acme, &elsewhere] {
            until("both lines are there", TWO_SECONDS, async || lines_after(reader, before).await.len() == 2).await;
            let lines = lines_after(reader, before).await;
            assert!(lines[0].id.0 < lines[1].id.0, "{lines:?}");
            assert_eq!(
                lines.iter().map(|line| line.event_id).collect::<Vec<_>>(),
                [Some(first.event()), Some(second.event())]
            );
        }
    }
}
