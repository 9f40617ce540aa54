//! What the writing thread keeps of the database, so that it need not ask for it with every event.

use std::collections::{BTreeSet, HashMap};

use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId, Timestamp, Trigger};
use rusqlite::{Connection, params};

use super::row::{self, HELD, LEASED};
use crate::Error;
use crate::fair::Fair;

/// Changed together with the rows that it is made from. When a batch fails it is read anew.
#[derive(Default)]
pub(super) struct Memory {
    enabled: HashMap<(TenantId, Trigger), Vec<HookNumber>>,
    /// Tenants with deliveries that have not ended.
    pub(super) fair: Fair,
    pub(super) leases: LeaseEnds,
    /// Deliveries in that state.
    pub(super) dead: u64,
    /// Deliveries that came to that state since the store was opened.
    pub(super) succeeded: u64,
    /// Whether the dispatcher has reason to ask for deliveries after the next commit.
    pub(super) wake: bool,
}

/// When each lease ends. There are as many as there are slots, whatever the backlog.
#[derive(Default)]
pub(super) struct LeaseEnds {
    by_delivery: HashMap<DeliveryId, Timestamp>,
    by_end: BTreeSet<(Timestamp, DeliveryId)>,
}

impl LeaseEnds {
    /// The delivery is leased until then.
    pub(super) fn set(&mut self, delivery: DeliveryId, end: Timestamp) {
        self.remove(delivery);
        self.by_delivery.insert(delivery, end);
        self.by_end.insert((end, delivery));
    }

    /// The delivery is not leased any more.
    pub(super) fn remove(&mut self, delivery: DeliveryId) {
        if let Some(end) = self.by_delivery.remove(&delivery) {
            self.by_end.remove(&(end, delivery));
        }
    }

    /// A lease that ran out.
    pub(super) fn ended(&self, now: Timestamp) -> Option<DeliveryId> {
        self.by_end.first().filter(|(end, _)| *end <= now).map(|(_, delivery)| *delivery)
    }

    fn first(&self) -> Option<Timestamp> {
        self.by_end.first().map(|(end, _)| *end)
    }
}

impl Memory {
    pub(super) fn load(db: &Connection) -> Result<Self, Error> {
        let mut memory = Self { wake: true, ..Self::default() };
        let mut hooks = db.prepare("SELECT tenant, trigger, number FROM hook WHERE enabled = 1")?;
        let mut rows = hooks.query([])?;
        while let Some(row) = rows.next()? {
            let key = (TenantId(row.get(0)?), row::trigger(row, 1)?);
            memory.enabled.entry(key).or_default().push(HookNumber(row.get(2)?));
        }
        // Both read an index from end to end and no table.
        let mut due = db.prepare(
            "SELECT tenant, state, count(*), min(next_at) FROM delivery INDEXED BY delivery_due WHERE state <= 1 \
             GROUP BY tenant, state",
        )?;
        let mut rows = due.query([])?;
        while let Some(row) = rows.next()? {
            let (tenant, state, count): (_, i64, i64) = (TenantId(row.get(0)?), row.get(1)?, row.get(2)?);
            if state == LEASED {
                memory.fair.count(tenant, 0, count);
            } else {
                memory.fair.count(tenant, count, 0);
                memory.fair.due(tenant, Timestamp(row.get(3)?));
            }
        }
        let mut leased = db.prepare(
            "SELECT event, hook, next_at FROM delivery INDEXED BY delivery_due WHERE state <= 1 AND state = 1",
        )?;
        let mut rows = leased.query([])?;
        while let Some(row) = rows.next()? {
            let delivery = DeliveryId { event: EventId(row.get(0)?), hook: HookNumber(row.get(1)?) };
            memory.leases.set(delivery, Timestamp(row.get(2)?));
        }
        let mut held = db.prepare(
            "SELECT tenant, count(*) FROM delivery INDEXED BY delivery_held WHERE state = 4 GROUP BY tenant",
        )?;
        debug_assert_eq!(HELD, 4, "the index is made for that number");
        let mut rows = held.query([])?;
        while let Some(row) = rows.next()? {
            memory.fair.count(TenantId(row.get(0)?), row.get(1)?, 0);
        }
        let dead = "SELECT count(*) FROM delivery INDEXED BY delivery_dead WHERE state = 3";
        memory.dead = db.query_row(dead, [], |row| row.get(0))?;
        Ok(memory)
    }

    /// When a call for deliveries is worth it without anything else happening.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        self.fair.wake_at().into_iter().chain(self.leases.first()).min()
    }

    /// The hooks that an event of that trigger is delivered to.
    pub(super) fn enabled(&self, tenant: TenantId, trigger: Trigger) -> &[HookNumber] {
        self.enabled.get(&(tenant, trigger)).map_or(&[], Vec::as_slice)
    }

    /// Reads the hooks of a trigger anew. The last step of a change to them, so that a change that fails leaves no trace.
    pub(super) fn refresh(&mut self, db: &Connection, tenant: TenantId, trigger: Trigger) -> Result<(), Error> {
        let sql = "SELECT number FROM hook WHERE tenant = ?1 AND trigger = ?2 AND enabled = 1";
        let mut hooks = db.prepare_cached(sql)?;
        let numbers = hooks
            .query_map(params![tenant.0, row::trigger_number(trigger)], |row| row.get(0).map(HookNumber))?
            .collect::<Result<Vec<_>, _>>()?;
        if numbers.is_empty() {
            self.enabled.remove(&(tenant, trigger));
        } else {
            self.enabled.insert((tenant, trigger), numbers);
        }
        Ok(())
    }
}
