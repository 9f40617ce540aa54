//! Sealed secrets: the guest holds a placeholder, and the value is put in on the way out, toward the hosts that it is
//! meant for. What comes back from there is searched for the value, so that no host that repeats what it was sent gives
//! it to the guest.
//!
//! A placeholder is put in again at every hop: a redirect to another host carries the placeholder. A request that the
//! guest signs (as AWS wants it) or compresses cannot work, since the value is not what was signed or compressed.

mod answer;
mod request;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use url::Host;
use zeroize::Zeroizing;

use crate::{Error, HostPattern, disguise};

/// How every placeholder begins.
pub const PLACEHOLDER_PREFIX: &str = "hookbox_sealed_";

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
    values: OnceLock<Option<Values>>,
}

/// A search for every form of every value.
#[derive(Debug)]
struct Values {
    search: AhoCorasick,
    /// Which secret each pattern is a form of.
    secret: Vec<usize>,
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

    fn values(&self) -> Option<&Values> {
        let build = || {
            let forms = self
                .secrets
                .iter()
                .enumerate()
                .flat_map(|(index, secret)| disguise::of(&secret.value).into_iter().map(move |form| (form, index)));
            let (forms, secret): (Vec<String>, Vec<usize>) = forms.unzip();
            if forms.is_empty() {
                return None;
            }
            // Without regard to case: a host name or a header's name comes back in lower case.
            // A table of all transitions would be far larger than the secrets, and take seconds to build.
            let search = AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .match_kind(MatchKind::LeftmostLongest)
                .ascii_case_insensitive(true)
                .build(forms)
                .expect("the forms of a hook's secrets are far below the search's own limits");
            Some(Values { search, secret })
        };
        self.values.get_or_init(build).as_ref()
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

    fn search(&self) -> &AhoCorasick {
        self.0.search.get_or_init(|| {
            AhoCorasick::new(&self.0.placeholders)
                .expect("a hundred placeholders are far below the search's own limits")
        })
    }

    /// The value of a secret, if it may go to the host. Otherwise who listens is told.
    fn value_for(&self, index: usize, host: &Host) -> Option<&str> {
        let secret = &self.0.of.secrets[index];
        if secret.hosts.iter().any(|pattern| pattern.matches(host)) {
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
}

fn placeholder() -> Result<String, Error> {
    let mut random = [0; PLACEHOLDER_RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(|e| Error::Random(e.to_string()))?;
    Ok(random.iter().fold(PLACEHOLDER_PREFIX.to_owned(), |text, byte| format!("{text}{byte:02x}")))
}
