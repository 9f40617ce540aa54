//! What a server gets to see of a call, byte by byte.

use expect_test::expect;
use hookbox_protocol::http::{CallBudget, Request};

use super::server::Server;
use super::{BUDGET, get, line, loopback_policy, outcome, post, session, with_headers};

#[tokio::test]
async fn a_get_is_sent_with_nothing_that_the_hook_did_not_ask_for() {
    let server = Server::saying("hello");
    assert_eq!(outcome(&session(loopback_policy()), get(&server.url("/a%20b?c=d#e"))).await, "200 hello");
    expect![[r#"
        GET /a%20b?c=d HTTP/1.1
        host: 127.0.0.1:PORT
        user-agent: hookbox/0.1.0
        accept: */*
        accept-encoding: gzip,deflate,br

    "#]]
    .assert_eq(&server.only_request());
}

#[tokio::test]
async fn a_post_is_framed_by_its_body_and_carries_the_hooks_headers() {
    let server = Server::saying("");
    let headers = [("Content-Type", "application/json"), ("X-Api-Key", "k"), ("accept-encoding", "zstd")];
    let request = with_headers(post(&server.url("/"), "{\"a\":1}"), &headers);
    assert_eq!(outcome(&session(loopback_policy()), request).await, "200 ");
    expect![[r#"
        POST / HTTP/1.1
        host: 127.0.0.1:PORT
        content-type: application/json
        x-api-key: k
        user-agent: hookbox/0.1.0
        accept: */*
        accept-encoding: gzip,deflate,br
        content-length: 7

        {"a":1}"#]]
    .assert_eq(&server.only_request());
}

#[tokio::test]
async fn a_post_without_a_body_says_so() {
    let server = Server::saying("");
    assert_eq!(outcome(&session(loopback_policy()), post(&server.url("/"), "")).await, "200 ");
    assert!(server.only_request().contains("content-length: 0\n"), "{}", server.only_request());
}

#[tokio::test]
async fn a_binary_body_arrives_as_it_was() {
    let server = Server::saying("");
    let request = Request { method: "put".to_owned(), body_base64: Some("AEH/".to_owned()), ..get(&server.url("/")) };
    assert_eq!(outcome(&session(loopback_policy()), request).await, "200 ");
    let seen = server.only_request();
    assert!(seen.starts_with("PUT / HTTP/1.1\n") && seen.ends_with("\n\n\0A\u{fffd}"), "{seen}");
}

#[tokio::test]
async fn what_is_refused_never_reaches_the_server() {
    let server = Server::saying("");
    let url = server.url("/");
    let session = session(loopback_policy());
    let refused = [
        (Request { method: "CONNECT".to_owned(), ..get(&url) }, "blocked: the method CONNECT is not allowed"),
        (Request { redirect: 6, ..get(&url) }, "invalid: redirect is 6; the most is 5"),
        (
            with_headers(get(&url), &[("Host", "inner.example")]),
            "blocked: header 'host' is not allowed; leave it out, Hookbox sets what is needed",
        ),
        (
            with_headers(post(&url, "abc"), &[("Content-Length", "1"), ("Transfer-Encoding", "chunked")]),
            "blocked: header 'content-length' is not allowed; leave it out, Hookbox sets what is needed",
        ),
        (
            with_headers(get(&url), &[("X-A", "1\r\nHost: inner.example")]),
            "invalid: the value of header 'x-a' holds a line break or another control character",
        ),
    ];
    for (request, expected) in refused {
        assert_eq!(outcome(&session, request).await, expected);
    }
    let small = CallBudget { request_bytes: 3, ..BUDGET };
    assert_eq!(line(&session.send(post(&url, "abc"), small).await), "200 ");
    let over = line(&session.send(post(&url, "abcd"), small).await);
    assert_eq!(over, "too_large: the request's body has 4 bytes; the most is 3");
    assert_eq!(server.requests().len(), 1);
}
