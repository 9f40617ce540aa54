//! Redirects: followed where asked for, each hop judged, headers dropped on the way.

use hookbox_protocol::http::Request;

use super::server::{Authority, Server, ok, redirect};
use super::{get, loopback_policy, outcome, post, session, with_headers};
use crate::Policy;

/// `/N` leads to `/N-1`, and `/0` is the end.
fn staircase() -> Server {
    Server::answering(|request| {
        let path = request.split_whitespace().nth(1).unwrap_or_default();
        match path.trim_start_matches('/').parse::<u32>() {
            Ok(0) | Err(_) => ok("the end"),
            Ok(step) => redirect(302, &format!("/{}", step - 1)),
        }
    })
}

#[tokio::test]
async fn redirects_are_followed_only_as_often_as_the_hook_asks() {
    let server = staircase();
    let session = session(loopback_policy());
    let follow = |path, redirect| Request { redirect, ..get(&server.url(path)) };
    assert_eq!(outcome(&session, follow("/1", 0)).await, "302 ");
    assert_eq!(outcome(&session, follow("/1", 1)).await, "200 the end");
    assert_eq!(outcome(&session, follow("/5", 5)).await, "200 the end");
    let over = "too_many: '127.0.0.1' redirects once more than the request allows";
    assert_eq!(outcome(&session, follow("/6", 5)).await, over);
    assert_eq!(server.requests().len(), 1 + 2 + 6 + 6);
}

#[tokio::test]
async fn a_loop_of_redirects_ends() {
    let server = Server::answering(|_| redirect(307, "/again"));
    let request = Request { redirect: 5, ..post(&server.url("/"), "body") };
    assert!(outcome(&session(loopback_policy()), request).await.starts_with("too_many:"));
    let bodies = server.requests().iter().filter(|(_, request)| request.ends_with("\r\n\r\nbody")).count();
    assert_eq!(bodies, 6, "307 repeats the body");
}

#[tokio::test]
async fn a_redirect_to_an_inner_address_is_blocked() {
    let inner = Server::saying("inner");
    for location in [
        format!("http://127.0.0.2:{}/", inner.port()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "//[::1]/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "http://a@127.0.0.1/".to_owned(),
        "http://127.0.0.1:22/".to_owned(),
    ] {
        let server = Server::answering(move |_| redirect(302, &location));
        let request = Request { redirect: 5, ..get(&server.url("/")) };
        let seen = outcome(&session(loopback_policy()), request).await;
        assert!(seen.starts_with("blocked:"), "{seen}");
    }
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn another_origin_does_not_get_what_the_hook_sent_to_the_first() {
    let other = Server::saying("other");
    let location = format!("http://other.example:{}/x", other.port());
    let first = Server::answering(move |_| redirect(302, &location));
    let resolve = vec![format!("other.example={}", other.address).parse().expect("an override")];
    let headers = [
        ("Authorization", "Bearer secret"),
        ("Cookie", "secret=1"),
        ("X-Api-Key", "secret"),
        ("Accept", "text/plain"),
        ("User-Agent", "mine"),
    ];
    let request = Request { redirect: 1, ..with_headers(post(&first.url("/"), "body"), &headers) };
    assert_eq!(outcome(&session(Policy { resolve, ..loopback_policy() }), request).await, "200 other");
    assert!(first.only_request().contains("secret"));
    expect_test::expect![[r#"
        GET /x HTTP/1.1
        host: other.example:PORT
        accept: text/plain
        user-agent: mine
        accept-encoding: gzip,deflate,br

    "#]]
    .assert_eq(&other.only_request());
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_refused() {
    let plain = Server::saying("plain");
    let location = plain.url("/");
    let authority = Authority::new();
    let secure = Server::answering_tls(authority.server("a.example", |_| ()), move |_| redirect(302, &location));
    let resolve = vec![format!("a.example={}", secure.address).parse().expect("an override")];
    let session = session(Policy { resolve, extra_ca_pem: vec![authority.pem()], ..loopback_policy() });
    let seen = outcome(&session, Request { redirect: 1, ..get("https://a.example/") }).await;
    assert_eq!(seen, "blocked: 'a.example' redirects from https to http");
    assert_eq!(plain.connections(), 0);
}
