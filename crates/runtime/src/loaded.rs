//! Modules that stay loaded: least recently used first out, bounded by the bytes of their code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hookbox_protocol::ModuleDigest;
use lru::LruCache;

use crate::engine::Kind;
use crate::module::Module;

/// Bytes that a loaded module takes beside its code: its types, its exports, its links.
const OVERHEAD: u64 = 64 << 10;

type Key = (Kind, ModuleDigest);

/// The loaded modules, and who is loading one just now.
pub(crate) struct Loaded {
    bytes_max: u64,
    modules: Mutex<Modules>,
    loading: Mutex<HashMap<Key, Arc<tokio::sync::Mutex<()>>>>,
}

struct Modules {
    bytes: u64,
    by_use: LruCache<Key, Module>,
}

impl Loaded {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            modules: Mutex::new(Modules { bytes: 0, by_use: LruCache::unbounded() }),
            loading: Mutex::new(HashMap::new()),
        }
    }

    /// The module, if it is loaded; it counts as used.
    pub(crate) fn get(&self, key: &Key) -> Option<Module> {
        self.modules().by_use.get(key).cloned()
    }

    /// Keeps `module`, and lets go of what was not used for longest where there is no room. The newest always stays.
    pub(crate) fn keep(&self, module: &Module) {
        let mut modules = self.modules();
        if let Some(replaced) = modules.by_use.put((module.kind(), module.digest()), module.clone()) {
            modules.bytes -= cost(&replaced);
        }
        modules.bytes += cost(module);
        while modules.bytes > self.bytes_max && modules.by_use.len() > 1 {
            if let Some((_, oldest)) = modules.by_use.pop_lru() {
                modules.bytes -= cost(&oldest);
            }
        }
    }

    /// How many modules are loaded, and their bytes.
    pub(crate) fn size(&self) -> (usize, u64) {
        let modules = self.modules();
        (modules.by_use.len(), modules.bytes)
    }

    /// A turn at loading that module: held by one caller at a time.
    pub(crate) async fn turn(&self, key: Key) -> Turn<'_> {
        let lock = Arc::clone(self.loading().entry(key).or_default());
        let guard = Arc::clone(&lock).lock_owned().await;
        Turn { loaded: self, key, lock, guard: Some(guard) }
    }

    fn modules(&self) -> std::sync::MutexGuard<'_, Modules> {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn loading(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Arc<tokio::sync::Mutex<()>>>> {
        self.loading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends when it is dropped; the last one to wait for a module removes its lock.
pub(crate) struct Turn<'l> {
    loaded: &'l Loaded,
    key: Key,
    lock: Arc<tokio::sync::Mutex<()>>,
    guard: Option<tokio::sync::OwnedMutexGuard<()>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.guard.take();
        let mut loading = self.loaded.loading();
        // This turn and the map hold the lock: nobody else waits for it.
        if Arc::strong_count(&self.lock) == 2 {
            loading.remove(&self.key);
        }
    }
}

fn cost(module: &Module) -> u64 {
    module.code_bytes() + OVERHEAD
}
