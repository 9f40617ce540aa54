//! The answer's body: read piece by piece, counted after decoding, ended at the limit.

use std::time::Duration;

use hookbox_protocol::http::CallError;
use url::Host;

use crate::failure::{chain, late, of_client, too_large};

/// Bounds on the reading of an answer.
pub(crate) struct Bounds {
    pub(crate) bytes_max: u64,
    pub(crate) gap_max: Duration,
}

impl Bounds {
    /// Refuses a body that is longer.
    pub(crate) fn check(&self, bytes: u64, host: &Host) -> Result<(), CallError> {
        if bytes > self.bytes_max {
            return Err(too_large(format!("the answer of '{host}' is over {} bytes, the limit", self.bytes_max)));
        }
        Ok(())
    }
}

/// Reads an answer's body, decoded, and stops at the limit: what a compression bomb would become is never held.
pub(crate) async fn read(mut answer: reqwest::Response, host: &Host, bounds: &Bounds) -> Result<Vec<u8>, CallError> {
    // The length is known only where nothing is to be decoded.
    bounds.check(answer.content_length().unwrap_or(0), host)?;
    let mut body = Vec::new();
    loop {
        let next = tokio::time::timeout(bounds.gap_max, answer.chunk()).await;
        let next = next.map_err(|_| late(&format!("'{host}' sent no more of its answer"), bounds.gap_max))?;
        let chunk = next.map_err(|error| {
            let error = error.without_url();
            tracing::debug!(%host, error = chain(&error), "an answer could not be read");
            of_client(&error, host)
        })?;
        let Some(chunk) = chunk else { return Ok(body) };
        bounds.check(body.len() as u64 + chunk.len() as u64, host)?;
        body.extend_from_slice(&chunk);
    }
}
