//! A database that is swept does not grow for ever.

use std::time::Duration;

use futures_util::future::join_all;
use hookbox_protocol::api::Quotas;

use super::{LEASE, completion, event, options, tenant};
use crate::suite::postgres::connect;
use crate::suite::server::{self, Server};
use crate::{AcceptEvent, MasterKey, Options, Store};

const TABLES: &str = "event, delivery, attempt";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_under_an_even_load_stops_growing() {
    if Server::programs().is_none() {
        return server::skip("an even load");
    }
    // One of its own: while a transaction is open anywhere on a server, what was removed leaves no room for others.
    let server = Server::start(false).expect("starts");
    let url = server.url("postgres");
    let quotas = Quotas { retention_bytes: 400_000, ..Quotas::default() };
    let options = Options { quotas, ..options(&url, &MasterKey::generate()) };
    let store = Store::open(options).await.expect("opens");
    let (_, _, acme) = tenant(&store, "acme").await;
    let (queue, look) = (store.queue(), connect(&url).await);
    let user = format!("\"{}\"", "x".repeat(2_000));
    let mut sizes = Vec::new();
    for _ in 0..12 {
        let accepts = (0..200).map(|_| acme.accept(AcceptEvent { user: user.clone(), ..event("") }));
        assert!(join_all(accepts).await.iter().all(Result::is_ok));
        loop {
            let leased = queue.lease(200, LEASE).await.expect("leased");
            if leased.is_empty() {
                break;
            }
            let done = leased.iter().map(|leased| queue.complete(completion(leased)));
            assert!(join_all(done).await.iter().all(Result::is_ok));
        }
        store.clock().advance(Duration::from_secs(120));
        while !store.sweep(100).await.expect("swept").idle {}
        // The server does so by itself once there is enough to clear away.
        look.batch_execute(&format!("VACUUM {TABLES}")).await.expect("cleared away");
        let sql =
            "SELECT sum(pg_total_relation_size(name::regclass))::BIGINT FROM unnest(string_to_array($1, ', ')) name";
        sizes.push(look.query_one(sql, &[&TABLES]).await.expect("asked").get::<_, i64>(0));
    }
    assert!(sizes[0] > 300_000, "{sizes:?}");
    assert!(sizes[11] <= sizes[3] + sizes[3] / 20, "{sizes:?}");
}
