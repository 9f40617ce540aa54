//! A brake on guessing: who fails to prove who he is again and again must wait, longer each time.
//!
//! Failures are counted for the client's address (of IPv6 for its /64) and for the token or client that was named. A
//! header such as `X-Forwarded-For` says nothing here: whoever guesses could write it. A credential that proved itself
//! lately is never braked, so that those who share an address with a guesser, behind a proxy for one, go on working; and
//! a credential that others guess at still works for the first one who brings it from an address without failures.
//!
//! Secrets have 256 bits: what this saves is the work that guesses make, and the noise. Everything is bounded; what is
//! pushed out is forgotten.

use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hookbox_protocol::ErrorCode;
use http::Extensions;
use lru::LruCache;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::Failure;
use crate::network::network;

/// What a failure costs. A wrong credential that comes again is a client with an old token rather than a guess, and
/// costs less.
const COST_OF_GUESS: u32 = 10;
const COST_OF_REPEAT: u32 = 1;

/// What may be lost before waiting begins: 20 guesses, or 200 times the same wrong credential.
const FREE: u32 = 200;

/// The first wait; each further guess doubles it, up to the longest.
const WAIT_FIRST: Duration = Duration::from_secs(1);
const WAIT_LONGEST: Duration = Duration::from_secs(60);

/// Without a failure for so long, all is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);

/// How many addresses, ids and credentials are remembered, of each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(16_384).expect("it is not zero");

/// The client's address, in the extensions of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Remembers who failed, and who did not.
pub(crate) struct Brake(Mutex<Memory>);

struct Memory {
    failures: LruCache<Subject, Failures>,
    proved: LruCache<Digest, ()>,
    refused: LruCache<Digest, ()>,
}

/// What failures are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Address(IpAddr),
    Id(Digest),
}

/// The beginning of a SHA-256; the memory holds no credential.
type Digest = [u8; 16];

#[derive(Debug, Clone, Copy)]
struct Failures {
    cost: u32,
    last: Instant,
    wait_until: Instant,
}

/// One credential that somebody brought, before it was looked at.
#[derive(Debug)]
pub(crate) struct Attempt {
    address: IpAddr,
    id: Option<Digest>,
    credential: Digest,
}

impl Attempt {
    /// Of a bearer token.
    pub(crate) fn of_token(extensions: &Extensions, token: &str) -> Self {
        // `hbt_<id>_<secret>`; what has no such form names nobody.
        let id = token.strip_prefix("hbt_").and_then(|rest| rest.split_once('_')).map(|(id, _)| digest(&["hbt", id]));
        Self { address: address(extensions), id, credential: digest(&[token]) }
    }

    /// Of a client's id and secret.
    pub(crate) fn of_client(extensions: &Extensions, id: &str, secret: &str) -> Self {
        Self { address: address(extensions), id: Some(digest(&["hbc", id])), credential: digest(&[id, secret]) }
    }
}

impl Brake {
    /// Nobody has failed yet.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Memory {
            failures: LruCache::new(REMEMBERED),
            proved: LruCache::new(REMEMBERED),
            refused: LruCache::new(REMEMBERED),
        }))
    }

    /// Refuses an attempt that comes too early, before anything is looked up for it.
    pub(crate) fn check(&self, attempt: &Attempt) -> Result<(), Failure> {
        let mut memory = self.lock();
        let wait = memory.wait(Subject::Address(attempt.address)).or_else(|| {
            // Somebody without failures who names an id that others guess at may be its owner.
            memory.has_failed(Subject::Address(attempt.address)).then(|| memory.wait(Subject::Id(attempt.id?)))?
        });
        match wait {
            Some(wait) if memory.proved.get(&attempt.credential).is_none() => Err(too_many(wait)),
            _ => Ok(()),
        }
    }

    /// Remembers a credential that was good.
    pub(crate) fn proved(&self, attempt: &Attempt) {
        self.lock().proved.put(attempt.credential, ());
    }

    /// Counts a credential that was not.
    pub(crate) fn failed(&self, attempt: &Attempt) {
        let mut memory = self.lock();
        memory.proved.pop(&attempt.credential);
        let is_repeat = memory.refused.put(attempt.credential, ()).is_some();
        let cost = if is_repeat { COST_OF_REPEAT } else { COST_OF_GUESS };
        memory.count(Subject::Address(attempt.address), cost);
        if let Some(id) = attempt.id {
            memory.count(Subject::Id(id), cost);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn recent(&mut self, subject: Subject) -> Option<&mut Failures> {
        self.failures.get_mut(&subject).filter(|failures| failures.last.elapsed() < FORGOTTEN_AFTER)
    }

    fn has_failed(&mut self, subject: Subject) -> bool {
        self.recent(subject).is_some()
    }

    /// How long the subject still has to wait; `None` where it has not.
    fn wait(&mut self, subject: Subject) -> Option<Duration> {
        let until = self.recent(subject)?.wait_until;
        until.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }

    fn count(&mut self, subject: Subject, cost: u32) {
        let now = Instant::now();
        let cost = self.recent(subject).map_or(0, |failures| failures.cost).saturating_add(cost);
        let wait_until = now + wait_after(cost);
        self.failures.put(subject, Failures { cost, last: now, wait_until });
    }
}

/// How long to wait after failures that cost so much in all.
fn wait_after(cost: u32) -> Duration {
    let Some(over) = cost.checked_sub(FREE) else { return Duration::ZERO };
    let doublings = (over / COST_OF_GUESS).min(16);
    (WAIT_FIRST * (1 << doublings)).min(WAIT_LONGEST)
}

fn too_many(wait: Duration) -> Failure {
    let seconds = wait.as_millis().div_ceil(1_000);
    let message = format!("too many credentials were wrong; wait {seconds} s before the next one");
    Failure::new(ErrorCode::TooManyRequests, message).retry_after(wait)
}

/// Calls that came over no connection, as in tests of the API alone, share one address.
fn address(extensions: &Extensions) -> IpAddr {
    extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| network(peer.0))
}

fn digest(parts: &[&str]) -> Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part);
    }
    let whole: [u8; 32] = hasher.finalize().into();
    let mut digest = Digest::default();
    digest.copy_from_slice(&whole[..16]);
    digest
}

#[cfg(test)]
mod tests;
