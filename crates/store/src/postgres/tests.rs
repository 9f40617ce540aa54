//! What is PostgreSQL's own: several nodes, a server that goes away, a pooler, and what statements cost.

mod aside;
mod growth;
mod leaving;
mod locks;
mod tls;

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use hookbox_protocol::{TenantId, Trigger};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::task::TaskTracker;

use super::lease::CLAIM;
use crate::suite::postgres::{Empty, connect};
use crate::suite::server::{self, Server};
use crate::{
    AcceptEvent, Code, Completion, Error, HookChange, Identity, Leased, Location, MasterKey, NewHook, Next, Options,
    Recorded, Store, TenantChange, TenantStore,
};

const LEASE: Duration = Duration::from_secs(30);
/// How long what one node does may take to be seen by another.
const TWO_SECONDS: Duration = Duration::from_secs(2);

fn options(url: &str, key: &MasterKey) -> Options {
    Options {
        location: Location::Postgres(url.to_owned()),
        master_keys: key.clone().into(),
        quotas: hookbox_protocol::api::Quotas::default(),
        secrets: crate::SecretLimits::default(),
    }
}

/// Two stores on one database, as two daemons would have them; `None` where there is no PostgreSQL.
async fn two_nodes(case: &str) -> Option<(Empty, Store, Store)> {
    let database = Empty::make(case).await?;
    let key = MasterKey::generate();
    let (one, other) =
        tokio::join!(Store::open(options(&database.url(), &key)), Store::open(options(&database.url(), &key)));
    Some((database, one.expect("opens"), other.expect("opens")))
}

fn event(user: &str) -> AcceptEvent {
    AcceptEvent {
        trigger: Trigger::PostChangePassword,
        user: format!(r#"{{"id":"{user}"}}"#),
        context: "{}".to_owned(),
        initiated_by: None,
        idempotency_key: None,
    }
}

async fn tenant(store: &Store, name: &str) -> (String, Identity, TenantStore) {
    let made = store.create_tenant(name).await.expect("a tenant");
    let identity = store.authenticate(&made.token).await.expect("asked").expect("admitted");
    let tenant = store.tenant(&identity);
    let hook = NewHook {
        name: "mail".into(),
        trigger: Trigger::PostChangePassword,
        code: Code::Script { source: "module.exports = cb => cb()".into() },
        enabled: None,
        dependencies: Default::default(),
    };
    tenant.create_hook(hook).await.expect("a hook");
    (made.token, identity, tenant)
}

fn completion(leased: &Leased) -> Completion {
    let report = hookbox_protocol::Report {
        outcome: hookbox_protocol::Outcome::Completed { value: serde_json::Value::Null },
        fuel_used: 1,
        cpu: Duration::from_micros(50),
        wall: Duration::from_micros(60),
        memory_bytes_peak: 1,
        logs: Vec::new(),
        log_lines_dropped: 0,
        http: Vec::new(),
    };
    Completion {
        key: leased.key,
        tenant: leased.tenant,
        version: leased.hook.version,
        started_at: leased.received_at,
        report,
        next: Next::Succeeded,
        log: None,
    }
}

/// Asks until it is so, for at most that long.
async fn until(what: &str, patience: Duration, mut ask: impl AsyncFnMut() -> bool) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let so = async {
        while !ask().await {
            tick.tick().await;
        }
    };
    assert!(tokio::time::timeout(patience, so).await.is_ok(), "{what}: not within {patience:?}");
}

/// Waits until a statement of a store on that database waits for a lock.
async fn until_the_store_waits(look: &tokio_postgres::Client) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
               AND application_name = 'hookbox' AND wait_event_type = 'Lock'";
    until("it waits", LEASE, async || look.query_one(sql, &[]).await.expect("asked").get::<_, i64>(0) > 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_lease_at_once_never_get_the_same_delivery() {
    const EVENTS: usize = 400;
    let Some((_database, one, other)) = two_nodes("no double lease").await else { return };
    let (_, identity, acme) = tenant(&one, "acme").await;
    let elsewhere = other.tenant(&identity);
    let halves =
        (0..EVENTS).map(|user| if user % 2 == 0 { acme.accept(event("a")) } else { elsewhere.accept(event("b")) });
    let ids: HashSet<_> = join_all(halves).await.into_iter().map(|answer| answer.expect("accepted").event_id).collect();
    assert_eq!(ids.len(), EVENTS, "no two nodes make the same identifier");
    let drain = async |store: &Store| {
        let mut got = Vec::new();
        loop {
            let leased = store.queue().lease(7, LEASE).await.expect("leased");
            for leased in leased {
                let recorded = store.queue().complete(completion(&leased)).await.expect("recorded");
                assert_eq!(recorded, Recorded::Done, "the lease was this node's alone");
                got.push(leased.key.delivery);
            }
            if store.backlog().total() == 0 {
                return got;
            }
            tokio::task::yield_now().await;
        }
    };
    let (first, second) = tokio::join!(drain(&one), drain(&other));
    let all: HashSet<_> = first.iter().chain(&second).collect();
    assert_eq!((all.len(), first.len() + second.len()), (EVENTS, EVENTS), "each once");
    assert!(!first.is_empty() && !second.is_empty(), "both had a part: {} and {}", first.len(), second.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_at_one_node_holds_at_the_other_within_two_seconds() {
    let Some((_database, one, other)) = two_nodes("catalogue").await else { return };
    let (token, identity, acme) = tenant(&one, "acme").await;
    assert!(other.authenticate(&token).await.expect("asked").is_some(), "cached from now on");
    let off = HookChange { enabled: Some(false), ..HookChange::default() };
    let hook = acme.hooks().await.expect("listed").remove(0);
    acme.update_hook(&hook.id, off).await.expect("changed");
    assert_eq!(other.tenant(&identity).accept(event("u")).await.expect("accepted").deliveries, 0, "at once");
    let suspended = TenantChange { suspended: Some(true), ..TenantChange::default() };
    one.change_tenant("acme", suspended).await.expect("changed");
    until("suspended", TWO_SECONDS, async || {
        other.authenticate(&token).await.expect("asked").is_some_and(|identity| identity.suspended)
    })
    .await;
    acme.revoke_token(identity.token_id).await.expect("revoked");
    until("revoked", TWO_SECONDS, async || other.authenticate(&token).await.expect("asked").is_none()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_came_to_one_node_is_known_to_the_other() {
    let Some((_database, one, other)) = two_nodes("work elsewhere").await else { return };
    let (_, identity, acme) = tenant(&one, "acme").await;
    acme.accept(event("u")).await.expect("accepted");
    tokio::time::timeout(TWO_SECONDS, other.queue().work()).await.expect("woken");
    let mut leased = Vec::new();
    until("leased", TWO_SECONDS, async || {
        leased.extend(other.queue().lease(5, LEASE).await.expect("leased"));
        !leased.is_empty()
    })
    .await;
    until("counted", TWO_SECONDS, async || one.tenant(&identity).backlog().leased == 1).await;
    assert_eq!(other.queue().complete(completion(&leased[0])).await.expect("recorded"), Recorded::Done);
    until("counted", TWO_SECONDS, async || one.backlog().total() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_survives_a_server_that_is_killed_and_everything_goes_on() {
    if Server::programs().is_none() {
        return server::skip("a server that is killed");
    }
    let server = Server::start(true).expect("starts");
    let key = MasterKey::generate();
    let store = Store::open(options(&server.url("postgres"), &key)).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    let stop = tokio_util::sync::CancellationToken::new();
    let load = async |acme: TenantStore| {
        let (mut accepted, mut refused) = (Vec::new(), 0);
        while !stop.is_cancelled() {
            match acme.accept(event("u")).await {
                Ok(event) => accepted.push(event.event_id),
                Err(Error::Unavailable(_)) => {
                    refused += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Err(other) => panic!("{other}"),
            }
        }
        (accepted, refused)
    };
    let restarts = async {
        for round in 0..2u32 {
            let before = store.stats().await.expect("figures").group_commits.commits;
            until("it accepts", LEASE, async || {
                store.stats().await.expect("figures").group_commits.commits > before + 50
            })
            .await;
            tokio::task::block_in_place(|| if round == 0 { server.kill() } else { server.restart() });
            if round == 0 {
                until("it notices", LEASE, async || store.healthy().await.is_err()).await;
                tokio::task::block_in_place(|| server.start_again());
            }
            until("it is back", LEASE, async || acme.accept(event("back")).await.is_ok()).await;
        }
        stop.cancel();
    };
    let (loads, ()) = tokio::join!(join_all((0..8).map(|_| load(acme.clone()))), restarts);
    let accepted: Vec<_> = loads.iter().flat_map(|(accepted, _)| accepted).collect();
    assert!(accepted.len() > 100, "{}", accepted.len());
    assert!(loads.iter().any(|(_, refused)| *refused > 0), "some were refused meanwhile");
    let look = connect(&server.url("postgres")).await;
    let ids: HashSet<i64> =
        look.query("SELECT id FROM event", &[]).await.expect("asked").iter().map(|row| row.get(0)).collect();
    let lost: Vec<_> = accepted.iter().filter(|id| !ids.contains(&id.0)).collect();
    assert!(lost.is_empty(), "{} of {} are lost", lost.len(), accepted.len());
    assert_eq!(store.queue().lease(3, LEASE).await.expect("leased").len(), 3, "leases go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_in_the_middle_of_a_commit_is_no_promise() {
    let Some(database) = Empty::make("a cut connection").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    let look = database.look().await;
    let cut = async {
        for _ in 0..10 {
            let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                       WHERE datname = current_database() AND application_name = 'hookbox'";
            look.query_one(sql, &[]).await.expect("cut");
            until("it is back", LEASE, async || acme.accept(event("back")).await.is_ok()).await;
        }
    };
    let load = async {
        let mut accepted = Vec::new();
        for _ in 0..60 {
            let answers = join_all((0..20).map(|user| acme.accept(event(&user.to_string())))).await;
            for answer in answers {
                match answer {
                    Ok(event) => accepted.push(event.event_id.0),
                    Err(Error::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
                    Err(other) => panic!("{other}"),
                }
            }
        }
        accepted
    };
    let (accepted, ()) = tokio::join!(load, cut);
    let count = "SELECT count(*) FROM event WHERE id = ANY($1)";
    let kept: i64 = look.query_one(count, &[&accepted]).await.expect("counted").get(0);
    assert_eq!(kept, i64::try_from(accepted.len()).expect("few"), "everything that was accepted is there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_is_under_way_changes_no_backlog() {
    let Some(database) = Empty::make("a claim that is under way").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    acme.accept(event("one")).await.expect("accepted");
    let look = database.look().await;
    look.batch_execute("BEGIN; LOCK TABLE delivery IN EXCLUSIVE MODE").await.expect("locked");
    let queue = store.queue();
    let meanwhile = async {
        until_the_store_waits(&database.look().await).await;
        let (of_tenant, of_all) = (acme.backlog(), store.backlog());
        look.batch_execute("COMMIT").await.expect("unlocked");
        assert_eq!((of_tenant.pending, of_tenant.leased, of_all), (1, 0, of_tenant));
    };
    let (claimed, ()) = tokio::join!(queue.lease(200, LEASE), meanwhile);
    assert_eq!(claimed.expect("leased").len(), 1);
    // A count of the rows that began before the event came may still have it twice.
    until("counted", TWO_SECONDS, async || (acme.backlog().pending, acme.backlog().leased) == (0, 1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_claimed_by_a_statement_that_was_not_answered_is_given_back() {
    let Some(database) = Empty::make("a claim without an answer").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    acme.accept(event("known")).await.expect("accepted");
    let known = store.queue().lease(1, LEASE).await.expect("leased").remove(0);
    acme.accept(event("unknown")).await.expect("accepted");
    let look = database.look().await;
    look.batch_execute("BEGIN; LOCK TABLE delivery IN EXCLUSIVE MODE").await.expect("locked");
    let queue = store.queue();
    let cut = async {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name = 'hookbox' AND wait_event_type = 'Lock'";
        let cut = connect(&format!("{}&application_name=cut", database.url())).await;
        until("the claim is cut", LEASE, async || cut.query_one(sql, &[]).await.expect("cut").get::<_, i64>(0) > 0)
            .await;
    };
    let (claimed, ()) = tokio::join!(queue.lease(1, LEASE), cut);
    assert!(matches!(claimed, Err(Error::Unavailable(_))), "{claimed:?}");
    // As if the server had carried it out before the connection broke.
    let claim = "UPDATE delivery SET state = 1, fence = fence + 1, node = (SELECT number FROM seat), \
                 next_at = hookbox_now(0) + 60000 WHERE state = 0";
    assert_eq!(look.execute(claim, &[]).await.expect("claimed"), 1);
    look.batch_execute("COMMIT").await.expect("committed");
    let mut leased = Vec::new();
    until("it is given back", LEASE, async || {
        leased = queue.lease(10, LEASE).await.unwrap_or_default();
        !leased.is_empty()
    })
    .await;
    assert_eq!((leased.len(), leased[0].attempt, leased[0].is_suspect), (1, 1, false), "no attempt is lost");
    assert_eq!(queue.complete(completion(&known)).await.expect("recorded"), Recorded::Done, "what is known goes on");
}

/// A pooler in transaction mode, as far as telling one from a server goes: two clients, and one session for both.
fn pooler(socket: std::path::PathBuf, folder: &std::path::Path, tasks: &TaskTracker) {
    let listener = tokio::net::UnixListener::bind(folder.join(".s.PGSQL.5432")).expect("bound");
    let shared = std::sync::Arc::new(tokio::sync::Mutex::new(None::<tokio::net::UnixStream>));
    let own = tasks.clone();
    tasks.spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (shared, socket) = (std::sync::Arc::clone(&shared), socket.clone());
            own.spawn(async move {
                let mut begin = vec![0; 4];
                client.read_exact(&mut begin).await.ok()?;
                let length = u32::from_be_bytes(begin[..].try_into().ok()?) as usize;
                let mut rest = vec![0; length - 4];
                client.read_exact(&mut rest).await.ok()?;
                begin.extend(rest);
                let mut session = shared.lock().await;
                if session.is_some() {
                    // The session is there: the client is told that it is ready.
                    client.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await.ok()?;
                } else {
                    let mut fresh = tokio::net::UnixStream::connect(&socket).await.ok()?;
                    fresh.write_all(&begin).await.ok()?;
                    answer(&mut fresh, &mut client).await?;
                    *session = Some(fresh);
                }
                drop(session);
                let mut buffer = vec![0; 65_536];
                loop {
                    let read = client.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
                    let mut session = shared.lock().await;
                    let server = session.as_mut()?;
                    server.write_all(&buffer[..read]).await.ok()?;
                    answer(server, &mut client).await?;
                }
                #[expect(unreachable_code, reason = "says what the block gives")]
                Some(())
            });
        }
    });
}

/// Hands on what the server says, up to where it is ready for the next.
async fn answer(server: &mut tokio::net::UnixStream, client: &mut tokio::net::UnixStream) -> Option<()> {
    loop {
        let mut head = [0; 5];
        server.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes(head[1..].try_into().ok()?) as usize - 4;
        let mut body = vec![0; length];
        server.read_exact(&mut body).await.ok()?;
        client.write_all(&head).await.ok()?;
        client.write_all(&body).await.ok()?;
        if head[0] == b'Z' {
            return Some(());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_transaction_mode_is_refused_by_name() {
    if Server::programs().is_none() {
        return server::skip("a pooler in transaction mode");
    }
    let server = Server::start(false).expect("starts");
    let folder = tempfile::tempdir().expect("a folder");
    let tasks = TaskTracker::new();
    pooler(server.socket(), folder.path(), &tasks);
    let url = format!("postgres:///postgres?host={}&user=hookbox&sslmode=disable", folder.path().display());
    let opened =
        tokio::time::timeout(LEASE, Store::open(options(&url, &MasterKey::generate()))).await.expect("an answer");
    let error = opened.err().expect("it is refused").to_string();
    assert!(error.contains("a pooler in transaction mode") && error.contains("session mode"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claiming_reads_as_many_rows_as_it_takes_whatever_the_backlog() {
    let Some(database) = Empty::make("the cost of a claim").await else { return };
    let store = Store::open(options(&database.url(), &MasterKey::generate())).await.expect("opens");
    let (_, identity, _) = tenant(&store, "acme").await;
    assert_eq!(identity.tenant, TenantId(1));
    let look = database.look().await;
    look.batch_execute(
        "INSERT INTO event (id, tenant, trigger, \"user\", context) SELECT n, 1, 0, '{}', '{}' FROM generate_series(1, 100000) n;
         INSERT INTO delivery (event, hook, tenant, state, next_at) SELECT n, 1, 1, 0, n FROM generate_series(1, 100000) n;
         SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
         SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;",
    )
    .await
    .expect("filled");
    let plan = look
        .query(
            &format!(
                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {}",
                CLAIM
                    .replace("$1", "'{1}'")
                    .replace("$2", "'{f}'")
                    .replace("$3", "'{20}'")
                    .replace("$4", "'{0}'")
                    .replace("$5", "0")
                    .replace("$6", "1000")
                    .replace("$7", "0")
            ),
            &[],
        )
        .await
        .expect("explained");
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let text = plan.join("\n");
    assert!(!text.contains("Seq Scan") && !text.contains("Sort"), "{text}");
    let due = plan.iter().find(|line| line.contains("using delivery_due")).expect("the index of what is due");
    assert!(due.contains("rows=20 loops=1"), "{text}");
}
