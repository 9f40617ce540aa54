//! Claiming deliveries, and giving them back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId, Timestamp};
use tokio_postgres::Row;

use super::aside::{self, Aside, Moved};
use super::shared::Shared;
use super::{delivery, expiry, held, row};
use crate::clock::millis;
use crate::engine::Claimed;
use crate::fair::{Fair, Lane, Round, Turn};
use crate::{Error, LeaseKey, number};

/// How far the clock may go back before that is taken for more than a correction.
pub(super) const CLOCK_STEP_MS: i64 = 1_000;
/// How far the two clocks may be apart.
const JITTER_MS: i64 = 10;
/// How long a tenant is left alone whose due deliveries another node was just taking.
const CONTENDED_MS: i64 = 20;

/// Claims deliveries of several tenants at once, so many of each. Reads along the indexes of what is due and stops at the
/// number: what it costs does not depend on the backlog. Those whose hook does not run come back without a fence.
pub(super) const CLAIM: &str = r#"
    WITH due AS MATERIALIZED (
        SELECT d.event, d.hook, turn.tenant, turn.retry
        FROM unnest($1::bigint[], $2::boolean[], $3::bigint[], $4::bigint[]) AS turn (tenant, retry, most, patience)
        CROSS JOIN LATERAL (
            SELECT * FROM (
                SELECT event, hook FROM delivery
                WHERE NOT turn.retry AND state = 0 AND tenant = turn.tenant AND next_at <= hookbox_now($5) - turn.patience
                ORDER BY next_at, event, hook LIMIT turn.most FOR UPDATE SKIP LOCKED
            ) fresh
            UNION ALL
            SELECT * FROM (
                SELECT event, hook FROM delivery
                WHERE turn.retry AND state = 5 AND tenant = turn.tenant AND next_at <= hookbox_now($5) - turn.patience
                ORDER BY next_at, event, hook LIMIT turn.most FOR UPDATE SKIP LOCKED
            ) again
        ) d
    ), ready AS MATERIALIZED (
        SELECT due.event, due.hook, due.tenant, due.retry, h.enabled AS runs FROM due LEFT JOIN hook h ON h.number = due.hook
    ), claimed AS (
        UPDATE delivery d
        SET state = 1, next_at = hookbox_now($5) + $6, fence = d.fence + 1, node = $7, reason = NULL
        FROM ready r WHERE d.event = r.event AND d.hook = r.hook AND r.runs
        RETURNING d.event, d.hook, d.tenant, d.fence, d.attempts, d.crashes, d.replayed_after, r.retry
    )
    SELECT c.event, c.hook, c.tenant, c.fence, c.attempts, c.crashes, c.replayed_after,
           e.trigger, e.initiated_by, e."user", e.context,
           CASE WHEN c.attempts > 0 THEN (
               SELECT string_agg(chr(97 + a.outcome), '' ORDER BY a.number) FROM attempt a
               WHERE a.event = c.event AND a.hook = c.hook AND a.number > c.replayed_after
           ) END, c.retry
    FROM claimed c JOIN event e ON e.id = c.event
    UNION ALL
    SELECT event, hook, tenant, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, retry FROM ready WHERE runs IS NOT TRUE"#;

/// When each tenant may have another delivery of its lane.
const NEXT: &str = "SELECT CASE WHEN turn.retry \
                    THEN (SELECT next_at FROM delivery WHERE state = 5 AND tenant = turn.tenant ORDER BY next_at LIMIT 1) \
                    ELSE (SELECT next_at FROM delivery WHERE state = 0 AND tenant = turn.tenant ORDER BY next_at LIMIT 1) \
                    END, hookbox_now($3) \
                    FROM unnest($1::bigint[], $2::boolean[]) WITH ORDINALITY AS turn (tenant, retry, place) \
                    ORDER BY turn.place";

/// What a call for deliveries asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    pub(super) most: u32,
    pub(super) tenant_most: u32,
    pub(super) lease: Duration,
}

/// The turns that one tenant has in one lane, served together.
struct Serving {
    tenant: TenantId,
    lane: Lane,
    turns: Vec<Turn>,
}

impl Serving {
    fn most(&self) -> u32 {
        self.turns.iter().map(|turn| turn.most).sum()
    }
}

/// What came of a wave of turns.
struct Wave {
    claimed: Vec<(Claimed, Lane)>,
    /// Deliveries whose hook does not run.
    aside: Aside,
    /// When each that was served may have another delivery.
    next: Vec<Option<Timestamp>>,
    now: Timestamp,
}

/// Claims up to `most` deliveries, tenants in turn.
pub(super) async fn lease(shared: &Shared, ask: Ask) -> Result<Vec<Claimed>, Error> {
    let _one_at_a_time = shared.claiming.lock().await;
    let now = shared.clock.now();
    let before = {
        let mut memory = shared.memory();
        memory.tenant_most = ask.tenant_most;
        memory.last_time
    };
    if now.0.saturating_add(CLOCK_STEP_MS) < before.0 {
        tracing::warn!(%before, %now, "the clock went back");
        expiry::pull_forward(shared, before.0 - now.0).await?;
    }
    shared.memory().last_time = now;
    held::give_back_others(shared).await?;
    let may_have_ended = shared.memory().may_have_ended(Timestamp(now.0 + JITTER_MS));
    if may_have_ended {
        expiry::take_back(shared).await?;
    }
    aside::go_on(shared).await?;
    let now = shared.clock.now();
    let mut round = shared.memory().fair.begin(now, ask.most, ask.tenant_most);
    let mut claimed = Vec::new();
    let served = serve(shared, &mut round, ask.lease, &mut claimed).await;
    shared.memory().fair.end(round);
    shared.publish();
    match served {
        // What was claimed must run, or it waits until its lease ends.
        Err(error) if claimed.is_empty() => return Err(error),
        _ => {}
    }
    Ok(claimed)
}

/// Serves turns, wave by wave, until nobody has one. It ends early where deliveries come up whose hook does not run: what
/// was claimed is not kept waiting until they are all out of the way; the next call goes on with them.
async fn serve(shared: &Shared, round: &mut Round, lease: Duration, claimed: &mut Vec<Claimed>) -> Result<(), Error> {
    let mut may_move = aside::STEP;
    loop {
        let servings = turns(shared, round);
        if servings.is_empty() {
            return Ok(());
        }
        let wave = match wave(shared, &servings, lease).await {
            Ok(wave) => wave,
            Err(error) => {
                undo(shared, round, &servings);
                shared.held().others_may_be();
                return Err(error);
            }
        };
        shared.held().claimed(wave.claimed.iter().map(|(claim, _)| claim.key));
        let is_later = !claimed.is_empty() || !wave.claimed.is_empty();
        let moved = match wave.aside.is_empty() || is_later {
            true => Ok(Moved::default()),
            false => aside::set_aside(shared, &wave.aside, may_move).await,
        };
        let has_moved = |tenant| is_later || moved.as_ref().is_ok_and(|moved| moved.tenants.contains(&tenant));
        settle(shared, round, &servings, &wave, lease, has_moved);
        claimed.extend(wave.claimed.into_iter().map(|(claim, _)| claim));
        may_move -= moved?.deliveries;
        if !wave.aside.is_empty() && (is_later || may_move <= 0) {
            let mut memory = shared.memory();
            memory.aside.extend(wave.aside);
            memory.wake = true;
            return Ok(());
        }
    }
}

/// Whose turn it is, and how many deliveries each may have, as if all of them were there: what is, is found out by one
/// statement for all.
fn turns(shared: &Shared, round: &mut Round) -> Vec<Serving> {
    let now = shared.clock.now();
    let mut places: HashMap<(TenantId, Lane), usize> = HashMap::new();
    let mut servings: Vec<Serving> = Vec::new();
    let mut memory = shared.memory();
    while let Some(turn) = memory.fair.turn(round) {
        memory.fair.took(round, turn, turn.most, Some(turn.due_by.min(now)));
        memory.assume(turn.tenant, turn.most);
        let place = *places.entry((turn.tenant, turn.lane)).or_insert(servings.len());
        match servings.get_mut(place) {
            Some(serving) => serving.turns.push(turn),
            None => servings.push(Serving { tenant: turn.tenant, lane: turn.lane, turns: vec![turn] }),
        }
    }
    servings
}

async fn wave(shared: &Shared, servings: &[Serving], lease: Duration) -> Result<Wave, Error> {
    let tenants: Vec<i64> = servings.iter().map(|serving| serving.tenant.0).collect();
    let retries: Vec<bool> = servings.iter().map(|serving| serving.lane == Lane::Retry).collect();
    let most: Vec<i64> = servings.iter().map(|serving| i64::from(serving.most())).collect();
    let patience = |serving: &Serving| serving.turns.iter().map(Turn::patience_ms).min().unwrap_or(0);
    let patience: Vec<i64> = servings.iter().map(patience).collect();
    let (offset, lease, node) = (shared.offset(), millis(lease), shared.seat()?.number);
    // Both are sent at once; the server runs one after the other.
    let (claimed, next) = shared
        .on_hot(async |db| {
            let (claim, next) = (db.prepare_cached(CLAIM).await?, db.prepare_cached(NEXT).await?);
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
                [&tenants, &retries, &most, &patience, &offset, &lease, &node];
            let asked: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&tenants, &retries, &offset];
            tokio::try_join!(db.query(&claim, &values), db.query(&next, &asked))
        })
        .await?;
    let now = next.first().map_or(Ok(0), |row| row.try_get(1))?;
    let mut wave = Wave { claimed: Vec::new(), aside: BTreeSet::new(), next: Vec::new(), now: Timestamp(now) };
    for row in &claimed {
        let (tenant, lane) = (TenantId(row.try_get(2)?), if row.try_get(12)? { Lane::Retry } else { Lane::Fresh });
        match row.try_get::<_, Option<i64>>(3)? {
            Some(fence) => wave.claimed.push((claim(row, tenant, fence)?, lane)),
            None => drop(wave.aside.insert((tenant, lane, row.try_get(1)?))),
        }
    }
    for row in next {
        wave.next.push(row.try_get::<_, Option<i64>>(0)?.map(Timestamp));
    }
    // By turns and then as the events came, since a statement gives its rows in any order.
    let places: HashMap<(TenantId, Lane), usize> =
        servings.iter().enumerate().map(|(place, serving)| ((serving.tenant, serving.lane), place)).collect();
    wave.claimed.sort_unstable_by_key(|(claim, lane)| {
        let delivery = claim.key.delivery;
        (places.get(&(claim.tenant, *lane)).copied(), delivery.event.0, delivery.hook.0)
    });
    Ok(wave)
}

/// Reads a claimed delivery.
fn claim(row: &Row, tenant: TenantId, fence: i64) -> Result<Claimed, Error> {
    let id = DeliveryId { event: EventId(row.try_get(0)?), hook: HookNumber(row.try_get(1)?) };
    let (attempts, crashes): (u32, u32) = (row::number(row, 4)?, row::number(row, 5)?);
    Ok(Claimed {
        key: LeaseKey { delivery: id, fence },
        tenant,
        trigger: row::trigger(row, 7)?,
        initiated_by: row::initiator(row, 8)?,
        user: row.try_get(9)?,
        context: row.try_get(10)?,
        attempt: attempts + crashes + 1,
        is_suspect: crashes > 0,
        replayed_after: row::number(row, 6)?,
        earlier_outcomes: number::outcomes(row.try_get::<_, Option<&str>>(11)?.unwrap_or("")),
    })
}

/// Takes what a wave found into the memory, in place of what was assumed. `has_moved` says whether deliveries of a tenant
/// that came up without being claimed are, or will be, out of the way.
fn settle(
    shared: &Shared,
    round: &mut Round,
    servings: &[Serving],
    wave: &Wave,
    lease: Duration,
    has_moved: impl Fn(TenantId) -> bool,
) {
    let mut taken: HashMap<(TenantId, Lane), u32> = HashMap::new();
    for (claim, lane) in &wave.claimed {
        *taken.entry((claim.tenant, *lane)).or_default() += 1;
    }
    let mut all_taken = true;
    let mut memory = shared.memory();
    for (serving, next) in servings.iter().zip(&wave.next) {
        let (tenant, assumed) = (serving.tenant, serving.most());
        let taken = taken.get(&(tenant, serving.lane)).copied().unwrap_or(0);
        memory.claimed(tenant, assumed, taken);
        // It is due, and was not to be had: another node holds it for a moment, or a change of its hook is under way.
        let is_aside = wave.aside.iter().any(|(of, lane, _)| (*of, *lane) == (tenant, serving.lane));
        let contended = taken == 0 && next.is_some_and(|next| next <= wave.now) && !(is_aside && has_moved(tenant));
        let next = if contended { Some(Timestamp(wave.now.0 + CONTENDED_MS)) } else { *next };
        correct(&mut memory.fair, round, serving, assumed - taken, next);
        all_taken &= assumed == taken;
    }
    if !all_taken {
        memory.fair.look_again(round);
    }
    if !wave.claimed.is_empty() {
        memory.ends(Timestamp(wave.now.0.saturating_add(millis(lease))));
    }
}

/// Takes back what was assumed: the statement failed.
fn undo(shared: &Shared, round: &mut Round, servings: &[Serving]) {
    let now = shared.clock.now();
    let mut memory = shared.memory();
    for serving in servings {
        memory.claimed(serving.tenant, serving.most(), 0);
        correct(&mut memory.fair, round, serving, serving.most(), Some(now));
    }
}

/// Gives back turns that were not used, the last ones first.
fn correct(fair: &mut Fair, round: &mut Round, serving: &Serving, mut untaken: u32, next: Option<Timestamp>) {
    for turn in serving.turns.iter().rev() {
        let of_this_turn = untaken.min(turn.most);
        untaken -= of_this_turn;
        fair.took_less(round, *turn, of_this_turn, next);
    }
}

/// Gives deliveries back, due after `delay`.
pub(super) async fn give_back(
    shared: &Shared,
    leases: &[LeaseKey],
    delay: Duration,
    reason: Option<&str>,
) -> Result<(), Error> {
    const SQL: &str = "UPDATE delivery d SET state = CASE WHEN attempts + crashes = 0 THEN 0 ELSE 5 END, \
                       next_at = hookbox_now($4) + $5, reason = $6, node = NULL, begun = FALSE \
                       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS k (event, hook, fence) \
                       WHERE d.event = k.event AND d.hook = k.hook AND d.state = 1 AND d.fence = k.fence \
                       RETURNING d.tenant, d.state";
    let (events, hooks, fences) = columns(leases);
    let (offset, delay) = (shared.offset(), millis(delay));
    shared.held().ended(leases);
    let given = shared
        .on_hot(async |db| {
            let statement = db.prepare_cached(SQL).await?;
            db.query(&statement, &[&events, &hooks, &fences, &offset, &delay, &reason]).await
        })
        .await;
    let rows = given.inspect_err(|_| shared.held().others_may_be())?;
    {
        let due = Timestamp(shared.clock.now().0.saturating_add(delay));
        let mut memory = shared.memory();
        for row in rows {
            let tenant = TenantId(row.try_get(0)?);
            let lane = if row.try_get::<_, i16>(1)? == number::RETRY { Lane::Retry } else { Lane::Fresh };
            memory.count(tenant, 1, -1);
            memory.fair.due(tenant, lane, due);
            memory.wake = true;
        }
    }
    shared.publish();
    Ok(())
}

/// Marks the lease of a suspect as one under which it runs; whether the lease is held. There is one at a time of these on
/// a node, so that there is nothing to write them together with.
pub(super) async fn begin(shared: &Shared, key: LeaseKey) -> Result<bool, Error> {
    const SQL: &str = "UPDATE delivery SET begun = TRUE WHERE event = $1 AND hook = $2 AND state = 1 AND fence = $3";
    let (event, hook) = (key.delivery.event.0, key.delivery.hook.0);
    let marked = shared
        .on_hot(async |db| {
            let statement = db.prepare_cached(SQL).await?;
            db.execute(&statement, &[&event, &hook, &key.fence]).await
        })
        .await?;
    Ok(marked == 1)
}

/// Makes leases end later, and answers those that still were held.
pub(super) async fn extend(shared: &Shared, leases: &[LeaseKey], lease: Duration) -> Result<Vec<LeaseKey>, Error> {
    const SQL: &str = "UPDATE delivery d SET next_at = hookbox_now($4) + $5 \
                       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS k (event, hook, fence) \
                       WHERE d.event = k.event AND d.hook = k.hook AND d.state = 1 AND d.fence = k.fence \
                       RETURNING d.event, d.hook, d.fence";
    let (events, hooks, fences) = columns(leases);
    let (offset, lease) = (shared.offset(), millis(lease));
    let rows = shared
        .on_hot(async |db| {
            let statement = db.prepare_cached(SQL).await?;
            db.query(&statement, &[&events, &hooks, &fences, &offset, &lease]).await
        })
        .await?;
    let read = |row: Row| {
        let delivery = DeliveryId { event: EventId(row.try_get(0)?), hook: HookNumber(row.try_get(1)?) };
        Ok(LeaseKey { delivery, fence: row.try_get(2)? })
    };
    let kept: HashSet<LeaseKey> = rows.into_iter().map(read).collect::<Result<_, Error>>()?;
    shared.held().ended(leases.iter().filter(|key| !kept.contains(key)));
    Ok(kept.into_iter().collect())
}

/// The parts of leases, in the order in which statements lock deliveries.
pub(super) fn columns(leases: &[LeaseKey]) -> (Vec<i64>, Vec<i64>, Vec<i64>) {
    let mut leases = leases.to_vec();
    leases.sort_unstable_by_key(|key| delivery::in_order(key.delivery));
    let events = leases.iter().map(|key| key.delivery.event.0).collect();
    let hooks = leases.iter().map(|key| key.delivery.hook.0).collect();
    (events, hooks, leases.iter().map(|key| key.fence).collect())
}
