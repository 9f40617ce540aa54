//! Calls over real sockets on loopback, to servers that record what they get and answer byte by byte what they are told.

mod answers;
mod certificates;
mod names;
mod reach;
mod redirects;
mod requests;
mod sealed;
mod server;
mod tenants;

use std::time::Duration;

use hookbox_protocol::TenantId;
use hookbox_protocol::http::{CallBudget, CallError, OneOrMany, Request, Response};

use crate::resolve::SystemLookup;
use crate::session::Times;
use crate::{Egress, Policy, Session};

const BUDGET: CallBudget =
    CallBudget { request_bytes: 1 << 20, response_bytes: 1 << 20, time: Duration::from_secs(20) };

/// A policy under which loopback can be reached, as an operator would write it.
fn loopback_policy() -> Policy {
    Policy { allow: vec!["127.0.0.1/32".parse().expect("a network")], ..Policy::default() }
}

fn session(policy: Policy) -> Session {
    Egress::new(policy).expect("a policy").session(TenantId(1), None)
}

/// A session whose time limits for headers and gaps are short.
fn impatient_session(policy: Policy) -> Session {
    let times = Times { headers: Duration::from_millis(300), gap: Duration::from_millis(200), ..Times::default() };
    let egress = Egress::with(policy, Box::new(SystemLookup), times).expect("a policy");
    egress.session(TenantId(1), None)
}

fn get(url: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: [].into(),
        body: None,
        body_base64: None,
        timeout_ms: None,
        redirect: 0,
    }
}

fn post(url: &str, body: &str) -> Request {
    Request { method: "POST".to_owned(), body: Some(body.to_owned()), ..get(url) }
}

fn with_headers(request: Request, headers: &[(&str, &str)]) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), OneOrMany::One((*value).to_owned())));
    Request { headers: headers.collect(), ..request }
}

/// What came of a call in one line: status and body, or kind, detail and message.
fn line(result: &Result<Response, CallError>) -> String {
    match result {
        Ok(response) => format!("{} {}", response.status, String::from_utf8_lossy(&response.body)),
        Err(error) => {
            let detail = error.detail.map(|detail| format!("/{detail:?}").to_lowercase()).unwrap_or_default();
            format!("{}{detail}: {error}", error.code.name())
        }
    }
}

async fn outcome(session: &Session, request: Request) -> String {
    line(&session.send(request, BUDGET).await)
}
