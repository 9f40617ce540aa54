//! Clients that report events as fast as they can, and write down what they were answered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::sink::FAILS_ONCE;
use crate::api::{Api, password_change};
use crate::eventually::eventually;

const CLIENTS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a client waits that was told to come back later, or was not answered.
const BREATH: Duration = Duration::from_millis(20);

/// Each so many-th event fails at its first attempt.
const FAILS_EACH: usize = 16;

/// An event that a client reported, under its label as idempotency key.
#[derive(Debug, Clone)]
pub(super) struct Submit {
    /// Unlike all others; reported again only where the fate of the first report is unknown.
    pub(super) label: String,
    pub(super) fate: Fate,
}

/// What a client knows of an event that it reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// Answered 202, with this event.
    Acked(String),
    /// Refused for good: it must never run.
    Refused,
    /// Not answered, or with an error of the daemon: it may run, and may not.
    Unknown,
}

/// What to report next.
#[derive(Default)]
pub(super) struct Labels {
    next: AtomicUsize,
    again: Mutex<Vec<String>>,
}

impl Labels {
    fn take(&self) -> String {
        if let Some(label) = self.again.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return label;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = if number.is_multiple_of(FAILS_EACH) { FAILS_ONCE } else { "once" };
        format!("{name}-{number}@example.com")
    }

    /// Has every other one of those whose fate is unknown reported again, as a careful client would.
    pub(super) fn again(&self, submits: &[Submit]) {
        let unknown = submits.iter().filter(|submit| submit.fate == Fate::Unknown).step_by(2);
        let labels = unknown.map(|submit| submit.label.clone());
        self.again.lock().unwrap_or_else(PoisonError::into_inner).extend(labels);
    }
}

/// Clients at work.
pub(super) struct Load {
    clients: JoinSet<Vec<Submit>>,
    accepted: Arc<AtomicUsize>,
    stop: CancellationToken,
}

impl Load {
    /// Starts clients of those nodes; one that cannot reach its node goes on to the next.
    pub(super) fn start(nodes: &[Api], labels: &Arc<Labels>) -> Self {
        let mut load = Self { clients: JoinSet::new(), accepted: Arc::default(), stop: CancellationToken::new() };
        for client in 0..CLIENTS {
            let mut nodes: Vec<Api> = nodes.to_vec();
            let first = client % nodes.len();
            nodes.rotate_left(first);
            let (labels, accepted, stop) = (Arc::clone(labels), Arc::clone(&load.accepted), load.stop.clone());
            load.clients.spawn(async move {
                let mut submits = Vec::new();
                while !stop.is_cancelled() {
                    let label = labels.take();
                    let fate = tokio::select! {
                        fate = submit(&nodes[0], &label) => fate,
                        () = stop.cancelled() => Fate::Unknown,
                    };
                    match fate {
                        Fate::Acked(_) => {
                            accepted.fetch_add(1, Ordering::Relaxed);
                        }
                        Fate::Refused | Fate::Unknown => {
                            nodes.rotate_left(1);
                            drop(tokio::time::timeout(BREATH, stop.cancelled()).await);
                        }
                    }
                    submits.push(Submit { label, fate });
                }
                submits
            });
        }
        load
    }

    /// How many were answered 202.
    pub(super) fn accepted_so_far(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Waits until so many were answered 202.
    pub(super) async fn accepted(&self, most: usize) -> Result<()> {
        eventually("enough events are accepted", PATIENCE, || async {
            Ok((self.accepted_so_far() >= most).then_some(()))
        })
        .await
    }

    /// Ends the clients and gives what they know; what they wait for is of unknown fate.
    pub(super) async fn stop(self) -> Vec<Submit> {
        self.stop.cancel();
        self.clients.join_all().await.concat()
    }
}

/// Reports one event, and gives what is known of it then.
pub(super) async fn submit(node: &Api, label: &str) -> Fate {
    match node.post_with_key(label, &password_change(label)).await {
        Ok(answer) if answer.status == 202 => match answer.json["event_id"].as_str() {
            Some(id) => Fate::Acked(id.to_owned()),
            None => Fate::Unknown,
        },
        Ok(answer) if (400..500).contains(&answer.status) => Fate::Refused,
        Ok(_) | Err(_) => Fate::Unknown,
    }
}
