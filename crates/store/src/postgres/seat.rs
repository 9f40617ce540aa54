//! The number that a node goes by. It stands in the identifiers that the node makes and in the leases that it holds, so
//! no two nodes may have the same one at the same time: whoever holds it holds an advisory lock as well, which the server
//! gives free when the connection ends.

use tokio_postgres::Client;

use super::expiry;
use super::shared::Seat;
use crate::Error;
use crate::clock::millis;
use crate::id::Ids;

/// The first half of the two numbers of an advisory lock; the second is the node's number.
const LOCKS: i32 = 0x686f_6f6b;
/// As many as fit into an identifier.
const SEATS: i16 = 1_024;
/// How long a node may be silent until its leases are taken for lost, when its lock is free as well.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Writes down who sits there since when; whether the last one did under the same process of the server, null where
/// nobody did.
const SIT: &str = "
    WITH before AS (SELECT server_started_at FROM seat WHERE number = $1), sat AS (
        INSERT INTO seat (number, seen_at, server_started_at)
        VALUES ($1, hookbox_now(0), floor(extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint)
        ON CONFLICT (number) DO UPDATE SET seen_at = excluded.seen_at, server_started_at = excluded.server_started_at
        RETURNING server_started_at
    ) SELECT (SELECT server_started_at FROM before) = server_started_at FROM sat";

/// Takes the number that the node had, or the lowest that nobody has. What the last holder of the number had leased runs
/// out at once: it is gone, or has lost its connection, and its completions will be refused.
pub(super) async fn take(db: &Client, wanted: Option<i16>, offset: i64) -> Result<Seat, Error> {
    let candidates = wanted.into_iter().chain(0..SEATS);
    for number in candidates {
        if !lock(db, number).await? {
            continue;
        }
        let same_server: Option<bool> = db.query_one(SIT, &[&number]).await?.try_get(0)?;
        // Where the server was restarted, every node lost its lock, and lives.
        if same_server == Some(true) && wanted != Some(number) {
            let ended = expiry::end_all(db, number, offset).await?;
            if ended > 0 {
                tracing::warn!(deliveries = ended, node = number, "a node ended while deliveries ran; they run again");
            }
        }
        let ids = Ids::above(highest_id(db).await?, u16::try_from(number).unwrap_or(0));
        return Ok(Seat { number, ids });
    }
    Err(Error::Unavailable(format!("{SEATS} nodes use this database already, the most there can be").into()))
}

/// Ends the leases of nodes that are gone: their lock is free, and they have given no sign of life.
pub(super) async fn end_gone(db: &Client, own: i16, offset: i64) -> Result<u64, Error> {
    let sql = "SELECT number FROM seat WHERE number <> $1 AND seen_at < hookbox_now(0) - $2";
    let mut ended = 0;
    for row in db.query(sql, &[&own, &millis(SILENCE)]).await? {
        let number: i16 = row.try_get(0)?;
        if !lock(db, number).await? {
            continue;
        }
        let of_this = expiry::end_all(db, number, offset).await?;
        tracing::warn!(deliveries = of_this, node = number, "a node is gone; what it ran runs again");
        ended += of_this;
        db.execute("DELETE FROM seat WHERE number = $1", &[&number]).await?;
        db.execute("SELECT pg_advisory_unlock($1, $2)", &[&LOCKS, &i32::from(number)]).await?;
    }
    Ok(ended)
}

/// Whether other nodes gave a sign of life of late.
pub(super) const OTHERS: &str = "EXISTS (SELECT 1 FROM seat WHERE number <> $1 AND seen_at > hookbox_now(0) - 60000)";

async fn lock(db: &Client, number: i16) -> Result<bool, Error> {
    Ok(db.query_one("SELECT pg_try_advisory_lock($1, $2)", &[&LOCKS, &i32::from(number)]).await?.try_get(0)?)
}

/// Identifiers only grow, also across restarts on a server whose clock went back.
async fn highest_id(db: &Client) -> Result<i64, Error> {
    let sql = "SELECT greatest((SELECT max(id) FROM event), (SELECT max(id) FROM credential), \
               (SELECT max(id) FROM audit), (SELECT max(l.id) FROM tenant t CROSS JOIN LATERAL \
               (SELECT id FROM log WHERE tenant = t.id ORDER BY id DESC LIMIT 1) l), 0)";
    Ok(db.query_one(sql, &[]).await?.try_get(0)?)
}
