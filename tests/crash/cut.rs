//! A proxy between a daemon and its database that cuts all connections in the middle of what the daemon writes: within a
//! message, which the server then never gets, or after one, which it carries out while nobody hears its answer.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where a cut comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// After that many bytes of what the daemon writes, wherever that is.
    Within(usize),
    /// After everything that the daemon wrote at once with the byte that comes after that many; the answer to it is lost.
    After(usize),
}

/// A proxy that listens on a port of its own; it stops with the runtime that it was started on.
#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    server: PathBuf,
    state: Arc<Mutex<State>>,
}

struct State {
    next: Option<Cut>,
    /// Ends the connections that are open.
    ends: CancellationToken,
}

impl Proxy {
    /// Starts a proxy to a server's Unix socket.
    pub(super) async fn start(server: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let state = State { next: None, ends: CancellationToken::new() };
        let proxy =
            Self { address: listener.local_addr()?, server: server.to_owned(), state: Arc::new(Mutex::new(state)) };
        let serving = proxy.clone();
        let connections = TaskTracker::new();
        connections.clone().spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let serving = serving.clone();
                connections.spawn(async move {
                    // Either side may go at any time: that is what this is for.
                    drop(serving.connect(client).await);
                });
            }
        });
        Ok(proxy)
    }

    /// Arms the next cut.
    pub(super) fn arm(&self, cut: Cut) {
        self.lock().next = Some(cut);
    }

    /// Whether the cut that was armed has come.
    pub(super) fn has_cut(&self) -> bool {
        self.lock().next.is_none()
    }

    async fn connect(&self, mut client: TcpStream) -> Result<()> {
        let ends = self.lock().ends.clone();
        let mut server = UnixStream::connect(&self.server).await?;
        client.set_nodelay(true)?;
        let (mut from_client, mut from_server) = (vec![0; 65_536], vec![0; 65_536]);
        loop {
            tokio::select! {
                biased;
                () = ends.cancelled() => return Ok(()),
                read = client.read(&mut from_client) => {
                    let bytes = &from_client[..read?];
                    let passed = self.pass(bytes.len());
                    server.write_all(&bytes[..passed.unwrap_or(bytes.len())]).await?;
                    if bytes.is_empty() || passed.is_some() {
                        return Ok(());
                    }
                }
                read = server.read(&mut from_server) => {
                    let bytes = &from_server[..read?];
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    client.write_all(bytes).await?;
                }
            }
        }
    }

    /// Counts what the daemon wrote; where the cut comes in it, ends the other connections and says how much of it the
    /// server still gets.
    fn pass(&self, bytes: usize) -> Option<usize> {
        let mut state = self.lock();
        let passed = match state.next? {
            Cut::Within(left) if left < bytes => left,
            Cut::After(left) if left < bytes => bytes,
            Cut::Within(left) => {
                state.next = Some(Cut::Within(left - bytes));
                return None;
            }
            Cut::After(left) => {
                state.next = Some(Cut::After(left - bytes));
                return None;
            }
        };
        state.next = None;
        std::mem::take(&mut state.ends).cancel();
        Some(passed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
