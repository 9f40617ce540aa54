//! The front door: the way out of the process, and of one run.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::TenantId;
use hookbox_protocol::http::{CallBudget, CallError, REDIRECTS_MAX, Request, Response};
use http::Method;
use http::header::{self, Entry, HeaderValue};
use http::response::Parts;
use http_body_util::Full;
use hyper::body::Incoming;

use crate::body::{self, Bounds};
use crate::client::Clients;
use crate::failure::{chain, invalid, late, of_client, stopping, too_large, too_much};
use crate::hints::Hints;
use crate::mask::{Mask, Masking};
use crate::redirect::Hop;
use crate::resolve::{Lookup, Resolver, Route, SystemLookup};
use crate::sealed::{CallSeals, Seals};
use crate::share::{Share, Shares};
use crate::target::Target;
use crate::threads::Threads;
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
    /// `None`: calls are carried out where they are waited for.
    threads: Option<Threads>,
}

impl Egress {
    /// Takes the operator's policy. Does no IO; calls are carried out by whoever waits for them.
    ///
    /// # Errors
    /// If a certificate authority or the proxy cannot be used.
    pub fn new(policy: Policy) -> Result<Self, Error> {
        Self::with(policy, Box::new(SystemLookup), Times::default())
    }

    /// The same, with threads of its own that carry out the calls: whoever waits for one has no work with it.
    ///
    /// # Errors
    /// As [`Egress::new`], and if the system has no threads left.
    pub fn on_own_threads(policy: Policy) -> Result<Self, Error> {
        let threads = Threads::start().map_err(Error::Threads)?;
        Self::build(policy, Box::new(SystemLookup), Times::default(), Some(threads))
    }

    pub(crate) fn with(policy: Policy, lookup: Box<dyn Lookup>, times: Times) -> Result<Self, Error> {
        Self::build(policy, lookup, times, None)
    }

    fn build(policy: Policy, lookup: Box<dyn Lookup>, times: Times, threads: Option<Threads>) -> Result<Self, Error> {
        let clients = Clients::new(&policy, times.connect)?;
        let resolver = Resolver::new(lookup, times.lookup);
        Ok(Self { shared: Arc::new(Shared { policy, times, resolver, clients, shares: Shares::new(), threads }) })
    }

    /// The way out for one run of one tenant's hook; `allowed_hosts` are the hook's own, `None` if it set none.
    pub fn session(&self, tenant: TenantId, allowed_hosts: Option<Vec<HostPattern>>) -> Session {
        Session {
            shared: Arc::clone(&self.shared),
            share: self.shared.shares.of(tenant),
            allowed_hosts: allowed_hosts.map(Arc::from),
            seals: None,
            masking: Masking::default(),
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
    masking: Masking,
}

impl Session {
    /// This session for a run that holds these placeholders.
    #[must_use]
    pub fn with_seals(self, seals: Seals) -> Self {
        Self { seals: Some(seals), ..self }
    }

    /// This session for a run that holds secrets: a host may be made of one.
    #[must_use]
    pub fn with_mask(self, mask: Mask) -> Self {
        Self { masking: Masking::with(mask), ..self }
    }

    /// Makes a call and reads the whole answer. Its time is `budget.time`, or the request's `timeout_ms` if that is less
    /// and not 0. Dropping the future ends the call and closes its connection.
    ///
    /// # Errors
    /// Coarse on purpose: the message is for the hook's author and says nothing of the operator's network.
    pub async fn send(&self, request: Request, budget: CallBudget) -> Result<Response, CallError> {
        let Some(threads) = &self.shared.threads else { return self.send_here(request, budget).await };
        let session = self.clone();
        let call = async move { session.send_here(request, budget).await };
        threads.run(call).await.unwrap_or_else(|| Err(stopping()))
    }

    async fn send_here(&self, request: Request, budget: CallBudget) -> Result<Response, CallError> {
        let own = request.timeout_ms.filter(|ms| *ms > 0).map(Duration::from_millis);
        let (time, whose) = match own {
            // A caller may have cut its budget to the request's own limit already.
            Some(own) if own <= budget.time => (own, "the request's timeout_ms"),
            _ => (budget.time, "all that the run had left"),
        };
        tokio::time::timeout(time, self.call(request, budget)).await.map_err(|_| {
            let late = late("no complete answer", time);
            CallError { message: format!("{}, {whose}", late.message), ..late }
        })?
    }

    async fn call(&self, request: Request, budget: CallBudget) -> Result<Response, CallError> {
        let mut hop = first_hop(&request, budget)?;
        let bounds = Bounds { bytes_max: budget.response_bytes, gap_max: self.shared.times.gap };
        let mut seals = self.seals.as_ref().map(Seals::for_call);
        let _room = self.share.enter().await;
        loop {
            let mut answer = self.answer_to(&hop, seals.as_mut(), budget).await?;
            if let Some(seals) = &seals {
                seals.close_headers(answer.headers_mut(), hop.target.host());
            }
            if let Some(next) = hop.next(answer.status(), answer.headers())? {
                hop = next;
                continue;
            }
            let host = hop.target.host();
            let status = answer.status().as_u16();
            let (Parts { mut headers, .. }, answer) = answer.into_parts();
            // What has no body must not be decoded: an empty text is no valid gzip.
            let has_body = hop.method != Method::HEAD && !matches!(status, 101 | 204 | 304);
            let mut body = if has_body {
                body::read(answer, &mut headers, host, &bounds, &self.masking).await?
            } else {
                Vec::new()
            };
            if let Some(seals) = &seals {
                body = seals.close_body(body, &mut headers, host);
                bounds.check(body.len() as u64, host)?;
            }
            return Ok(Response { status, headers: headers::of_response(&headers, host)?, body });
        }
    }

    /// Judges one request, sends it, and waits for the headers of its answer.
    async fn answer_to(
        &self,
        hop: &Hop,
        seals: Option<&mut CallSeals<'_>>,
        budget: CallBudget,
    ) -> Result<http::Response<Incoming>, CallError> {
        let Shared { policy, times, resolver, clients, .. } = &*self.shared;
        let tenant = self.share.tenant;
        let host = hop.target.host();
        let shown = self.masking.shown(host);
        hop.target.admit(policy, self.allowed_hosts.as_ref()).inspect_err(|error| {
            tracing::info!(%tenant, host = %shown, reason = %self.masking.shown(error), "a hook's call was blocked");
        })?;
        let route = resolver.route(&hop.target, policy, &self.share, &self.masking).await?;
        let opened = seals.map(|seals| seals.open(hop, budget.request_bytes)).transpose()?.flatten();
        let hop = opened.as_ref().unwrap_or(hop);

        let proxy_authorization = match &route {
            Route::Proxy(_) if !hop.target.is_https() => clients.proxy_authorization(),
            Route::Proxy(_) | Route::Checked(_) | Route::Override(_) => None,
        };
        let mut request = request(hop, proxy_authorization)?;
        let hints = Hints::count(&mut request);
        let client = clients.get(tenant, &hop.target, route, budget.response_bytes);
        let answer = async {
            tokio::select! {
                biased;
                () = hints.too_many() => Err(too_much(host)),
                answer = client.request(request) => answer.map_err(|error| {
                    let reason = chain(&error);
                    tracing::debug!(%tenant, host = %shown, error = %self.masking.shown(&reason), "a hook's call failed");
                    of_client(&error, host)
                }),
            }
        };
        let answer = tokio::time::timeout(times.headers, answer).await;
        answer.map_err(|_| late(&format!("'{host}' did not begin its answer"), times.headers))?
    }
}

/// The request as it leaves.
fn request(hop: &Hop, proxy_authorization: Option<HeaderValue>) -> Result<http::Request<Full<Bytes>>, CallError> {
    let mut request = http::Request::new(Full::new(hop.body.clone()));
    *request.method_mut() = hop.method.clone();
    let uri = hop.target.url().as_str().parse();
    *request.uri_mut() = uri.map_err(|error| invalid(format!("the address cannot be sent: {error}")))?;
    let headers = request.headers_mut();
    headers.insert(header::HOST, hop.target.authority()?);
    headers.extend(hop.headers.clone());
    if let Entry::Vacant(accept) = headers.entry(header::ACCEPT) {
        accept.insert(HeaderValue::from_static("*/*"));
    }
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED));
    // The client says nothing of an empty body, but some servers ask for a length where one is usual.
    if hop.body.is_empty() && matches!(hop.method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    if let Some(value) = proxy_authorization {
        headers.insert(header::PROXY_AUTHORIZATION, value);
    }
    Ok(request)
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
