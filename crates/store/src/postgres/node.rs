//! Signs of life of the daemons on a database.

use deadpool_postgres::Object;
use hookbox_protocol::Timestamp;
use hookbox_protocol::api::Node;

use super::row;
use crate::{Error, Heartbeat};

/// How long a daemon is listed that gives no sign of life.
const LISTED_MS: i64 = 60 * 60 * 1_000;

pub(super) async fn heartbeat(db: &Object, node: &Heartbeat, offset: i64) -> Result<(), Error> {
    let sql = "INSERT INTO node (id, version, address, started_at, seen_at, running) \
               VALUES ($1, $2, $3, $4, hookbox_now($6), $5) \
               ON CONFLICT (id) DO UPDATE SET version = excluded.version, address = excluded.address, \
               started_at = excluded.started_at, seen_at = excluded.seen_at, running = excluded.running";
    let running = i64::try_from(node.running).unwrap_or(i64::MAX);
    let (id, address) = (row::text(&node.id), node.address.as_deref().map(row::text));
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&id, &row::text(&node.version), &address, &node.started_at.0, &running, &offset];
    db.execute(&db.prepare_cached(sql).await?, &values).await?;
    let sql = "DELETE FROM node WHERE seen_at < hookbox_now($1) - $2";
    db.execute(&db.prepare_cached(sql).await?, &[&offset, &LISTED_MS]).await?;
    Ok(())
}

pub(super) async fn nodes(db: &Object, offset: i64) -> Result<Vec<Node>, Error> {
    let sql = "SELECT id, version, address, started_at, seen_at, running FROM node \
               WHERE seen_at >= hookbox_now($1) - $2 ORDER BY id COLLATE \"C\"";
    let rows = db.query(&db.prepare_cached(sql).await?, &[&offset, &LISTED_MS]).await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(Node {
            id: row.try_get(0)?,
            version: row.try_get(1)?,
            address: row.try_get(2)?,
            started_at: Timestamp(row.try_get(3)?),
            seen_at: Timestamp(row.try_get(4)?),
            running: row::number(row, 5)?,
        })
    };
    rows.iter().map(read).collect()
}
