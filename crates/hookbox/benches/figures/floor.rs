//! What there is to reach: the rows of an event in bare SQLite and bare PostgreSQL, and a log of acknowledgements.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use crate::load::{parts, per_second};
use crate::postgres;

/// Events that are reported begin with this id: as wide as those of a daemon, which tell the time.
const FIRST_ID: i64 = 380_000_000_000_000_000;

/// The rows that accepting an event writes, with the daemon's own tables and statements, and nothing else.
pub(crate) enum BareRows {
    Sqlite { database: rusqlite::Connection, next: i64 },
    Postgres { client: tokio_postgres::Client, insert: tokio_postgres::Statement, next: i64 },
}

impl BareRows {
    /// In a database in that folder.
    pub(crate) fn sqlite(folder: &Path) -> Result<Self> {
        let database = rusqlite::Connection::open(folder.join("bare.sqlite"))?;
        database.pragma_update(None, "journal_mode", "WAL")?;
        database.pragma_update(None, "synchronous", "FULL")?;
        database.pragma_update(None, "cache_size", -32_768)?;
        database.execute_batch(include_str!("../../../store/src/sqlite/schema.sql"))?;
        Ok(Self::Sqlite { database, next: FIRST_ID })
    }

    /// In that empty database, over one connection.
    pub(crate) async fn postgres(url: &str) -> Result<Self> {
        let client = postgres::connect(url).await?;
        client.batch_execute(include_str!("../../../store/src/postgres/schema.sql")).await?;
        let insert = client
            .prepare(
                r#"WITH accepted AS (
                       INSERT INTO event (id, tenant, trigger, initiated_by, idempotency_key, fingerprint, "user", context)
                       SELECT id, 1, 0, NULL, NULL, NULL, $2, $3 FROM unnest($1::bigint[]) AS id
                   )
                   INSERT INTO delivery (event, hook, tenant, state, next_at)
                   SELECT id, 1, 1, 0, $4 FROM unnest($1::bigint[]) AS id"#,
            )
            .await?;
        Ok(Self::Postgres { client, insert, next: FIRST_ID })
    }

    /// Writes so many events, `batch` of them in a transaction; gives events per second.
    pub(crate) async fn write(&mut self, events: usize, batch: usize) -> Result<f64> {
        let (user, context) = parts();
        let began = Instant::now();
        let mut left = events;
        while left > 0 {
            let count = left.min(batch.max(1));
            left -= count;
            match self {
                Self::Sqlite { database, next } => {
                    let ids = *next..*next + i64::try_from(count)?;
                    *next = ids.end;
                    sqlite_batch(database, ids, user, context)?;
                }
                Self::Postgres { client, insert, next } => {
                    let ids: Vec<i64> = (*next..*next + i64::try_from(count)?).collect();
                    *next += i64::try_from(count)?;
                    client.execute(insert, &[&ids, &user, &context, &1_790_000_000_000_i64]).await?;
                }
            }
        }
        Ok(per_second(events, began.elapsed()))
    }
}

fn sqlite_batch(
    database: &mut rusqlite::Connection,
    ids: std::ops::Range<i64>,
    user: &str,
    context: &str,
) -> Result<()> {
    let transaction = database.transaction()?;
    {
        let mut event = transaction.prepare_cached(
            "INSERT INTO event (id, tenant, trigger, initiated_by, idempotency_key, fingerprint, user, context) \
             VALUES (?1, 1, 0, NULL, NULL, NULL, ?2, ?3)",
        )?;
        let mut delivery = transaction
            .prepare_cached("INSERT INTO delivery (event, hook, tenant, state, next_at) VALUES (?1, 1, 1, 0, ?2)")?;
        for id in ids {
            event.execute((id, user, context))?;
            delivery.execute((id, 1_790_000_000_000_i64))?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// A log of acknowledgements and nothing else: all that wait are written and flushed together, then answered.
pub(crate) struct AckLog {
    sender: mpsc::UnboundedSender<oneshot::Sender<()>>,
}

/// Bytes of an acknowledgement: delivery, fence, outcome and figures of an attempt.
const ACK: [u8; 96] = [7; 96];

/// The most that are written together.
const ACKS_MAX: usize = 1_024;

impl AckLog {
    /// In a file, which a thread appends to.
    pub(crate) fn file(path: &Path) -> Result<Self> {
        let mut file = std::fs::File::create(path)?;
        let (sender, mut receiver) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        std::thread::spawn(move || {
            let mut waiting = Vec::new();
            while receiver.blocking_recv_many(&mut waiting, ACKS_MAX) > 0 {
                let written = file.write_all(&ACK.repeat(waiting.len())).and_then(|()| file.sync_data());
                if written.is_err() {
                    return;
                }
                answer(&mut waiting);
            }
        });
        Ok(Self { sender })
    }

    /// In a table of that database, over one connection.
    pub(crate) async fn table(url: &str) -> Result<Self> {
        let client = postgres::connect(url).await?;
        client.batch_execute("CREATE TABLE ack (number BIGINT PRIMARY KEY, what BYTEA NOT NULL)").await?;
        let insert = client.prepare("INSERT INTO ack SELECT number, $2 FROM unnest($1::bigint[]) AS number").await?;
        let (sender, mut receiver) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        TaskTracker::new().spawn(async move {
            let (mut waiting, mut next) = (Vec::new(), FIRST_ID);
            while receiver.recv_many(&mut waiting, ACKS_MAX).await > 0 {
                let numbers: Vec<i64> = (next..).take(waiting.len()).collect();
                next += 1_024;
                if client.execute(&insert, &[&numbers, &ACK.as_slice()]).await.is_err() {
                    return;
                }
                answer(&mut waiting);
            }
        });
        Ok(Self { sender })
    }

    /// Answers when an acknowledgement is on disk.
    pub(crate) async fn append(&self) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.sender.send(answer).ok().context("the log is open")?;
        answered.await.context("the log was written")
    }
}

fn answer(waiting: &mut Vec<oneshot::Sender<()>>) {
    for answer in waiting.drain(..) {
        // Whoever asked may have gone away.
        answer.send(()).ok();
    }
}
