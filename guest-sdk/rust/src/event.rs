//! What `next_event` hands over, and waiting for it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::host;
use crate::record::take;

/// A finished request or timer.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: u32,
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, Vec<String>>,
    pub(crate) body: Option<String>,
    pub(crate) body_base64: Option<String>,
    pub(crate) error: Option<CallError>,
}

/// Why a request has no answer.
#[derive(Debug)]
pub(crate) struct CallError {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Event {
    /// Reads what `take` gave. By way of a [`Map`], as the input is: one reader of JSON in the module, not two.
    fn parse(json: &[u8]) -> Result<Self, String> {
        let mut fields: Map<String, Value> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let error: Option<Map<String, Value>> = take(&mut fields, "error")?;
        Ok(Self {
            id: take(&mut fields, "id")?,
            status: take(&mut fields, "status")?,
            headers: take(&mut fields, "headers")?,
            body: take(&mut fields, "body")?,
            body_base64: take(&mut fields, "body_base64")?,
            error: match error {
                Some(mut error) => {
                    Some(CallError { code: take(&mut error, "code")?, message: take(&mut error, "message")? })
                }
                None => None,
            },
        })
    }
}

/// Waits until all of `ids` have finished and gives their events in the order of `ids`; nothing where the host knows no
/// more of one. Nobody else waits meanwhile, so an event of another id is one that nobody wants any more.
pub(crate) fn wait_for(ids: &[u32]) -> Vec<Option<Event>> {
    let mut events: Vec<Option<Event>> = ids.iter().map(|_| None).collect();
    while events.iter().any(Option::is_none) {
        let Some(bytes) = host::next_event() else { break };
        // The host's own JSON can always be read; if it cannot, the request counts as unanswered.
        let Ok(event) = Event::parse(&bytes) else { continue };
        if let Some(place) = ids.iter().position(|id| *id == event.id) {
            events[place] = Some(event);
        }
    }
    events
}
