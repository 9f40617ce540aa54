//! Placeholders in place of values, in what came back. The guest sees what it would see if the other side had been sent
//! the placeholder.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Host;

use super::CallSeals;
use crate::disguise::End;

impl CallSeals<'_> {
    /// Takes the values that the host may know out of its answer's headers; a redirect is followed only after this.
    pub(crate) fn close_headers(&self, headers: &mut HeaderMap, host: &Host) {
        let close = |text: &[u8]| self.close(text, host);
        let holds = |(name, value): (&HeaderName, &HeaderValue)| {
            close(name.as_str().as_bytes()).is_some() || close(value.as_bytes()).is_some()
        };
        if !headers.iter().any(holds) {
            return;
        }
        let closed = headers.iter().filter_map(|(name, value)| {
            // A placeholder fits wherever a part of a name or of a value was; what does not is left out.
            let name = match close(name.as_str().as_bytes()) {
                Some(closed) => HeaderName::from_bytes(&closed).ok()?,
                None => name.clone(),
            };
            let value = match close(value.as_bytes()) {
                Some(closed) => HeaderValue::from_bytes(&closed).ok()?,
                None => value.clone(),
            };
            Some((name, value))
        });
        let mut all = HeaderMap::with_capacity(headers.len());
        closed.for_each(|(name, value)| {
            all.append(name, value);
        });
        *headers = all;
    }

    /// Takes the values that the host may know out of its answer's decoded body. Its `content-length` then says how long it is now: the
    /// difference would be the length of the value.
    pub(crate) fn close_body(&self, body: Vec<u8>, headers: &mut HeaderMap, host: &Host) -> Vec<u8> {
        let Some(closed) = self.close(&body, host) else { return body };
        if headers.contains_key(header::CONTENT_LENGTH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(closed.len()));
        }
        closed
    }

    /// A host knows what it may be sent, in this call or another one, and what this call sent to whoever led to it.
    fn close(&self, text: &[u8], host: &Host) -> Option<Vec<u8>> {
        let is_known = |index| self.sent.contains(&index) || self.seals.may_go_to(index, host);
        let run = &self.seals.0;
        run.of.values()?.replace(text, End::Whole, is_known, |index| &run.placeholders[index])
    }
}
