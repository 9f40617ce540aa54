//! A few threads that read, each with a connection of its own. They see what is committed, and never wait for the writer.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_util::FutureExt as _;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::open;
use crate::Error;
use crate::engine::Answer;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The reading threads.
pub(super) struct Readers {
    sender: Mutex<Option<Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    /// Starts so many threads, which share what there is to read.
    pub(super) fn start(database: &Path, threads_name: &str, count: usize) -> Result<Self, Error> {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let mut threads = Vec::with_capacity(count);
        for number in 1..=count {
            let db = open::reader(database)?;
            let receiver = Arc::clone(&receiver);
            let thread = std::thread::Builder::new()
                .name(format!("store-{threads_name}-{number}"))
                .spawn(move || run(&db, &receiver))
                .map_err(|e| Error::io("starting a reading thread", e))?;
            threads.push(thread);
        }
        Ok(Self { sender: Mutex::new(Some(sender)), threads: Mutex::new(threads) })
    }

    /// Reads in one snapshot of the database.
    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            // Whoever asked may have gone away, before or while it is read.
            if !reply.is_closed() {
                drop(reply.send(in_snapshot(db, work)));
            }
        });
        let sent = match &*self.sender.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(sender) => sender.send(job).is_ok(),
            None => false,
        };
        if !sent {
            return std::future::ready(Err(Error::closed())).boxed();
        }
        async { answer.await.unwrap_or_else(|_| Err(Error::Database("a reading thread ended".into()))) }.boxed()
    }

    /// Lets the threads finish what waits and end; what it takes to wait for that.
    pub(super) fn stop(&self) -> Vec<JoinHandle<()>> {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn in_snapshot<T>(db: &Connection, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    db.prepare_cached("BEGIN")?.execute([])?;
    let result = work(db);
    db.prepare_cached("COMMIT")?.execute([])?;
    result
}

fn run(db: &Connection, receiver: &Mutex<Receiver<Job>>) {
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A row that makes one read panic must not take the other reads with it.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(db))).is_err() && !db.is_autocommit() {
            drop(db.execute_batch("ROLLBACK"));
        }
    }
}
