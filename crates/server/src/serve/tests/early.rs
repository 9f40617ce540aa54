//! What is decided before a body is read, and what a stop does to streams in both directions.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Daemon, read_all};
use crate::ServerSettings;
use crate::testing::{OPERATOR, event};

/// Sends the head of a request whose body of `length` bytes does not follow.
async fn head(daemon: &Daemon, method: &str, path: &str, token: &str, more: &str) -> TcpStream {
    let mut stream = daemon.connect().await;
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n{more}\r\n");
    stream.write_all(head.as_bytes()).await.expect("written");
    stream
}

async fn tenant(daemon: &Daemon) -> String {
    let body = r#"{"name":"acme"}"#;
    let more = format!("content-length: {}\r\nconnection: close\r\n", body.len());
    let mut stream = head(daemon, "POST", "/v1/tenants", OPERATOR, &more).await;
    stream.write_all(body.as_bytes()).await.expect("written");
    let answer = read_all(&mut stream).await;
    let (_, rest) = answer.split_once(r#""token":""#).expect(&answer);
    rest.split('"').next().expect("a token").to_owned()
}

/// Reads until the text holds `part`.
async fn read_until(stream: &mut TcpStream, part: &str) -> String {
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(part) {
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_buf(&mut bytes)).await;
        assert_ne!(read.expect("in time").expect("read"), 0, "{}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn an_event_that_has_no_room_is_refused_when_only_its_head_was_sent() {
    let full = ServerSettings { backlog_per_tenant_max: 0, ..ServerSettings::default() };
    let crowded = ServerSettings { backlog_max: 0, ..ServerSettings::default() };
    let no_disk = ServerSettings {
        data_dir: Some(std::env::temp_dir()),
        disk_free_min: Some(u64::MAX),
        ..ServerSettings::default()
    };
    for (settings, status, code) in
        [(full, 429, "backlog_full"), (crowded, 503, "unavailable"), (no_disk, 503, "disk_nearly_full")]
    {
        let daemon = Daemon::with(settings, None).await;
        let token = tenant(&daemon).await;
        for path in ["/v1/events/post-change-password", "/v1/events/post-change-password/batch"] {
            for length in ["content-length: 100000\r\n", "transfer-encoding: chunked\r\n"] {
                let mut stream = head(&daemon, "POST", path, &token, length).await;
                let answer = read_until(&mut stream, "\"errorCode\"").await.to_ascii_lowercase();
                assert!(answer.starts_with(&format!("http/1.1 {status} ")) && answer.contains(code), "{answer}");
                assert!(answer.contains("\r\nretry-after: ") && answer.contains("\r\nconnection: close"), "{answer}");
            }
        }
        daemon.end().await;
    }
}

#[tokio::test]
async fn a_stop_ends_a_follower_and_a_batch_that_is_still_being_sent() {
    let daemon = Daemon::with(ServerSettings { guest_threads: Some(1), ..ServerSettings::default() }, None).await;
    let token = tenant(&daemon).await;
    let mut tail = head(&daemon, "GET", "/v1/logs/tail", &token, "").await;
    read_until(&mut tail, ": following").await;
    let more = "content-type: application/x-ndjson\r\ncontent-length: 100000\r\n";
    let mut batch = head(&daemon, "POST", "/v1/events/post-change-password/batch", &token, more).await;
    let line = event("u1").to_string();
    batch.write_all(format!("{line}\n{}", &line[..20]).as_bytes()).await.expect("written");
    // The line is on disk as soon as it is there, long before the batch is whole.
    let mut list = String::new();
    while !list.contains("evt_") {
        let mut stream = head(&daemon, "GET", "/v1/events", &token, "connection: close\r\n").await;
        list = read_all(&mut stream).await;
    }

    daemon.end().await;
    let ended = read_all(&mut tail).await;
    assert!(ended.contains("event: end\ndata: {\"reason\":\"the daemon is stopping\"}\n\n"), "{ended}");
    assert!(ended.ends_with("0\r\n\r\n"), "the stream is whole: {ended}");
    let answer = read_all(&mut batch).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"event_id\":\"evt_"), "{answer}");
    assert!(answer.ends_with("\"errorCode\":\"unavailable\"}\n"), "{answer}");
}
