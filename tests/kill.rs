//! A 202 is a promise: SIGKILL under load, and every event that was answered 202 still ends with a finished delivery.
//!
//! The short form runs three kills; `HOOKBOX_KILLS=n` runs n.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::api::{Api, finished, password_change};
use crate::daemon::{Daemon, Setup};
use crate::eventually::{block_on, eventually};
use crate::{Case, case, guests};

pub(crate) const CASES: &[Case] = &[
    case("every event that was answered 202 before a SIGKILL ends with a finished delivery", nothing_is_lost),
    case("an idempotency key still answers the first event after a SIGKILL", keys_survive),
];

const CLIENTS: usize = 8;
const ACCEPTED_PER_KILL: usize = 400;

fn nothing_is_lost() -> Result<()> {
    let kills = std::env::var_os("HOOKBOX_KILLS").and_then(|n| n.to_str()?.parse().ok()).unwrap_or(3);
    block_on(async {
        let directory = tempfile::tempdir()?;
        let setup = Setup::new(directory.path());
        let mut daemon = setup.start()?;
        let mut tenant = daemon.tenant("acme").await?;
        tenant.create_hook("starter", &guests::starter()?).await?;
        let mut accepted = Vec::new();
        for _ in 0..kills {
            accepted.extend(load_until_killed(daemon, &tenant).await?);
            daemon = setup.start()?;
            tenant = Api::new(&daemon.url, tenant.token())?;
        }
        ensure!(accepted.len() >= kills * ACCEPTED_PER_KILL, "only {} were accepted", accepted.len());
        for id in &accepted {
            let event = tenant.event_when(id, finished).await?;
            check_history(&event)?;
        }
        let waiting = tenant.get("/v1/events?state=pending&take=1").await?.json;
        ensure!(waiting["events"].as_array().is_some_and(Vec::is_empty), "{waiting:#}");
        Ok(())
    })
}

/// An accepted event has its one delivery, and that ended well: the starter hook cannot fail.
fn check_history(event: &Value) -> Result<()> {
    let delivery = &event["deliveries"][0];
    ensure!(event["deliveries"].as_array().is_some_and(|list| list.len() == 1), "{event:#}");
    ensure!(delivery["state"] == "succeeded", "{event:#}");
    let attempts = delivery["attempts"].as_array().context("attempts")?;
    let completed = attempts.iter().filter(|attempt| attempt["outcome"] == "completed").count();
    ensure!(completed == 1, "one attempt completed: {event:#}");
    Ok(())
}

/// Clients report password changes as fast as they can until the daemon is killed; gives what was answered 202.
async fn load_until_killed(daemon: Daemon, tenant: &Api) -> Result<Vec<String>> {
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (stop, count, tenant) = (stop.clone(), count.clone(), tenant.clone());
        clients.spawn(async move {
            let mut accepted = Vec::new();
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                // An error is an event whose fate the client does not know: the daemon made no promise.
                if let Ok(id) = tenant.password_changed(&format!("user{client}-{number}@example.com")).await {
                    accepted.push(id);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
            accepted
        });
    }
    eventually("enough events are accepted", Duration::from_secs(60), || async {
        Ok((count.load(Ordering::Relaxed) >= ACCEPTED_PER_KILL).then_some(()))
    })
    .await?;
    daemon.kill()?;
    stop.store(true, Ordering::Relaxed);
    Ok(clients.join_all().await.concat())
}

fn keys_survive() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let setup = Setup::new(directory.path());
        let daemon = setup.start()?;
        let tenant = daemon.tenant("acme").await?;
        let first = tenant.post_with_key("key-1", &password_change("a@example.com")).await?;
        ensure!(first.status == 202 && first.json["duplicate"] == false, "{first:?}");
        daemon.kill()?;
        let daemon = setup.start()?;
        let tenant = Api::new(&daemon.url, tenant.token())?;
        let again = tenant.post_with_key("key-1", &password_change("a@example.com")).await?;
        ensure!(again.status == 202 && again.json["duplicate"] == true, "{again:?}");
        ensure!(again.json["event_id"] == first.json["event_id"], "{again:?}");
        let other = tenant.post_with_key("key-1", &password_change("b@example.com")).await?;
        ensure!(other.status == 409, "{other:?}");
        Ok(())
    })
}
