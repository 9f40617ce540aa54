//! The end of a tenant while writes that do not know of it are under way.

use super::*;
use crate::AuditFilter;

const ROWS: &str = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM delivery) + (SELECT count(*) FROM hook) \
                    + (SELECT count(*) FROM log) + (SELECT count(*) FROM tenant)";

/// Sweeps until nothing is left to do.
async fn sweep(store: &Store) {
    for _ in 0..1_000 {
        if store.sweep(500).await.expect("swept").idle {
            return;
        }
    }
    panic!("it is never idle");
}

fn keyed() -> AcceptEvent {
    AcceptEvent { idempotency_key: Some("once".into()), ..event("late") }
}

/// Makes accepting [`keyed`] wait, with what it saw when it began, until the connection says otherwise.
async fn hold_the_key(look: &tokio_postgres::Client, tenant: TenantId) {
    let sql = format!(
        "BEGIN; INSERT INTO event (id, tenant, trigger, idempotency_key, \"user\", context) \
         VALUES (1, {}, 0, 'once', '{{}}', '{{}}')",
        tenant.0
    );
    look.batch_execute(&sql).await.expect("held");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_accepted_after_its_tenant_was_deleted_goes_with_it_and_stops_nobody() {
    let Some(database) = Empty::make("a late event").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, identity, acme) = tenant(&store, "acme").await;
    let (_, _, other) = tenant(&store, "other").await;
    acme.accept(event("u")).await.expect("accepted");
    let look = database.look().await;
    hold_the_key(&look, identity.tenant).await;
    let meanwhile = async {
        until_the_store_waits(&database.look().await).await;
        assert!(store.delete_tenant("acme").await.expect("deleted"));
        assert!(!store.delete_tenant("acme").await.expect("asked"), "its name is free at once");
        sweep(&store).await;
        let sql = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM delivery)";
        assert_eq!(look.query_one(sql, &[]).await.expect("asked").get::<_, i64>(0), 1, "but for the one that is held");
        let sql = "SELECT (SELECT count(*) FROM tenant) + (SELECT count(*) FROM hook)";
        assert_eq!(look.query_one(sql, &[]).await.expect("asked").get::<_, i64>(0), 4, "both stay until it has ended");
        look.batch_execute("ROLLBACK").await.expect("let go");
    };
    let (accepted, ()) = tokio::join!(acme.accept(keyed()), meanwhile);
    assert_eq!(accepted.expect("it knows of nothing").deliveries, 1);
    let event = other.accept(event("u")).await.expect("accepted").event_id;
    let leased = tokio::time::timeout(LEASE, store.queue().lease(5, LEASE)).await.expect("it ends").expect("leased");
    assert_eq!(leased.iter().map(Leased::event).collect::<Vec<_>>(), [event]);
    assert_eq!(store.queue().complete(completion(&leased[0])).await.expect("recorded"), Recorded::Done);
    sweep(&store).await;
    let rows: i64 = look.query_one(ROWS, &[]).await.expect("counted").get(0);
    assert_eq!(rows, 4, "the other tenant with its hook, its event and its delivery");
    until("counted", LEASE, async || store.backlog().total() == 0).await;
    let trail = store.operator_audit(AuditFilter::default()).await.expect("listed");
    assert_eq!(trail[0].action, "delete tenant", "the operator's trail stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_no_tenant_is_neither_run_nor_kept() {
    let Some(database) = Empty::make("rows of nobody").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    let look = database.look().await;
    look.batch_execute(
        "INSERT INTO event (id, tenant, trigger, \"user\", context) SELECT n, 77, 0, '{}', '{}' FROM generate_series(1, 4) n;
         INSERT INTO delivery (event, hook, tenant, state, next_at) VALUES (1, 99, 77, 0, 1), (2, 99, 77, 5, 1);
         INSERT INTO delivery (event, hook, tenant, state) VALUES (3, 99, 77, 2);
         INSERT INTO log (tenant, id, code, description, details) VALUES (78, 5, 'w', 'w', '{}');",
    )
    .await
    .expect("written");
    until("counted", LEASE, async || store.backlog().pending == 2).await;
    let event = acme.accept(event("u")).await.expect("accepted").event_id;
    let mut leased = Vec::new();
    until("all that is due was looked at", LEASE, async || {
        leased.extend(store.queue().lease(5, LEASE).await.expect("leased"));
        store.backlog().pending == 0
    })
    .await;
    assert_eq!(leased.iter().map(Leased::event).collect::<Vec<_>>(), [event]);
    let dead = "SELECT count(*) FROM delivery WHERE state = 3 AND reason = 'the hook was deleted'";
    assert_eq!(look.query_one(dead, &[]).await.expect("counted").get::<_, i64>(0), 2);
    sweep(&store).await;
    let rows: i64 = look.query_one(ROWS, &[]).await.expect("counted").get(0);
    assert_eq!(rows, 4, "the tenant with its hook, its event and its delivery");
}
