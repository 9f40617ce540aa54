//! Hooks that do not run, with many deliveries.

use super::super::aside::{FRESH, RETRY, STEP};
use super::*;

const HELD: &str = "SELECT count(*) FROM delivery WHERE state = 4";

async fn held(look: &tokio_postgres::Client) -> i64 {
    look.query_one(HELD, &[]).await.expect("counted").get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_hook_with_many_deliveries_delays_nobody() {
    const WAITING: i64 = 4_500;
    let Some(database) = Empty::make("many deliveries of a disabled hook").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, identity, acme) = tenant(&store, "acme").await;
    let (_, _, other) = tenant(&store, "other").await;
    let look = database.look().await;
    let fill = format!(
        "INSERT INTO event (id, tenant, trigger, \"user\", context) \
         SELECT n, {0}, 0, '{{}}', '{{}}' FROM generate_series(1, {WAITING}) n; \
         INSERT INTO delivery (event, hook, tenant, state, next_at) \
         SELECT n, (SELECT number FROM hook WHERE tenant = {0}), {0}, CASE WHEN n % 3 = 0 THEN 5 ELSE 0 END, n \
         FROM generate_series(1, {WAITING}) n",
        identity.tenant.0
    );
    look.batch_execute(&fill).await.expect("filled");
    let hook = acme.hooks().await.expect("listed").remove(0);
    let turn = |enabled| HookChange { enabled: Some(enabled), ..HookChange::default() };
    acme.update_hook(&hook.id, turn(false)).await.expect("off");
    until("counted", LEASE, async || acme.backlog().pending == WAITING.unsigned_abs()).await;
    let event = other.accept(event("u")).await.expect("accepted").event_id;
    let first = store.queue().lease(10, LEASE).await.expect("leased");
    assert_eq!(first.iter().map(Leased::event).collect::<Vec<_>>(), [event], "with the first call");
    assert!(held(&look).await <= STEP, "{} were moved before it ran", held(&look).await);
    let mut calls = 0;
    while held(&look).await < WAITING {
        let before = held(&look).await;
        assert!(store.queue().lease(10, LEASE).await.expect("leased").is_empty());
        assert!(held(&look).await - before <= 2 * STEP, "a call moves no more than two steps");
        calls += 1;
        assert!(calls < 20, "{} are held", held(&look).await);
    }
    acme.update_hook(&hook.id, turn(true)).await.expect("on");
    assert_eq!(held(&look).await, WAITING - STEP, "the change itself lets go one step");
    while held(&look).await > 0 {
        let before = held(&look).await;
        let leased = store.queue().lease(10, LEASE).await.expect("leased");
        assert!(!leased.is_empty());
        store.queue().release(&leased.iter().map(|leased| leased.key).collect::<Vec<_>>()).await.expect("released");
        assert!((1..=STEP).contains(&(before - held(&look).await)), "the calls go on with the rest, step by step");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_let_go_when_a_node_ended_is_let_go_by_the_next() {
    let Some(database) = Empty::make("held deliveries of an enabled hook").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, identity, acme) = tenant(&store, "acme").await;
    let sql = "INSERT INTO event (id, tenant, trigger, \"user\", context) VALUES (7, $1, 0, '{}', '{}')";
    let look = database.look().await;
    look.execute(sql, &[&identity.tenant.0]).await.expect("written");
    let sql = "INSERT INTO delivery (event, hook, tenant, state) \
               SELECT 7, number, tenant, 4 FROM hook WHERE tenant = $1";
    look.execute(sql, &[&identity.tenant.0]).await.expect("written");
    let mut leased = Vec::new();
    until("leased", LEASE, async || {
        leased = store.queue().lease(10, LEASE).await.expect("leased");
        !leased.is_empty()
    })
    .await;
    assert_eq!((leased[0].event().0, acme.backlog().leased), (7, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setting_aside_reads_as_many_rows_as_a_step_has() {
    let Some(database) = Empty::make("the cost of setting aside").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let look = database.look().await;
    look.batch_execute(
        "INSERT INTO delivery (event, hook, tenant, state, next_at) \
         SELECT n, n % 7, 1, CASE WHEN n % 2 = 0 THEN 5 ELSE 0 END, n FROM generate_series(1, 100000) n;
         SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
         SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;",
    )
    .await
    .expect("filled");
    for (sql, index) in [(FRESH, "delivery_due"), (RETRY, "delivery_retry")] {
        let sql = sql.replace("$1", "1").replace("$2", "'{1}'::bigint[]").replace("$3", "'{2}'::bigint[]");
        let sql = format!(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {}",
            sql.replace("$4", "20").replace("$5", "''")
        );
        let plan = look.query(&sql, &[]).await.expect("explained");
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let text = plan.join("\n");
        assert!(!text.contains("Seq Scan") && !text.contains("Sort"), "{text}");
        let first = plan.iter().find(|line| line.contains(&format!("using {index}"))).expect("the index of the lane");
        assert!(first.contains("rows=20 loops=1"), "{text}");
    }
    drop(store);
}
