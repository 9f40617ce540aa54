//! What is SQLite's own: the file, the lock, the one commit for many, and what happens when the disk refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use hookbox_protocol::api::Quotas;
use hookbox_protocol::{TenantId, Trigger};
use rusqlite::Connection;
use rusqlite::StatementStatus;
use tempfile::TempDir;

use super::writer::Care;
use super::{Sqlite, open};
use crate::engine::{Caller, Engine as _};
use crate::{AcceptEvent, Clock, Code, Error, Location, MasterKey, NewHook, Options, SecretValue, Store, TokenId};

fn event(user: &str) -> AcceptEvent {
    AcceptEvent {
        trigger: Trigger::PostChangePassword,
        user: user.to_owned(),
        context: "{}".to_owned(),
        initiated_by: None,
        idempotency_key: None,
    }
}

fn new_hook(name: &str) -> NewHook {
    NewHook {
        name: name.to_owned(),
        trigger: Trigger::PostChangePassword,
        code: Code::Script { source: "module.exports = cb => cb()".into() },
        enabled: None,
        dependencies: Default::default(),
    }
}

fn folder() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("data");
    (parent, folder)
}

/// The engine with a tenant that has one hook.
async fn engine(folder: &Path) -> (Sqlite, Caller) {
    let engine = Sqlite::open(folder.to_owned(), Clock::default(), Quotas::default()).await.expect("opens");
    let key = MasterKey::generate();
    engine.create_tenant("acme".into(), key, vec![]).await.expect("a tenant");
    let caller = Caller { tenant: TenantId(1), token: TokenId(1) };
    engine.create_hook(caller, new_hook("mail")).await.expect("a hook");
    (engine, caller)
}

/// Holds the writing thread until the sender is used or dropped, so that the writes that come meanwhile share a commit.
fn hold(engine: &Sqlite) -> Sender<()> {
    let (go, wait) = channel();
    let (entered, held) = channel();
    drop(engine.writer.write(Care::Whole, move |_| {
        entered.send(()).expect("the test waits");
        Ok(wait.recv().is_ok())
    }));
    held.recv().expect("the writing thread is held");
    go
}

fn count(folder: &Path, table: &str) -> u64 {
    let db = open::reader(&open::database(folder)).expect("opens");
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("counted")
}

fn options(folder: &Path, key: &MasterKey) -> Options {
    Options {
        location: Location::Sqlite(folder.to_owned()),
        master_keys: key.clone().into(),
        quotas: Quotas::default(),
        secrets: crate::SecretLimits::default(),
    }
}

async fn refusal(options: Options) -> String {
    match Store::open(options).await {
        Ok(_) => panic!("it must not open"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn what_is_answered_is_seen_by_another_connection() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    let answers = join_all((0..500).map(|user| engine.accept(caller.tenant, event(&user.to_string())))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((count(&folder, "event"), count(&folder, "delivery")), (500, 500));
    let pragma = |name: &str| {
        let name = format!("PRAGMA {name}");
        let value = move |batch: &mut super::writer::Batch<'_>| {
            Ok(batch.db.query_row(&name, [], |row| row.get::<_, rusqlite::types::Value>(0))?)
        };
        engine.writer.write(Care::Whole, value)
    };
    assert_eq!(pragma("synchronous").await.expect("asked"), rusqlite::types::Value::Integer(2), "FULL");
    assert_eq!(pragma("journal_mode").await.expect("asked"), rusqlite::types::Value::Text("wal".into()));
}

#[tokio::test]
async fn the_log_of_changes_stays_short() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    // Few large events, because every one waits for the disk.
    let body = format!("\"{}\"", "x".repeat(400_000));
    for _ in 0..50 {
        engine.accept(caller.tenant, event(&body)).await.expect("accepted");
    }
    let length = |name: &str| fs::metadata(folder.join(name)).expect("there").len();
    assert!(length("hookbox.db") > 12 << 20, "{}", length("hookbox.db"));
    assert!(length("hookbox.db-wal") < 8 << 20, "{}", length("hookbox.db-wal"));
}

#[tokio::test]
async fn a_full_disk_refuses_what_does_not_fit_and_writes_go_on_when_there_is_room() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    let room = |pages: i64| {
        engine.writer.write(Care::Whole, move |batch| {
            let used: i64 = batch.db.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            batch.db.query_row(&format!("PRAGMA max_page_count = {}", used + pages), [], |_| Ok(()))?;
            Ok(())
        })
    };
    room(40).await.expect("limited");
    let body = format!("\"{}\"", "x".repeat(20_000));
    let mut accepted = Vec::new();
    let refused = loop {
        match engine.accept(caller.tenant, event(&body)).await {
            Ok(answer) => accepted.push(answer.event_id),
            Err(error) => break error,
        }
        assert!(accepted.len() < 100, "the disk is never full");
    };
    assert!(matches!(refused, Error::Full(_)) && refused.to_string().contains("full"), "{refused}");
    assert!(!accepted.is_empty() && engine.healthy().is_ok());
    assert_eq!(engine.backlog().pending, accepted.len() as u64, "nothing is counted that is not there");
    let read = engine.event(caller.tenant, accepted[0]).await.expect("reads go on");
    assert_eq!(read.expect("there").id, accepted[0]);
    room(1_000).await.expect("more room");
    engine.accept(caller.tenant, event(&body)).await.expect("taken again");
    drop(engine);
    assert_eq!(count(&folder, "event"), accepted.len() as u64 + 1, "what was answered, and nothing else");
}

#[tokio::test]
async fn a_commit_that_fails_is_answered_to_everyone_in_it() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    let go = hold(&engine);
    // A reference to a hook that does not exist, which is only looked at when the transaction is committed.
    let broken = engine.writer.write(Care::Whole, |batch| {
        batch.db.execute_batch(
            "PRAGMA defer_foreign_keys = ON;
             INSERT INTO version (hook, number, created_at, source) VALUES (999, 1, 0, '');",
        )?;
        Ok(())
    });
    let waiting = (0..20).map(|_| engine.accept(caller.tenant, event("{}"))).collect::<Vec<_>>();
    drop(go);
    assert!(broken.await.is_err());
    for answer in join_all(waiting).await {
        assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
    }
    assert!(engine.healthy().is_err());
    drop(engine);
    assert_eq!(count(&folder, "event"), 0);
}

#[tokio::test]
async fn a_write_that_fails_takes_no_other_with_it() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    let go = hold(&engine);
    let first = engine.accept(caller.tenant, event("{}"));
    let conflict = engine.create_hook(caller, new_hook("mail"));
    let broken = engine.writer.write(Care::Whole, |batch| {
        batch.db.execute("INSERT INTO meta (name, value) VALUES ('left', x'00')", [])?;
        batch.db.execute("INSERT INTO nowhere VALUES (1)", [])?;
        Ok(())
    });
    let last = engine.accept(caller.tenant, event("{}"));
    drop(go);
    assert!(matches!(conflict.await, Err(Error::Conflict { .. })));
    assert!(matches!(broken.await, Err(Error::Database(_))));
    assert_eq!(first.await.expect("accepted").deliveries, 1);
    assert_eq!(last.await.expect("accepted").deliveries, 1);
    assert_eq!(engine.stats().await.expect("figures").group_commits.by_writes[2], 1, "four writes, one commit");
    let left = open::reader(&open::database(&folder)).expect("opens");
    assert!(!left.prepare("SELECT 1 FROM meta WHERE name = 'left'").expect("prepared").exists([]).expect("asked"));
}

#[tokio::test]
async fn a_hot_write_that_fails_takes_its_batch_back_and_the_store_goes_on() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    let go = hold(&engine);
    let with_it = engine.accept(caller.tenant, event("{}"));
    let broken = engine.writer.write(Care::Hot, |batch| Ok(batch.db.execute("INSERT INTO nowhere VALUES (1)", [])?));
    drop(go);
    assert!(matches!(broken.await, Err(Error::Database(_))));
    assert!(matches!(with_it.await, Err(Error::Database(_))));
    assert_eq!((engine.backlog().pending, count(&folder, "event")), (0, 0));
    assert!(engine.healthy().is_ok());
    engine.accept(caller.tenant, event("{}")).await.expect("accepted");
    assert_eq!(engine.backlog().pending, 1);
}

#[tokio::test]
async fn a_panic_in_a_write_ends_all_writing() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    let lost = engine.writer.write(Care::Hot, |_| -> Result<(), Error> { panic!("on purpose") }).await;
    assert!(matches!(lost, Err(Error::Unavailable(_))));
    let refused = engine.accept(caller.tenant, event("{}")).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    assert!(engine.healthy().is_err());
}

#[tokio::test]
async fn a_write_goes_on_when_nobody_waits_for_it() {
    let (_parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    drop(engine.accept(caller.tenant, event("{}")));
    assert!(engine.create_hook(caller, new_hook("other")).now_or_never().is_none());
    engine.close().await;
    assert_eq!((count(&folder, "event"), count(&folder, "hook")), (1, 2));
}

#[tokio::test]
async fn a_second_daemon_on_the_directory_is_refused() {
    let (_parent, folder) = folder();
    let key = MasterKey::generate();
    let first = Store::open(options(&folder, &key)).await.expect("opens");
    let error = refusal(options(&folder, &key)).await;
    assert!(error.contains("in use by another hookbox") && error.contains("data"), "{error}");
    drop(first);
    Store::open(options(&folder, &key)).await.expect("it is free again");
}

#[tokio::test]
async fn another_master_key_is_refused() {
    let (_parent, folder) = folder();
    let key = MasterKey::generate();
    drop(Store::open(options(&folder, &key)).await.expect("opens"));
    let error = refusal(options(&folder, &MasterKey::generate())).await;
    assert!(error.contains("the master key does not belong to this database"), "{error}");
    Store::open(options(&folder, &key)).await.expect("the right one is taken");
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let (_parent, folder) = folder();
    let key = MasterKey::generate();
    drop(Store::open(options(&folder, &key)).await.expect("opens"));
    let db = Connection::open(open::database(&folder)).expect("opens");
    db.pragma_update(None, "user_version", 99).expect("set");
    drop(db);
    let error = refusal(options(&folder, &key)).await;
    assert!(error.contains("schema version 99") && error.contains("start the newer hookbox"), "{error}");
}

#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    let (_parent, folder) = folder();
    let key = MasterKey::generate();
    let store = Store::open(options(&folder, &key)).await.expect("opens");
    store.create_tenant("acme").await.expect("made");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).expect("listed") {
        let path = file.expect("listed").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().expect("a name").to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(names, ["hookbox.db", "hookbox.db-shm", "hookbox.db-wal", "hookbox.lock"]);
}

/// A store with a hook of two tenants each, both with the secret `KEY`.
async fn store_with_secrets(folder: &Path, key: &MasterKey) -> Store {
    let store = Store::open(options(folder, key)).await.expect("opens");
    for name in ["acme", "other"] {
        let made = store.create_tenant(name).await.expect("made");
        let tenant = store.tenant(&store.authenticate(&made.token).await.expect("asked").expect("admitted"));
        let hook = tenant.create_hook(new_hook("mail")).await.expect("made");
        let secret = vec![("KEY".to_owned(), SecretValue::new(format!("canary-of-{name}-4711")))];
        tenant.add_secrets(&hook.id, secret).await.expect("added").expect("there");
        tenant.accept(event("{}")).await.expect("accepted");
    }
    store
}

#[tokio::test]
async fn no_secret_and_no_credential_stands_in_any_file() {
    let (_parent, folder) = folder();
    let key = MasterKey::generate();
    let store = store_with_secrets(&folder, &key).await;
    let made = store.create_tenant("third").await.expect("made");
    let secret = |text: &str| text.rsplit('_').next().expect("a secret").to_owned();
    let canaries = ["canary-of-".to_owned(), secret(&made.token), secret(&made.client_secret)];
    let search = |when: &str| {
        for file in fs::read_dir(&folder).expect("listed") {
            let path = file.expect("listed").path();
            let bytes = fs::read(&path).expect("read");
            for canary in &canaries {
                let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
                assert!(!found, "{canary} is in {} {when}", path.display());
            }
        }
    };
    search("while it is open");
    let leased = store.queue().lease(10, std::time::Duration::from_secs(30)).await.expect("leased");
    assert!(leased.iter().any(|leased| leased.hook.secrets[0].1.expose().starts_with("canary-of-")));
    store.close().await;
    search("after it was closed");
}

#[tokio::test]
async fn rows_of_secrets_that_were_swapped_do_not_open_and_stop_nobody_else() {
    let (_parent, folder) = folder();
    let key = MasterKey::generate();
    drop(store_with_secrets(&folder, &key).await);
    let db = Connection::open(open::database(&folder)).expect("opens");
    // The first tenant's row now carries the other one's value.
    db.execute("UPDATE secret SET value = (SELECT value FROM secret WHERE hook = 2) WHERE hook = 1", [])
        .expect("swapped");
    drop(db);
    let store = Store::open(options(&folder, &key)).await.expect("opens");
    let leased = store.queue().lease(10, std::time::Duration::from_secs(30)).await.expect("leased");
    assert_eq!(leased.iter().map(|leased| &*leased.tenant_name).collect::<Vec<_>>(), ["other"]);
    let backlog = store.backlog();
    assert_eq!((backlog.pending, backlog.leased), (1, 1), "the other waits, and is not lost");
    assert!(store.queue().lease(10, std::time::Duration::from_secs(30)).await.expect("leased").is_empty());
}

#[test]
fn claiming_walks_along_the_index_and_sorts_nothing() {
    let parent = tempfile::tempdir().expect("a folder");
    let db = open::writer(parent.path()).expect("opens");
    for (sql, index) in [(super::lease::DUE_FRESH, "delivery_due"), (super::lease::DUE_RETRY, "delivery_retry")] {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("prepared");
        let steps: Vec<String> =
            plan.query_map([1, 2, 3], |row| row.get(3)).expect("asked").collect::<Result<_, _>>().expect("read");
        let walk = format!("SEARCH d USING INDEX {index} (tenant=? AND next_at<?)");
        assert_eq!(steps, [walk.as_str(), "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)"]);
        let mut claim = db.prepare(sql).expect("prepared");
        for most in 1..=3 {
            assert!(claim.query([1, 2, most]).expect("asked").next().expect("read").is_none());
        }
        assert_eq!(claim.get_status(StatementStatus::RePrepare), 0, "the number does not have it planned anew");
    }
}

#[tokio::test]
async fn a_copy_made_beside_a_daemon_is_whole_and_opens_with_its_key() {
    let (parent, folder) = folder();
    let key = MasterKey::generate();
    let store = store_with_secrets(&folder, &key).await;
    let to = parent.path().join("copy.db");
    let location = Location::Sqlite(folder.clone());
    let made = crate::backup(&location, &to).await.expect("copied");
    assert_eq!((made.tenants, made.events, made.bytes), (2, 2, fs::metadata(&to).expect("there").len()));
    assert_eq!(fs::metadata(&to).expect("there").permissions().mode() & 0o777, 0o600);
    let again = crate::backup(&location, &to).await.expect_err("it exists").to_string();
    assert!(again.contains("exists already"), "{again}");
    store.create_tenant("later").await.expect("the daemon goes on");
    let restored = parent.path().join("restored");
    let back = crate::restore(&to, &restored, None).await.expect("restored");
    assert_eq!((back.tenants, back.events), (2, 2));
    let twice = crate::restore(&to, &restored, None).await.expect_err("there is one").to_string();
    assert!(twice.contains("has a database already"), "{twice}");
    assert!(refusal(options(&restored, &MasterKey::generate())).await.contains("does not belong"));
    let copy = Store::open(options(&restored, &key)).await.expect("opens beside the other");
    assert_eq!(copy.tenants().await.expect("listed").len(), 2);
    let leased = copy.queue().lease(10, std::time::Duration::from_secs(30)).await.expect("leased");
    assert_eq!(leased.len(), 2);
    assert!(leased[0].hook.secrets[0].1.expose().starts_with("canary-of-"));
    let left: Vec<_> =
        fs::read_dir(parent.path()).expect("listed").map(|file| file.expect("listed").file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("partial")), "{left:?}");
}

#[tokio::test]
async fn a_copy_under_load_holds_what_was_answered_before_it() {
    let (parent, folder) = folder();
    let (engine, caller) = engine(&folder).await;
    engine.bind_keys(MasterKey::generate().into()).await.expect("bound");
    let mut answered = 0;
    for round in 0..5 {
        let writes = join_all((0..200).map(|user| engine.accept(caller.tenant, event(&user.to_string()))));
        let to = parent.path().join(format!("copy-{round}.db"));
        let location = Location::Sqlite(folder.clone());
        let (copied, writes) = tokio::join!(crate::backup(&location, &to), writes);
        let events = copied.expect("copied").events;
        assert!((answered..=answered + 200).contains(&events), "{events} after {answered}");
        answered += writes.iter().filter(|answer| answer.is_ok()).count() as u64;
    }
    assert_eq!(answered, 1_000);
}

#[tokio::test]
async fn what_is_no_copy_is_not_restored() {
    let (parent, folder) = folder();
    let key = MasterKey::generate();
    drop(store_with_secrets(&folder, &key).await);
    let good = parent.path().join("good.db");
    crate::backup(&Location::Sqlite(folder.clone()), &good).await.expect("copied");
    let bytes = fs::read(&good).expect("read");
    let file = |name: &str, bytes: &[u8]| {
        let path = parent.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    };
    let mut torn = bytes.clone();
    let middle = torn.len() / 2;
    torn[middle..].fill(0xa5);
    let other = parent.path().join("other.db");
    Connection::open(&other).expect("opens").execute_batch("CREATE TABLE meta (name, value)").expect("made");
    let cases = [
        (parent.path().join("missing.db"), "there is no file"),
        (file("text.db", b"not a database, only a text"), "is no copy of a Hookbox database"),
        (other, "is no copy of a Hookbox database"),
        (file("cut.db", &bytes[..bytes.len() / 2]), "damaged"),
        (file("torn.db", &torn), "damaged"),
    ];
    for (from, why) in cases {
        let to = parent.path().join("target");
        let error = crate::restore(&from, &to, None).await.expect_err(why).to_string();
        assert!(error.contains(why), "{}: {error}", from.display());
        assert!(!open::database(&to).exists(), "{}: nothing is left", from.display());
    }
    let nowhere = crate::backup(&Location::Sqlite(parent.path().join("no")), &parent.path().join("x")).await;
    assert!(nowhere.expect_err("nothing there").to_string().contains("there is no database in"));
    let postgres = crate::backup(&Location::Postgres("postgres://x".into()), &parent.path().join("x")).await;
    assert!(postgres.expect_err("not ours").to_string().contains("pg_dump"));
}

#[tokio::test]
async fn a_database_under_an_even_load_stops_growing() {
    let (_parent, folder) = folder();
    let clock = Clock::default();
    let quotas = Quotas { retention_bytes: 400_000, ..Quotas::default() };
    let engine = Sqlite::open(folder.clone(), clock.clone(), quotas).await.expect("opens");
    engine.create_tenant("acme".into(), MasterKey::generate(), vec![]).await.expect("a tenant");
    let body = format!("\"{}\"", "x".repeat(2_000));
    let mut sizes = Vec::new();
    for _ in 0..12 {
        let accepts = join_all((0..200).map(|_| engine.accept(TenantId(1), event(&body)))).await;
        assert!(accepts.iter().all(Result::is_ok));
        clock.advance(std::time::Duration::from_secs(120));
        while !engine.sweep(100).await.expect("swept").idle {}
        let pages = |batch: &mut super::writer::Batch<'_>| {
            Ok(batch.db.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0))?)
        };
        sizes.push(engine.writer.write(Care::Whole, pages).await.expect("asked"));
    }
    assert!(sizes[0] > 50, "{sizes:?}");
    assert!(sizes[11] <= sizes[3] + sizes[3] / 20, "{sizes:?}");
}

#[tokio::test]
async fn a_look_at_the_database_names_what_is_wrong() {
    let (_parent, folder) = folder();
    let key = MasterKey::generate();
    let store = store_with_secrets(&folder, &key).await;
    let location = Location::Sqlite(folder.clone());
    let worst = |findings: Vec<crate::Finding>| findings.into_iter().max_by_key(|finding| finding.level).expect("some");
    let fine = crate::diagnose(&location).await.expect("looked over beside the daemon");
    assert_eq!(worst(fine).level, crate::Level::Ok);
    let both = [MasterKey::generate(), key].map(|key| key.text().to_string()).join(",");
    let keys = crate::MasterKeys::parse(&both).expect("two keys");
    store.shared().engine.begin_rotation(keys).await.expect("begun, and never ended");
    let finding = worst(store.diagnose().await.expect("looked over"));
    assert!(finding.level == crate::Level::Warning && finding.what.contains("did not end"), "{finding:?}");
    assert!(finding.way_out.expect("a way out").contains("hookbox keys rotate"));
}
