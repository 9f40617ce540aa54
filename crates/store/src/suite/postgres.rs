//! Databases for the cases, all on one server of this test process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio_postgres::{Client, NoTls};

use super::server::{self, Server};

/// How long a store that was dropped may take to be gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A database with nothing in it.
pub(crate) struct Empty {
    name: String,
}

impl Empty {
    /// Makes one; `None` where there is no PostgreSQL, which is said.
    pub(crate) async fn make(case: &str) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        if Server::programs().is_none() {
            server::skip(case);
            return None;
        }
        let name = format!("case_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        admin().await.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
        Some(Self { name })
    }

    pub(crate) fn url(&self) -> String {
        one_for_all().url(&self.name)
    }

    /// A connection of the test's own, which does not count as one of a store.
    pub(crate) async fn look(&self) -> Client {
        connect(&format!("{}&application_name=look", self.url())).await
    }

    pub(crate) async fn until_nobody_is_connected(&self) {
        let admin = admin().await;
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'hookbox'";
        let gone = async {
            let mut tick = tokio::time::interval(Duration::from_millis(5));
            loop {
                tick.tick().await;
                let count: i64 = admin.query_one(sql, &[&self.name]).await.expect("asked").get(0);
                if count == 0 {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, gone).await.expect("the store before is gone");
    }
}

/// The server of this process, which ends with it.
fn one_for_all() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(true).expect("PostgreSQL starts"))
}

async fn admin() -> Client {
    connect(&one_for_all().url("postgres")).await
}

/// A plain connection, which ends when the client is dropped.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
    let driver = tokio_util::task::TaskTracker::new();
    driver.spawn(connection);
    client
}
