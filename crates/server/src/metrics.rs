//! The figures of `/metrics`. No label carries the name of a tenant or anything else that a caller can choose.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hookbox_protocol::{ErrorCode, Report, Trigger};
use hookbox_store::{Stats, Swept};
use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds in seconds for runs: from a starter hook to the longest that an operator allows.
const RUN_SECONDS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 20.0, 60.0];

/// Upper bounds in seconds for calls of the API.
const REQUEST_SECONDS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0];

/// Every figure.
pub(crate) struct Metrics {
    registry: Registry,
    attempts: Family<Attempt, Counter>,
    run_seconds: Family<TriggerLabel, Histogram>,
    fuel: Counter,
    host_failures: Counter,
    leases_lost: Counter,
    running: Gauge,
    http_requests: Family<HttpRequest, Counter>,
    http_seconds: Histogram,
    connections: Gauge,
    connections_refused: Counter,
    connections_made_room: Counter,
    compile_refusals: Family<CodeLabel, Counter>,
    refusals: Family<CodeLabel, Counter>,
    followers: Gauge,
    follower_lines_dropped: Counter,
    spans_dropped: Counter,
    disk_free_bytes: Gauge,
    swept: Family<RowsLabel, Counter>,
    queue: Family<StateLabel, Gauge>,
    oldest_due_seconds: Gauge<f64, AtomicU64>,
    dead: Gauge,
    succeeded: Counter,
    store_bytes: Gauge,
    commits: Counter,
    commit_writes: Counter,
    commit_seconds: Counter<f64, AtomicU64>,
    commits_by_writes: Family<WritesLabel, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempt {
    trigger: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TriggerLabel {
    trigger: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HttpRequest {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabel {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RowsLabel {
    rows: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WritesLabel {
    writes_max: u32,
}

impl Metrics {
    /// All figures at zero.
    pub(crate) fn new() -> Self {
        let run_seconds = Family::new_with_constructor((|| Histogram::new(RUN_SECONDS)) as fn() -> Histogram);
        let mut metrics = Self {
            registry: Registry::with_prefix("hookbox"),
            attempts: Family::default(),
            run_seconds,
            fuel: Counter::default(),
            host_failures: Counter::default(),
            leases_lost: Counter::default(),
            running: Gauge::default(),
            http_requests: Family::default(),
            http_seconds: Histogram::new(REQUEST_SECONDS),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            connections_made_room: Counter::default(),
            compile_refusals: Family::default(),
            refusals: Family::default(),
            followers: Gauge::default(),
            follower_lines_dropped: Counter::default(),
            spans_dropped: Counter::default(),
            disk_free_bytes: Gauge::default(),
            swept: Family::default(),
            queue: Family::default(),
            oldest_due_seconds: Gauge::default(),
            dead: Gauge::default(),
            succeeded: Counter::default(),
            store_bytes: Gauge::default(),
            commits: Counter::default(),
            commit_writes: Counter::default(),
            commit_seconds: Counter::default(),
            commits_by_writes: Family::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let executions = "Executions of hooks, for deliveries and for calls of blocking triggers";
        registry.register("attempts", executions, self.attempts.clone());
        registry.register("run_seconds", "Time of one execution, waiting included", self.run_seconds.clone());
        registry.register("fuel_used", "Units of fuel that executions burnt", self.fuel.clone());
        registry.register("host_failures", "Executions that the host failed to carry out", self.host_failures.clone());
        let early = "Executions that ended early, or whose completion came too late, because their lease was gone";
        registry.register("leases_lost", early, self.leases_lost.clone());
        registry.register("running", "Executions of deliveries just now", self.running.clone());
        registry.register("http_requests", "Answered calls of the API", self.http_requests.clone());
        registry.register("http_request_seconds", "Time to an answer of the API", self.http_seconds.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register(
            "connections_refused",
            "Connections closed because their address had too many",
            self.connections_refused.clone(),
        );
        registry.register(
            "connections_made_room",
            "Connections closed to make room for others, when there were as many as there may be",
            self.connections_made_room.clone(),
        );
        registry.register("compile_refusals", "Uploads that were refused", self.compile_refusals.clone());
        registry.register(
            "refusals",
            "Calls, and lines of batches, that were refused, by their error's code",
            self.refusals.clone(),
        );
        registry.register("followers", "Followers of the live log just now", self.followers.clone());
        registry.register(
            "follower_lines_dropped",
            "Printed lines that a slow follower of the live log did not get",
            self.follower_lines_dropped.clone(),
        );
        registry.register(
            "spans_dropped",
            "Spans of traces that the collector did not get",
            self.spans_dropped.clone(),
        );
        self.register_store();
    }

    fn register_store(&mut self) {
        let registry = &mut self.registry;
        registry.register("queue", "Deliveries that wait or run", self.queue.clone());
        registry.register("dead", "Deliveries that ended badly and are kept", self.dead.clone());
        registry.register("succeeded", "Deliveries that succeeded", self.succeeded.clone());
        registry.register(
            "oldest_due_seconds",
            "For how long the delivery has been due that is due longest",
            self.oldest_due_seconds.clone(),
        );
        registry.register("swept", "Rows that retention removed", self.swept.clone());
        registry.register("disk_free_bytes", "Bytes free where the database is", self.disk_free_bytes.clone());
        registry.register("store_bytes", "Bytes of the database", self.store_bytes.clone());
        registry.register("commits", "Commits of the store", self.commits.clone());
        registry.register("commit_writes", "Writes in those commits", self.commit_writes.clone());
        registry.register("commit_seconds", "Time spent in commits", self.commit_seconds.clone());
        registry.register(
            "commits_by_writes",
            "Commits by the number of writes in them, each up to the label's number",
            self.commits_by_writes.clone(),
        );
    }

    /// An execution ended.
    pub(crate) fn attempt(&self, trigger: Trigger, report: &Report) {
        let trigger = trigger.name();
        self.attempts.get_or_create(&Attempt { trigger, outcome: report.outcome.name() }).inc();
        self.run_seconds.get_or_create(&TriggerLabel { trigger }).observe(report.wall.as_secs_f64());
        self.fuel.inc_by(report.fuel_used);
    }

    /// The host could not carry out an execution.
    pub(crate) fn host_failed(&self) {
        self.host_failures.inc();
    }

    /// An execution ended early, or its completion came too late.
    pub(crate) fn lease_lost(&self) {
        self.leases_lost.inc();
    }

    /// Counts an execution for as long as the guard lives.
    pub(crate) fn running(&self) -> Counted {
        Counted::new(&self.running)
    }

    /// Counts a connection for as long as the guard lives.
    pub(crate) fn connection(&self) -> Counted {
        Counted::new(&self.connections)
    }

    /// A connection was closed because its address had too many.
    pub(crate) fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// A connection was closed to make room for another one.
    pub(crate) fn connection_made_room(&self) {
        self.connections_made_room.inc();
    }

    /// A call was answered; `route` is the template, not the path.
    pub(crate) fn http_request(&self, method: &'static str, route: &str, status: StatusCode, elapsed: Duration) {
        let labels = HttpRequest { method, route: route.to_owned(), status: status.as_u16() };
        self.http_requests.get_or_create(&labels).inc();
        self.http_seconds.observe(elapsed.as_secs_f64());
    }

    /// An upload was refused.
    pub(crate) fn compile_refused(&self, code: ErrorCode) {
        self.compile_refusals.get_or_create(&CodeLabel { code: code.name() }).inc();
    }

    /// A call, or a line of a batch, was refused.
    pub(crate) fn refused(&self, code: &'static str) {
        self.refusals.get_or_create(&CodeLabel { code }).inc();
    }

    /// Retention removed something.
    pub(crate) fn swept(&self, swept: &Swept) {
        let Swept { events, deliveries, attempts, logs, idle: _ } = *swept;
        for (rows, count) in [("events", events), ("deliveries", deliveries), ("attempts", attempts), ("logs", logs)] {
            self.swept.get_or_create(&RowsLabel { rows }).inc_by(count);
        }
    }

    /// The gauge of followers, and the counter of the lines that they missed.
    pub(crate) fn followers(&self) -> (Gauge, Counter) {
        (self.followers.clone(), self.follower_lines_dropped.clone())
    }

    /// The counter of spans that were not sent.
    pub(crate) fn spans_dropped(&self) -> Counter {
        self.spans_dropped.clone()
    }

    /// Executions of deliveries just now.
    pub(crate) fn running_now(&self) -> u64 {
        u64::try_from(self.running.get()).unwrap_or(0)
    }

    /// The text of `/metrics`, with the figures of the store and of the disk as they are now.
    pub(crate) fn encode(&self, stats: &Stats, disk_free: Option<u64>) -> Result<String, fmt::Error> {
        self.set_store(stats);
        self.disk_free_bytes.set(disk_free.unwrap_or(0).try_into().unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn set_store(&self, stats: &Stats) {
        for (state, count) in [("pending", stats.backlog.pending), ("leased", stats.backlog.leased)] {
            self.queue.get_or_create(&StateLabel { state }).set(count.try_into().unwrap_or(i64::MAX));
        }
        self.dead.set(stats.dead.try_into().unwrap_or(i64::MAX));
        self.store_bytes.set(stats.bytes.try_into().unwrap_or(i64::MAX));
        self.oldest_due_seconds.set(Duration::from_millis(stats.oldest_due_ms).as_secs_f64());
        // The store counts by itself: its counters are copied, not added up.
        self.succeeded.inner().store(stats.succeeded, Ordering::Relaxed);
        self.commits.inner().store(stats.group_commits.commits, Ordering::Relaxed);
        self.commit_writes.inner().store(stats.group_commits.writes, Ordering::Relaxed);
        self.commit_seconds.inner().store(stats.group_commits.time.as_secs_f64().to_bits(), Ordering::Relaxed);
        for (power, count) in stats.group_commits.by_writes.iter().enumerate() {
            let label = WritesLabel { writes_max: 1 << power };
            self.commits_by_writes.get_or_create(&label).inner().store(*count, Ordering::Relaxed);
        }
    }
}

/// Holds a gauge up by one.
pub(crate) struct Counted(Gauge);

impl Counted {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use hookbox_protocol::Outcome;

    use super::*;
    use crate::execution::report_of;

    const README: &str = include_str!("../../../README.md");

    #[test]
    fn the_readme_has_a_row_for_every_metric_and_none_besides() {
        let metrics = Metrics::new();
        // A family is there from its first member on.
        metrics.attempt(Trigger::PostChangePassword, &report_of(Outcome::NeverFinished));
        metrics.http_request("GET", "/", StatusCode::OK, Duration::ZERO);
        metrics.compile_refused(ErrorCode::NotWasm);
        metrics.refused(ErrorCode::BacklogFull.name());
        metrics.swept(&Swept::default());
        let text = metrics.encode(&Stats::default(), None).expect("text");
        let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        let rows: Vec<String> = kinds.map(|(name, kind)| format!("| `{name}` | {kind} |")).collect();
        assert!(rows.len() > 20, "{rows:?}");
        for row in &rows {
            assert!(README.contains(row), "the README lacks the row {row}");
        }
        assert_eq!(README.matches("| `hookbox_").count(), rows.len());
    }
}
