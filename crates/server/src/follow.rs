//! Followers of the live log: who hears what hooks print while they print it.
//!
//! A hook never waits for a follower. Each has a bounded queue, and where that is full a gap says how many lines were
//! dropped: at the place where they are missing, since nothing is queued behind a gap that grows.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hookbox_protocol::report::LogLine;
use hookbox_protocol::{HookId, TenantId};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Notify;

/// Lines, and bytes of lines, that wait for one follower.
const LINES_MAX: usize = 1_000;
const BYTES_MAX: usize = 1 << 20;

/// Everybody who follows.
pub(crate) struct Followers {
    per_tenant_max: usize,
    count: AtomicUsize,
    by_tenant: Mutex<HashMap<TenantId, Vec<Arc<Follower>>>>,
    gauge: Gauge,
    dropped: Counter,
}

/// A tenant has as many followers as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooManyFollowers(pub(crate) usize);

/// One who follows.
struct Follower {
    /// Only what this hook prints.
    hook: Option<HookId>,
    queue: Mutex<Queue>,
    woken: Notify,
    /// Whether an entry was written to the log that the follower has not looked for.
    entry: AtomicBool,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Heard>,
    lines: usize,
    bytes: usize,
}

/// What a follower hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A line, as it is sent.
    Line(Bytes),
    /// So many lines are missing here.
    Gap(u64),
}

impl Followers {
    /// Nobody yet. `gauge` counts followers, `dropped` the lines that they missed.
    pub(crate) fn new(per_tenant_max: u32, gauge: Gauge, dropped: Counter) -> Self {
        Self {
            per_tenant_max: per_tenant_max as usize,
            count: AtomicUsize::new(0),
            by_tenant: Mutex::default(),
            gauge,
            dropped,
        }
    }

    /// Whether anybody follows the tenant. Almost always nobody follows anything: that costs one read.
    pub(crate) fn has(&self, tenant: TenantId) -> bool {
        self.count.load(Ordering::Relaxed) > 0 && self.by_tenant().contains_key(&tenant)
    }

    /// Begins to follow a tenant, or one hook of it.
    pub(crate) fn follow(
        self: &Arc<Self>,
        tenant: TenantId,
        hook: Option<HookId>,
    ) -> Result<Following, TooManyFollowers> {
        let mut by_tenant = self.by_tenant();
        let followers = by_tenant.entry(tenant).or_default();
        if followers.len() >= self.per_tenant_max {
            if followers.is_empty() {
                by_tenant.remove(&tenant);
            }
            return Err(TooManyFollowers(self.per_tenant_max));
        }
        let queue = Mutex::default();
        let follower = Arc::new(Follower { hook, queue, woken: Notify::new(), entry: AtomicBool::new(true) });
        followers.push(Arc::clone(&follower));
        self.count.fetch_add(1, Ordering::Relaxed);
        self.gauge.inc();
        Ok(Following { tenant, follower, all: Arc::clone(self) })
    }

    /// A hook of the tenant printed a line; `line` makes what followers are sent, if one listens.
    pub(crate) fn tell(&self, tenant: TenantId, hook: &HookId, line: impl FnOnce() -> Bytes) {
        let by_tenant = self.by_tenant();
        let Some(followers) = by_tenant.get(&tenant) else { return };
        let mut listening =
            followers.iter().filter(|follower| follower.hook.as_ref().is_none_or(|wanted| wanted == hook)).peekable();
        if listening.peek().is_none() {
            return;
        }
        let line = line();
        for follower in listening {
            if !follower.queue().push(line.clone()) {
                self.dropped.inc();
            }
            follower.woken.notify_one();
        }
    }

    /// An entry was written to the tenant's log.
    pub(crate) fn tell_of_entry(&self, tenant: TenantId) {
        if !self.has(tenant) {
            return;
        }
        for follower in self.by_tenant().get(&tenant).into_iter().flatten() {
            follower.entry.store(true, Ordering::Release);
            follower.woken.notify_one();
        }
    }

    fn by_tenant(&self) -> MutexGuard<'_, HashMap<TenantId, Vec<Arc<Follower>>>> {
        self.by_tenant.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Whether there was room.
    fn push(&mut self, line: Bytes) -> bool {
        if self.lines >= LINES_MAX || self.bytes + line.len() > BYTES_MAX {
            match self.items.back_mut() {
                Some(Heard::Gap(dropped)) => *dropped += 1,
                _ => self.items.push_back(Heard::Gap(1)),
            }
            return false;
        }
        self.lines += 1;
        self.bytes += line.len();
        self.items.push_back(Heard::Line(line));
        true
    }

    fn pop(&mut self) -> Option<Heard> {
        let heard = self.items.pop_front()?;
        if let Heard::Line(line) = &heard {
            self.lines -= 1;
            self.bytes -= line.len();
        }
        Some(heard)
    }
}

/// One's own following; it ends when it is dropped.
pub(crate) struct Following {
    tenant: TenantId,
    follower: Arc<Follower>,
    all: Arc<Followers>,
}

impl Following {
    /// What was heard next, if anything was.
    pub(crate) fn next(&self) -> Option<Heard> {
        self.follower.queue().pop()
    }

    /// Whether the log may have new entries since this was asked the last time.
    pub(crate) fn take_entry(&self) -> bool {
        self.follower.entry.swap(false, Ordering::AcqRel)
    }

    /// Waits until something was heard, or an entry was written.
    pub(crate) async fn woken(&self) {
        self.follower.woken.notified().await;
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut by_tenant = self.all.by_tenant();
        if let Some(followers) = by_tenant.get_mut(&self.tenant) {
            followers.retain(|follower| !Arc::ptr_eq(follower, &self.follower));
            if followers.is_empty() {
                by_tenant.remove(&self.tenant);
            }
        }
        self.all.count.fetch_sub(1, Ordering::Relaxed);
        self.all.gauge.dec();
    }
}

/// Who hears the lines of one run.
pub(crate) trait Listener: Send + Sync {
    /// Whether it is worth the while to take the secrets out of a line.
    fn listens(&self) -> bool;

    /// A line without secrets.
    fn hear(&self, line: &LogLine);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId(1);

    fn followers(per_tenant_max: u32) -> Arc<Followers> {
        Arc::new(Followers::new(per_tenant_max, Gauge::default(), Counter::default()))
    }

    fn hook(digit: char) -> HookId {
        "01ARZ3NDEKTSV4RRFFQ69G5FAV".replace('1', &digit.to_string()).parse().expect("an id")
    }

    fn heard(following: &Following) -> Vec<Heard> {
        std::iter::from_fn(|| following.next()).collect()
    }

    #[test]
    fn a_follower_hears_its_tenant_and_its_hook_only() {
        let followers = followers(2);
        let all = followers.follow(TENANT, None).expect("room");
        let one = followers.follow(TENANT, Some(hook('2'))).expect("room");
        assert!(followers.has(TENANT) && !followers.has(TenantId(2)));
        let line = |text: &'static str| move || Bytes::from_static(text.as_bytes());
        followers.tell(TENANT, &hook('2'), line("a"));
        followers.tell(TENANT, &hook('3'), line("b"));
        followers.tell(TenantId(2), &hook('2'), || unreachable!("nobody listens"));
        assert_eq!(heard(&all), ["a", "b"].map(|text| Heard::Line(text.into())));
        assert_eq!(heard(&one), [Heard::Line("a".into())]);
        assert_eq!(followers.follow(TENANT, None).err(), Some(TooManyFollowers(2)));
        drop((all, one));
        assert!(!followers.has(TENANT) && followers.by_tenant().is_empty() && followers.gauge.get() == 0);
    }

    #[test]
    fn a_slow_follower_is_told_where_lines_are_missing_and_how_many() {
        let followers = followers(1);
        let following = followers.follow(TENANT, None).expect("room");
        let tell = |text: &str| followers.tell(TENANT, &hook('2'), || Bytes::from(text.to_owned()));
        (0..LINES_MAX + 7).for_each(|number| tell(&number.to_string()));
        assert_eq!(followers.dropped.get(), 7);
        assert_eq!(following.next(), Some(Heard::Line("0".into())));
        tell("after");
        let rest = heard(&following);
        assert_eq!(rest[LINES_MAX - 1..], [Heard::Gap(7), Heard::Line("after".into())]);

        tell(&"x".repeat(BYTES_MAX));
        tell("y");
        assert_eq!(heard(&following)[1..], [Heard::Gap(1)], "bytes are bounded as well");
    }
}
