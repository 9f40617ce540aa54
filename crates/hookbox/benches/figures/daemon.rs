//! A daemon in a process of its own, as in life, with what a benchmark asks of it through its API.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

const OPERATOR_TOKEN: &str = "operator-token-of-the-benchmark";

/// The trigger of every hook and event here.
pub(crate) const TRIGGER: &str = "post-change-password";

/// How long the events of a round may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// One cache for all daemons here: the JavaScript engine is prepared and compiled once, not by each.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/daemon-cache");

/// A server in a process of its own; ended with this value.
pub(crate) struct Server {
    child: Child,
    client: reqwest::Client,
    pub(crate) address: String,
}

impl Server {
    /// Starts a server, and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        loop {
            let line = lines.next().context("the server ended before it listened")??;
            if let Some((_, address)) = line.split_once("listening on http://") {
                let address = address.to_owned();
                std::thread::spawn(move || lines.for_each(drop));
                let client = reqwest::Client::builder().no_proxy().build()?;
                return Ok(Self { child, client, address });
            }
        }
    }

    /// Starts `hookbox serve` on a data directory, or on a PostgreSQL database with its key there.
    pub(crate) fn hookbox(data: &Path, database: Option<&str>) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookbox"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--operator-token", OPERATOR_TOKEN]);
        command.args(["--cache-dir", CACHE, "--data-dir"]).arg(data).env("HOOKBOX_LOG", "error");
        if let Some(url) = database {
            command.env("HOOKBOX_DATABASE", url);
        }
        Self::start(&mut command)
    }

    /// Makes a tenant, with a hook where a module is given, and gives its token.
    pub(crate) async fn tenant(&self, name: &str, module: Option<Vec<u8>>) -> Result<String> {
        let made = self.client.post(self.url("/v1/tenants")).bearer_auth(OPERATOR_TOKEN).json(&json!({ "name": name }));
        let answer: Value = made.send().await?.error_for_status()?.json().await?;
        let token = answer["token"].as_str().context("a token")?.to_owned();
        if let Some(module) = module {
            self.upload(&token, module).await?;
        }
        Ok(token)
    }

    /// Makes a hook from a module, enabled, and gives its id.
    pub(crate) async fn upload(&self, token: &str, module: Vec<u8>) -> Result<String> {
        let url = self.url(&format!("/v1/hooks?name=measured&trigger={TRIGGER}"));
        let upload = self.client.post(url).bearer_auth(token).header("content-type", "application/wasm").body(module);
        id_of(upload).await
    }

    /// Makes a hook from a script, not enabled, and gives its id.
    pub(crate) async fn script(&self, token: &str, script: &str) -> Result<String> {
        let hook = json!({ "name": "measured-script", "triggerId": TRIGGER, "script": script, "enabled": false });
        id_of(self.client.post(self.url("/api/v2/hooks")).bearer_auth(token).json(&hook)).await
    }

    /// Runs a hook without making an event, and gives the report.
    pub(crate) async fn run(&self, token: &str, hook: &str) -> Result<Value> {
        let input: Value = serde_json::from_str(crate::load::BODY)?;
        let body = json!({ "trigger": TRIGGER, "hook_id": hook, "input": input });
        let post = self.client.post(self.url("/v1/runner")).bearer_auth(token).json(&body);
        Ok(post.send().await?.error_for_status()?.json().await?)
    }

    /// Its memory as the system counts it, in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS in the status")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1_024.0)
    }

    /// Sets a quota of a tenant.
    pub(crate) async fn quota(&self, tenant: &str, name: &str, value: u64) -> Result<()> {
        let url = self.url(&format!("/v1/tenants/{tenant}"));
        let patch = self.client.patch(url).bearer_auth(OPERATOR_TOKEN).json(&json!({ "quotas": { name: value } }));
        patch.send().await?.error_for_status()?;
        Ok(())
    }

    /// Reports many events at once.
    pub(crate) async fn batch(&self, token: &str, events: usize) -> Result<()> {
        let line = format!("{}\n", crate::load::BODY);
        let mut left = events;
        while left > 0 {
            let lines = left.min(1_000);
            let url = self.url(&format!("/v1/events/{TRIGGER}/batch"));
            let post = self.client.post(url).bearer_auth(token).header("content-type", "application/x-ndjson");
            let answer = post.body(line.repeat(lines)).send().await?.error_for_status()?.text().await?;
            let taken = answer.lines().filter(|line| line.contains("\"event_id\"")).count();
            ensure!(taken == lines, "{taken} of {lines} events were taken: {answer:.300}");
            left -= lines;
        }
        Ok(())
    }

    /// An event with its deliveries and their attempts.
    pub(crate) async fn event(&self, token: &str, id: &str) -> Result<Value> {
        let get = self.client.get(self.url(&format!("/v1/events/{id}"))).bearer_auth(token);
        Ok(get.send().await?.error_for_status()?.json().await?)
    }

    /// Waits until so many deliveries have succeeded since `before`: all of those that were reported, on all nodes.
    pub(crate) async fn finish(nodes: &[Self], before: f64, deliveries: usize) -> Result<()> {
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        let began = Instant::now();
        #[expect(clippy::cast_precision_loss, reason = "a count of deliveries")]
        let goal = before + deliveries as f64;
        while Self::succeeded(nodes).await? < goal {
            ensure!(began.elapsed() < PATIENCE, "{deliveries} deliveries did not end in {PATIENCE:?}");
            tick.tick().await;
        }
        Ok(())
    }

    /// Deliveries that succeeded since the start, on all nodes. Asks no database, so that asking often costs nothing.
    pub(crate) async fn succeeded(nodes: &[Self]) -> Result<f64> {
        let mut sum = 0.0;
        for node in nodes {
            sum += node.metrics().await?.succeeded();
        }
        Ok(sum)
    }

    /// What the daemon says of itself.
    pub(crate) async fn metrics(&self) -> Result<Metrics> {
        let text = self.client.get(self.url("/metrics")).send().await?.error_for_status()?.text().await?;
        Ok(Metrics::parse(&text))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Makes a hook, and gives its id.
async fn id_of(made: reqwest::RequestBuilder) -> Result<String> {
    let answer: Value = made.send().await?.error_for_status()?.json().await?;
    Ok(answer["id"].as_str().context("the hook's id")?.to_owned())
}

/// The samples of `/metrics`, with their labels as they stand there.
#[derive(Debug, Default)]
pub(crate) struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    fn parse(text: &str) -> Self {
        let samples = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        Self(samples.filter_map(|(sample, value)| Some((sample.to_owned(), value.parse().ok()?))).collect())
    }

    /// That figure; 0 where the daemon has none yet.
    fn get(&self, sample: &str) -> f64 {
        self.0.get(sample).copied().unwrap_or(0.0)
    }

    /// Deliveries that succeeded since the daemon started.
    pub(crate) fn succeeded(&self) -> f64 {
        self.get("hookbox_succeeded_total")
    }

    /// Deliveries that wait or run.
    pub(crate) fn backlog(&self) -> f64 {
        self.0.iter().filter(|(sample, _)| sample.starts_with("hookbox_queue{")).map(|(_, value)| value).sum()
    }

    /// How many of so many events shared a commit since `before`. Commits of a single write do not count: they are the
    /// dispatcher's, who asks for deliveries in between and finds none.
    pub(crate) fn events_per_commit(&self, before: &Self, events: f64) -> f64 {
        let since = |sample| self.get(sample) - before.get(sample);
        let shared = since("hookbox_commits_total") - since(r#"hookbox_commits_by_writes_total{writes_max="1"}"#);
        events / shared.max(1.0)
    }
}
