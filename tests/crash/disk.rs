//! A disk that fails: its n-th flush ends with an input/output error, or it is full for a while, by way of strace.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::checker::{Record, check};
use super::events;
use super::load::{Fate, Submit, submit};
use crate::api::Api;
use crate::daemon::{Daemon, Setup};
use crate::eventually::{block_on, eventually};

/// Which flush of the writing thread fails: an early one, and later ones.
const FLUSHES: [u32; 3] = [3, 11, 30];

/// Events that are reported, one after the other, before the failing flush must have come.
const SUBMITS_MAX: usize = 100;

/// Events that are reported after it.
const SUBMITS_AFTER: usize = 10;

/// Which writes of the writing thread find the disk full.
const FULL: &str = "60..75";

const PATIENCE: Duration = Duration::from_secs(60);

/// Whether strace is there, and this process may use it.
pub(crate) fn strace_is_there() -> bool {
    let status = Command::new("strace")
        .args(["-D", "-f", "--seccomp-bpf", "-e", "trace=fdatasync", "-o", "/dev/null", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

pub(super) fn flush_fails() -> Result<()> {
    block_on(async {
        for flush in FLUSHES {
            flush_fails_at(flush).await.with_context(|| format!("flush {flush}"))?;
        }
        Ok(())
    })
}

async fn flush_fails_at(flush: u32) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let (data, calls) = (directory.path().join("data"), directory.path().join("calls"));
    let setup = Setup::new(&data);
    let tenant = prepare(&setup).await?;

    // Without a hook a report is one commit, and the next comes after the answer: a 202 after the failure is a lie.
    let mut record = Record::default();
    let inject = format!("inject=fdatasync,fsync:error=EIO:when={flush}");
    let daemon = failing(&data, &inject, &calls).logged("error", &directory.path().join("log")).start()?;
    let refused = report_until_refused(&daemon, &tenant, &mut record).await?;
    let ready = daemon.operator()?.get("/readyz").await?;
    ensure!(ready.status == 503, "{ready:?}");
    daemon.kill()?;
    check_calls(&calls).await?;

    let daemon = setup.start()?;
    ask_again(&Api::new(&daemon.url, tenant.token())?, refused, record).await
}

pub(super) fn fills_up() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let (data, calls) = (directory.path().join("data"), directory.path().join("calls"));
        let setup = Setup::new(&data);
        let tenant = prepare(&setup).await?;

        let mut record = Record::default();
        let inject = format!("inject=pwrite64:error=ENOSPC:when={FULL}");
        let daemon = failing(&data, &inject, &calls).logged("error", &directory.path().join("log")).start()?;
        let refused = report_until_taken_again(&daemon, &tenant, &mut record).await?;
        let ready = daemon.operator()?.get("/readyz").await?;
        ensure!(ready.status == 200, "{ready:?}");
        daemon.kill()?;

        let daemon = setup.start()?;
        let tenant = Api::new(&daemon.url, tenant.token())?;
        let there = events(&tenant).await?;
        let half = there.iter().find(|event| refused.contains(&event.label));
        ensure!(half.is_none(), "{half:?} found no room and is there");
        ask_again(&tenant, refused, record).await
    })
}

/// A data directory with a tenant that has no hook.
async fn prepare(setup: &Setup) -> Result<Api> {
    let daemon = setup.start()?;
    let tenant = daemon.tenant("acme").await?;
    ensure!(daemon.terminate()?.success(), "the daemon stops in order");
    Ok(tenant)
}

/// Whoever got no 202 asks again when the disk is well, and gets one; then all is there, once.
async fn ask_again(tenant: &Api, refused: Vec<String>, mut record: Record) -> Result<()> {
    for label in refused {
        let fate = submit(tenant, &label).await;
        ensure!(matches!(fate, Fate::Acked(_)), "{label} after the restart: {fate:?}");
        record.submits.push(Submit { label, fate });
    }
    record.found = events(tenant).await?;
    let (tally, violations) = check(&record);
    ensure!(violations.is_empty(), "{violations:?}");
    ensure!(tally.acked == record.found.len() && tally.unknown == 0, "{tally:?}");
    Ok(())
}

/// A daemon some of whose calls fail; its flushes, and what it writes to files and sockets, go to `calls`.
fn failing(data: &Path, inject: &str, calls: &Path) -> Setup {
    Setup::new(data).under([
        "strace".as_ref(),
        // The daemon stays this process's child, and strace goes when it does.
        "-D".as_ref(),
        "-f".as_ref(),
        "--seccomp-bpf".as_ref(),
        // With the paths of files, to tell the database from the cache of compiled code.
        "-y".as_ref(),
        "-s".as_ref(),
        "16".as_ref(),
        "-e".as_ref(),
        "trace=fdatasync,fsync,pwrite64,write,writev,sendto".as_ref(),
        "-e".as_ref(),
        inject.as_ref(),
        "-o".as_ref(),
        calls.as_os_str(),
    ])
}

/// Reports one event after the other until one is not answered 202, and some more, which must not be either; gives the
/// labels of those.
async fn report_until_refused(daemon: &Daemon, tenant: &Api, record: &mut Record) -> Result<Vec<String>> {
    let tenant = Api::new(&daemon.url, tenant.token())?;
    let mut refused = Vec::new();
    for number in 0..SUBMITS_MAX {
        let label = format!("user{number}@example.com");
        let fate = submit(&tenant, &label).await;
        ensure!(fate != Fate::Refused, "{label} was refused for good");
        if fate == Fate::Unknown {
            refused.push(label.clone());
        } else {
            ensure!(refused.is_empty(), "{label} was answered 202 after a flush had failed");
        }
        record.submits.push(Submit { label, fate });
        if refused.len() > SUBMITS_AFTER {
            return Ok(refused);
        }
    }
    anyhow::bail!("no flush failed within {SUBMITS_MAX} events")
}

/// Reports one event after the other until some were answered something else than 202, and then as many 202 again; gives
/// the labels of the former.
async fn report_until_taken_again(daemon: &Daemon, tenant: &Api, record: &mut Record) -> Result<Vec<String>> {
    let tenant = Api::new(&daemon.url, tenant.token())?;
    let (mut refused, mut taken_again) = (Vec::new(), 0);
    for number in 0..SUBMITS_MAX {
        let label = format!("user{number}@example.com");
        let fate = submit(&tenant, &label).await;
        match &fate {
            Fate::Acked(_) if refused.is_empty() => {}
            Fate::Acked(_) => taken_again += 1,
            Fate::Unknown => refused.push(label.clone()),
            Fate::Refused => anyhow::bail!("{label} was refused for good"),
        }
        record.submits.push(Submit { label, fate });
        if taken_again == SUBMITS_AFTER {
            return Ok(refused);
        }
    }
    anyhow::bail!("within {SUBMITS_MAX} events {} found no room, and {taken_again} were taken after", refused.len())
}

/// One flush failed, none was tried after it by that thread, and no 202 was written after it.
async fn check_calls(calls: &Path) -> Result<()> {
    let text = eventually("the end of the daemon", PATIENCE, || async {
        let text = std::fs::read_to_string(calls)?;
        Ok(text.trim_end().ends_with("+++ killed by SIGKILL +++").then_some(text))
    })
    .await?;
    ensure!(text.contains("HTTP/1.1 "), "no answer is among the calls");
    // Each thread's flushes are counted by themselves, so that one of the cache may fail as well.
    let mut lines = text.lines().skip_while(|line| !(line.contains("(INJECTED)") && line.contains("/hookbox.db")));
    let failed = lines.next().context("no flush of the database was made to fail")?;
    let thread = failed.split_whitespace().next().context("a thread")?;
    for line in lines {
        ensure!(!line.contains("HTTP/1.1 202"), "after `{failed}`: {line}");
        let is_flush = line.contains("fdatasync(") || line.contains("fsync(");
        ensure!(!(is_flush && line.starts_with(thread)), "a flush was tried again: {line}");
    }
    Ok(())
}
