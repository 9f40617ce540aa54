//! A graceful stop: what runs finishes, the rest is leased to nobody, and the next start goes on at once.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::api::{Api, finished};
use crate::daemon::Setup;
use crate::eventually::block_on;
use crate::{Case, case, guests};

pub(crate) const CASES: &[Case] = &[
    case("SIGTERM ends the daemon with status 0 and leaves nothing leased", stop_leaves_nothing_leased),
    case("a second daemon on the same directory is refused in words", second_daemon_is_refused),
];

fn stop_leaves_nothing_leased() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let setup = Setup::new(directory.path()).flag("--runs-at-once", 2);
        let daemon = setup.start()?;
        let tenant = daemon.tenant("acme").await?;
        tenant.create_hook("starter", &guests::starter()?).await?;
        let mut ids = Vec::new();
        for number in 0..200 {
            ids.push(tenant.password_changed(&format!("user{number}@example.com")).await?);
        }
        let began = Instant::now();
        let status = daemon.terminate()?;
        ensure!(status.success(), "{status}");
        ensure!(began.elapsed() < Duration::from_secs(30), "the stop took {:?}", began.elapsed());

        let daemon = setup.start()?;
        let tenant = Api::new(&daemon.url, tenant.token())?;
        for id in &ids {
            let event = tenant.event_when(id, finished).await?;
            let delivery = &event["deliveries"][0];
            ensure!(delivery["state"] == "succeeded", "{event:#}");
            ensure!(delivery["attempts"].as_array().is_some_and(|list| list.len() == 1), "run once: {event:#}");
        }
        Ok(())
    })
}

fn second_daemon_is_refused() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let _daemon = Setup::new(directory.path()).start()?;
    let output = std::process::Command::new(crate::daemon::HOOKBOX)
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(directory.path())
        .output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(!output.status.success(), "a second daemon started");
    ensure!(words.contains("another") || words.contains("in use"), "{words}");
    let token = directory.path().join("operator-token");
    ensure!(!token.exists(), "it left a token that the daemon does not know");
    Ok(())
}
