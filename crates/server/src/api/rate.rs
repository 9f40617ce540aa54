//! How fast one credential may call `/api/v2`: a bucket for each, shown in the `x-ratelimit-*` headers of every answer.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::middleware::Next;
use axum::response::Response;
use hookbox_protocol::ErrorCode;
use hookbox_store::TokenId;
use http::{HeaderName, HeaderValue, Request};
use lru::LruCache;
use tokio::time::Instant;

use super::Failure;
use crate::settings::CallRate;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A bucket that nobody has drawn from for so long that this many others came after it is full again.
const BUCKETS_MAX: NonZeroUsize = NonZeroUsize::new(65_536).expect("it is not zero");

/// The buckets of all credentials.
pub(crate) struct Rates {
    rate: CallRate,
    /// When each bucket will be full again: all that the generic cell rate algorithm has to keep.
    full_at: Mutex<LruCache<TokenId, Instant>>,
}

/// How a credential stands after a call.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standing {
    limit: u32,
    remaining: u32,
    /// Until the bucket is full; where it is empty, until it has a call again: clients of the original wait for it.
    reset_in: Duration,
}

/// The bucket has no call left.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Empty {
    standing: Standing,
    next_in: Duration,
}

impl Rates {
    /// Full buckets for everyone.
    pub(crate) fn new(rate: CallRate) -> Self {
        let rate = CallRate { per_minute: rate.per_minute.max(1), burst: rate.burst.max(1) };
        Self { rate, full_at: Mutex::new(LruCache::new(BUCKETS_MAX)) }
    }

    fn draw(&self, credential: TokenId) -> Result<Standing, Empty> {
        let CallRate { per_minute, burst } = self.rate;
        let (now, interval) = (Instant::now(), Duration::from_secs(60) / per_minute);
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.get(&credential).map_or(now, |at| (*at).max(now));
        let after = full_at + interval;
        let (full_in, whole) = (after - now, interval * burst);
        if full_in > whole {
            let next_in = full_in - whole;
            return Err(Empty { standing: Standing { limit: burst, remaining: 0, reset_in: next_in }, next_in });
        }
        buckets.put(credential, after);
        let left = (whole - full_in).as_nanos() / interval.as_nanos().max(1);
        Ok(Standing { limit: burst, remaining: u32::try_from(left).unwrap_or(burst), reset_in: full_in })
    }
}

/// Where a call that is counted leaves how its credential stands, for the headers of its answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted(Arc<OnceLock<Standing>>);

impl Counted {
    /// Counts the call for its credential.
    pub(crate) fn draw(&self, rates: &Rates, credential: TokenId) -> Result<(), Failure> {
        let drawn = rates.draw(credential);
        self.0.get_or_init(|| drawn.unwrap_or_else(|empty| empty.standing));
        drawn.map(drop).map_err(|empty| {
            let CallRate { per_minute, burst } = rates.rate;
            let message = format!(
                "Global limit has been reached: a token has {per_minute} calls a minute here, and {burst} at once"
            );
            Failure::new(ErrorCode::TooManyRequests, message).retry_after(empty.next_in)
        })
    }
}

/// Has a call counted once its credential is known, and says in the answer how that one stands.
pub(crate) async fn counted(mut request: Request<Body>, next: Next) -> Response {
    let counted = Counted::default();
    request.extensions_mut().insert(counted.clone());
    let mut response = next.run(request).await;
    if let Some(standing) = counted.0.get() {
        let reset = jiff::Timestamp::now().as_second() + i64::try_from(seconds(standing.reset_in)).unwrap_or(0);
        let headers = response.headers_mut();
        headers.insert(LIMIT, HeaderValue::from(standing.limit));
        headers.insert(REMAINING, HeaderValue::from(standing.remaining));
        headers.insert(RESET, HeaderValue::from(reset));
    }
    response
}

/// Whole seconds, rounded up: a client that waits for them does not come too early.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_bucket_gives_its_burst_and_fills_at_its_rate() {
        let rates = Rates::new(CallRate { per_minute: 120, burst: 3 });
        let (one, other) = (TokenId(1), TokenId(2));
        let remaining = |drawn: Result<Standing, Empty>| drawn.map(|standing| standing.remaining);
        for left in [2, 1, 0] {
            assert_eq!(remaining(rates.draw(one)), Ok(left));
        }
        let empty = rates.draw(one).expect_err("nothing is left");
        assert_eq!(empty.next_in, Duration::from_millis(500));
        assert_eq!(empty.standing.reset_in, Duration::from_millis(500), "when a call is there again");
        assert_eq!(remaining(rates.draw(other)), Ok(2), "another credential has a bucket of its own");

        tokio::time::advance(Duration::from_millis(499)).await;
        assert!(rates.draw(one).is_err(), "a call too early costs nothing, and gives nothing");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(remaining(rates.draw(one)), Ok(0));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(remaining(rates.draw(one)), Ok(2), "a bucket holds no more than its burst");
    }

    #[test]
    fn a_part_of_a_second_is_a_second() {
        assert_eq!([0, 1, 1_000, 1_001].map(|ms| seconds(Duration::from_millis(ms))), [0, 1, 1, 2]);
    }
}
