//! The connection that a node keeps for itself: it holds the node's number, hears of changes of the catalogue, follows
//! the database's clock, and comes back when the server was gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, Client};

use super::batch::CHANNEL;
use super::shared::Shared;
use super::{count, migrate, pooler, seat};
use crate::Error;

/// How often the database is asked what changed. Two nodes agree on the catalogue within two seconds, whatever becomes of
/// notifications.
const BEAT: Duration = Duration::from_millis(500);
/// A beat that takes longer is one that failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long each part of coming to the database may take, but for bringing the tables up to date.
const COMING: Duration = Duration::from_secs(20);
/// How long the first count of the queue may take: of a large one the server must read every entry of an index.
const COUNTING: Duration = Duration::from_secs(150);
/// How long the first and the last pause is between attempts to come back.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How often nodes that are gone are looked for.
const ROUNDS: Duration = Duration::from_secs(5);

/// The connection, and what it takes to hear it.
pub(super) struct Session {
    client: Client,
    notified: Arc<Notify>,
    backend: i32,
}

/// What a beat learns.
struct Beat {
    backend: i32,
    now: i64,
    revision: i64,
    others: bool,
}

impl Session {
    /// Connects, makes sure of the tables, and takes the node's number.
    pub(super) async fn begin(shared: &Shared) -> Result<Self, Error> {
        let (mut session, is_up_to_date) = in_time(COMING, Self::connect(shared)).await?;
        if !is_up_to_date {
            migrate::migrate(&mut session.client).await?;
        }
        in_time(COMING, session.sit(shared)).await?;
        in_time(COUNTING, async { count::count(shared, &shared.pair().await?.0, true).await }).await?;
        shared.memory().wake = true;
        shared.publish();
        Ok(session)
    }

    /// Connects; whether the tables are as they should be.
    async fn connect(shared: &Shared) -> Result<(Self, bool), Error> {
        pooler::refuse(shared).await?;
        let (client, mut connection) = shared.address.config.connect(shared.address.tls.clone()).await?;
        let notified = Arc::new(Notify::new());
        let heard = Arc::clone(&notified);
        shared.tasks.spawn(async move {
            loop {
                match std::future::poll_fn(|cx| connection.poll_message(cx)).await {
                    Some(Ok(AsyncMessage::Notification(_))) => heard.notify_one(),
                    Some(Ok(_)) => {}
                    // The end of the connection is noticed by the next beat, which this one hastens.
                    Some(Err(_)) | None => return heard.notify_one(),
                }
            }
        });
        client
            .batch_execute(&format!("SET statement_timeout = '30s'; SET lock_timeout = '10s'; LISTEN {CHANNEL}"))
            .await?;
        let backend = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
        let is_up_to_date = migrate::is_up_to_date(&client).await?;
        Ok((Self { client, notified, backend }, is_up_to_date))
    }

    /// Takes the node's number, and reads what holds.
    async fn sit(&self, shared: &Shared) -> Result<(), Error> {
        let wanted = shared.seat().ok().map(|seat| seat.number);
        shared.take_seat(seat::take(&self.client, wanted, shared.offset()).await?);
        self.beat(shared).await?;
        shared.catalogue_changed(0);
        count::rules(shared, &self.client).await
    }

    /// Gives a sign of life and asks what is new; whether the catalogue changed.
    async fn beat(&self, shared: &Shared) -> Result<bool, Error> {
        let number = shared.seat()?.number;
        let settled = shared.writing.settled(shared, None)?;
        let before = shared.clock.machine();
        let sql = format!(
            "WITH seen AS (UPDATE seat SET seen_at = hookbox_now(0), settled = $2 WHERE number = $1) \
             SELECT pg_backend_pid(), hookbox_now(0), (SELECT number FROM revision), {}",
            seat::OTHERS
        );
        let row = self.client.query_one(&sql, &[&number, &settled]).await?;
        let beat =
            Beat { backend: row.try_get(0)?, now: row.try_get(1)?, revision: row.try_get(2)?, others: row.try_get(3)? };
        if beat.backend != self.backend {
            return Err(pooler::error(self.backend, beat.backend));
        }
        // The server looked at its clock somewhere in between.
        let half = (shared.clock.machine().0 - before.0) / 2;
        shared.clock.follow(beat.now - before.0 - half, half.unsigned_abs());
        shared.set_others(beat.others);
        let is_new = beat.revision > shared.revision.load(std::sync::atomic::Ordering::Acquire);
        if is_new {
            shared.catalogue_changed(beat.revision);
            count::rules(shared, &self.client).await?;
        }
        Ok(is_new)
    }

    /// Beats until the connection breaks.
    async fn keep(&self, shared: &Shared) -> Error {
        let mut tick = tokio::time::interval(BEAT);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut next_round = Instant::now();
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.notified.notified() => {}
            }
            let work = async {
                if self.beat(shared).await? {
                    // What was held or suspended may be due.
                    shared.recount.notify_one();
                }
                shared.memory().follow(shared.clock.now());
                shared.publish();
                if next_round <= Instant::now() {
                    next_round = Instant::now() + ROUNDS;
                    let number = shared.seat()?.number;
                    if seat::end_gone(&self.client, number, shared.offset()).await? > 0 {
                        shared.memory().ends(shared.clock.now());
                        shared.memory().wake = true;
                        shared.publish();
                    }
                }
                Ok::<(), Error>(())
            };
            if let Err(error) = in_time(PATIENCE, work).await {
                return error;
            }
        }
    }

    /// Gives the node's number free; what it had leased and not given back stays with it until it runs out.
    async fn leave(self, shared: &Shared) {
        if let Ok(seat) = shared.seat() {
            let sql = "DELETE FROM seat WHERE number = $1 AND NOT EXISTS \
                       (SELECT 1 FROM delivery WHERE state = 1 AND node = $1)";
            drop(self.client.execute(sql, &[&seat.number]).await);
        }
    }
}

/// Keeps the connection until the store is closed, and comes back when it breaks.
pub(super) async fn run(shared: Arc<Shared>, session: Session) {
    let mut session = session;
    loop {
        let closing = shared.closing.clone();
        let error = tokio::select! {
            error = session.keep(&shared) => error,
            () = closing.cancelled() => return session.leave(&shared).await,
        };
        tracing::error!(%error, database = %shared.address, "the database is gone; events are refused until it is back");
        shared.set_trouble(Some(unavailable(error)));
        drop(session);
        session = tokio::select! {
            session = come_back(&shared) => session,
            () = closing.cancelled() => return,
        };
        shared.set_trouble(None);
        tracing::info!(database = %shared.address, "the database is back");
        shared.memory().wake = true;
        shared.publish();
    }
}

async fn come_back(shared: &Shared) -> Session {
    let mut pause = BACKOFF.0;
    loop {
        // Nothing that is cached is known to hold: a token may have been revoked at another node.
        shared.signal.catalogue_changed();
        match Box::pin(Session::begin(shared)).await {
            Ok(session) => return session,
            Err(error) => {
                tracing::debug!(%error, "the database is still gone");
                shared.set_trouble(Some(unavailable(error)));
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(BACKOFF.1);
    }
}

/// Waits for an answer of the server for so long.
async fn in_time<T>(patience: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || Error::Unavailable(format!("the database did not answer for {patience:?}").into());
    tokio::time::timeout(patience, work).await.unwrap_or_else(|_| Err(late()))
}

fn unavailable(error: Error) -> Error {
    match error {
        Error::Unavailable(_) => error,
        other => Error::Unavailable(other.to_string().into()),
    }
}
