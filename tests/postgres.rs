//! A daemon on PostgreSQL, by flag, by file and by variable; and a real server for these tests and those of `nodes`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::api::finished;
use crate::daemon::{CACHE, HOOKBOX, OPERATOR_TOKEN, Setup};
use crate::eventually::{block_on, eventually};
use crate::{Case, Need, case_needing, guests};

// The store's own tests start their servers with the same file.
#[path = "../crates/store/src/suite/server.rs"]
pub(crate) mod server;

use server::Server;

pub(crate) const CASES: &[Case] = &[
    case_needing("an event that came to a daemon on PostgreSQL runs its hook", &[Need::Postgres], an_event_runs),
    case_needing(
        "a daemon on PostgreSQL refuses events while the server is gone, and goes on by itself",
        &[Need::Postgres],
        it_goes_on,
    ),
    case_needing(
        "the database is named by flag, by file and by variable, and its password is never printed",
        &[Need::Postgres],
        the_password_stays_unprinted,
    ),
];

/// A server of a test's own; `durable` where the test kills it.
pub(crate) fn start(durable: bool) -> Result<Server> {
    Server::start(durable).map_err(anyhow::Error::msg)
}

/// A daemon on that database, with a data directory of its own.
pub(crate) fn setup(data: &Path, server: &Server) -> Setup {
    Setup::new(data).flag("--database", server.url("postgres"))
}

fn an_event_runs() -> Result<()> {
    block_on(async {
        let (server, data) = (start(false)?, tempfile::tempdir()?);
        let daemon = setup(data.path(), &server).start()?;
        let tenant = daemon.tenant("acme").await?;
        tenant.create_hook("starter", &guests::starter()?).await?;
        let id = tenant.password_changed("a@example.com").await?;
        let event = tenant.event_when(&id, finished).await?;
        ensure!(event["deliveries"][0]["state"] == "succeeded", "{event:#}");
        ensure!(daemon.terminate()?.success(), "it stops in order");
        Ok(())
    })
}

fn it_goes_on() -> Result<()> {
    block_on(async {
        let (server, data) = (start(true)?, tempfile::tempdir()?);
        let daemon = setup(data.path(), &server).start()?;
        let tenant = daemon.tenant("acme").await?;
        tenant.create_hook("starter", &guests::starter()?).await?;
        let before = tenant.password_changed("before@example.com").await?;
        server.kill();
        let patience = Duration::from_secs(30);
        eventually("events are refused", patience, || async {
            let answer =
                tenant.post("/v1/events/post-change-password", &crate::api::password_change("x@y.example")).await?;
            Ok((answer.status == 503).then_some(()))
        })
        .await?;
        server.start_again();
        let after = eventually("events are accepted again", patience, || async {
            Ok(tenant.password_changed("after@example.com").await.ok())
        })
        .await?;
        for id in [before, after] {
            let event = tenant.event_when(&id, finished).await?;
            ensure!(event["deliveries"][0]["state"] == "succeeded", "{event:#}");
        }
        Ok(())
    })
}

fn the_password_stays_unprinted() -> Result<()> {
    const PASSWORD: &str = "hunter2-4711";
    let data = tempfile::tempdir()?;
    // Nobody listens there: what is said about the failure is what this is about.
    let url = format!("postgres://hookbox:{PASSWORD}@127.0.0.1:1/hooks");
    let file = data.path().join("hookbox.toml");
    std::fs::write(&file, format!("database = \"{url}\"\n"))?;
    let run = |arguments: &[&str], variable: Option<&str>| -> Result<String> {
        let mut command = Command::new(HOOKBOX);
        command.args(["serve", "--listen", "127.0.0.1:0", "--operator-token", OPERATOR_TOKEN, "--cache-dir", CACHE]);
        command.arg("--data-dir").arg(data.path().join("data")).args(arguments).env("HOOKBOX_LOG", "debug");
        if let Some(url) = variable {
            command.env("HOOKBOX_DATABASE", url);
        }
        let output = command.stdin(Stdio::null()).output()?;
        ensure!(!arguments.is_empty() || !output.status.success(), "nobody listens there");
        Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let file = file.to_str().context("a path")?;
    for said in [run(&["--database", &url], None)?, run(&["--config", file], None)?, run(&[], Some(&url))?] {
        ensure!(said.contains("'hooks' at 127.0.0.1:1"), "it names the database: {said}");
        ensure!(!said.contains(PASSWORD), "{said}");
    }
    let help = run(&["--help"], Some(&url))?;
    ensure!(!help.contains(PASSWORD), "{help}");
    Ok(())
}
