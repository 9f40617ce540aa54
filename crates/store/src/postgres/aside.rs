//! Deliveries whose hook does not run: held while it is disabled, buried once it was deleted, let go when it is enabled
//! again. In steps: a hook has as many of them as its tenant's quota lets wait.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use deadpool_postgres::Transaction;
use hookbox_protocol::TenantId;

use super::batch::Batch;
use super::shared::Shared;
use crate::Error;
use crate::fair::Lane;
use crate::waiting::HOOK_DELETED;

/// Deliveries that one step moves, and looks at for each tenant.
pub(super) const STEP: i64 = 1_000;

/// Hooks with deliveries that came up although the hook does not run, with their tenants and their lanes.
pub(super) type Aside = BTreeSet<(TenantId, Lane, i64)>;

/// What a step moved.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) deliveries: i64,
    /// Whose they were.
    pub(super) tenants: HashSet<TenantId>,
}

macro_rules! aside {
    ($state:literal) => {
        concat!(
            "WITH first AS MATERIALIZED ( \
                 SELECT event, hook FROM delivery WHERE state = ",
            $state,
            " AND tenant = $1 ORDER BY next_at, event, hook LIMIT $4 FOR UPDATE SKIP LOCKED \
             ), moved AS ( \
                 UPDATE delivery d SET state = CASE WHEN d.hook = ANY($3) THEN 3 ELSE 4 END, next_at = NULL, \
                 reason = CASE WHEN d.hook = ANY($3) THEN $5 ELSE d.reason END \
                 FROM first f WHERE d.event = f.event AND d.hook = f.hook AND (f.hook = ANY($2) OR f.hook = ANY($3)) \
                 RETURNING d.state \
             ) SELECT count(*), count(*) FILTER (WHERE state = 3) FROM moved"
        )
    };
}

/// Of the tenant's first deliveries in a lane, holds those of the hooks in `$2` and buries those of the hooks in `$3`.
/// What was found by a claim is among them; and they are found by the index of the lane, whatever else waits.
pub(super) const FRESH: &str = aside!("0");
pub(super) const RETRY: &str = aside!("5");

/// Goes on with what the last calls for deliveries left to do.
pub(super) async fn go_on(shared: &Shared) -> Result<(), Error> {
    let (aside, released) = {
        let mut memory = shared.memory();
        (std::mem::take(&mut memory.aside), memory.released.first().copied())
    };
    if !aside.is_empty() {
        set_aside(shared, &aside, STEP).await?;
    }
    match released {
        Some((tenant, hook)) => let_go_on(shared, tenant, hook).await,
        None => Ok(()),
    }
}

/// Holds deliveries whose hook is disabled, and buries those whose hook was deleted, up to `most`. The hooks are locked, so
/// that one that is being enabled finds what is held here; one that is being changed is passed over.
pub(super) async fn set_aside(shared: &Shared, aside: &Aside, most: i64) -> Result<Moved, Error> {
    let mut db = shared.hot().await?;
    let transaction = db.transaction().await?;
    let (disabled, deleted) = standing(&transaction, aside).await?;
    let mut servings: BTreeMap<(TenantId, Lane), (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for (tenant, lane, hook) in aside {
        let (held, buried) = servings.entry((*tenant, *lane)).or_default();
        if deleted.contains(hook) {
            buried.push(*hook);
        } else if disabled.contains(hook) {
            held.push(*hook);
        }
    }
    let (mut moved, mut dead) = (Moved::default(), HashMap::new());
    for ((tenant, lane), (held, buried)) in servings {
        let left = most - moved.deliveries;
        if left <= 0 || held.is_empty() && buried.is_empty() {
            continue;
        }
        let sql = if lane == Lane::Fresh { FRESH } else { RETRY };
        let row = transaction
            .query_one(&transaction.prepare_cached(sql).await?, &[&tenant.0, &held, &buried, &left, &HOOK_DELETED])
            .await?;
        let (all, of_deleted): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        moved.deliveries += all;
        *dead.entry(tenant).or_insert(0) += of_deleted;
        if all > 0 {
            moved.tenants.insert(tenant);
        }
    }
    transaction.commit().await?;
    let mut memory = shared.memory();
    for (tenant, of_deleted) in dead {
        memory.count(tenant, -of_deleted, 0);
        memory.dead += of_deleted.unsigned_abs();
    }
    Ok(moved)
}

/// Which of the hooks are disabled, and which were deleted: their deliveries outlive the row of a hook whose tenant was
/// deleted.
async fn standing(transaction: &Transaction<'_>, aside: &Aside) -> Result<(HashSet<i64>, HashSet<i64>), Error> {
    let hooks: Vec<i64> = aside.iter().map(|(_, _, hook)| *hook).collect::<BTreeSet<i64>>().into_iter().collect();
    let (mut disabled, mut deleted) = (HashSet::new(), hooks.iter().copied().collect::<HashSet<i64>>());
    let there = transaction.prepare_cached("SELECT number FROM hook WHERE number = ANY($1)").await?;
    for row in transaction.query(&there, &[&hooks]).await? {
        deleted.remove(&row.try_get(0)?);
    }
    let lock = transaction
        .prepare_cached(
            "SELECT number, deleted_at IS NOT NULL FROM hook WHERE number = ANY($1) AND NOT enabled \
             ORDER BY number FOR SHARE SKIP LOCKED",
        )
        .await?;
    for row in transaction.query(&lock, &[&hooks]).await? {
        let hook = row.try_get(0)?;
        if row.try_get(1)? {
            deleted.insert(hook)
        } else {
            disabled.insert(hook)
        };
    }
    Ok((disabled, deleted))
}

/// The held deliveries of a hook, for as many as a step moves.
const LET_GO: &str = "UPDATE delivery d SET state = CASE WHEN d.attempts + d.crashes = 0 THEN 0 ELSE 5 END, \
                      next_at = hookbox_now($2) \
                      FROM (SELECT event, hook FROM delivery WHERE hook = $1 AND state = 4 \
                            LIMIT $3 FOR UPDATE SKIP LOCKED) held \
                      WHERE d.event = held.event AND d.hook = held.hook";

/// Lets the held deliveries of a hook go on: to run when it was enabled, to be buried when it was deleted. The first of
/// them with this change; the calls for deliveries go on with the rest.
pub(super) async fn let_go(batch: &Batch<'_>, tenant: TenantId, hook: i64) -> Result<(), Error> {
    let moved = batch.execute(LET_GO, &[&hook, &batch.shared.offset(), &STEP]).await?;
    released(batch.shared, tenant, hook, moved);
    Ok(())
}

/// A further step of [`let_go`].
async fn let_go_on(shared: &Shared, tenant: TenantId, hook: i64) -> Result<(), Error> {
    let mut db = shared.hot().await?;
    let transaction = db.transaction().await?;
    // Where it was disabled again, what is held stays; and it is not disabled in between.
    let lock = transaction
        .prepare_cached("SELECT enabled OR deleted_at IS NOT NULL FROM hook WHERE number = $1 FOR SHARE SKIP LOCKED")
        .await?;
    let goes_on = transaction.query_opt(&lock, &[&hook]).await?.map_or(Ok(false), |row| row.try_get(0))?;
    let mut moved = 0;
    if goes_on {
        let let_go = transaction.prepare_cached(LET_GO).await?;
        moved = transaction.execute(&let_go, &[&hook, &shared.offset(), &STEP]).await?;
    }
    transaction.commit().await?;
    released(shared, tenant, hook, moved);
    Ok(())
}

/// Takes into the memory that so many deliveries were let go; a whole step of them is not the last one.
fn released(shared: &Shared, tenant: TenantId, hook: i64, moved: u64) {
    let mut memory = shared.memory();
    if i64::try_from(moved).unwrap_or(i64::MAX) < STEP {
        memory.released.remove(&(tenant, hook));
    } else {
        memory.released.insert((tenant, hook));
    }
    if moved > 0 {
        let now = shared.clock.now();
        memory.fair.due(tenant, Lane::Fresh, now);
        memory.fair.due(tenant, Lane::Retry, now);
        memory.wake = true;
    }
}
