//! Sealed secrets from the store to the wire: the guest sees a placeholder, its host the value, the log neither.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hookbox_protocol::HookId;
use hookbox_store::SettingsChange;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use super::{EVENTS, delivery_when, dispatching, has_attempt};
use crate::testing::{House, event};

const VALUE: &str = "SG.sealed-value-0123456789";

/// Bytes of a placeholder.
const PLACEHOLDER: usize = 47;

/// A module that sends the placeholder in its input as the body of a POST to `url`, and prints what comes back.
fn posts_its_placeholder(url: &str) -> Bytes {
    let (head, tail) = (r#"{"body":""#, format!(r#"","method":"POST","url":"{url}"}}"#));
    let hex = |text: &str| text.bytes().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let length = head.len() + PLACEHOLDER + tail.len();
    let text = format!(
        r#"(module
            (import "hookbox" "log" (func $log (param i32 i32 i32)))
            (import "hookbox" "http_start" (func $start (param i32 i32) (result i32)))
            (import "hookbox" "next_event" (func $next (result i64)))
            (import "hookbox" "take" (func $take (param i32)))
            (memory (export "memory") 8)
            (data (i32.const 1024) "{head_hex}")
            (data (i32.const {after}) "{tail_hex}")
            (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 8192))
            (func (export "post_change_password") (param $at i32) (param i32) (result i64) (local $event i64)
                (loop $search
                    (if (i64.ne (i64.load (local.get $at)) (i64.const 0x5f786f626b6f6f68)) (then
                        (local.set $at (i32.add (local.get $at) (i32.const 1)))
                        (br $search))))
                (memory.copy (i32.const {placeholder_at}) (local.get $at) (i32.const {PLACEHOLDER}))
                (drop (call $start (i32.const 1024) (i32.const {length})))
                (local.set $event (call $next))
                (call $take (i32.const 65536))
                (call $log (i32.const 1) (i32.const 65536) (i32.wrap_i64 (local.get $event)))
                (i64.const 0)))"#,
        head_hex = hex(head),
        tail_hex = hex(&tail),
        placeholder_at = 1024 + head.len(),
        after = 1024 + head.len() + PLACEHOLDER,
    );
    wat::parse_str(text).expect("a module").into()
}

/// A server that answers each request with the request's own text, and keeps it.
async fn echo() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let received: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&received);
    TaskTracker::new().spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let is_whole = |bytes: &[u8]| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
                text.split_once("\r\n\r\n").is_some_and(|(_, body)| Some(body.len()) == length)
            };
            while !is_whole(&bytes) {
                assert_ne!(stream.read_buf(&mut bytes).await.expect("read"), 0, "a whole request");
            }
            let text = String::from_utf8(bytes).expect("text");
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len());
            stream.write_all(answer.as_bytes()).await.expect("written");
            kept.lock().expect("not poisoned").push(text);
        }
    });
    (url, received)
}

/// Runs a hook whose secret is sealed to `host` and that posts it to this machine: what arrived, and the attempt.
async fn run(host: &str) -> (String, Value) {
    let house = House::reaching_loopback().await;
    let token = house.tenant("acme").await;
    let (url, received) = echo().await;
    let hook = house.hook(&token, "mine", posts_its_placeholder(&url)).await;
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &token, &json!({"KEY": VALUE})).await.expect(201);
    let identity = house.app.store().authenticate(&token).await.expect("a store").expect("a tenant");
    let tenant = house.app.store().tenant(&identity);
    let id: HookId = hook.parse().expect("an id");
    let sealed_secrets = [("KEY".to_owned(), Some(vec![host.to_owned()]))].into();
    let change = SettingsChange { sealed_secrets, ..SettingsChange::default() };
    tenant.change_settings(&id, change).await.expect("a store").expect("a hook");
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;
    assert!(!delivery.to_string().contains("sealed-value"), "{delivery}");
    let received = received.lock().expect("not poisoned").pop().expect("a request");
    (received, delivery["attempts"][0].clone())
}

#[tokio::test]
async fn its_host_gets_the_value_and_the_guest_never_does() {
    let (received, attempt) = run("127.0.0.1").await;
    assert!(received.ends_with(&format!("\r\n\r\n{VALUE}")), "{received}");
    assert_eq!(attempt["outcome"], "completed", "{attempt}");
    assert_eq!(attempt["http"][0]["request_bytes"], PLACEHOLDER, "the guest's own length: {attempt}");
    let line = attempt["logs"][0]["message"].as_str().expect("a line");
    assert!(line.contains("hookbox_sealed_"), "the echo shows the placeholder: {line}");
    assert_eq!(attempt["logs"].as_array().map(Vec::len), Some(1), "{attempt}");
}

#[tokio::test]
async fn another_host_gets_the_placeholder_and_the_author_a_warning() {
    let (received, attempt) = run("api.example.com").await;
    assert!(received.contains("\r\n\r\nhookbox_sealed_"), "{received}");
    let warning = &attempt["logs"][0];
    let words = warning["message"].as_str().expect("a line");
    assert_eq!(warning["level"], "warn", "before what the hook printed afterwards: {attempt}");
    assert!(words.contains("'KEY'") && words.contains("'127.0.0.1'"), "{words}");
    assert_eq!(attempt["logs"].as_array().map(Vec::len), Some(2), "{attempt}");
}
