//! Sealed secrets: the guest holds a placeholder, and the value is put in on the way out, toward the hosts that it is
//! meant for. What comes back from there is searched for the value, so that no host that repeats what it was sent gives
//! it to the guest. What comes from elsewhere is not: a placeholder in the place of a guess would tell which one is right.
//!
//! A placeholder is put in again at every hop: a redirect to another host carries the placeholder. A request that the
//! guest signs (as AWS wants it) or compresses cannot work, since the value is not what was signed or compressed.

mod answer;
mod request;

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aho_corasick::AhoCorasick;
use url::Host;
use zeroize::Zeroizing;

use crate::disguise::Search;
use crate::{Error, HostPattern};

/// How every placeholder begins.
pub const PLACEHOLDER_PREFIX: &str = "hookbox_sealed_";

/// Values with fewer bytes are not put into a request: a hook could have a host that repeats them try all of them, and
/// see in the answers which one is taken out.
pub const SEALED_BYTES_MIN: usize = 12;

/// Random bytes of a placeholder: no hook guesses that of another run.
const PLACEHOLDER_RANDOM_BYTES: usize = 16;

/// A secret whose value a guest never holds.
pub struct SealedSecret {
    name: String,
    value: Zeroizing<String>,
    hosts: Vec<HostPattern>,
}

impl SealedSecret {
    /// A secret that goes to those hosts and to no others.
    pub fn new(name: String, value: String, hosts: Vec<HostPattern>) -> Self {
        Self { name, value: Zeroizing::new(value), hosts }
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSecret").field("name", &self.name).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// The sealed secrets of a hook: what all of its runs share.
#[derive(Debug, Default)]
pub struct SealedSecrets {
    secrets: Vec<SealedSecret>,
    /// Finds the values in answers; built when the first answer comes.
    values: OnceLock<Option<Search>>,
}

impl SealedSecrets {
    /// Takes the secrets of a hook.
    pub fn new(secrets: Vec<SealedSecret>) -> Self {
        Self { secrets, values: OnceLock::new() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Placeholders for one run. `misplaced` hears of each secret that the run sends to a host that it is not sealed to,
    /// once for each host.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn for_run(self: &Arc<Self>, misplaced: Option<OnMisplaced>) -> Result<Seals, Error> {
        let placeholders = self.secrets.iter().map(|_| placeholder()).collect::<Result<Vec<_>, Error>>()?;
        Ok(Seals(Arc::new(Run {
            of: Arc::clone(self),
            placeholders,
            search: OnceLock::new(),
            misplaced,
            told: Mutex::default(),
        })))
    }

    fn values(&self) -> Option<&Search> {
        self.values.get_or_init(|| Search::new(self.secrets.iter().map(|secret| secret.value.as_str()))).as_ref()
    }
}

/// A sealed secret that is on its way to a host that it is not sealed to; the placeholder was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Misplaced {
    /// The secret's name.
    pub secret: String,
    /// The host.
    pub host: String,
}

/// Who hears of misplaced placeholders.
pub type OnMisplaced = Arc<dyn Fn(&Misplaced) + Send + Sync>;

/// The placeholders of one run. Cheap to clone.
#[derive(Clone)]
pub struct Seals(Arc<Run>);

/// The placeholders of one run, and which of their values one call of it has sent so far.
pub(crate) struct CallSeals<'s> {
    seals: &'s Seals,
    sent: BTreeSet<usize>,
}

struct Run {
    of: Arc<SealedSecrets>,
    /// In the order of the secrets.
    placeholders: Vec<String>,
    /// Finds the placeholders in requests; built when the first request goes out.
    search: OnceLock<AhoCorasick>,
    misplaced: Option<OnMisplaced>,
    told: Mutex<HashSet<Misplaced>>,
}

impl Seals {
    /// The name of each secret with its placeholder.
    pub fn placeholders(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.of.secrets.iter().zip(&self.0.placeholders).map(|(secret, text)| (secret.name.as_str(), text.as_str()))
    }

    /// For one call.
    pub(crate) fn for_call(&self) -> CallSeals<'_> {
        CallSeals { seals: self, sent: BTreeSet::new() }
    }

    fn search(&self) -> &AhoCorasick {
        self.0.search.get_or_init(|| {
            AhoCorasick::new(&self.0.placeholders)
                .expect("a hundred placeholders are far below the search's own limits")
        })
    }

    /// The value of a secret, if it may go to the host. Otherwise who listens is told.
    fn value_for(&self, index: usize, host: &Host) -> Option<&str> {
        let secret = &self.0.of.secrets[index];
        if self.may_go_to(index, host) {
            return Some(&secret.value);
        }
        let misplaced = Misplaced { secret: secret.name.clone(), host: host.to_string() };
        if let Some(tell) = &self.0.misplaced
            && self.0.told.lock().unwrap_or_else(PoisonError::into_inner).insert(misplaced.clone())
        {
            tell(&misplaced);
        }
        None
    }

    fn may_go_to(&self, index: usize, host: &Host) -> bool {
        self.0.of.secrets[index].hosts.iter().any(|pattern| pattern.matches(host))
    }
}

fn placeholder() -> Result<String, Error> {
    let mut random = [0; PLACEHOLDER_RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(|e| Error::Random(e.to_string()))?;
    Ok(random.iter().fold(PLACEHOLDER_PREFIX.to_owned(), |text, byte| format!("{text}{byte:02x}")))
}
