//! What comes over a connection, counted below everything that takes it apart: what a server sends without end, such as
//! hints before its answer, empty records of TLS or pieces that decode to nothing, costs time and shows up nowhere else.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection as Connecting};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// More came over a connection than any answer may have.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes came in answer to one request")]
pub(crate) struct TooMuch(u64);

/// A connection, plain or over TLS.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

pub(crate) type Stream = Box<dyn Io>;

/// The bytes that came since the last request.
pub(crate) struct Received {
    bytes: AtomicU64,
    most: u64,
}

impl Received {
    pub(crate) fn new(most: u64) -> Self {
        Self { bytes: AtomicU64::new(0), most }
    }
}

/// The bottom of a connection, which counts.
pub(crate) struct Counted<S> {
    stream: S,
    received: Arc<Received>,
}

impl<S> Counted<S> {
    pub(crate) fn new(stream: S, received: Arc<Received>) -> Self {
        Self { stream, received }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let Received { bytes, most } = &*self.received;
        let read = (buf.filled().len() - before) as u64;
        if bytes.fetch_add(read, Ordering::Relaxed) + read > *most {
            return Poll::Ready(Err(io::Error::other(TooMuch(*most))));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The top of a connection, which the HTTP client sees: what is written here is a request, and the count begins anew.
/// What TLS writes on its own account below is none.
pub(crate) struct Connection {
    stream: TokioIo<Stream>,
    received: Arc<Received>,
    /// Whether requests name their whole address, as proxies want it.
    is_proxied: bool,
}

impl Connection {
    pub(crate) fn new(stream: Stream, received: Arc<Received>, is_proxied: bool) -> Self {
        Self { stream: TokioIo::new(stream), received, is_proxied }
    }
}

impl Connecting for Connection {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.is_proxied)
    }
}

impl Read for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.received.bytes.store(0, Ordering::Relaxed);
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
