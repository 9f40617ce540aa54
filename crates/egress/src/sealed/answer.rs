//! Placeholders in place of values, in what came back. The guest sees what it would see if the other side had been sent
//! the placeholder.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::Seals;

impl Seals {
    /// Takes the values out of an answer's headers; a redirect is followed only after this.
    pub(crate) fn close_headers(&self, headers: &mut HeaderMap) {
        let holds = |(name, value): (&HeaderName, &HeaderValue)| {
            self.close(name.as_str().as_bytes()).is_some() || self.close(value.as_bytes()).is_some()
        };
        if !headers.iter().any(holds) {
            return;
        }
        let closed = headers.iter().filter_map(|(name, value)| {
            // A placeholder fits wherever a part of a name or of a value was; what does not is left out.
            let name = match self.close(name.as_str().as_bytes()) {
                Some(closed) => HeaderName::from_bytes(&closed).ok()?,
                None => name.clone(),
            };
            let value = match self.close(value.as_bytes()) {
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

    /// Takes the values out of an answer's decoded body. Its `content-length` then says how long it is now: the
    /// difference would be the length of the value.
    pub(crate) fn close_body(&self, body: Vec<u8>, headers: &mut HeaderMap) -> Vec<u8> {
        let Some(closed) = self.close(&body) else { return body };
        if headers.contains_key(header::CONTENT_LENGTH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(closed.len()));
        }
        closed
    }

    fn close(&self, text: &[u8]) -> Option<Vec<u8>> {
        let values = self.0.of.values()?;
        if !values.search.is_match(text) {
            return None;
        }
        let mut closed = Vec::with_capacity(text.len());
        values.search.replace_all_with_bytes(text, &mut closed, |found, _, closed| {
            closed.extend_from_slice(self.0.placeholders[values.secret[found.pattern().as_usize()]].as_bytes());
            true
        });
        Some(closed)
    }
}
