//! Leases that ran out, and leases whose node is gone.

use std::collections::HashSet;

use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{EventId, TenantId, Timestamp, Trigger};

use super::shared::Shared;
use super::{log, row};
use crate::fair::Lane;
use crate::grave::{self, CRASHES_MAX, POISON};
use crate::{Error, number};

/// Leases that are taken back in one transaction.
const STEP: i64 = 1_000;

/// Takes back what was leased and ran out, whoever had it. The first time a delivery loses an attempt by that, run or not,
/// and is a suspect from then on; a suspect loses one only if it had begun, and is buried for it.
const TAKE_BACK: &str = "
    UPDATE delivery d SET
        state = CASE WHEN o.crashes < $2 THEN 5 ELSE 3 END,
        next_at = CASE WHEN o.crashes < $2 THEN hookbox_now($1) END,
        reason = CASE WHEN o.crashes < $2 THEN NULL ELSE $3 END,
        crashes = o.crashes, begun = FALSE, node = NULL
    FROM (
        SELECT event, hook, node, crashes + (crashes = 0 OR begun)::INT AS crashes FROM delivery
        WHERE state = 1 AND next_at <= hookbox_now($1)
        ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED
    ) o WHERE d.event = o.event AND d.hook = o.hook
    RETURNING d.event, d.hook, d.tenant, d.state, d.crashes::INT, o.node,
              (SELECT trigger FROM event WHERE id = d.event)";

const FIRST_END: &str = "SELECT min(next_at) FROM delivery WHERE state = 1";

/// A lease that was taken back.
struct Ended {
    event: EventId,
    hook: HookNumber,
    tenant: TenantId,
    is_dead: bool,
    crashes: i32,
    node: Option<i16>,
    trigger: Trigger,
}

/// Takes back all leases that ran out.
pub(super) async fn take_back(shared: &Shared) -> Result<(), Error> {
    loop {
        let (ended, first_end) = step(shared).await?;
        let is_last = ended.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
        remember(shared, &ended, first_end)?;
        if is_last {
            return Ok(());
        }
    }
}

async fn step(shared: &Shared) -> Result<(Vec<Ended>, Option<Timestamp>), Error> {
    let mut db = shared.hot().await?;
    let transaction = db.transaction().await?;
    let mut writing = None;
    let take_back = transaction.prepare_cached(TAKE_BACK).await?;
    let rows = transaction.query(&take_back, &[&shared.offset(), &i32::from(CRASHES_MAX), &POISON, &STEP]).await?;
    let mut ended = Vec::with_capacity(rows.len());
    for row in &rows {
        ended.push(Ended {
            event: EventId(row.try_get(0)?),
            hook: HookNumber(row.try_get(1)?),
            tenant: TenantId(row.try_get(2)?),
            is_dead: row.try_get::<_, i16>(3)? == number::DEAD,
            crashes: row.try_get(4)?,
            node: row.try_get(5)?,
            trigger: row::trigger(row, 6)?,
        });
    }
    let buried: HashSet<TenantId> = ended.iter().filter(|ended| ended.is_dead).map(|ended| ended.tenant).collect();
    if !buried.is_empty() {
        writing = Some(shared.writing.begin(shared, buried)?);
    }
    for buried in ended.iter().filter(|ended| ended.is_dead) {
        let entry = grave::entry(buried.trigger, buried.crashes);
        log::insert(&transaction, shared.id()?, buried.tenant, Some(buried.hook), Some(buried.event), &entry).await?;
    }
    let first_end = transaction.prepare_cached(FIRST_END).await?;
    let first_end = transaction.query_one(&first_end, &[]).await?.try_get::<_, Option<i64>>(0)?;
    let committed = transaction.commit().await.map_err(Error::from);
    if let Some(writing) = writing {
        writing.ended_as(&committed);
    }
    committed?;
    Ok((ended, first_end.map(Timestamp)))
}

fn remember(shared: &Shared, ended: &[Ended], first_end: Option<Timestamp>) -> Result<(), Error> {
    let own = shared.seat()?.number;
    let mut memory = shared.memory();
    memory.set_first_end(first_end);
    for ended in ended {
        let of_this_node = ended.node == Some(own);
        memory.count(ended.tenant, i64::from(!ended.is_dead), if of_this_node { -1 } else { 0 });
        if !of_this_node {
            memory.ended_elsewhere(ended.tenant);
        }
        if ended.is_dead {
            memory.dead += 1;
        } else {
            // Due now, whatever the few milliseconds are between the two clocks.
            memory.fair.due(ended.tenant, Lane::Retry, shared.clock.now());
        }
        memory.wake = true;
    }
    Ok(())
}

/// Makes the leases of a node that is gone run out at once, to be found as such: there is one place that looks for
/// suspects and buries.
pub(super) async fn end_all(db: &tokio_postgres::Client, node: i16, offset: i64) -> Result<u64, tokio_postgres::Error> {
    let sql = "UPDATE delivery d SET next_at = hookbox_now($2) \
               FROM (SELECT event, hook FROM delivery WHERE state = 1 AND node = $1 AND next_at > hookbox_now($2) \
                     ORDER BY event, hook FOR UPDATE) o WHERE d.event = o.event AND d.hook = o.hook";
    db.execute(sql, &[&node, &offset]).await
}

/// How far apart two looks of nodes are that came upon the same step of the clock, at most.
const SAME_STEP_MS: i64 = 60_000;

/// After the clock was set back: makes first attempts due that are due in the future only because of that, and, where it is
/// known by how much, lets other attempts wait for as long as they would have waited.
pub(super) async fn pull_forward(shared: &Shared, back_ms: i64) -> Result<(), Error> {
    pull_fresh_forward(shared).await?;
    if back_ms > 0 {
        pull_retries_forward(shared, back_ms).await?;
    }
    Ok(())
}

/// Of all nodes, the first one does it.
async fn pull_retries_forward(shared: &Shared, back_ms: i64) -> Result<(), Error> {
    const FIRST: &str = "INSERT INTO meta (name, value) \
                         VALUES ('clock_set_back', convert_to(hookbox_now($1)::TEXT, 'UTF8')) \
                         ON CONFLICT (name) DO UPDATE SET value = excluded.value \
                         WHERE abs(convert_from(meta.value, 'UTF8')::BIGINT - hookbox_now($1)) > $2";
    const PULL: &str = "WITH pulled AS ( \
                            UPDATE delivery SET next_at = greatest(next_at - $2, hookbox_now($1)) \
                            WHERE state = 5 AND next_at > hookbox_now($1) RETURNING tenant, next_at \
                        ) SELECT tenant, min(next_at) FROM pulled GROUP BY tenant";
    let mut db = shared.hot().await?;
    let offset = shared.offset();
    let transaction = db.transaction().await?;
    // There may be many of them, and half of them is not enough.
    transaction.batch_execute("SET LOCAL statement_timeout = 0").await?;
    if transaction.execute(FIRST, &[&offset, &SAME_STEP_MS]).await? == 0 {
        return Ok(());
    }
    let rows = transaction.query(PULL, &[&offset, &back_ms]).await?;
    transaction.commit().await?;
    let mut memory = shared.memory();
    for row in rows {
        memory.fair.due(TenantId(row.try_get(0)?), Lane::Retry, Timestamp(row.try_get(1)?));
    }
    Ok(())
}

async fn pull_fresh_forward(shared: &Shared) -> Result<(), Error> {
    const SQL: &str = "UPDATE delivery SET next_at = hookbox_now($1) \
                       WHERE state = 0 AND attempts + crashes = 0 AND reason IS NULL AND next_at > hookbox_now($1) \
                       RETURNING tenant";
    let offset = shared.offset();
    let rows = shared.on_hot(async |db| db.query(SQL, &[&offset]).await).await?;
    let now = shared.clock.now();
    let mut memory = shared.memory();
    for row in rows {
        memory.fair.due(TenantId(row.try_get(0)?), Lane::Fresh, now);
    }
    Ok(())
}
