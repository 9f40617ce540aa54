//! Clients that do not take what they are sent. What waits for one holds a connection and its memory, so its time is bounded
//! like that of a body that comes slowly: some seconds, and more for every byte that it takes.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::settings::HttpSettings;

/// A stream whose writes fail when its other end takes too little.
pub(super) struct Sending<S> {
    stream: S,
    grace: Duration,
    /// Bytes a second.
    rate_min: u64,
    blocked: Option<Blocked>,
    stall: Stall,
}

/// From the first write that had to wait until all is handed over.
struct Blocked {
    since: Instant,
    taken: u64,
    timer: Pin<Box<Sleep>>,
}

/// When the client that something waits for took a byte last; nothing where nothing waits.
#[derive(Clone, Default)]
pub(super) struct Stall(Arc<Mutex<Option<Instant>>>);

impl Stall {
    /// For how long nothing was taken of what waits.
    pub(super) fn time(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).map(|since| since.elapsed())
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

impl<S> Sending<S> {
    pub(super) fn new(stream: S, settings: &HttpSettings) -> Self {
        let HttpSettings { send_grace: grace, send_rate_min: rate_min, .. } = *settings;
        Self { stream, grace, rate_min, blocked: None, stall: Stall::default() }
    }

    /// Tells from outside how the stream does.
    pub(super) fn stall(&self) -> Stall {
        self.stall.clone()
    }

    fn wrote(&mut self, written: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let now = Instant::now();
        if let Poll::Ready(result) = written {
            if let (Ok(bytes), Some(blocked)) = (&result, &mut self.blocked) {
                blocked.taken += *bytes as u64;
                self.stall.set(Some(now));
            }
            return Poll::Ready(result);
        }
        let (stall, grace) = (&self.stall, self.grace);
        let blocked = self.blocked.get_or_insert_with(|| {
            stall.set(Some(now));
            Blocked { since: now, taken: 0, timer: Box::pin(sleep_until(now + grace)) }
        });
        let earned = Duration::from_millis(blocked.taken.saturating_mul(1_000) / self.rate_min.max(1));
        let deadline = blocked.since + self.grace + earned;
        if blocked.timer.deadline() != deadline {
            blocked.timer.as_mut().reset(deadline);
        }
        ready!(blocked.timer.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not take what it is sent")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Sending<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Sending<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Is asked for when everything was written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() && self.blocked.take().is_some() {
            self.stall.set(None);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const SETTINGS: fn() -> HttpSettings =
        || HttpSettings { send_grace: Duration::from_secs(30), send_rate_min: 1_000, ..HttpSettings::default() };

    /// Writes so much at once into a pipe that holds a hundred bytes.
    async fn send(bytes: usize, stream: &mut Sending<tokio::io::DuplexStream>) -> io::Result<()> {
        stream.write_all(&vec![b'x'; bytes]).await?;
        stream.flush().await
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_has_the_grace_and_no_more() {
        let (ours, _theirs) = tokio::io::duplex(100);
        let mut stream = Sending::new(ours, &SETTINGS());
        let (stall, begun) = (stream.stall(), Instant::now());
        send(100, &mut stream).await.expect("it fits");
        assert_eq!(stall.time(), None);
        let error = send(1, &mut stream).await.expect_err("nobody reads");
        assert_eq!((error.kind(), begun.elapsed().as_secs()), (io::ErrorKind::TimedOut, 30));
        assert_eq!(stall.time().map(|time| time.as_secs()), Some(30));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_slowly_has_the_time_that_the_bytes_earn() {
        for (every_ms, expected) in [(50, true), (200, false)] {
            let (ours, mut theirs) = tokio::io::duplex(100);
            let mut stream = Sending::new(ours, &SETTINGS());
            let stall = stream.stall();
            let reader = tokio_util::task::TaskTracker::new().spawn(async move {
                let mut buffer = [0; 100];
                while theirs.read_exact(&mut buffer).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(every_ms)).await;
                }
            });
            let sent = send(100_000, &mut stream).await;
            assert_eq!(sent.is_ok(), expected, "100 bytes every {every_ms} ms: {sent:?}");
            assert_eq!(stall.time().is_none(), expected);
            drop(stream);
            reader.await.expect("no panic");
        }
    }
}
