//! Two nodes of one PostgreSQL: killed in turn, and one that stands still for so long that the other takes its work.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::cut::Proxy;
use super::load::Load;
use super::sink::Sink;
use super::{Campaign, accepted_before, chosen_kills, reaching};
use crate::daemon::{Daemon, Setup};
use crate::eventually::{block_on, eventually};
use crate::postgres::{server::Server, setup, start};

const KILLS: usize = 8;

/// A node that stands still keeps its connections, and so its leases until they run out, after 30 seconds.
const TAKING_OVER: Duration = Duration::from_secs(120);

/// A database, and two nodes of it that reach one sink.
pub(super) struct Pair {
    setups: [Setup; 2],
    pub(super) nodes: [Daemon; 2],
    pub(super) campaign: Campaign,
    /// What each node reaches the database by, where that is cut.
    pub(super) proxies: Vec<Proxy>,
    _directories: [tempfile::TempDir; 2],
    pub(super) server: Server,
}

impl Pair {
    pub(super) async fn open() -> Result<Self> {
        Self::open_with(|server, data, _| setup(data, server), Vec::new(), start(true)?).await
    }

    /// With a proxy between each node and the database.
    pub(super) async fn open_by_proxy() -> Result<Self> {
        let server = start(true)?;
        let proxies = vec![Proxy::start(&server.socket()).await?, Proxy::start(&server.socket()).await?];
        let addresses: Vec<_> = proxies.iter().map(|proxy| proxy.address).collect();
        let by_proxy = move |_: &Server, data: &Path, node: usize| {
            let url = format!("postgres://hookbox@{}/postgres?sslmode=disable", addresses[node]);
            Setup::new(data).flag("--database", url)
        };
        Self::open_with(by_proxy, proxies, server).await
    }

    /// With the log of each node in a file that has the node's number.
    pub(super) async fn open_logged(logs: &Path) -> Result<Self> {
        let logged = |server: &Server, data: &Path, node: usize| {
            setup(data, server).logged("warn", &logs.join(node.to_string()))
        };
        Self::open_with(logged, Vec::new(), start(true)?).await
    }

    async fn open_with(
        setup: impl Fn(&Server, &Path, usize) -> Setup,
        proxies: Vec<Proxy>,
        server: Server,
    ) -> Result<Self> {
        let directories = [tempfile::tempdir()?, tempfile::tempdir()?];
        let [a, b] = [directories[0].path(), directories[1].path()];
        let sink = Sink::start().await?;
        let setups = [reaching(&sink, setup(&server, a, 0)), reaching(&sink, setup(&server, b, 1))];
        let first = setups[0].start()?;
        // They share the master key, as nodes of one database must.
        std::fs::copy(a.join("master.key"), b.join("master.key"))?;
        let nodes = [first, setups[1].start()?];
        let campaign = Campaign::begin(sink, &nodes[0]).await?;
        Ok(Self { setups, nodes, campaign, proxies, _directories: directories, server })
    }

    /// Clients of both nodes.
    pub(super) fn load(&self) -> Result<Load> {
        self.campaign.load(&[&self.nodes[0], &self.nodes[1]])
    }

    /// Holds what came of it against what is known.
    pub(super) async fn end(self, what: &str) -> Result<()> {
        self.campaign.end(what, &self.nodes[0]).await
    }
}

pub(super) fn killed() -> Result<()> {
    block_on(async {
        let mut pair = Pair::open().await?;
        for cycle in 0..chosen_kills().unwrap_or(KILLS) {
            let load = pair.load()?;
            load.accepted(accepted_before(cycle)).await?;
            let turn = cycle % 2;
            pair.nodes[turn].kill_now()?;
            // The other one goes on.
            load.accepted(accepted_before(cycle) + 20).await?;
            pair.campaign.fault(load).await;
            pair.nodes[turn] = pair.setups[turn].start()?;
        }
        pair.end("SIGKILL in turn, two nodes on PostgreSQL").await
    })
}

pub(super) fn frozen() -> Result<()> {
    block_on(async {
        let mut pair = Pair::open().await?;
        let load = pair.load()?;
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
        pair.end("SIGSTOP past the leases, two nodes on PostgreSQL").await
    })
}
