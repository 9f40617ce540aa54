//! The Management API on the wire: every call, answer and oddity as the original has them, to the byte.
//!
//! The conversations are in `tests/protocol/*.http`.

mod transcript;
mod wire;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Api, finished};
use crate::daemon::{Daemon, OPERATOR_TOKEN, Setup};
use crate::eventually::block_on;
use crate::{Case, case};
use transcript::{Bindings, Transcript};
use wire::Wire;

pub(crate) const CASES: &[Case] = &[
    case("protocol: a hook goes through its life as in the original", || play(HOOKS)),
    case("protocol: lists are paged, filtered and cut as in the original", || play(LISTS)),
    case("protocol: bodies that do not fit are refused as in the original", || play(BODIES)),
    case("protocol: secrets go in and never come out", || play(SECRETS)),
    case("protocol: credentials are asked for and given as in the original", || play(CREDENTIALS)),
    case("protocol: the oddities of real clients are taken", || play(ODDITIES)),
    case("protocol: the tenant log is read in both paging forms and by query", logs),
    case("protocol: bodies may come in pieces and in chunks", pieces),
    case("protocol: a token that calls too fast gets 429 and is told when to go on", too_fast),
    case("protocol: the conversations hold at least 80 calls", enough_calls),
];

const HOOKS: &str = include_str!("protocol/hooks.http");
const LISTS: &str = include_str!("protocol/lists.http");
const BODIES: &str = include_str!("protocol/bodies.http");
const SECRETS: &str = include_str!("protocol/secrets.http");
const CREDENTIALS: &str = include_str!("protocol/credentials.http");
const ODDITIES: &str = include_str!("protocol/oddities.http");
const LOGS: &str = include_str!("protocol/logs.http");

/// A hook that fails with a message, whatever it is given.
const FAILING: &str = r#"(module
    (memory (export "memory") 1)
    (data (i32.const 16) "{\"error\":{\"message\":\"no mail today\",\"name\":\"MailError\",\"retryable\":false}}")
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 4096))
    (func (export "post_change_password") (param i32 i32) (result i64)
        (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 74))))"#;

/// A daemon with two tenants, a connection to it, and what a conversation knows of them.
struct House {
    daemon: Daemon,
    wire: Wire,
    bindings: Bindings,
    _directory: tempfile::TempDir,
}

impl House {
    async fn open() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let operator = daemon.operator()?;
        let mut bindings = Bindings::from([("operator_token".to_owned(), OPERATOR_TOKEN.to_owned())]);
        for (tenant, prefix) in [("acme", ""), ("other", "other_")] {
            let made = operator.post("/v1/tenants", &json!({ "name": tenant })).await?;
            ensure!(made.status == 201, "tenant {tenant}: {made:?}");
            for key in ["token", "client_id", "client_secret"] {
                let value = made.json[key].as_str().with_context(|| format!("the answer has a {key}"))?;
                bindings.insert(format!("{prefix}{key}"), value.to_owned());
            }
        }
        let mut token_cut = bindings["token"].clone();
        token_cut.pop();
        bindings.insert("token_cut".to_owned(), token_cut);
        let wire = Wire::new(&daemon.url)?;
        Ok(Self { daemon, wire, bindings, _directory: directory })
    }

    fn play(&mut self, text: &str) -> Result<()> {
        Transcript::parse(text)?.play(&mut self.wire, &mut self.bindings)
    }

    /// The beginning of a request, up to the blank line that it does not have yet.
    fn head(&self, line: &str) -> String {
        let (host, token) = (self.wire.host(), &self.bindings["token"]);
        format!("{line} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n")
    }
}

fn play(text: &str) -> Result<()> {
    block_on(House::open())?.play(text)
}

fn enough_calls() -> Result<()> {
    let all = [HOOKS, LISTS, BODIES, SECRETS, CREDENTIALS, ODDITIES, LOGS];
    let calls: usize = all.iter().map(|text| Ok(Transcript::parse(text)?.len())).sum::<Result<_>>()?;
    ensure!(calls >= 80, "the conversations hold only {calls} calls");
    Ok(())
}

fn logs() -> Result<()> {
    let mut house = block_on(async {
        let mut house = House::open().await?;
        let tenant = Api::new(&house.daemon.url, &house.bindings["token"])?;
        let hook = tenant.create_hook("failing", &wat::parse_str(FAILING)?).await?;
        for number in 1..=3 {
            let event = tenant.password_changed(&format!("user{number}@example.com")).await?;
            tenant.event_when(&event, finished).await?;
            house.bindings.insert(format!("event{number}"), event);
        }
        house.bindings.insert("hook".to_owned(), hook);
        anyhow::Ok(house)
    })?;
    house.play(LOGS)
}

fn pieces() -> Result<()> {
    let mut house = block_on(House::open())?;
    let body = json!({ "name": "one", "script": "x".repeat(5_000), "triggerId": "post-change-password" }).to_string();
    let head = house.head("POST /api/v2/hooks") + "content-type: application/json\r\n";

    let whole = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let pieces: Vec<&[u8]> = whole.as_bytes().chunks(700).collect();
    let answer = house.wire.call(&pieces)?;
    ensure!(answer.status == 201, "in pieces: {answer:?}");

    let mut chunked = format!("{head}transfer-encoding: chunked\r\n\r\n");
    for part in body.replace("one", "two").as_bytes().chunks(1_000) {
        chunked += &format!("{:x}\r\n{}\r\n", part.len(), std::str::from_utf8(part)?);
    }
    let answer = house.wire.call(&[chunked.as_bytes(), b"0\r\n\r\n"])?;
    ensure!(answer.status == 201, "in chunks: {answer:?}");

    let answer = house.wire.call(&[(house.head("HEAD /api/v2/hooks") + "\r\n").as_bytes()])?;
    ensure!(answer.status == 200 && answer.header("content-length")?.is_some(), "HEAD: {answer:?}");

    let get = house.head("GET /api/v2/hooks?fields=name") + "\r\n";
    let answer = house.wire.call(&[get.as_bytes()])?;
    ensure!(answer.body == r#"[{"name":"one"},{"name":"two"}]"#, "{answer:?}");
    Ok(())
}

fn too_fast() -> Result<()> {
    let mut house = block_on(House::open())?;
    let get = house.head("GET /api/v2/hooks") + "\r\n";
    // More calls than the burst, and fewer than any daemon that counts could let through.
    let mut refused = None;
    for _ in 0..2_000 {
        let answer = house.wire.call(&[get.as_bytes()])?;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.context("2,000 calls in a row were let through")?;
    let body: Value = serde_json::from_str(&refused.body)?;
    let expected = json!({
        "statusCode": 429,
        "error": "Too Many Requests",
        "message": "Global limit has been reached: a token has 3000 calls a minute here, and 100 at once",
        "errorCode": "too_many_requests",
    });
    ensure!(refused.status == 429 && body == expected, "{refused:?}");
    for (name, value) in [("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "0"), ("retry-after", "1")] {
        ensure!(refused.header(name)? == Some(value), "{name}: {refused:?}");
    }
    let other = get.replace(&house.bindings["token"], &house.bindings["other_token"]);
    let answer = house.wire.call(&[other.as_bytes()])?;
    ensure!(answer.status == 200, "another token has a limit of its own: {answer:?}");
    Ok(())
}
