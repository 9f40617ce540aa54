//! The answer's body: read piece by piece, counted before and after decoding, ended at the limit.

use std::io::{self, Read};
use std::time::Duration;

use brotli_decompressor::Decompressor;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use hookbox_protocol::http::CallError;
use http::header::{self, HeaderMap};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use url::Host;

use crate::failure::{chain, late, not_as_encoded, of_client, too_large};
use crate::mask::Masking;

/// What an answer may be encoded with: those of [`Encoding`].
pub(crate) const ACCEPTED: &str = "gzip,deflate,br";

/// Bytes by which an encoding may make a body longer, beside an eighth of it.
const ENCODING_BYTES_MAX: u64 = 64 * 1024;

const BROTLI_BUFFER_BYTES: usize = 4 * 1024;

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

    /// What a body may have as it is sent.
    fn sent(&self, encoding: Option<Encoding>) -> u64 {
        match encoding {
            Some(_) => self.bytes_max.saturating_add(self.bytes_max / 8).saturating_add(ENCODING_BYTES_MAX),
            None => self.bytes_max,
        }
    }
}

/// Reads an answer's body, decoded, and stops at the limit: what a compression bomb would become is never held. What the
/// headers say of a body that was encoded is taken out of them.
pub(crate) async fn read(
    mut body: Incoming,
    headers: &mut HeaderMap,
    host: &Host,
    bounds: &Bounds,
    masking: &Masking,
) -> Result<Vec<u8>, CallError> {
    let encoding = Encoding::of(headers);
    let most = bounds.sent(encoding);
    let check = |bytes: u64| if bytes > most { bounds.check(u64::MAX, host) } else { Ok(()) };
    check(body.size_hint().lower())?;
    let mut sent = Vec::new();
    loop {
        let next = tokio::time::timeout(bounds.gap_max, body.frame()).await;
        let next = next.map_err(|_| late(&format!("'{host}' sent no more of its answer"), bounds.gap_max))?;
        let frame = next.transpose().map_err(|error| {
            tracing::debug!(host = %masking.shown(host), error = chain(&error), "an answer could not be read");
            of_client(&error, host)
        })?;
        let Some(frame) = frame else { break };
        let Ok(piece) = frame.into_data() else { continue };
        check(sent.len() as u64 + piece.len() as u64)?;
        sent.extend_from_slice(&piece);
    }
    let Some(encoding) = encoding else { return Ok(sent) };
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let decoded = encoding.decode(&sent, bounds.bytes_max.saturating_add(1)).map_err(|error| {
        tracing::debug!(host = %masking.shown(host), %error, "an answer could not be decoded");
        not_as_encoded(host)
    })?;
    bounds.check(decoded.len() as u64, host)?;
    Ok(decoded)
}

/// How a body is encoded.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    Gzip,
    Deflate,
    Brotli,
}

impl Encoding {
    /// That of the only `content-encoding`; what was not asked for stays as it is.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        match crate::headers::text(value).trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            _ => None,
        }
    }

    /// At most `bytes_max` bytes of what the body stands for.
    fn decode(self, sent: &[u8], bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut decoded = Vec::new();
        if sent.is_empty() {
            return Ok(decoded);
        }
        match self {
            Self::Gzip => MultiGzDecoder::new(sent).take(bytes_max).read_to_end(&mut decoded),
            Self::Deflate => ZlibDecoder::new(sent).take(bytes_max).read_to_end(&mut decoded),
            Self::Brotli => Decompressor::new(sent, BROTLI_BUFFER_BYTES).take(bytes_max).read_to_end(&mut decoded),
        }?;
        Ok(decoded)
    }
}
