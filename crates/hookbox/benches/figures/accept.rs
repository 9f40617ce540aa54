//! Durable accepts per second over HTTP with 64 clients, and events per second to the finished attempt, beside the same
//! statements in bare SQLite and a bare 202.
//!
//! Every server is a process of its own, as in life; the clients share the machine's cores with it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::guests;
use crate::measure::median_of;

const CLIENTS: usize = 64;
const EVENTS: usize = 20_000;
const ROUNDS: usize = 5;
const BODY: &str = r#"{"user":{"id":"abc123","username":"user1","email":"user1@example.com","last_password_reset":"2019-02-27T14:14:29.206Z"},"context":{"connection":{"id":"con_xxxxxxxxxxxxxxxx","name":"Username-Password-Authentication","tenant":"my-tenant"}}}"#;

/// The argument under which this program is the bare server.
const BARE_SERVER: &str = "--bare-202";

pub(crate) fn measure() -> Result<()> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let directory = tempfile::tempdir()?;
    let bare = Server::start(Command::new(std::env::current_exe()?).arg(BARE_SERVER))?;
    let hookbox = Server::start(
        Command::new(env!("CARGO_BIN_EXE_hookbox"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--operator-token",
                "operator-token-of-the-benchmark",
                "--data-dir",
            ])
            .arg(directory.path())
            .env("HOOKBOX_LOG", "error"),
    )?;
    let idle = tokio.block_on(hookbox.tenant("accepts-only", None))?;
    let busy = tokio.block_on(hookbox.tenant("runs-starter", Some(guests::example("starter")?)))?;
    let (mut plain, mut sqlite, mut accepts, mut events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(tokio.block_on(load(&bare.address, "none"))?);
        sqlite.push(bare_sqlite(directory.path())?);
        accepts.push(tokio.block_on(load(&hookbox.address, &idle))?);
        events.push(tokio.block_on(hookbox.to_the_end(&busy))?);
    }
    println!("\ndurable accepts, {CLIENTS} clients, {EVENTS} events a round, per second");
    let rows = [
        ("bare axum, 202 without a store", &plain, "1.00 × of itself".to_owned()),
        ("bare rusqlite, batches of 64", &sqlite, "1.00 × of itself".to_owned()),
        (
            "hookbox, 202 over HTTP",
            &accepts,
            format!("{:.2} × of bare 202, {:.2} × of bare rusqlite", ratio(&accepts, &plain), ratio(&accepts, &sqlite)),
        ),
        ("hookbox, POST to finished attempt", &events, format!("{:.2} × of its accepts", ratio(&events, &accepts))),
    ];
    for (name, rates, words) in rows {
        println!("  {name:<44} {:>10.0}  {words}", median_of(rates.clone()));
    }
    Ok(())
}

fn ratio(ours: &[f64], floor: &[f64]) -> f64 {
    median_of(ours.iter().zip(floor).map(|(a, b)| a / b).collect())
}

#[expect(clippy::cast_precision_loss, reason = "a count of events in seconds")]
fn per_second(count: usize, began: Instant) -> f64 {
    count as f64 / began.elapsed().as_secs_f64()
}

/// A server in a process of its own; ended with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        loop {
            let line = lines.next().context("the server ended before it listened")??;
            if let Some((_, address)) = line.split_once("listening on http://") {
                let address = address.to_owned();
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { child, address });
            }
        }
    }

    /// Makes a tenant, with a hook where a module is given, and gives its token.
    async fn tenant(&self, name: &str, module: Option<Vec<u8>>) -> Result<String> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let answer: serde_json::Value = client
            .post(format!("http://{}/v1/tenants", self.address))
            .bearer_auth("operator-token-of-the-benchmark")
            .json(&serde_json::json!({ "name": name }))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let token = answer["token"].as_str().context("a token")?.to_owned();
        if let Some(module) = module {
            let url = format!("http://{}/v1/hooks?name=starter&trigger=post-change-password", self.address);
            let upload = client.post(url).bearer_auth(&token).header("content-type", "application/wasm").body(module);
            upload.send().await?.error_for_status()?;
        }
        Ok(token)
    }

    /// Events per second until the last attempt has finished, as the tenant's list of pending events tells.
    async fn to_the_end(&self, token: &str) -> Result<f64> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let began = Instant::now();
        load(&self.address, token).await?;
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        for state in ["pending", "leased"] {
            let url = format!("http://{}/v1/events?state={state}&take=1", self.address);
            loop {
                let answer: serde_json::Value = client.get(&url).bearer_auth(token).send().await?.json().await?;
                if answer["events"].as_array().context("events")?.is_empty() {
                    break;
                }
                tick.tick().await;
            }
        }
        Ok(per_second(EVENTS, began))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Posts the event `EVENTS` times over `CLIENTS` connections; gives answers of 202 per second.
async fn load(address: &str, token: &str) -> Result<f64> {
    let request: Arc<[u8]> = format!(
        "POST /v1/events/post-change-password HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
    .into_bytes()
    .into();
    let left = Arc::new(AtomicUsize::new(EVENTS));
    let began = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        clients.spawn(client(stream, request.clone(), left.clone()));
    }
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    Ok(per_second(EVENTS, began))
}

/// One connection that posts and reads in turn. As little client as possible: it shares the cores with the server.
async fn client(mut stream: tokio::net::TcpStream, request: Arc<[u8]>, left: Arc<AtomicUsize>) -> Result<()> {
    let mut buffer = vec![0; 4 << 10];
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
        stream.write_all(&request).await?;
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..]).await?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
            if is_whole(&buffer[..filled])? {
                break;
            }
        }
    }
    Ok(())
}

/// Whether the answer is there to its last byte; an error where it is not a 202.
fn is_whole(answer: &[u8]) -> Result<bool> {
    let text = std::str::from_utf8(answer)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(false) };
    ensure!(head.starts_with("HTTP/1.1 202"), "{text}");
    let length = head
        .lines()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("content-length")))
        .map_or(Ok(0), |(_, value)| value.parse::<usize>())?;
    Ok(body.len() >= length)
}

/// What accepting writes, in bare rusqlite: one transaction for each 64 events, synced to disk.
fn bare_sqlite(directory: &std::path::Path) -> Result<f64> {
    let path = directory.join("bare.sqlite");
    drop(std::fs::remove_file(&path));
    let mut database = rusqlite::Connection::open(&path)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE event (id INTEGER PRIMARY KEY, tenant INTEGER, trigger INTEGER, user TEXT, context TEXT) STRICT;
         CREATE TABLE delivery (event INTEGER, hook INTEGER, tenant INTEGER, state INTEGER, next_at INTEGER,
             PRIMARY KEY (event, hook)) STRICT, WITHOUT ROWID;
         CREATE INDEX due ON delivery (tenant, next_at) WHERE state = 0;",
    )?;
    let (user, context) = BODY.split_at(BODY.len() / 2);
    let began = Instant::now();
    for batch in 0..EVENTS / CLIENTS {
        let transaction = database.transaction()?;
        {
            let mut event = transaction.prepare_cached("INSERT INTO event VALUES (?1, 1, 0, ?2, ?3)")?;
            let mut delivery = transaction.prepare_cached("INSERT INTO delivery VALUES (?1, 1, 1, 0, ?1)")?;
            for number in batch * CLIENTS..(batch + 1) * CLIENTS {
                let id = i64::try_from(number)?;
                event.execute((id, user, context))?;
                delivery.execute((id,))?;
            }
        }
        transaction.commit()?;
    }
    Ok(per_second(EVENTS, began))
}

/// A server that answers 202 and keeps nothing, when this program was started as one; never returns then.
pub(crate) fn serve_bare_if_asked() -> Result<()> {
    if !std::env::args().any(|argument| argument == BARE_SERVER) {
        return Ok(());
    }
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    tokio.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        let answer = |_: axum::body::Bytes| async {
            let body = r#"{"event_id":"evt_0000000000000","deliveries":0,"duplicate":false}"#;
            (axum::http::StatusCode::ACCEPTED, [("content-type", "application/json")], body)
        };
        let router = axum::Router::new().route("/v1/events/post-change-password", axum::routing::post(answer));
        Ok(axum::serve(listener, router).await?)
    })
}
