//! A real PostgreSQL for the figures, started here, flushing to disk, and ended with them.

use anyhow::{Context as _, Result};
use tokio_postgres::{Client, NoTls};
use tokio_util::task::TaskTracker;

// The tests of the store start their servers with the same file.
#[path = "../../../store/src/suite/server.rs"]
#[allow(dead_code, reason = "what kills and restarts a server is for tests")]
mod server;

pub(crate) use server::Server;

/// A server, or a line that says what is missing.
pub(crate) fn start() -> Result<Option<Server>> {
    if Server::programs().is_none() {
        println!("\n(there is no initdb here: install postgresql to see what PostgreSQL does)");
        return Ok(None);
    }
    Server::start(true).map(Some).map_err(anyhow::Error::msg)
}

/// An empty database on it, by its address.
pub(crate) async fn database(server: &Server, name: &str) -> Result<String> {
    connect(&server.url("postgres")).await?.batch_execute(&format!("CREATE DATABASE {name}")).await?;
    Ok(server.url(name))
}

/// A plain connection, which ends when the client is dropped.
pub(crate) async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.context("PostgreSQL is there")?;
    TaskTracker::new().spawn(connection);
    Ok(client)
}
