//! Signs of life of the one daemon that has the database.

use hookbox_protocol::Timestamp;
use hookbox_protocol::api::Node;
use rusqlite::{Connection, params};

use super::writer::Batch;
use crate::{Error, Heartbeat};

/// How long a daemon is listed that gives no sign of life.
const LISTED_MS: i64 = 60 * 60 * 1_000;

/// The daemons before this one have ended, or this one could not have opened the database.
pub(super) fn forget_all(db: &Connection) -> Result<(), Error> {
    db.execute("DELETE FROM node", [])?;
    Ok(())
}

pub(super) fn heartbeat(batch: &Batch<'_>, node: &Heartbeat) -> Result<(), Error> {
    batch
        .db
        .prepare_cached(
            "INSERT INTO node (id, version, address, started_at, seen_at, running) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (id) DO UPDATE SET version = excluded.version, address = excluded.address, \
             started_at = excluded.started_at, seen_at = excluded.seen_at, running = excluded.running",
        )?
        .execute(params![node.id, node.version, node.address, node.started_at.0, batch.now.0, node.running])?;
    batch.db.prepare_cached("DELETE FROM node WHERE seen_at < ?1")?.execute([batch.now.0 - LISTED_MS])?;
    Ok(())
}

pub(super) fn nodes(db: &Connection, now: Timestamp) -> Result<Vec<Node>, Error> {
    let sql = "SELECT id, version, address, started_at, seen_at, running FROM node WHERE seen_at >= ?1 ORDER BY id";
    let mut select = db.prepare_cached(sql)?;
    let rows = select.query_map([now.0 - LISTED_MS], |row| {
        Ok(Node {
            id: row.get(0)?,
            version: row.get(1)?,
            address: row.get(2)?,
            started_at: Timestamp(row.get(3)?),
            seen_at: Timestamp(row.get(4)?),
            running: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
