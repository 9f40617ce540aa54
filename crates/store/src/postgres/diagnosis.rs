//! What a look at the server finds.

use deadpool_postgres::Object;

use super::row;
use super::shared::Shared;
use crate::{Error, Finding};

/// A transaction that is older keeps rows from being cleared away, and claiming slows down.
const TRANSACTION_SECONDS: i64 = 300;
/// A clock that is further off makes times in logs misleading; leases go by the server's in any case.
const CLOCK_MS: i64 = 2_000;
/// Dead rows of the queue, as a multiple of those that live, from which on claiming slows down.
const DEAD_ROWS: i64 = 3;

pub(super) async fn diagnose(shared: &Shared, db: &Object) -> Result<Vec<Finding>, Error> {
    let row = db.query_one("SELECT version(), pg_database_size(current_database())", &[]).await?;
    let version: &str = row.try_get(0)?;
    let version: Vec<&str> = version.split_whitespace().take(2).collect();
    let megabytes = row.try_get::<_, i64>(1)? >> 20;
    let mut findings = vec![Finding::ok(format!("{}, {megabytes} MiB, {}", version.join(" "), shared.address))];
    findings.extend(durability(db).await?);
    findings.push(clock(shared, db).await?);
    findings.push(transactions(db).await?);
    findings.push(dead_rows(db).await?);
    findings.push(connections(db).await?);
    Ok(findings)
}

async fn durability(db: &Object) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for (name, what) in [
        ("fsync", "a crash of the machine can damage the whole database"),
        ("full_page_writes", "a crash of the machine can damage pages"),
    ] {
        let on: String = db.query_one("SELECT current_setting($1)", &[&name]).await?.try_get(0)?;
        if on != "on" {
            let way_out = format!("set {name} = on in postgresql.conf, and restart the server");
            findings.push(Finding::error(format!("{name} is {on}: {what}"), way_out));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("commits are on disk before they are answered"));
    }
    Ok(findings)
}

async fn clock(shared: &Shared, db: &Object) -> Result<Finding, Error> {
    let before = shared.clock.machine();
    let sql = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    let server: i64 = db.query_one(sql, &[]).await?.try_get(0)?;
    let off = server - before.0;
    if off.abs() <= CLOCK_MS {
        return Ok(Finding::ok("the server's clock and this machine's agree"));
    }
    let what = format!("the server's clock is {off} ms ahead of this machine's");
    Ok(Finding::warning(what, "let a time service set both; the store goes by the server's clock"))
}

async fn transactions(db: &Object) -> Result<Finding, Error> {
    let sql = "SELECT pid, coalesce(application_name, ''), extract(epoch FROM now() - xact_start)::bigint \
               FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now() - $1 * interval '1 s' \
               AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 1";
    let Some(row) = db.query_opt(sql, &[&(TRANSACTION_SECONDS as f64)]).await? else {
        return Ok(Finding::ok("no transaction is open for long"));
    };
    let (pid, name, seconds): (i32, &str, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let what =
        format!("process {pid} ('{name}') has had a transaction open for {seconds} s: old rows are not cleared away");
    Ok(Finding::warning(what, format!("end it, if need be with SELECT pg_terminate_backend({pid})")))
}

async fn dead_rows(db: &Object) -> Result<Finding, Error> {
    let sql = "SELECT n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE relid = 'delivery'::regclass";
    let row = db.query_one(sql, &[]).await?;
    let (live, dead): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    if dead < 100_000 || dead < live * DEAD_ROWS {
        return Ok(Finding::ok(format!("the queue has {live} rows, and {dead} that are to be cleared away")));
    }
    let what =
        format!("the queue has {dead} rows to be cleared away beside {live} that live: autovacuum does not keep up");
    Ok(Finding::warning(what, "look for long transactions, and run VACUUM delivery"))
}

async fn connections(db: &Object) -> Result<Finding, Error> {
    let sql = "SELECT count(*), current_setting('max_connections')::bigint FROM pg_stat_activity \
               WHERE backend_type = 'client backend'";
    let row = db.query_one(sql, &[]).await?;
    let (used, most): (i64, i64) = (row::number(&row, 0)?, row.try_get(1)?);
    let what = format!("{used} of {most} connections of the server are in use");
    if used * 10 < most * 9 {
        return Ok(Finding::ok(what));
    }
    Ok(Finding::warning(what, "raise max_connections; a node takes up to 11"))
}
