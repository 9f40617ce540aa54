//! The HTTP clients: one for each tenant, origin and set of judged addresses, which can reach nothing else.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::TenantId;
use http::HeaderValue;
use http_body_util::Full;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use lru::LruCache;
use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use crate::connect::{Connector, Proxy, Reach};
use crate::headers::RESPONSE_HEADERS_MAX;
use crate::resolve::Route;
use crate::target::{Origin, Target};
use crate::{Error, Policy};

/// An HTTP client that reaches one place.
pub(crate) type Client = legacy::Client<Connector, Full<Bytes>>;

/// Origins with kept connections in the process, and of one tenant. The oldest goes first, and its connections with it.
const CLIENTS_MAX: NonZeroUsize = NonZeroUsize::new(512).expect("not zero");
const CLIENTS_PER_TENANT_MAX: usize = 16;
/// Idle connections of one tenant to one origin, and how long they are kept.
const IDLE_CONNECTIONS_MAX: usize = 2;
const IDLE_TIME: Duration = Duration::from_secs(15);
/// TLS sessions that a client can resume: it knows one origin.
const TLS_SESSIONS_MAX: usize = 8;
/// Bytes that the client reads ahead, and so about the most that the head of an answer has.
const READ_AHEAD_BYTES_MAX: usize = 128 * 1024;
/// Bytes that an answer may have on the wire beside four times its body: handshakes, heads, and what frames small pieces.
const FRAMING_BYTES_MAX: u64 = 256 * 1024;

/// What a connection was made for. A kept connection serves only calls whose key is equal: the same tenant, the same
/// origin, and a lookup of their own that found (and judged) the same addresses. A name that leads elsewhere meanwhile, or
/// an address that is no longer allowed, is therefore never reached over an old connection, and a hook's own
/// `allowed_hosts` are checked before the key is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    origin: Origin,
    route: Route,
    answer_bytes_max: u64,
}

/// The HTTP clients, one for each [`Key`].
pub(crate) struct Clients {
    tls: ClientConfig,
    proxy: Option<Proxy>,
    connect_time: Duration,
    kept: Mutex<LruCache<Key, Client>>,
}

impl Clients {
    pub(crate) fn new(policy: &Policy, connect_time: Duration) -> Result<Self, Error> {
        Ok(Self {
            tls: tls_config(&policy.extra_ca_pem)?,
            proxy: policy.proxy.as_ref().map(proxy).transpose()?,
            connect_time,
            kept: Mutex::new(LruCache::new(CLIENTS_MAX)),
        })
    }

    /// A client that reaches `target` over `route`, and can reach nothing else. It reads answers whose body has up to
    /// `body_bytes_max` bytes.
    pub(crate) fn get(&self, tenant: TenantId, target: &Target, route: Route, body_bytes_max: u64) -> Client {
        let answer_bytes_max = body_bytes_max.saturating_mul(4).saturating_add(FRAMING_BYTES_MAX);
        let key = Key { tenant, origin: target.origin(), route, answer_bytes_max };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = kept.get(&key) {
            return client.clone();
        }
        let client = self.build(&key);
        let mut own = kept.iter().rev().filter(|(key, _)| key.tenant == tenant);
        if let Some((oldest, _)) = own.next()
            && own.count() + 1 >= CLIENTS_PER_TENANT_MAX
        {
            let oldest = oldest.clone();
            kept.pop(&oldest);
        }
        kept.put(key, client.clone());
        client
    }

    /// What the operator's proxy wants to see in a request that it does not tunnel.
    pub(crate) fn proxy_authorization(&self) -> Option<HeaderValue> {
        self.proxy.as_ref().and_then(Proxy::authorization)
    }

    fn build(&self, key: &Key) -> Client {
        let mut tls = self.tls.clone();
        // A session must not be resumed by another tenant.
        tls.resumption = Resumption::in_memory_sessions(TLS_SESSIONS_MAX);
        let connector = Connector::new(Reach {
            origin: key.origin.clone(),
            route: key.route.clone(),
            tls: Arc::new(tls),
            proxy: self.proxy.clone(),
            time: self.connect_time,
            answer_bytes_max: key.answer_bytes_max,
        });
        legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .http1_max_headers(RESPONSE_HEADERS_MAX)
            .http1_max_buf_size(READ_AHEAD_BYTES_MAX)
            .build(connector)
    }
}

fn tls_config(extra_ca_pem: &[Vec<u8>]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for (index, pem) in extra_ca_pem.iter().enumerate() {
        let refuse = |reason: String| Error::Certificate { number: index + 1, reason };
        let certificates = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| refuse(format!("it is not PEM: {e}")))?;
        if certificates.is_empty() {
            return Err(refuse("there is no certificate in it".to_owned()));
        }
        for certificate in certificates {
            roots.add(certificate).map_err(|e| refuse(e.to_string()))?;
        }
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn proxy(url: &Url) -> Result<Proxy, Error> {
    let refuse = |reason: String| Error::Proxy { reason };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse(format!("'{}' is not http or https", url.scheme())));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(refuse(format!("'{}' follows its host", url.path())));
    }
    Proxy::new(url.clone()).map_err(|e| refuse(e.to_string()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[tokio::test]
    async fn a_tenant_with_many_origins_loses_its_own_oldest_client_and_nobody_elses() {
        let clients = Clients::new(&Policy::default(), Duration::from_secs(1)).expect("a policy");
        let get = |tenant, port: usize| {
            let target = Target::parse(&format!("http://a.example:{port}/")).expect("an address");
            clients.get(TenantId(tenant), &target, Route::Checked(BTreeSet::new()), 1 << 20);
        };
        get(2, 8000);
        (0..CLIENTS_PER_TENANT_MAX + 4).for_each(|index| get(1, 8000 + index));
        let kept = clients.kept.lock().expect("not poisoned");
        let ports = |tenant| {
            let own = kept.iter().rev().filter(|(key, _)| key.tenant == TenantId(tenant));
            own.map(|(key, _)| key.origin.port).collect::<Vec<_>>()
        };
        assert_eq!(ports(1), (8004..8020).collect::<Vec<_>>());
        assert_eq!(ports(2), [8000]);
    }
}
