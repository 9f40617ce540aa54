//! Randomness, as the host gives it.

use crate::host;

/// Fills `bytes` with random ones, fit for keys. Under [`testing::Host`](crate::testing) they are the same in each run.
pub fn random(bytes: &mut [u8]) {
    host::random(bytes);
}
