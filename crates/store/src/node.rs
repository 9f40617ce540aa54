//! The daemons that use a database.

use hookbox_protocol::{Timestamp, api};

use crate::{Error, Store};

/// A sign of life of a daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// What the daemon is called; no other one on the same database may be called so.
    pub id: String,
    /// The version of the program.
    pub version: String,
    /// Where it listens.
    pub address: Option<String>,
    /// When it started.
    pub started_at: Timestamp,
    /// Deliveries that it runs.
    pub running: u64,
}

impl Store {
    /// The daemons that gave a sign of life within the last hour, by name.
    pub async fn nodes(&self) -> Result<Vec<api::Node>, Error> {
        self.shared().engine.nodes().await
    }

    /// Gives a sign of life, to be called every few seconds.
    pub async fn heartbeat(&self, node: Heartbeat) -> Result<(), Error> {
        self.shared().engine.heartbeat(node).await
    }
}
