//! What `wasmtime-wasi` gets of a run: its clock, and its log as stdout and stderr.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtxBuilder, async_trait};

use crate::sandbox::RunState;
use crate::sandbox::clock::Clock;
use crate::sandbox::fault::Fault;
use crate::sandbox::logs::{Logs, Stream};
use crate::sandbox::meter::Meter;

/// The clocks' resolution.
const RESOLUTION: Duration = Duration::from_millis(1);

/// Bytes that a stream takes before it lets others run.
const TURN_BYTES: usize = 64 << 10;

/// The run's WASI state, made at the first call. Whatever is not named here is not granted.
pub(super) fn of(state: &mut RunState) -> &mut WasiP1Ctx {
    let RunState { wasi, clock, logs, meter, .. } = state;
    wasi.get_or_insert_with(|| {
        let stream = |stream| Printed { logs: logs.clone(), meter: Arc::clone(meter), stream, turn_bytes: 0 };
        // Its random bytes stay as they are: nothing that is served asks for them.
        let context = WasiCtxBuilder::new()
            .stdout(stream(Stream::Stdout))
            .stderr(stream(Stream::Stderr))
            .wall_clock(clock.twin())
            .monotonic_clock(clock.twin())
            .build_p1();
        Box::new(context)
    })
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        RESOLUTION
    }

    fn now(&self) -> Duration {
        self.unix()
    }
}

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        nanos(RESOLUTION)
    }

    fn now(&self) -> u64 {
        nanos(self.monotonic())
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A stream whose lines are the run's log lines.
///
/// `wasmtime-wasi` cuts what a guest writes into pieces of 4 KiB and asks before each whether the stream can take it:
/// that is where a long write is held to the run's time, and where others get their turn.
#[derive(Clone)]
struct Printed {
    logs: Logs,
    meter: Arc<Meter>,
    stream: Stream,
    /// Bytes since others had a turn.
    turn_bytes: usize,
}

impl Printed {
    fn print(&mut self, bytes: &[u8]) {
        self.logs.write(self.stream, bytes);
        self.turn_bytes += bytes.len();
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {
        if self.turn_bytes >= TURN_BYTES {
            self.turn_bytes = 0;
            tokio::task::yield_now().await;
        }
    }
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.print(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        match self.meter.spent() {
            Some(budget) => Err(StreamError::Trap(Fault::Time(budget).into())),
            None => Ok(TURN_BYTES),
        }
    }
}

/// As a terminal: a libc then hands on each line when it ends, so that what was printed before a trap is in the log.
impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        true
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

/// Preview 1 writes by way of [`OutputStream`]; the trait asks for this way, too.
impl AsyncWrite for Printed {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.print(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
