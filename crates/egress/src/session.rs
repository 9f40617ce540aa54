//! The front door: the way out of the process, and of one run.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::TenantId;
use hookbox_protocol::http::{CallBudget, CallError, REDIRECTS_MAX, Request, Response};
use http::Method;
use http::header::{self, HeaderValue};

use crate::body::{self, Bounds};
use crate::client::{Clients, connection_url};
use crate::failure::{blocked, chain, invalid, late, of_client, too_large};
use crate::redirect::Hop;
use crate::resolve::{Lookup, Resolver, SystemLookup};
use crate::sealed::Seals;
use crate::share::{Share, Shares};
use crate::target::Target;
use crate::{Error, HostPattern, Policy, headers};

/// Time limits of one request; all of them end with the call's own time as well.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// For a name's addresses.
    pub(crate) lookup: Duration,
    /// For a connection, the TLS handshake included.
    pub(crate) connect: Duration,
    /// From the beginning of a request to the headers of its answer.
    pub(crate) headers: Duration,
    /// Between two pieces of an answer.
    pub(crate) gap: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            lookup: Duration::from_secs(5),
            connect: Duration::from_secs(3),
            headers: Duration::from_secs(10),
            gap: Duration::from_secs(10),
        }
    }
}

/// The way out, shared by all tenants. Cheap to clone.
#[derive(Clone)]
pub struct Egress {
    shared: Arc<Shared>,
}

struct Shared {
    policy: Policy,
    times: Times,
    resolver: Resolver,
    clients: Clients,
    shares: Shares,
}

impl Egress {
    /// Takes the operator's policy. Does no IO.
    ///
    /// # Errors
    /// If a certificate authority or the proxy cannot be used.
    pub fn new(policy: Policy) -> Result<Self, Error> {
        Self::with(policy, Box::new(SystemLookup), Times::default())
    }

    pub(crate) fn with(policy: Policy, lookup: Box<dyn Lookup>, times: Times) -> Result<Self, Error> {
        let clients = Clients::new(&policy, times.connect)?;
        let resolver = Resolver::new(lookup, times.lookup);
        Ok(Self { shared: Arc::new(Shared { policy, times, resolver, clients, shares: Shares::new() }) })
    }

    /// The way out for one run of one tenant's hook; `allowed_hosts` are the hook's own, `None` if it set none.
    pub fn session(&self, tenant: TenantId, allowed_hosts: Option<Vec<HostPattern>>) -> Session {
        Session {
            shared: Arc::clone(&self.shared),
            share: self.shared.shares.of(tenant),
            allowed_hosts: allowed_hosts.map(Arc::from),
            seals: None,
        }
    }
}

/// The way out for one run. Cheap to clone; its calls may overlap.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
    share: Arc<Share>,
    allowed_hosts: Option<Arc<[HostPattern]>>,
    seals: Option<Seals>,
}

impl Session {
    /// This session for a run that holds these placeholders.
    #[must_use]
    pub fn with_seals(self, seals: Seals) -> Self {
        Self { seals: Some(seals), ..self }
    }

    /// Makes a call and reads the whole answer. Its time is `budget.time`, or the request's `timeout_ms` if that is less
    /// and not 0. Dropping the future ends the call and closes its connection.
    ///
    /// # Errors
    /// Coarse on purpose: the message is for the hook's author and says nothing of the operator's network.
    pub async fn send(&self, request: Request, budget: CallBudget) -> Result<Response, CallError> {
        let own = request.timeout_ms.filter(|ms| *ms > 0).map(Duration::from_millis);
        let (time, whose) = match own {
            Some(own) if own < budget.time => (own, "the request's timeout_ms"),
            _ => (budget.time, "all that the run had left"),
        };
        tokio::time::timeout(time, self.call(request, budget)).await.map_err(|_| {
            let CallError { code, message } = late("no complete answer", time);
            CallError { code, message: format!("{message}, {whose}") }
        })?
    }

    async fn call(&self, request: Request, budget: CallBudget) -> Result<Response, CallError> {
        let mut hop = first_hop(&request, budget)?;
        let bounds = Bounds { bytes_max: budget.response_bytes, gap_max: self.shared.times.gap };
        let _room = self.share.enter().await;
        loop {
            let mut answer = self.answer_to(&hop, budget.request_bytes).await?;
            if let Some(seals) = &self.seals {
                seals.close_headers(answer.headers_mut());
            }
            if let Some(next) = hop.next(answer.status(), answer.headers())? {
                hop = next;
                continue;
            }
            let host = hop.target.host();
            let status = answer.status().as_u16();
            let mut headers = std::mem::take(answer.headers_mut());
            // What has no body must not be decoded: an empty text is no valid gzip.
            let has_body = hop.method != Method::HEAD && !matches!(status, 101 | 204 | 304);
            let mut body = if has_body { body::read(answer, host, &bounds).await? } else { Vec::new() };
            if let Some(seals) = &self.seals {
                body = seals.close_body(body, &mut headers);
                bounds.check(body.len() as u64, host)?;
            }
            return Ok(Response { status, headers: headers::of_response(&headers, host)?, body });
        }
    }

    /// Judges one request, sends it, and waits for the headers of its answer.
    async fn answer_to(&self, hop: &Hop, request_bytes_max: u64) -> Result<reqwest::Response, CallError> {
        let Shared { policy, times, resolver, clients, .. } = &*self.shared;
        let tenant = self.share.tenant;
        let host = hop.target.host();
        hop.target.admit(policy, self.allowed_hosts.as_ref()).inspect_err(|error| {
            tracing::info!(%tenant, %host, reason = %error, "a hook's call was blocked");
        })?;
        let route = resolver.route(&hop.target, policy, &self.share).await?;
        let opened = self.seals.as_ref().map(|seals| seals.open(hop, request_bytes_max)).transpose()?.flatten();
        let hop = opened.as_ref().unwrap_or(hop);

        let mut request = reqwest::Request::new(hop.method.clone(), connection_url(&hop.target, &route));
        request.headers_mut().insert(header::HOST, hop.target.authority()?);
        request.headers_mut().extend(hop.headers.clone());
        if hop.body.is_empty() {
            // The client says nothing of an empty body, but some servers ask for a length where one is usual.
            if matches!(hop.method, Method::POST | Method::PUT | Method::PATCH) {
                request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        } else {
            *request.body_mut() = Some(hop.body.clone().into());
        }
        let client = clients.get(tenant, &hop.target, route).map_err(|error| {
            tracing::error!(%tenant, %host, error = chain(&error), "no HTTP client could be made");
            blocked(format!("'{host}' cannot be called"))
        })?;
        let answer = tokio::time::timeout(times.headers, client.execute(request)).await;
        answer.map_err(|_| late(&format!("'{host}' did not begin its answer"), times.headers))?.map_err(|error| {
            // The address may hold secrets, in its path or its query.
            let error = error.without_url();
            tracing::debug!(%tenant, %host, error = chain(&error), "a hook's call failed");
            if error.is_connect() && error.is_timeout() {
                return late(&format!("no connection to '{host}'"), times.connect);
            }
            of_client(&error, host)
        })
    }
}

/// What the hook asked for, checked as far as it can be without the network.
fn first_hop(request: &Request, budget: CallBudget) -> Result<Hop, CallError> {
    if request.redirect > REDIRECTS_MAX {
        return Err(invalid(format!("redirect is {}; the most is {REDIRECTS_MAX}", request.redirect)));
    }
    let body = request.body_bytes()?;
    if body.len() as u64 > budget.request_bytes {
        return Err(too_large(format!(
            "the request's body has {} bytes; the most is {}",
            body.len(),
            budget.request_bytes
        )));
    }
    Ok(Hop {
        target: Target::parse(&request.url)?,
        method: headers::method(&request.method)?,
        headers: headers::of_request(&request.headers)?,
        body: Bytes::from(body),
        redirects_left: (request.redirect > 0).then_some(request.redirect),
    })
}
