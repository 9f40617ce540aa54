//! Hooks as they run, kept in memory so that a run reads and decrypts nothing.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hookbox_protocol::id::HookNumber;
use lru::LruCache;

use crate::engine::{Engine, SealedHook};
use crate::queue::LiveHook;
use crate::{Code, Error, MasterKeys};

/// Hooks that are kept at most, and bytes of scripts.
const HOOKS_MAX: usize = 16_384;
const BYTES_MAX: usize = 64 << 20;
/// What an entry takes beside its script: names, settings, the map's own share. A guess on the high side.
const ENTRY_BYTES: usize = 512;

/// A hook and the name of its tenant.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) tenant_name: Arc<str>,
    pub(crate) hook: Arc<LiveHook>,
}

/// The cache. Every change of the catalogue empties it: changes are rare, and a hook is read back in microseconds.
pub(crate) struct LiveHooks(Mutex<Cached>);

struct Cached {
    hooks: LruCache<HookNumber, Live>,
    bytes: usize,
    /// The generation of the catalogue that the entries were read from.
    generation: u64,
}

impl LiveHooks {
    pub(crate) fn new() -> Self {
        let most = NonZeroUsize::new(HOOKS_MAX).expect("not zero");
        Self(Mutex::new(Cached { hooks: LruCache::new(most), bytes: 0, generation: 0 }))
    }

    /// The hook as the last commit left it; `None` when it was deleted.
    pub(crate) async fn get(
        &self,
        engine: &dyn Engine,
        keys: &MasterKeys,
        number: HookNumber,
    ) -> Result<Option<Live>, Error> {
        let generation = engine.signal().generation();
        if let Some(live) = self.lock().of_generation(generation).hooks.get(&number) {
            return Ok(Some(live.clone()));
        }
        let Some(sealed) = engine.sealed_hook(number).await? else { return Ok(None) };
        let live = open(sealed, keys)?;
        // What was read may be older than a change that was committed meanwhile; then it goes with that generation.
        self.lock().of_generation(generation).insert(number, live.clone());
        Ok(Some(live))
    }

    fn lock(&self) -> MutexGuard<'_, Cached> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cached {
    fn of_generation(&mut self, generation: u64) -> &mut Self {
        if self.generation != generation {
            self.generation = generation;
            self.hooks.clear();
            self.bytes = 0;
        }
        self
    }

    fn insert(&mut self, number: HookNumber, live: Live) {
        self.bytes += bytes(&live);
        if let Some((_, old)) = self.hooks.push(number, live) {
            self.bytes = self.bytes.saturating_sub(bytes(&old));
        }
        while self.bytes > BYTES_MAX
            && let Some((_, old)) = self.hooks.pop_lru()
        {
            self.bytes = self.bytes.saturating_sub(bytes(&old));
        }
    }
}

fn bytes(live: &Live) -> usize {
    let source = match &live.hook.code {
        Code::Module { .. } => 0,
        Code::Script { source } => source.len(),
    };
    let secrets: usize = live.hook.secrets.iter().map(|(name, value)| name.len() + value.expose().len()).sum();
    ENTRY_BYTES + source + secrets
}

fn open(sealed: SealedHook, keys: &MasterKeys) -> Result<Live, Error> {
    let row = sealed.row;
    let secrets = if sealed.secrets.is_empty() {
        Vec::new()
    } else {
        let key = keys.data_key(sealed.tenant, &sealed.data_key)?;
        let open = |(name, value): &(String, Vec<u8>)| Ok((name.clone(), key.open(row.number, name, value)?));
        sealed.secrets.iter().map(open).collect::<Result<_, Error>>()?
    };
    let hook = LiveHook {
        id: row.id,
        number: row.number,
        name: row.name,
        trigger: row.trigger,
        version: row.version,
        code: row.code,
        settings: sealed.settings,
        secrets,
    };
    Ok(Live { tenant_name: sealed.tenant_name.into(), hook: Arc::new(hook) })
}
