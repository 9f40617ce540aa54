//! Two nodes of one PostgreSQL: killed in turn, and one that stands still for so long that the other takes its work.

use std::time::Duration;

use anyhow::Result;

use super::sink::Sink;
use super::{Campaign, accepted_before, chosen_kills, reaching};
use crate::daemon::{Daemon, Setup};
use crate::eventually::{block_on, eventually};
use crate::postgres::{server::Server, setup, start};

const KILLS: usize = 8;

/// A node that stands still keeps its connections, and so its leases until they run out, after 30 seconds.
const TAKING_OVER: Duration = Duration::from_secs(120);

/// A database, and two nodes of it that reach one sink.
struct Pair {
    setups: [Setup; 2],
    nodes: [Daemon; 2],
    campaign: Campaign,
    _directories: [tempfile::TempDir; 2],
    _server: Server,
}

impl Pair {
    async fn open() -> Result<Self> {
        let server = start(true)?;
        let directories = [tempfile::tempdir()?, tempfile::tempdir()?];
        let [a, b] = [directories[0].path(), directories[1].path()];
        let sink = Sink::start().await?;
        let setups = [reaching(&sink, setup(a, &server)), reaching(&sink, setup(b, &server))];
        let first = setups[0].start()?;
        // They share the master key, as nodes of one database must.
        std::fs::copy(a.join("master.key"), b.join("master.key"))?;
        let nodes = [first, setups[1].start()?];
        let campaign = Campaign::begin(sink, &nodes[0]).await?;
        Ok(Self { setups, nodes, campaign, _directories: directories, _server: server })
    }
}

pub(super) fn killed() -> Result<()> {
    block_on(async {
        let mut pair = Pair::open().await?;
        for cycle in 0..chosen_kills().unwrap_or(KILLS) {
            let load = pair.campaign.load(&[&pair.nodes[0], &pair.nodes[1]])?;
            load.accepted(accepted_before(cycle)).await?;
            let turn = cycle % 2;
            pair.nodes[turn].kill_now()?;
            // The other one goes on.
            load.accepted(accepted_before(cycle) + 20).await?;
            pair.campaign.fault(load).await;
            pair.nodes[turn] = pair.setups[turn].start()?;
        }
        pair.campaign.end("SIGKILL in turn, two nodes on PostgreSQL", &pair.nodes[0]).await
    })
}

pub(super) fn frozen() -> Result<()> {
    block_on(async {
        let mut pair = Pair::open().await?;
        let load = pair.campaign.load(&[&pair.nodes[0], &pair.nodes[1]])?;
        load.accepted(60).await?;
        pair.nodes[0].freeze()?;
        pair.campaign.fault(load).await;
        // The other one ends what the frozen one had begun before that one moves again.
        let working = pair.campaign.at(&pair.nodes[1])?;
        eventually("the other node takes over", TAKING_OVER, || super::ended(&working)).await?;
        pair.nodes[0].thaw()?;
        // It takes part again: what it still held is refused, what is new runs.
        let load = pair.campaign.load(&[&pair.nodes[0]])?;
        load.accepted(40).await?;
        pair.campaign.stop(load).await;
        pair.campaign.end("SIGSTOP past the leases, two nodes on PostgreSQL", &pair.nodes[0]).await
    })
}
