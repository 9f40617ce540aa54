//! The one thread that writes. It takes everything that waits into one transaction, commits it with one flush to disk,
//! and only then answers: while a commit runs the next batch gathers, so the batches grow with the load and no timer is
//! needed.

use std::fs::File;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use futures_util::FutureExt as _;
use hookbox_protocol::Timestamp;
use hookbox_protocol::api::Quotas;
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use tokio::sync::oneshot;

use super::figures::Figures;
use super::memory::Memory;
use super::{delivery, lease};
use crate::engine::Answer;
use crate::id::Ids;
use crate::{Clock, Error};

/// Writes of one commit, so that the first of a flood does not wait for all of it.
pub(super) const BATCH_MAX: usize = 1_024;
/// Pages in the log of changes above which they are carried over into the database: 4 MiB, as SQLite itself has it.
const WAL_PAGES_MAX: i32 = 1_000;
/// How far the clock may go back before that is taken for more than a correction.
const CLOCK_STEP_MS: i64 = 1_000;

/// The other end of the writing thread.
pub(super) struct Writer {
    sender: Mutex<Option<Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The transaction that a write runs in.
pub(super) struct Batch<'a> {
    pub(super) db: &'a Connection,
    pub(super) memory: &'a mut Memory,
    pub(super) ids: &'a Ids,
    /// One time for the whole batch.
    pub(super) now: Timestamp,
    catalogue_changed: bool,
}

/// How much care a write needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// It finds out whether it may before it changes anything: when a statement fails nevertheless, the disk or the
    /// program is at fault, and the whole batch fails with it. Saves a savepoint per event.
    Hot,
    /// When it fails it alone is taken back.
    Whole,
    /// As `Whole`, and what is cached of hooks and credentials is void after it.
    Catalogue,
}

/// What the writing thread owns.
struct Thread {
    db: Connection,
    memory: Memory,
    ids: Arc<Ids>,
    clock: Clock,
    quotas: Quotas,
    figures: Arc<Figures>,
    wal_pages: Arc<AtomicI32>,
    /// The time of the last batch.
    last: Timestamp,
    /// Held until the database is closed.
    _lock: File,
}

trait Job: Send {
    /// Runs the write. An error is one that the whole batch fails with.
    fn run(&mut self, batch: &mut Batch<'_>) -> Result<(), Error>;
    /// Answers the caller: with the write's own result, or with the error that the batch failed with.
    fn answer(self: Box<Self>, failed: Option<&Error>);
}

struct Write<T, F> {
    care: Care,
    work: Option<F>,
    result: Option<Result<T, Error>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        mut db: Connection,
        memory: Memory,
        ids: Arc<Ids>,
        clock: Clock,
        quotas: Quotas,
        figures: Arc<Figures>,
        lock: File,
    ) -> Result<Self, Error> {
        let wal_pages = Arc::new(AtomicI32::new(0));
        let pages = Arc::clone(&wal_pages);
        db.wal_hook(Some(move |_: &'_ mut Wal, in_log| {
            pages.store(in_log, Ordering::Relaxed);
            Ok(())
        }))?;
        let last = clock.now();
        let thread = Thread { db, memory, ids, clock, quotas, figures, wal_pages, last, _lock: lock };
        let (sender, receiver) = channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || thread.run(&receiver))
            .map_err(|e| Error::io("starting the writing thread", e))?;
        Ok(Self { sender: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Hands a write to the thread. It runs even when the answer is not waited for.
    pub(super) fn write<T: Send + 'static>(
        &self,
        care: Care,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Write { care, work: Some(work), result: None, reply });
        let sent = match &*self.sender.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(sender) => sender.send(job).is_ok(),
            None => false,
        };
        if !sent {
            return std::future::ready(Err(Error::closed())).boxed();
        }
        async { answer.await.unwrap_or_else(|_| Err(Error::Unavailable("its writing thread ended".into()))) }.boxed()
    }

    /// Lets the thread finish what waits, close the database and end; what it takes to wait for that.
    pub(super) fn stop(&self) -> Option<JoinHandle<()>> {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Thread {
    fn run(mut self, receiver: &Receiver<Box<dyn Job>>) {
        // A panic in a write leaves a transaction open that nobody will commit: the store is unhealthy from then on.
        let ended = EndedEarly(Arc::clone(&self.figures));
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        while let Ok(first) = receiver.recv() {
            jobs.push(first);
            while jobs.len() < BATCH_MAX
                && let Ok(next) = receiver.try_recv()
            {
                jobs.push(next);
            }
            self.batch(&mut jobs);
        }
        ended.not();
    }

    fn batch(&mut self, jobs: &mut Vec<Box<dyn Job>>) {
        let done = self.figures.healthy().and_then(|()| self.follow_the_clock()).and_then(|now| self.commit(jobs, now));
        if let Err(error) = &done {
            self.recover(error);
        }
        for job in jobs.drain(..) {
            job.answer(done.as_ref().err());
        }
        if done.is_ok() {
            self.carry_over();
        }
    }

    /// The time of a batch. When the clock was set back, what was accepted before that is due now, and not when the
    /// clock comes to that time again.
    fn follow_the_clock(&mut self) -> Result<Timestamp, Error> {
        let (now, before) = (self.clock.now(), self.last);
        if now.0.saturating_add(CLOCK_STEP_MS) < before.0 {
            tracing::warn!(%before, %now, "the clock went back");
            lease::pull_forward(&mut self.db, before, now)?;
            self.last = now;
            self.reload()?;
        }
        self.last = now;
        Ok(now)
    }

    fn reload(&mut self) -> Result<(), Error> {
        let before = std::mem::take(&mut self.memory);
        self.memory = Memory::load(&self.db, self.quotas)?;
        self.memory.keep(before);
        self.memory.succeeded = self.figures.succeeded();
        self.figures.reset(&mut self.memory);
        Ok(())
    }

    fn commit(&mut self, jobs: &mut [Box<dyn Job>], now: Timestamp) -> Result<(), Error> {
        let mut batch = Batch { db: &self.db, memory: &mut self.memory, ids: &self.ids, now, catalogue_changed: false };
        batch.execute("BEGIN IMMEDIATE")?;
        for job in &mut *jobs {
            job.run(&mut batch)?;
        }
        delivery::write_recent(&mut batch)?;
        let begun = Instant::now();
        batch.execute("COMMIT").map_err(|e| match e {
            full @ Error::Full(_) => full,
            e => Error::Unavailable(format!("a commit failed: {e}").into()),
        })?;
        let catalogue_changed = batch.catalogue_changed;
        self.figures.committed(jobs.len(), begun.elapsed(), &mut self.memory);
        if catalogue_changed {
            self.figures.signal.catalogue_changed();
        }
        Ok(())
    }

    /// After a batch that did not commit. A disk that failed once is not asked again: a repeated flush may claim to have
    /// written what it lost. A full one loses nothing: what did not fit was never flushed. There, and after a statement
    /// that failed, what is in memory is read anew from what is on disk.
    fn recover(&mut self, error: &Error) {
        if self.figures.healthy().is_err() {
            return;
        }
        if !self.db.is_autocommit()
            && let Err(e) = self.db.execute_batch("ROLLBACK")
        {
            return self.figures.broke(&Error::Unavailable(format!("a rollback failed: {e}").into()));
        }
        if matches!(error, Error::Unavailable(_)) {
            tracing::error!(%error, "the store takes no further writes");
            return self.figures.broke(error);
        }
        tracing::error!(%error, "a batch of writes failed and was taken back");
        if let Err(e) = self.reload() {
            self.figures.broke(&e);
        }
    }

    /// Carries changes over into the database, so that their log stays short. SQLite would do this by itself inside a
    /// commit, and pass over a failure.
    fn carry_over(&mut self) {
        if self.wal_pages.load(Ordering::Relaxed) < WAL_PAGES_MAX {
            return;
        }
        let carried = self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(0));
        match carried {
            Ok(_) => self.wal_pages.store(0, Ordering::Relaxed),
            Err(e) => match Error::from(e) {
                // What was committed stays in the log of changes, and is carried over when there is room.
                Error::Full(why) => tracing::warn!(%why, "the disk is full, and the log of changes grows"),
                e => self.figures.broke(&Error::Unavailable(format!("a checkpoint failed: {e}").into())),
            },
        }
    }
}

impl Batch<'_> {
    fn execute(&self, sql: &'static str) -> Result<(), Error> {
        self.db.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// A new identifier.
    pub(super) fn id(&self) -> i64 {
        self.ids.next(self.now)
    }
}

impl<T: Send, F: FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send> Write<T, F> {
    fn run_whole(&mut self, batch: &mut Batch<'_>, work: F) -> Result<(), Error> {
        batch.execute("SAVEPOINT one")?;
        let result = work(batch);
        match &result {
            Ok(_) => batch.catalogue_changed |= self.care == Care::Catalogue,
            Err(error @ (Error::Unavailable(_) | Error::Full(_))) => return Err(error.clone()),
            Err(_) => batch.execute("ROLLBACK TO one")?,
        }
        batch.execute("RELEASE one")?;
        self.result = Some(result);
        Ok(())
    }
}

impl<T: Send, F: FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send> Job for Write<T, F> {
    fn run(&mut self, batch: &mut Batch<'_>) -> Result<(), Error> {
        let Some(work) = self.work.take() else { return Ok(()) };
        if self.care != Care::Hot {
            return self.run_whole(batch, work);
        }
        let result = work(batch);
        if let Err(error @ (Error::Unavailable(_) | Error::Full(_) | Error::Database(_))) = &result {
            return Err(error.clone());
        }
        self.result = Some(result);
        Ok(())
    }

    fn answer(self: Box<Self>, failed: Option<&Error>) {
        // A refusal goes with the batch as well: what it was refused for may be gone with it.
        let result = match (failed, self.result) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(result)) => result,
            (None, None) => Err(Error::Unavailable("the write did not run".into())),
        };
        // Whoever asked may have gone away; the write stands.
        drop(self.reply.send(result));
    }
}

/// Marks the store as unhealthy when the writing thread ends by a panic.
struct EndedEarly(Arc<Figures>);

impl EndedEarly {
    fn not(self) {
        std::mem::forget(self);
    }
}

impl Drop for EndedEarly {
    fn drop(&mut self) {
        self.0.broke(&Error::Unavailable("its writing thread ended".into()));
    }
}
