//! Two nodes whose PostgreSQL goes away under load: stopped at once, killed, or cut off in the middle of a commit. The nodes
//! stay up, refuse what they cannot keep, and go on by themselves.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::cut::Cut;
use super::load::Load;
use super::nodes::Pair;
use super::{accepted_before, chosen_kills};
use crate::api::{Answer, Api, password_change};
use crate::daemon::Daemon;
use crate::eventually::{block_on, eventually};

const RESTARTS: usize = 4;
const CUTS: usize = 10;

const PATIENCE: Duration = Duration::from_secs(60);

/// How long the database is away while the log is watched.
const AWAY: Duration = Duration::from_secs(3);

/// Lines beyond one a second that each place may write: when it begins and when it ends.
const LINES_MORE: u64 = 2;

/// Lines of the pool, which says of each of its connections once that it is gone and once that another one is made.
const LINES_OF_THE_POOL: usize = 2 * 11;

pub(super) fn restarted() -> Result<()> {
    block_on(async {
        let mut pair = Pair::open().await?;
        pair.campaign.met_by_each = 2;
        for cycle in 0..chosen_kills().unwrap_or(RESTARTS) {
            let load = pair.load()?;
            load.accepted(accepted_before(cycle)).await?;
            let server = &pair.server;
            // Both end without a shutdown: the log of changes is replayed at the next start.
            tokio::task::block_in_place(|| if cycle % 2 == 0 { server.kill() } else { server.stop_at_once() });
            refused(&pair.campaign.at(&pair.nodes[cycle % 4 / 2])?).await?;
            tokio::task::block_in_place(|| pair.server.start_again());
            goes_on(&mut pair, load).await?;
        }
        pair.end("PostgreSQL stopped at once or killed, two nodes").await
    })
}

pub(super) fn cut_off() -> Result<()> {
    block_on(async {
        let mut pair = Pair::open_by_proxy().await?;
        for cycle in 0..chosen_kills().unwrap_or(CUTS) {
            let load = pair.load()?;
            load.accepted(accepted_before(cycle) / 4).await?;
            let proxy = pair.proxies[cycle % 2].clone();
            proxy.arm(place(cycle));
            eventually("the connections are cut", PATIENCE, || async { Ok(proxy.has_cut().then_some(())) }).await?;
            goes_on(&mut pair, load).await?;
        }
        pair.end("connections to PostgreSQL cut in mid-write, two nodes").await
    })
}

/// Where the cut of a cycle comes: another place each time, so that cuts meet every message and every part of one.
fn place(cycle: usize) -> Cut {
    let bytes = cycle * 2_711 % 16_384;
    if cycle % 4 < 2 { Cut::After(bytes) } else { Cut::Within(bytes) }
}

/// The node is up, and says that it can do nothing just now.
async fn refused(node: &Api) -> Result<()> {
    let refused = eventually("a call is refused", PATIENCE, || async {
        let answer = node.get("/v1/hooks").await?;
        Ok((answer.status != 200).then_some(answer))
    });
    says_when(&refused.await?)
}

fn says_when(answer: &Answer) -> Result<()> {
    ensure!(answer.status == 503 && answer.retry_after.is_some_and(|seconds| seconds >= 1), "{answer:?}");
    Ok(())
}

/// Both nodes accept again, by themselves; then the load ends.
async fn goes_on(pair: &mut Pair, load: Load) -> Result<()> {
    let before = load.accepted_so_far();
    load.accepted(before + 20).await?;
    pair.campaign.fault(load).await;
    for node in 0..pair.nodes.len() {
        let load = pair.campaign.load(&[&pair.nodes[node]])?;
        load.accepted(1).await?;
        pair.campaign.stop(load).await;
    }
    Ok(())
}

/// Calls without pause, each of which must be answered 503 with a time to try again, for a while.
async fn hammer(node: &Api) -> Result<usize> {
    let begun = Instant::now();
    let mut calls = 0;
    while begun.elapsed() < AWAY {
        says_when(&node.get("/v1/hooks").await?)?;
        says_when(&node.post("/v1/events/post-change-password", &password_change("nobody@example.com")).await?)?;
        calls += 2;
    }
    Ok(calls)
}

pub(super) fn the_log_stays_short() -> Result<()> {
    block_on(async {
        let logs = tempfile::tempdir()?;
        let pair = Pair::open_logged(logs.path()).await?;
        let load = pair.load()?;
        load.accepted(60).await?;
        let killed = Instant::now();
        tokio::task::block_in_place(|| pair.server.kill());
        let node = pair.campaign.at(&pair.nodes[0])?;
        refused(&node).await?;
        let calls = hammer(&node).await?;
        load.stop().await;
        tokio::task::block_in_place(|| pair.server.start_again());
        is_back(&node).await?;
        check_log(&std::fs::read_to_string(logs.path().join("0"))?, calls, killed.elapsed())?;
        let [first, second] = pair.nodes;
        [first, second].into_iter().try_for_each(stops_in_order)
    })
}

async fn is_back(node: &Api) -> Result<()> {
    eventually("events are accepted again", PATIENCE, || async {
        Ok(node.password_changed("after@example.com").await.ok().map(drop))
    })
    .await
}

fn stops_in_order(daemon: Daemon) -> Result<()> {
    ensure!(daemon.terminate()?.success(), "it stops in order");
    Ok(())
}

/// Each kind of line is there once a second at most, however many calls failed, and what they say is true of an outage.
fn check_log(log: &str, calls: usize, away: Duration) -> Result<()> {
    let failed = log.lines().find(|line| line.contains("a call failed")).context("a failed call is in the log")?;
    ensure!(failed.contains("the store cannot be used"), "{failed}");
    ensure!(!log.contains("no further writes"), "it writes again when the database is back: {log}");
    let mut lines: BTreeMap<&str, u64> = BTreeMap::new();
    for line in log.lines().filter(|line| !line.contains("deadpool")) {
        *lines.entry(kind(line)).or_default() += 1;
    }
    let of_the_pool = log.lines().filter(|line| line.contains("deadpool")).count();
    ensure!(of_the_pool <= LINES_OF_THE_POOL, "{of_the_pool} lines of the pool:\n{log}");
    for (kind, lines) in lines {
        ensure!(lines <= away.as_secs() + LINES_MORE, "{lines} times '{kind}' in {away:?}:\n{log}");
    }
    ensure!(calls > 100, "only {calls} calls");
    Ok(())
}

/// What a line says, without its time and its fields.
fn kind(line: &str) -> &str {
    let words = line.split_once(' ').map_or(line, |(_, words)| words);
    let fields = words.find('=').unwrap_or(words.len());
    words[..fields].rsplit_once(' ').map_or(words, |(words, _)| words)
}
