//! What a saved hook's runs have in common, worked out once per state of the hook.

use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use hookbox_egress::{Egress, HostPattern, SealedSecret, SealedSecrets};
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{RunLimits, TenantId};
use hookbox_store::{LiveHook, SecretValue, Settings};
use lru::LruCache;

use crate::input::{secrets_json, with_members};
use crate::redact::Redactor;
use crate::way_out::{Notices, WayOut};

/// How many hooks are kept ready, and how many bytes of what is worked out for them.
const KEPT: NonZero<usize> = NonZero::new(4_096).expect("not zero");
const KEPT_BYTES: usize = 256 << 20;
/// What a byte of a secret becomes in the search for it, with all its forms: measured with the most that a hook can have.
const SEARCH_BYTES: usize = 180;
/// What a hook takes beside that. A guess on the high side.
const HOOK_BYTES: usize = 1_024;

/// What the runs of a hook share.
pub(crate) struct Prepared {
    /// The JSON of `context.webtask.secrets`, without those that are sealed.
    open_json: SecretValue,
    /// Those whose value a guest never holds.
    sealed: Arc<SealedSecrets>,
    /// Takes the secrets out of what a run leaves behind.
    pub(crate) redactor: Arc<Redactor>,
    /// What a run may use.
    pub(crate) limits: RunLimits,
    /// The hosts that the hook may call; `None` for all that the operator allows.
    pub(crate) allowed_hosts: Option<Vec<HostPattern>>,
}

/// What one run gets of what its hook's runs share.
pub(crate) struct Equipment {
    /// The JSON of `context.webtask.secrets`.
    pub(crate) secrets_json: SecretValue,
    /// The run's own way out.
    pub(crate) way_out: WayOut,
}

impl Prepared {
    /// Works out what the runs of a hook with those secrets and settings share.
    pub(crate) fn new(secrets: &[(String, SecretValue)], settings: &Settings, ceilings: &RunLimits) -> Self {
        let hosts_of = |name: &String| settings.sealed_secrets.get(name);
        let open = secrets.iter().filter(|(name, _)| hosts_of(name).is_none());
        let sealed = secrets.iter().filter_map(|(name, value)| {
            Some(SealedSecret::new(name.clone(), value.expose().to_owned(), patterns(hosts_of(name)?)))
        });
        Self {
            open_json: SecretValue::new(secrets_json(open.map(|(name, value)| (name.as_str(), value.expose())))),
            sealed: Arc::new(SealedSecrets::new(sealed.collect())),
            redactor: Arc::new(Redactor::new(secrets.to_vec())),
            limits: settings.run_limits(ceilings),
            allowed_hosts: settings.allowed_hosts.as_ref().map(|hosts| patterns(hosts)),
        }
    }

    /// What the next run gets: placeholders of its own, and a way out that knows them.
    pub(crate) fn equip(&self, egress: &Egress, tenant: TenantId) -> Result<Equipment, hookbox_egress::Error> {
        let notices = Notices::default();
        let session = egress.session(tenant, self.allowed_hosts.clone());
        if self.sealed.is_empty() {
            let secrets_json = SecretValue::new(self.open_json.expose().to_owned());
            return Ok(Equipment { secrets_json, way_out: WayOut::new(session, notices, &self.redactor) });
        }
        let told = notices.clone();
        let seals = self.sealed.for_run(Some(Arc::new(move |misplaced| told.misplaced(misplaced))))?;
        let secrets_json = SecretValue::new(with_members(self.open_json.expose(), seals.placeholders()));
        Ok(Equipment { secrets_json, way_out: WayOut::new(session.with_seals(seals), notices, &self.redactor) })
    }
}

/// A host that cannot be read any more allows nothing; the others of the list still hold.
fn patterns(hosts: &[String]) -> Vec<HostPattern> {
    let read = |host: &String| match host.parse() {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            tracing::error!(%error, "an allowed host of a hook cannot be read");
            None
        }
    };
    hosts.iter().filter_map(read).collect()
}

/// What was worked out, by hook, for as long as the hook stays as it is.
pub(crate) struct PreparedHooks {
    ceilings: RunLimits,
    kept: Mutex<KeptHooks>,
}

struct KeptHooks {
    hooks: LruCache<HookNumber, Kept>,
    bytes: usize,
}

struct Kept {
    /// The state of the hook that it was worked out for.
    of: Weak<LiveHook>,
    prepared: Arc<Prepared>,
    bytes: usize,
}

impl PreparedHooks {
    pub(crate) fn new(ceilings: RunLimits) -> Self {
        Self { ceilings, kept: Mutex::new(KeptHooks { hooks: LruCache::new(KEPT), bytes: 0 }) }
    }

    /// What the runs of this state of the hook share.
    pub(crate) fn get(&self, hook: &Arc<LiveHook>) -> Arc<Prepared> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // The weak one keeps the memory, so that no later state can be at the same address.
        if let Some(found) = kept.hooks.get(&hook.number)
            && std::ptr::eq(found.of.as_ptr(), Arc::as_ptr(hook))
        {
            return Arc::clone(&found.prepared);
        }
        let prepared = Arc::new(Prepared::new(&hook.secrets, &hook.settings, &self.ceilings));
        kept.put(hook, Arc::clone(&prepared));
        prepared
    }
}

impl KeptHooks {
    fn put(&mut self, hook: &Arc<LiveHook>, prepared: Arc<Prepared>) {
        let secrets: usize = hook.secrets.iter().map(|(_, value)| value.expose().len()).sum();
        let bytes = HOOK_BYTES + secrets * SEARCH_BYTES;
        self.bytes += bytes;
        let replaced = self.hooks.push(hook.number, Kept { of: Arc::downgrade(hook), prepared, bytes });
        self.bytes -= replaced.map_or(0, |(_, kept)| kept.bytes);
        while self.bytes > KEPT_BYTES
            && self.hooks.len() > 1
            && let Some((_, kept)) = self.hooks.pop_lru()
        {
            self.bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_a_hook_hold_up_to_the_operators_ceiling() {
        let mut settings = Settings::default();
        settings.limits.insert("fuel".to_owned(), 5_000);
        settings.limits.insert("wall_ms".to_owned(), 60_000);
        let ceilings = RunLimits { wall_ms: 10_000, ..RunLimits::CEILINGS };
        let limits = Prepared::new(&[], &settings, &ceilings).limits;
        assert_eq!((limits.fuel, limits.wall_ms, limits.cpu_ms), (5_000, 10_000, 1_000));
    }

    #[test]
    fn a_sealed_secret_is_a_placeholder_of_the_run_and_the_others_are_what_they_are() {
        let secrets = ["OPEN", "KEY"].map(|name| (name.to_owned(), SecretValue::new(format!("value-of-{name}"))));
        let mut settings = Settings::default();
        settings.sealed_secrets.insert("KEY".to_owned(), vec!["api.example.com".to_owned()]);
        settings.sealed_secrets.insert("NOT_THERE".to_owned(), vec!["api.example.com".to_owned()]);
        let prepared = Prepared::new(&secrets, &settings, &RunLimits::CEILINGS);
        let egress = Egress::new(hookbox_egress::Policy::default()).expect("a policy");
        let json = || prepared.equip(&egress, TenantId(1)).expect("random numbers").secrets_json;
        let (one, two) = (json(), json());
        let read = |json: &SecretValue| serde_json::from_str::<serde_json::Value>(json.expose()).expect("JSON");
        assert_eq!(read(&one)["OPEN"], "value-of-OPEN");
        assert!(read(&one)["KEY"].as_str().is_some_and(|key| key.starts_with(hookbox_egress::PLACEHOLDER_PREFIX)));
        assert_eq!(read(&one).as_object().map(serde_json::Map::len), Some(2));
        assert_ne!(read(&one)["KEY"], read(&two)["KEY"], "no run knows another one's placeholder");
    }

    #[test]
    fn hooks_with_large_secrets_are_kept_within_bounds_and_leave_room_for_small_ones() {
        let hook = |number: i64, bytes: usize| {
            let secrets = (0..20).map(|secret| (format!("S{secret}"), SecretValue::new("s".repeat(bytes))));
            Arc::new(LiveHook {
                id: "01J00000000000000000000000".parse().expect("an id"),
                number: HookNumber(number),
                name: "mine".to_owned(),
                trigger: hookbox_protocol::Trigger::PostChangePassword,
                version: 1,
                code: hookbox_store::Code::Script { source: String::new() },
                settings: Settings::default(),
                secrets: secrets.collect(),
            })
        };
        let prepared = PreparedHooks::new(RunLimits::CEILINGS);
        for number in 0..40 {
            prepared.get(&hook(number, 4_096));
        }
        let (kept, bytes) = {
            let kept = prepared.kept.lock().expect("not poisoned");
            (kept.hooks.len(), kept.bytes)
        };
        assert!((2..40).contains(&kept) && bytes <= KEPT_BYTES, "{kept} hooks, {bytes} bytes");
        let small: Vec<_> = (40..140).map(|number| hook(number, 10)).collect();
        let first: Vec<_> = small.iter().map(|hook| prepared.get(hook)).collect();
        assert!(small.iter().zip(&first).all(|(hook, first)| Arc::ptr_eq(&prepared.get(hook), first)));
    }
}
