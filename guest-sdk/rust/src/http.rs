//! Requests to the outside.
//!
//! ```
//! # use hookbox_sdk::{http, json, testing::Host};
//! # fn main() -> Result<(), hookbox_sdk::Error> {
//! # let host = Host::new();
//! # host.on("POST", "https://api.example.com/v1/notes").reply(201, r#"{"id": 7}"#);
//! # host.scope(|| {
//! let answer = http::post("https://api.example.com/v1/notes")
//!     .bearer("a key")
//!     .json(&json!({ "text": "hello" }))
//!     .send()?
//!     .error_for_status()?;
//! let note: hookbox_sdk::Value = answer.json()?;
//! assert_eq!(note["id"], 7);
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! Where a hook may send to, how often and how much is for the operator and the hook's settings to say; what is not
//! allowed ends as [`Code::Blocked`].

mod date;
mod error;
mod request;
mod response;

pub use error::{Code, Error};
pub use request::Request;
pub use response::Response;

use crate::{event, host};

/// A GET request.
pub fn get(url: impl Into<String>) -> Request {
    request("GET", url)
}

/// A HEAD request.
pub fn head(url: impl Into<String>) -> Request {
    request("HEAD", url)
}

/// A POST request.
pub fn post(url: impl Into<String>) -> Request {
    request("POST", url)
}

/// A PUT request.
pub fn put(url: impl Into<String>) -> Request {
    request("PUT", url)
}

/// A PATCH request.
pub fn patch(url: impl Into<String>) -> Request {
    request("PATCH", url)
}

/// A DELETE request.
pub fn delete(url: impl Into<String>) -> Request {
    request("DELETE", url)
}

/// A request of any method. `url` is absolute, `http` or `https`.
pub fn request(method: impl Into<String>, url: impl Into<String>) -> Request {
    Request::new(method.into(), url.into())
}

/// Sends several requests at the same time, waits for all of them, and gives the answers in the order of the requests.
///
/// More than the limit `http_calls_at_once` may be given: the host starts the further ones as others finish.
pub fn send_all(requests: impl IntoIterator<Item = Request>) -> Vec<Result<Response, Error>> {
    let started: Vec<(String, Result<u32, Error>)> = requests
        .into_iter()
        .map(|request| (request.label(), request.to_wire().map(|wire| host::http_start(&wire))))
        .collect();
    let ids: Vec<u32> = started.iter().filter_map(|(_, id)| id.as_ref().ok().copied()).collect();
    let mut events = event::wait_for(&ids).into_iter();
    started
        .into_iter()
        .map(|(label, id)| match id {
            Ok(_) => Response::of_event(label, events.next().flatten()),
            Err(error) => Err(error),
        })
        .collect()
}

#[cfg(test)]
mod tests;
