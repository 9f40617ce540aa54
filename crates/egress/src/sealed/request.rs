//! Values in place of placeholders, in what is about to leave.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use bytes::Bytes;
use hookbox_protocol::http::CallError;
use http::header::{self, HeaderMap, HeaderValue};
use url::Host;

use super::{CallSeals, SEALED_BYTES_MIN};
use crate::disguise;
use crate::failure::{invalid, too_large};
use crate::headers;
use crate::redirect::Hop;

/// What clients make of `user:password` differs in its padding.
const BASIC: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a value is written at the place where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notation {
    Raw,
    /// A part of a path or of a query.
    Component,
    /// A part of an HTML form.
    Form,
    /// Inside of a JSON string.
    Json,
    /// Inside of XML.
    Xml,
}

impl Notation {
    /// That of a body of this type. What says nothing of its type and looks like JSON is taken for JSON.
    fn of_body(headers: &HeaderMap, body: &[u8]) -> Self {
        let Some(value) = headers.get(header::CONTENT_TYPE) else {
            return if matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) { Self::Json } else { Self::Raw };
        };
        let media = headers::text(value).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media.split_once('/').map_or("", |(_, subtype)| subtype) {
            "x-www-form-urlencoded" => Self::Form,
            subtype if subtype.ends_with("json") => Self::Json,
            subtype if subtype.ends_with("xml") => Self::Xml,
            _ => Self::Raw,
        }
    }

    fn write(self, value: &str) -> Cow<'_, str> {
        match self {
            Self::Raw => Cow::Borrowed(value),
            Self::Component => Cow::Owned(disguise::percent(value.as_bytes(), disguise::UNRESERVED)),
            Self::Form => Cow::Owned(disguise::percent(value.as_bytes(), disguise::FORM).replace("%20", "+")),
            Self::Json => Cow::Owned(disguise::json(value)),
            Self::Xml => Cow::Owned(disguise::xml(value)),
        }
    }
}

impl CallSeals<'_> {
    /// The request with the values of those secrets that may go to its host; `None` if there is none in it.
    pub(crate) fn open(&mut self, hop: &Hop, body_bytes_max: u64) -> Result<Option<Hop>, CallError> {
        let host = hop.target.host();
        let mut opened = self.headers(hop)?.map(|headers| Hop { headers, ..hop.clone() });
        let url = hop.target.url();
        let path = self.fill(url.path().as_bytes(), Notation::Component, host)?;
        let query = self.fill(url.query().unwrap_or_default().as_bytes(), Notation::Component, host)?;
        if path.is_some() || query.is_some() {
            let target = hop.target.with(path.as_deref(), query.as_deref())?;
            opened.get_or_insert_with(|| hop.clone()).target = target;
        }
        if let Some(body) = self.fill(&hop.body, Notation::of_body(&hop.headers, &hop.body), host)? {
            if body.len() as u64 > body_bytes_max {
                return Err(too_large(format!(
                    "the request's body has {} bytes with its sealed secrets; the most is {body_bytes_max}",
                    body.len()
                )));
            }
            opened.get_or_insert_with(|| hop.clone()).body = Bytes::from(body);
        }
        Ok(opened)
    }

    fn headers(&mut self, hop: &Hop) -> Result<Option<HeaderMap>, CallError> {
        let mut headers = HeaderMap::with_capacity(hop.headers.len());
        let mut is_filled = false;
        for (name, value) in &hop.headers {
            let Some(filled) = self.header(value, hop.target.host())? else {
                headers.append(name, value.clone());
                continue;
            };
            let mut filled = HeaderValue::from_bytes(&filled).map_err(|_| {
                invalid(format!("the sealed secret in header '{name}' holds a line break or another control character"))
            })?;
            filled.set_sensitive(true);
            headers.append(name, filled);
            is_filled = true;
        }
        headers::check_size(&headers)?;
        Ok(is_filled.then_some(headers))
    }

    /// A header's value; of `Basic …` what is inside of its base64.
    fn header(&mut self, value: &HeaderValue, host: &Host) -> Result<Option<Vec<u8>>, CallError> {
        let bytes = value.as_bytes();
        let scheme = bytes.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case(b"basic "));
        if let Some(scheme) = scheme
            && let Ok(inside) = BASIC.decode(bytes[6..].trim_ascii())
            && let Some(filled) = self.fill(&inside, Notation::Raw, host)?
        {
            return Ok(Some([scheme, STANDARD.encode(filled).as_bytes()].concat()));
        }
        self.fill(bytes, Notation::Raw, host)
    }

    /// The text with values in place of the placeholders of secrets that may go to the host; `None` if it stays as it is.
    fn fill(&mut self, text: &[u8], notation: Notation, host: &Host) -> Result<Option<Vec<u8>>, CallError> {
        let mut filled = Vec::new();
        let mut copied = 0;
        for found in self.seals.search().find_iter(text) {
            let index = found.pattern().as_usize();
            let Some(value) = self.seals.value_for(index, host) else { continue };
            if value.len() < SEALED_BYTES_MIN {
                return Err(invalid(format!(
                    "the sealed secret '{}' has fewer than {SEALED_BYTES_MIN} bytes, and an answer that repeats it would \
                     let the hook guess it; give it a longer value or unseal it",
                    self.seals.0.of.secrets[index].name
                )));
            }
            self.sent.insert(index);
            filled.extend_from_slice(&text[copied..found.start()]);
            filled.extend_from_slice(notation.write(value).as_bytes());
            copied = found.end();
        }
        if copied == 0 {
            return Ok(None);
        }
        filled.extend_from_slice(&text[copied..]);
        Ok(Some(filled))
    }
}
