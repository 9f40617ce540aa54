//! What tenants must not share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use hookbox_protocol::TenantId;
use hookbox_protocol::http::CallBudget;

use super::names::Names;
use super::server::{Server, ok, read_request, wait_for_end};
use super::{BUDGET, get, line, loopback_policy, outcome};
use crate::Egress;
use crate::session::Times;
use crate::share::CALLS_PER_TENANT_MAX;

#[tokio::test]
async fn a_kept_connection_serves_its_own_tenant_only() {
    let server = Server::saying("hello");
    let egress = Egress::new(loopback_policy()).expect("a policy");
    for tenant in [1, 1, 2, 1, 2] {
        let session = egress.session(TenantId(tenant), None);
        assert_eq!(outcome(&session, get(&server.url(&format!("/{tenant}")))).await, "200 hello");
    }
    let connections: Vec<(usize, String)> = server
        .requests()
        .into_iter()
        .map(|(connection, request)| (connection, request.chars().skip(5).take(1).collect()))
        .collect();
    let tenants: Vec<(usize, &str)> = connections.iter().map(|(number, tenant)| (*number, tenant.as_str())).collect();
    assert_eq!(tenants, [(0, "1"), (0, "1"), (1, "2"), (0, "1"), (1, "2")]);
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_seen_by_no_other_call() {
    let server = Server::serving(|stream, record| {
        let mut number = 0;
        while let Some(request) = read_request(stream) {
            number += 1;
            record(request);
            let twice = [ok("asked for"), ok("poison")].concat();
            if number > 1 || stream.write_all(&twice).is_err() {
                return;
            }
        }
    });
    let egress = Egress::new(loopback_policy()).expect("a policy");
    for call in 0..20 {
        let session = egress.session(TenantId(call % 2), None);
        assert_eq!(outcome(&session, get(&server.url("/"))).await, "200 asked for");
    }
    assert_eq!(server.connections(), 20, "a connection with a rest in it is not kept");
}

#[tokio::test]
async fn a_call_that_is_dropped_closes_its_connection() {
    let server = Server::serving(|stream, record| {
        wait_for_end(stream);
        record("closed".to_owned());
    });
    let egress = Egress::new(loopback_policy()).expect("a policy");
    let short = CallBudget { time: Duration::from_millis(100), ..BUDGET };
    let seen = line(&egress.session(TenantId(1), None).send(get(&server.url("/")), short).await);
    assert!(seen.starts_with("timeout: "), "{seen}");
    server.wait_for_requests(1).await;
}

#[tokio::test]
async fn names_that_never_answer_use_up_their_own_tenants_lookups_only() {
    let server = Server::saying("hello");
    let names = Names::default().with("a.example", "127.0.0.1");
    let times = Times { lookup: Duration::from_millis(500), ..Times::default() };
    let egress = Egress::with(loopback_policy(), Box::new(names.clone()), times).expect("a policy");
    let url = format!("http://a.example:{}/", server.port());
    let flood = async {
        let session = egress.session(TenantId(1), None);
        let silent = format!("http://{}/", Names::SILENT);
        join_all((0..100).map(|_| outcome(&session, get(&silent)))).await
    };
    let (flood, other) = tokio::join!(flood, async {
        // The first poll of the flood came before: its lookups are under way.
        let seen = outcome(&egress.session(TenantId(2), None), get(&url)).await;
        (seen, names.lookups())
    });
    assert_eq!(other, ("200 hello".to_owned(), 8 + 1));
    assert!(flood.iter().all(|seen| seen == "timeout: no address of 'silent.example' was found within 500 ms"));
}

#[tokio::test]
async fn a_tenant_with_five_hundred_calls_into_nowhere_leaves_room_for_others() {
    let nowhere = Server::serving(|stream, _| wait_for_end(stream));
    let server = Server::saying("hello");
    let egress = Egress::new(loopback_policy()).expect("a policy");
    let time = Duration::from_secs(1);
    let flood = {
        let (session, url) = (egress.session(TenantId(1), None), nowhere.url("/"));
        let calls = (0..500).map(move |_| {
            let (session, url) = (session.clone(), url.clone());
            async move { session.send(get(&url), CallBudget { time, ..BUDGET }).await }
        });
        join_all(calls)
    };
    let other = async {
        nowhere.wait_for_connections(CALLS_PER_TENANT_MAX).await;
        let seen = outcome(&egress.session(TenantId(2), None), get(&server.url("/"))).await;
        assert_eq!(nowhere.connections(), CALLS_PER_TENANT_MAX, "the others wait for their turn");
        seen
    };
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |who| order.lock().expect("not poisoned").push(who);
    let (flood, other) = tokio::join!(
        async {
            let results = flood.await;
            note("flood");
            results
        },
        async {
            let seen = other.await;
            note("other");
            seen
        }
    );
    assert_eq!(other, "200 hello");
    assert_eq!(*order.lock().expect("not poisoned"), ["other", "flood"]);
    assert!(flood.iter().all(|result| line(result).starts_with("timeout: ")));
}

#[tokio::test]
async fn threads_of_their_own_carry_out_calls_and_end_those_that_nobody_waits_for() {
    let egress = Egress::on_own_threads(loopback_policy()).expect("threads");
    let session = egress.session(TenantId(1), None);
    let server = Server::saying("hello");
    assert_eq!(outcome(&session, get(&server.url("/"))).await, "200 hello");
    let silent = Server::serving(|stream, record| {
        wait_for_end(stream);
        record("closed".to_owned());
    });
    let url = silent.url("/");
    tokio::select! {
        seen = outcome(&session, get(&url)) => panic!("{seen}"),
        () = silent.wait_for_connections(1) => {}
    }
    silent.wait_for_requests(1).await;
}
