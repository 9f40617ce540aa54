//! Answers that are too large, too slow, or broken.

use std::io::Write;
use std::time::Duration;

use expect_test::expect;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use hookbox_protocol::http::{CallBudget, Request};

use super::server::{Server, read_request, wait_for_end};
use super::{BUDGET, get, impatient_session, line, loopback_policy, outcome, session};

/// A server that answers the first request of a connection with these bytes, then keeps it open or closes it.
fn fixed(bytes: impl Into<Vec<u8>>, close: bool) -> Server {
    let bytes = bytes.into();
    Server::serving(move |stream, record| {
        let Some(request) = read_request(stream) else { return };
        record(request);
        if stream.write_all(&bytes).is_ok() && !close {
            wait_for_end(stream);
        }
    })
}

async fn check(bytes: impl Into<Vec<u8>>, expected: &str) {
    let server = fixed(bytes, true);
    assert_eq!(outcome(&session(loopback_policy()), get(&server.url("/"))).await, expected);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writes to memory")
}

fn encoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    answer.extend(body);
    answer
}

#[tokio::test]
async fn the_hook_sees_lower_case_names_with_all_values_and_nothing_of_the_connection() {
    let server = fixed(
        "HTTP/1.1 201 Created\r\nX-B: 2\r\nSet-Cookie: a\r\nSET-COOKIE: b\r\nX-Latin: \u{e9}\r\nConnection: x-hop, keep-alive\r\n\
         X-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: x\r\nTrailer: y\r\nUpgrade: z\r\nContent-Length: 2\r\n\r\nhi",
        false,
    );
    let response = session(loopback_policy()).send(get(&server.url("/")), BUDGET).await.expect("an answer");
    expect![[r#"
        {
            "content-length": [
                "2",
            ],
            "set-cookie": [
                "a",
                "b",
            ],
            "x-b": [
                "2",
            ],
            "x-latin": [
                "é",
            ],
        }
    "#]]
    .assert_debug_eq(&response.headers);
    assert_eq!((response.status, &response.body[..]), (201, &b"hi"[..]));
}

#[tokio::test]
async fn an_encoded_answer_is_decoded_once_and_says_so() {
    let zlib = {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(b"hello").and_then(|()| encoder.finish()).expect("writes to memory")
    };
    let brotli = b"\x0b\x02\x80hello\x03";
    for (encoding, body) in [("gzip", &gzip(b"hello")[..]), ("deflate", &zlib), ("br", brotli), ("identity", b"hello")]
    {
        check(encoded(encoding, body), "200 hello").await;
    }
    let server = fixed(encoded("gzip", &gzip(b"hello")), true);
    let response = session(loopback_policy()).send(get(&server.url("/")), BUDGET).await.expect("an answer");
    assert_eq!(response.headers.into_keys().collect::<Vec<_>>(), Vec::<String>::new());

    let nested = fixed(encoded("gzip, gzip", &gzip(&gzip(b"hello"))), true);
    let response = session(loopback_policy()).send(get(&nested.url("/")), BUDGET).await.expect("an answer");
    assert_eq!(response.headers["content-encoding"], ["gzip, gzip"]);
    assert_eq!(response.body, gzip(&gzip(b"hello")), "what was not asked for stays as it is");
}

#[tokio::test]
async fn an_answer_without_a_body_is_not_decoded() {
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n";
    let server = fixed(head, false);
    let request = Request { method: "HEAD".to_owned(), ..get(&server.url("/")) };
    assert_eq!(outcome(&session(loopback_policy()), request).await, "200 ");
    check("HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n", "204 ").await;
    check("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n", "304 ").await;
    check(encoded("gzip", b""), "200 ").await;
}

#[tokio::test]
async fn an_answer_with_two_framings_is_read_by_its_chunks() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
    check(format!("{head}5\r\nhello\r\n0\r\n\r\n"), "200 hello").await;
}

#[tokio::test]
async fn a_compression_bomb_ends_at_the_limit() {
    let bomb = gzip(&vec![0; 8 << 20]);
    assert!(bomb.len() < 1 << 14);
    check(encoded("gzip", &bomb), "too_large: the answer of '127.0.0.1' is over 1048576 bytes, the limit").await;
}

#[tokio::test]
async fn an_answer_may_have_as_many_bytes_as_the_limit_and_no_more() {
    let budget = CallBudget { response_bytes: 5, ..BUDGET };
    let session = session(loopback_policy());
    for (body, expected) in
        [("12345", "200 12345"), ("123456", "too_large: the answer of '127.0.0.1' is over 5 bytes, the limit")]
    {
        let length = body.len();
        for head in [format!("Content-Length: {length}\r\n"), String::new()] {
            let server = fixed(format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}"), true);
            assert_eq!(line(&session.send(get(&server.url("/")), budget).await), expected);
        }
        let server = fixed(encoded("gzip", &gzip(body.as_bytes())), true);
        assert_eq!(line(&session.send(get(&server.url("/")), budget).await), expected);
    }
}

#[tokio::test]
async fn a_body_without_an_end_ends_at_the_limit_and_its_connection_is_closed() {
    let server = Server::serving(|stream, record| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        if read_request(stream).is_none() || stream.write_all(head.as_bytes()).is_err() {
            return;
        }
        let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
        record("closed".to_owned());
    });
    let seen = outcome(&session(loopback_policy()), get(&server.url("/"))).await;
    assert_eq!(seen, "too_large: the answer of '127.0.0.1' is over 1048576 bytes, the limit");
    server.wait_for_requests(1).await;
}

#[tokio::test]
async fn headers_over_their_limits_end_the_call() {
    let many = "x: 1\r\n".repeat(101);
    let too_many = "too_large: the answer of '127.0.0.1' has too many or too long headers";
    check(format!("HTTP/1.1 200 OK\r\n{many}\r\n"), too_many).await;
    check(format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "1".repeat(10 << 20)), too_many).await;
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "1".repeat(64 * 1024));
    check(long, "too_large: the headers of the answer of '127.0.0.1' have 65537 bytes; the most is 65536").await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_no_http_is_a_broken_connection() {
    let broke = "connect/reset: the connection to '127.0.0.1' broke before its answer was complete";
    check("", broke).await;
    check("HTTP/1.1 200 OK\r\nContent-Le", broke).await;
    check("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", broke).await;
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", broke).await;
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", broke).await;
    let no_http = "connect/protocol: '127.0.0.1' did not answer in HTTP";
    check("hello, this is HTTP/0.9\r\n", no_http).await;
    check("SSH-2.0-OpenSSH_9.9\r\n", no_http).await;
    check("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", no_http).await;
    let coding = "connect/protocol: the answer of '127.0.0.1' does not follow its own content-encoding";
    check(encoded("gzip", b"this is not gzip"), coding).await;
    check(encoded("gzip", &gzip(b"hello")[..12]), coding).await;
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_no_connection() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let seen = outcome(&session(loopback_policy()), get(&format!("http://{gone}/"))).await;
    assert_eq!(seen, "connect/refused: no connection to '127.0.0.1'");
}

#[tokio::test]
async fn a_server_that_never_answers_ends_at_the_limit_for_headers() {
    let silent = Server::serving(|stream, record| {
        wait_for_end(stream);
        record("closed".to_owned());
    });
    let seen = outcome(&impatient_session(loopback_policy()), get(&silent.url("/"))).await;
    assert_eq!(seen, "timeout: '127.0.0.1' did not begin its answer within 300 ms");
    silent.wait_for_requests(1).await;
}

/// A server that sends `head` and then `piece` without end, and records that it was closed.
fn endless(head: &'static [u8], piece: Vec<u8>) -> Server {
    Server::serving(move |stream, record| {
        if read_request(stream).is_none() || stream.write_all(head).is_err() {
            return;
        }
        let many = piece.repeat(4_096 / piece.len() + 1);
        while stream.write_all(&many).is_ok() {}
        record("closed".to_owned());
    })
}

#[tokio::test]
async fn what_a_server_sends_without_end_is_cut_off_also_where_nothing_of_it_is_an_answer() {
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let gzip = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03";
    let too_much = "too_large: '127.0.0.1' sends far more than an answer within the limits has";
    let over = "too_large: the answer of '127.0.0.1' is over 1048576 bytes, the limit";
    for (head, piece, expected) in [
        (&b""[..], &b"HTTP/1.1 103\r\n\r\n"[..], too_much),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n", too_much),
        (chunked, b"1\r\nx\r\n", too_much),
        (gzip, b"\0\0\0\xff\xff", over),
    ] {
        let server = endless(head, piece.to_vec());
        assert_eq!(outcome(&session(loopback_policy()), get(&server.url("/"))).await, expected);
        server.wait_for_requests(1).await;
    }
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(32);
    check(format!("{hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "200 hi").await;
}

#[tokio::test]
async fn a_server_that_stops_in_the_middle_ends_at_the_limit_for_gaps() {
    let server = fixed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", false);
    let seen = outcome(&impatient_session(loopback_policy()), get(&server.url("/"))).await;
    assert_eq!(seen, "timeout: '127.0.0.1' sent no more of its answer within 200 ms");
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_time_of_the_call() {
    let server = Server::serving(|stream, _| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
        if read_request(stream).is_none() || stream.write_all(head.as_bytes()).is_err() {
            return;
        }
        // Nobody sends on this channel: waiting for it is the pause between two bytes.
        let (_keep, pause) = std::sync::mpsc::channel::<()>();
        while stream.write_all(b"x").is_ok() {
            let _ = pause.recv_timeout(Duration::from_millis(20));
        }
    });
    let session = impatient_session(loopback_policy());
    let request = Request { timeout_ms: Some(500), ..get(&server.url("/")) };
    let seen = outcome(&session, request).await;
    assert_eq!(seen, "timeout: no complete answer within 500 ms, the request's timeout_ms");
    // The sandbox cuts the budget to the request's own limit: whose limit it is stays true.
    let cut = CallBudget { time: Duration::from_millis(300), ..BUDGET };
    let request = Request { timeout_ms: Some(300), ..get(&server.url("/")) };
    assert_eq!(
        line(&session.send(request, cut).await),
        "timeout: no complete answer within 300 ms, the request's timeout_ms"
    );
    let short = CallBudget { time: Duration::from_millis(400), ..BUDGET };
    let request = Request { timeout_ms: Some(500), ..get(&server.url("/")) };
    assert_eq!(
        line(&session.send(request, short).await),
        "timeout: no complete answer within 400 ms, all that the run had left"
    );
}
