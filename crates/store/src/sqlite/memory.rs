//! What the writing thread keeps of the database, so that it need not ask for it with every event.

use std::collections::{BTreeSet, HashMap};

use hookbox_protocol::api::Quotas;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId, Timestamp, Trigger};
use rusqlite::{Connection, params};

use super::row;
use crate::fair::{Fair, Lane, Rule};
use crate::number::{HELD, LEASED, RETRY};
use crate::retention::Sweep;
use crate::{Error, number, operator};

/// Changed together with the rows that it is made from. When a batch fails it is read anew.
#[derive(Default)]
pub(super) struct Memory {
    /// In the order in which they run.
    enabled: HashMap<(TenantId, Trigger), Vec<HookNumber>>,
    /// Tenants that were deleted since the start of the process or have rows left, and whether they have.
    retired: HashMap<TenantId, bool>,
    /// The cap of the last call for deliveries on what one tenant has in flight.
    pub(super) tenant_most: u32,
    /// Hooks that run again, or were deleted, while deliveries of theirs are still held.
    pub(super) released: BTreeSet<(TenantId, HookNumber)>,
    /// Where retention stands.
    pub(super) sweep: Sweep,
    /// Tenants with deliveries that have not ended.
    pub(super) fair: Fair,
    pub(super) leases: LeaseEnds,
    /// Deliveries in that state.
    pub(super) dead: u64,
    /// Deliveries that came to that state since the store was opened.
    pub(super) succeeded: u64,
    /// Outcomes of attempts that this batch recorded, newest first, a letter each.
    pub(super) recent: HashMap<HookNumber, String>,
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
    pub(super) fn load(db: &Connection, quotas: Quotas) -> Result<Self, Error> {
        let mut memory = Self { wake: true, tenant_most: u32::MAX, ..Self::default() };
        memory.load_rules(db, quotas)?;
        let mut hooks =
            db.prepare(&format!("SELECT tenant, trigger, number FROM hook WHERE enabled = 1 {IN_ORDER}"))?;
        let mut rows = hooks.query([])?;
        while let Some(row) = rows.next()? {
            let key = (TenantId(row.get(0)?), row::trigger(row, 1)?);
            memory.enabled.entry(key).or_default().push(HookNumber(row.get(2)?));
        }
        memory.load_queue(db)?;
        Ok(memory)
    }

    /// What the operator set for tenants, and which of them he deleted.
    fn load_rules(&mut self, db: &Connection, quotas: Quotas) -> Result<(), Error> {
        self.fair.set_in_flight_default(quotas.in_flight);
        let sql = "SELECT id, suspended, quotas, deleted_at IS NOT NULL FROM tenant \
                   WHERE suspended = 1 OR quotas <> '{}' OR deleted_at IS NOT NULL";
        let mut select = db.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let tenant = TenantId(row.get(0)?);
            if row.get(3)? {
                self.retired.insert(tenant, true);
            }
            let in_flight = operator::effective(&row::json(row, 2)?, quotas).in_flight;
            self.fair.set_rule(tenant, Some(Rule { suspended: row.get(1)?, in_flight }));
        }
        Ok(())
    }

    /// What has not ended. Reads indexes from end to end, and of the table only the rows that are leased.
    fn load_queue(&mut self, db: &Connection) -> Result<(), Error> {
        for (lane, sql) in [
            (
                Lane::Fresh,
                "SELECT tenant, count(*), min(next_at) FROM delivery INDEXED BY delivery_due WHERE state = 0 \
                 GROUP BY tenant",
            ),
            (
                Lane::Retry,
                "SELECT tenant, count(*), min(next_at) FROM delivery INDEXED BY delivery_retry WHERE state = 5 \
                 GROUP BY tenant",
            ),
        ] {
            let mut due = db.prepare(sql)?;
            let mut rows = due.query([])?;
            while let Some(row) = rows.next()? {
                let tenant = TenantId(row.get(0)?);
                if !self.retired.contains_key(&tenant) {
                    self.fair.count(tenant, row.get(1)?, 0);
                    self.fair.due(tenant, lane, Timestamp(row.get(2)?));
                }
            }
        }
        let mut leased =
            db.prepare("SELECT event, hook, next_at, tenant FROM delivery INDEXED BY delivery_leased WHERE state = 1")?;
        let mut rows = leased.query([])?;
        while let Some(row) = rows.next()? {
            let delivery = DeliveryId { event: EventId(row.get(0)?), hook: HookNumber(row.get(1)?) };
            let tenant = TenantId(row.get(3)?);
            if !self.retired.contains_key(&tenant) {
                self.fair.count(tenant, 0, 1);
                self.leases.set(delivery, Timestamp(row.get(2)?));
            }
        }
        let mut held = db.prepare(
            "SELECT d.tenant, d.number, d.hook, coalesce(h.enabled OR h.deleted_at IS NOT NULL, 1) FROM \
             (SELECT tenant, hook, count(*) AS number FROM delivery INDEXED BY delivery_held WHERE state = 4 \
              GROUP BY hook, tenant) d LEFT JOIN hook h ON h.number = d.hook",
        )?;
        debug_assert_eq!((LEASED, HELD, RETRY), (1, 4, 5), "the indexes are made for these numbers");
        let mut rows = held.query([])?;
        while let Some(row) = rows.next()? {
            let tenant = TenantId(row.get(0)?);
            if !self.retired.contains_key(&tenant) {
                self.fair.count(tenant, row.get(1)?, 0);
                if row.get(3)? {
                    self.released.insert((tenant, HookNumber(row.get(2)?)));
                }
            }
        }
        let dead = "SELECT count(*) FROM delivery INDEXED BY delivery_dead WHERE state = 3";
        self.dead = db.query_row(dead, [], |row| row.get(0))?;
        Ok(())
    }

    /// Takes over from a memory that is read anew what is in no row.
    pub(super) fn keep(&mut self, before: Self) {
        self.sweep = before.sweep;
        self.tenant_most = before.tenant_most;
        for tenant in before.retired.into_keys() {
            self.retired.entry(tenant).or_insert(false);
        }
    }

    /// Forgets the hooks of a tenant that was deleted.
    pub(super) fn retire(&mut self, tenant: TenantId) {
        self.retired.insert(tenant, true);
        self.enabled.retain(|(owner, _), _| *owner != tenant);
        self.released.retain(|(owner, _)| *owner != tenant);
    }

    /// The last row of a deleted tenant is gone. That it was deleted is remembered, for a write that comes late.
    pub(super) fn purged(&mut self, tenant: TenantId) {
        self.retired.insert(tenant, false);
        self.fair.set_rule(tenant, None);
    }

    /// A deleted tenant that has rows left.
    pub(super) fn unpurged(&self) -> Option<TenantId> {
        self.retired.iter().find(|(_, has_rows)| **has_rows).map(|(tenant, _)| *tenant)
    }

    /// Refuses a write for a tenant that was deleted after the caller was admitted.
    pub(super) fn check_there(&self, tenant: TenantId) -> Result<(), Error> {
        if self.retired.is_empty() || !self.retired.contains_key(&tenant) {
            return Ok(());
        }
        Err(Error::NotFound { what: "tenant", name: tenant.to_string() })
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
        let numbers = in_order(db, tenant, trigger)?;
        if numbers.is_empty() {
            self.enabled.remove(&(tenant, trigger));
        } else {
            self.enabled.insert((tenant, trigger), numbers);
        }
        Ok(())
    }
}

/// Of several hooks of a trigger, the one with the lowest number in its settings comes first, then the oldest.
const IN_ORDER: &str = "ORDER BY coalesce(settings ->> '$.order', 0), number";

/// The enabled hooks of a trigger, in the order in which they run.
pub(super) fn in_order(db: &Connection, tenant: TenantId, trigger: Trigger) -> Result<Vec<HookNumber>, Error> {
    let sql = format!(
        "SELECT number FROM hook INDEXED BY hook_tenant WHERE tenant = ?1 AND trigger = ?2 AND enabled = 1 {IN_ORDER}"
    );
    let mut hooks = db.prepare_cached(&sql)?;
    let numbers = hooks.query_map(params![tenant.0, number::of_trigger(trigger)], |row| row.get(0).map(HookNumber))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}
