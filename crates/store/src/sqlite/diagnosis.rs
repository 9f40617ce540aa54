//! A look at the whole database.

use std::path::Path;

use hookbox_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::open;
use crate::{Error, Finding, id};

/// The log of changes above which something keeps it from being carried over.
const WAL_BYTES_MAX: u64 = 256 << 20;
/// How far identifiers may be ahead of the clock.
const CLOCK_STEP_MS: i64 = 60_000;
/// Dead deliveries above which somebody should look at them.
const DEAD_MANY: u64 = 10_000;

pub(super) fn diagnose(db: &Connection, database: &Path, now: Timestamp) -> Result<Vec<Finding>, Error> {
    Ok(vec![
        integrity(db)?,
        pages(db, database)?,
        log_of_changes(database),
        keys(db)?,
        clock(db, now)?,
        dead(db)?,
        commits(db)?,
    ])
}

/// The same for a database that a daemon may have open.
pub(crate) fn of_folder(folder: &Path, now: Timestamp) -> Result<Vec<Finding>, Error> {
    let database = open::database(folder);
    if !database.exists() {
        return Ok(vec![Finding::ok(format!("there is no database in {} yet", folder.display()))]);
    }
    let db = open::beside(&database)?;
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    open::check_version(found)?;
    diagnose(&db, &database, now)
}

fn integrity(db: &Connection) -> Result<Finding, Error> {
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(Finding::ok("every page of the database can be read and makes sense"));
    }
    let way_out =
        "stop the daemon, keep a copy of the data directory, and bring the last backup back with `hookbox restore`";
    Ok(Finding::error(format!("the database is damaged: {verdict}"), way_out))
}

fn pages(db: &Connection, database: &Path) -> Result<Finding, Error> {
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, u64>(0));
    let (size, free) = (number("PRAGMA page_size")?, number("PRAGMA freelist_count")?);
    let bytes = std::fs::metadata(database).map_or(0, |file| file.len());
    let (all, free) = (mebibytes(bytes), mebibytes(size * free));
    Ok(Finding::ok(format!("the database has {all} MiB, of which {free} MiB are free for what comes next")))
}

fn log_of_changes(database: &Path) -> Finding {
    let bytes = std::fs::metadata(database.with_extension("db-wal")).map_or(0, |file| file.len());
    let what = format!("the log of changes has {} MiB", mebibytes(bytes));
    if bytes <= WAL_BYTES_MAX {
        return Finding::ok(what);
    }
    let way_out = "a backup that runs, or another program that reads the database, keeps it from being carried over; \
                   it shrinks when that ends, or when the daemon is started anew";
    Finding::warning(what, way_out)
}

fn keys(db: &Connection) -> Result<Finding, Error> {
    let sql = "SELECT 1 FROM meta WHERE name = 'key_check_next'";
    if !db.prepare_cached(sql)?.exists([])? {
        return Ok(Finding::ok("one master key opens all secrets"));
    }
    let way_out = "run `hookbox keys rotate` again; until it has ended, keep both keys";
    Ok(Finding::warning("a rotation of keys did not end: secrets are under two master keys", way_out))
}

fn clock(db: &Connection, now: Timestamp) -> Result<Finding, Error> {
    let newest: Option<i64> = db.query_row("SELECT max(id) FROM event", [], |row| row.get(0)).optional()?.flatten();
    let ahead = newest.map_or(0, |newest| id::time_of(newest).0 - now.0);
    if ahead <= CLOCK_STEP_MS {
        return Ok(Finding::ok("no event is from the future"));
    }
    let what = format!("the newest event is {} s ahead of the clock", ahead / 1_000);
    Ok(Finding::warning(what, "set the clock; a time server keeps it right"))
}

fn dead(db: &Connection) -> Result<Finding, Error> {
    let sql = "SELECT count(*) FROM delivery INDEXED BY delivery_dead WHERE state = 3";
    let count: u64 = db.query_row(sql, [], |row| row.get(0))?;
    let what = format!("{count} deliveries ended badly and are kept");
    if count < DEAD_MANY {
        return Ok(Finding::ok(what));
    }
    let way_out = "the operator's figures name the tenants; `hookbox events --state dead` says why, `hookbox replay` runs \
                   them once more";
    Ok(Finding::warning(what, way_out))
}

/// A database that was copied in with other settings would lose commits with the power.
fn commits(db: &Connection) -> Result<Finding, Error> {
    let mode: String = db.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode == "wal" {
        return Ok(Finding::ok("every commit is flushed to disk before it is answered"));
    }
    let what = format!("the database is in mode {mode}");
    Ok(Finding::warning(what, "start the daemon on it, which sets the mode that it works with"))
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}
