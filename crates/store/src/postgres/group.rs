//! Writes that share a statement: a task takes everything that waits, writes it at once, and only then answers. While
//! statements are on their way the next batch gathers, so the batches grow with the load and no timer is needed.
//!
//! Two tasks take turns: while one waits for its commit to be on disk, the other one's statement is worked on.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};

use super::shared::Shared;
use crate::Error;
use crate::engine::Answer;

/// Writes of one statement, so that the first of a flood does not wait for all of it.
const BATCH_MAX: usize = 1_024;
/// Bytes of one statement after which it takes no further write.
const BYTES_MAX: usize = 8 << 20;

/// Statements that are on their way at the same time.
const AT_ONCE: usize = 2;

/// The other end of the tasks.
pub(super) struct Group<I, O>(Mutex<Option<mpsc::UnboundedSender<Write<I, O>>>>);

struct Write<I, O> {
    input: I,
    reply: oneshot::Sender<Result<O, Error>>,
}

/// What a write must say of itself.
pub(super) trait Size {
    /// About how many bytes it adds to a statement.
    fn bytes(&self) -> usize;
}

impl<I, O> Group<I, O>
where
    I: Size + Send + 'static,
    O: Send + 'static,
{
    /// Starts the tasks. `flush` writes a batch, and answers for each of it, in the same order.
    pub(super) fn start<F, Fut>(shared: &Arc<Shared>, flush: F) -> Self
    where
        F: Fn(Arc<Shared>, Vec<I>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<O, Error>>, Error>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::unbounded_channel();
        let (receiver, flush) = (Arc::new(tokio::sync::Mutex::new(Incoming::new(receiver))), Arc::new(flush));
        for _ in 0..AT_ONCE {
            shared.writes.spawn(run(Arc::clone(shared), Arc::clone(&receiver), Arc::clone(&flush)));
        }
        Self(Mutex::new(Some(sender)))
    }

    /// Hands over a write. It is made even when the answer is not waited for.
    pub(super) fn write(&self, input: I) -> Answer<O> {
        let (reply, answer) = oneshot::channel();
        let sent = match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(sender) => sender.send(Write { input, reply }).is_ok(),
            None => false,
        };
        if !sent {
            return std::future::ready(Err(Error::closed())).boxed();
        }
        async { answer.await.unwrap_or_else(|_| Err(Error::Unavailable("its writing task ended".into()))) }.boxed()
    }

    /// Takes no further writes; the tasks end after those that wait.
    pub(super) fn stop(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// What waits, seen from the task whose turn it is.
struct Incoming<I, O> {
    receiver: mpsc::UnboundedReceiver<Write<I, O>>,
    /// Did not fit into the last batch.
    next: Option<Write<I, O>>,
}

impl<I: Size, O> Incoming<I, O> {
    fn new(receiver: mpsc::UnboundedReceiver<Write<I, O>>) -> Self {
        Self { receiver, next: None }
    }

    /// Everything that waits, as soon as something does; `None` when nothing will.
    async fn batch(&mut self) -> Option<Vec<Write<I, O>>> {
        let first = match self.next.take() {
            Some(first) => first,
            None => self.receiver.recv().await?,
        };
        let mut bytes = first.input.bytes();
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(write) = self.receiver.try_recv()
        {
            bytes += write.input.bytes();
            if bytes > BYTES_MAX {
                self.next = Some(write);
                break;
            }
            batch.push(write);
        }
        Some(batch)
    }
}

async fn run<I, O, F, Fut>(shared: Arc<Shared>, incoming: Arc<tokio::sync::Mutex<Incoming<I, O>>>, flush: Arc<F>)
where
    I: Size,
    F: Fn(Arc<Shared>, Vec<I>) -> Fut,
    Fut: Future<Output = Result<Vec<Result<O, Error>>, Error>>,
{
    loop {
        let batch = incoming.lock().await.batch().await;
        let Some(batch) = batch else { return };
        let (inputs, replies): (Vec<I>, Vec<_>) = batch.into_iter().map(|write| (write.input, write.reply)).unzip();
        let answers = flush(Arc::clone(&shared), inputs).await;
        answer(replies, answers);
    }
}

fn answer<O>(replies: Vec<oneshot::Sender<Result<O, Error>>>, answers: Result<Vec<Result<O, Error>>, Error>) {
    match answers {
        Ok(answers) => {
            for (reply, answer) in replies.into_iter().zip(answers) {
                // Whoever asked may have gone away; the write stands.
                drop(reply.send(answer));
            }
        }
        Err(error) => {
            for reply in replies {
                drop(reply.send(Err(error.clone())));
            }
        }
    }
}
