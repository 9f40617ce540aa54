//! Two daemons on one PostgreSQL.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::api::{Api, finished, password_change};
use crate::daemon::Daemon;
use crate::eventually::{block_on, eventually};
use crate::postgres::{setup, start};
use crate::{Case, Need, case_needing, guests};

pub(crate) const CASES: &[Case] = &[
    case_needing("a hook that was deployed at one node runs at the other", &[Need::Postgres], deployed_here_runs_there),
    case_needing(
        "what a node that was killed had begun is finished by the other",
        &[Need::Postgres],
        the_other_finishes,
    ),
    case_needing(
        "a token that was revoked at one node is refused at the other within two seconds",
        &[Need::Postgres],
        revoked_here_is_refused_there,
    ),
    case_needing(
        "a quota that was set at one node holds at the other, against what both accepted, within two seconds",
        &[Need::Postgres],
        a_quota_holds_everywhere,
    ),
];

const TWO_SECONDS: Duration = Duration::from_secs(2);

fn at(daemon: &Daemon, tenant: &Api) -> Result<Api> {
    Api::new(&daemon.url, tenant.token())
}

fn deployed_here_runs_there() -> Result<()> {
    block_on(async {
        let server = start(false)?;
        let (a, b) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let first = setup(a.path(), &server).start()?;
        // They share the master key, as nodes of one database must.
        std::fs::copy(a.path().join("master.key"), b.path().join("master.key"))?;
        let second = setup(b.path(), &server).start()?;
        let tenant = first.tenant("acme").await?;
        tenant.create_hook("starter", &guests::starter()?).await?;
        let there = at(&second, &tenant)?;
        let id = there.password_changed("a@example.com").await?;
        // Only the other one is left to run it, or has run it already.
        first.kill()?;
        let event = there.event_when(&id, finished).await?;
        ensure!(event["deliveries"][0]["state"] == "succeeded", "{event:#}");
        let id = there.password_changed("b@example.com").await?;
        let event = there.event_when(&id, finished).await?;
        ensure!(event["deliveries"][0]["attempts"][0]["outcome"] == "completed", "{event:#}");
        Ok(())
    })
}

fn the_other_finishes() -> Result<()> {
    block_on(async {
        let server = start(true)?;
        let (a, b) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let first = setup(a.path(), &server).flag("--runs-at-once", 4).start()?;
        std::fs::copy(a.path().join("master.key"), b.path().join("master.key"))?;
        let tenant = first.tenant("acme").await?;
        tenant.create_hook("starter", &guests::starter()?).await?;
        let mut ids = Vec::new();
        for number in 0..300 {
            ids.push(tenant.password_changed(&format!("user{number}@example.com")).await?);
        }
        first.kill()?;
        let second = setup(b.path(), &server).start()?;
        let there = at(&second, &tenant)?;
        for id in &ids {
            let event = there.event_when(id, finished).await?;
            ensure!(event["deliveries"][0]["state"] == "succeeded", "{event:#}");
        }
        let waiting = there.get("/v1/events?state=leased&take=1").await?.json;
        ensure!(waiting["events"].as_array().is_some_and(Vec::is_empty), "{waiting:#}");
        Ok(())
    })
}

fn revoked_here_is_refused_there() -> Result<()> {
    block_on(async {
        let server = start(false)?;
        let (a, b) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let first = setup(a.path(), &server).start()?;
        std::fs::copy(a.path().join("master.key"), b.path().join("master.key"))?;
        let second = setup(b.path(), &server).start()?;
        let tenant = first.tenant("acme").await?;
        let made = tenant.post("/v1/tokens", &json!({"name": "short-lived"})).await?;
        ensure!(made.status == 201, "{made:?}");
        let token = made.json["token"].as_str().context("a token")?;
        let (here, there) = (Api::new(&first.url, token)?, Api::new(&second.url, token)?);
        ensure!(there.get("/v1/hooks").await?.status == 200, "it works there");
        let id = made.json["id"].as_str().context("an id")?;
        let revoked = tenant.delete(&format!("/v1/tokens/{id}")).await?;
        ensure!(revoked.status == 204, "{revoked:?}");
        ensure!(here.get("/v1/hooks").await?.status == 401, "at once where it was revoked");
        eventually("it is refused there", TWO_SECONDS, || async {
            Ok((there.get("/v1/hooks").await?.status == 401).then_some(()))
        })
        .await
    })
}

fn a_quota_holds_everywhere() -> Result<()> {
    const BACKLOG: u64 = 10;
    block_on(async {
        let server = start(false)?;
        let (a, b) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let first = setup(a.path(), &server).start()?;
        std::fs::copy(a.path().join("master.key"), b.path().join("master.key"))?;
        let second = setup(b.path(), &server).start()?;
        let tenant = first.tenant("acme").await?;
        // It calls a host that is not there, so that its deliveries wait for another attempt.
        tenant.create_hook("reporter", &guests::reporter()?).await?;
        let quota = first.operator()?.patch("/v1/tenants/acme", &json!({"quotas": {"backlog": BACKLOG}})).await?;
        ensure!(quota.status == 200, "{quota:?}");
        let there = at(&second, &tenant)?;
        let seen = there.get("/v1/stats").await?.json;
        ensure!(seen["backlog"]["pending"] == 0, "{seen:#}");
        for number in 0..BACKLOG {
            tenant.password_changed(&format!("user{number}@example.com")).await?;
        }
        let report = async |node: &Api| {
            let answer = node.post("/v1/events/post-change-password", &password_change("late@example.com")).await?;
            let is_refused = answer.status == 429;
            ensure!(answer.status == 202 || is_refused && answer.json["errorCode"] == "backlog_full", "{answer:?}");
            Ok(is_refused)
        };
        ensure!(report(&tenant).await?, "at once where they came");
        eventually("the other node refuses as well", TWO_SECONDS, || async { Ok(report(&there).await?.then_some(())) })
            .await?;
        let raised = second.operator()?.patch("/v1/tenants/acme", &json!({"quotas": {"backlog": 1_000_000}})).await?;
        ensure!(raised.status == 200, "{raised:?}");
        ensure!(!report(&there).await?, "at once where it was raised");
        eventually("the first node takes events again", TWO_SECONDS, || async {
            Ok((!report(&tenant).await?).then_some(()))
        })
        .await
    })
}
