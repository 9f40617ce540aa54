//! The HTTP clients: one for each tenant, origin and set of judged addresses, which can reach nothing else.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hookbox_protocol::TenantId;
use lru::LruCache;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

use crate::headers::RESPONSE_HEADERS_MAX;
use crate::resolve::Route;
use crate::target::{Origin, Target};
use crate::{Error, Policy};

/// Origins with kept connections in the process, and of one tenant. The oldest goes first, and its connections with it.
const CLIENTS_MAX: NonZeroUsize = NonZeroUsize::new(512).expect("not zero");
const CLIENTS_PER_TENANT_MAX: usize = 16;
/// Idle connections of one tenant to one origin, and how long they are kept.
const IDLE_CONNECTIONS_MAX: usize = 2;
const IDLE_TIME: Duration = Duration::from_secs(15);
/// TLS sessions that a client can resume: it knows one origin.
const TLS_SESSIONS_MAX: usize = 8;

/// What a connection was made for. A kept connection serves only calls whose key is equal: the same tenant, the same
/// origin, and a lookup of their own that found (and judged) the same addresses. A name that leads elsewhere meanwhile, or
/// an address that is no longer allowed, is therefore never reached over an old connection, and a hook's own
/// `allowed_hosts` are checked before the key is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    origin: Origin,
    route: Route,
}

/// The HTTP clients, one for each [`Key`].
pub(crate) struct Clients {
    tls: ClientConfig,
    proxy: Option<Url>,
    connect_time: Duration,
    kept: Mutex<LruCache<Key, reqwest::Client>>,
}

impl Clients {
    pub(crate) fn new(policy: &Policy, connect_time: Duration) -> Result<Self, Error> {
        if let Some(proxy) = &policy.proxy {
            check_proxy(proxy)?;
        }
        Ok(Self {
            tls: tls_config(&policy.extra_ca_pem)?,
            proxy: policy.proxy.clone(),
            connect_time,
            kept: Mutex::new(LruCache::new(CLIENTS_MAX)),
        })
    }

    /// A client that reaches `target` over `route`, and can reach nothing else.
    pub(crate) fn get(
        &self,
        tenant: TenantId,
        target: &Target,
        route: Route,
    ) -> Result<reqwest::Client, reqwest::Error> {
        let key = Key { tenant, origin: target.origin(), route };
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = lock().get(&key) {
            return Ok(client.clone());
        }
        let client = self.build(&key)?;
        let mut kept = lock();
        let mut own = kept.iter().rev().filter(|(key, _)| key.tenant == tenant);
        if let Some((oldest, _)) = own.next()
            && own.count() + 1 >= CLIENTS_PER_TENANT_MAX
        {
            let oldest = oldest.clone();
            kept.pop(&oldest);
        }
        kept.put(key, client.clone());
        Ok(client)
    }

    fn build(&self, key: &Key) -> Result<reqwest::Client, reqwest::Error> {
        let mut tls = self.tls.clone();
        // A session must not be resumed by another tenant.
        tls.resumption = Resumption::in_memory_sessions(TLS_SESSIONS_MAX);
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .http1_max_headers(RESPONSE_HEADERS_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(self.connect_time)
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .dns_resolver(Fixed::of(key, self.proxy.as_ref()));
        if let (Route::Proxy(_), Some(proxy)) = (&key.route, &self.proxy) {
            builder = builder.proxy(reqwest::Proxy::all(proxy.clone())?);
        }
        builder.build()
    }
}

/// The address to give to the client for `target`. An override's port is used only where the address has none of its own;
/// an IP address is never looked up, so that the override's own address takes its place.
pub(crate) fn connection_url(target: &Target, route: &Route) -> Url {
    let mut url = target.url().clone();
    let Route::Override(to) = route else { return url };
    let changed = match target.host() {
        Host::Domain(_) => url.set_port(None),
        Host::Ipv4(_) | Host::Ipv6(_) => url.set_ip_host(to.ip()).and_then(|()| url.set_port(Some(to.port()))),
    };
    changed.expect("an http address with a host takes any port and any IP address");
    url
}

/// Knows one name and the addresses that were judged for it: there is no second lookup.
struct Fixed {
    host: String,
    addresses: Vec<SocketAddr>,
}

impl Fixed {
    fn of(key: &Key, proxy: Option<&Url>) -> Self {
        // Port 0 stands for the port of the address that is called.
        let at_any_port = |addresses: &BTreeSet<IpAddr>| addresses.iter().map(|ip| SocketAddr::new(*ip, 0)).collect();
        let host = key.origin.host.to_string();
        match &key.route {
            Route::Checked(addresses) => Self { host, addresses: at_any_port(addresses) },
            Route::Override(to) => Self { host, addresses: vec![*to] },
            Route::Proxy(addresses) => {
                let host = proxy.and_then(Url::host_str).unwrap_or_default().to_owned();
                Self { host, addresses: at_any_port(addresses) }
            }
        }
    }
}

impl Resolve for Fixed {
    fn resolve(&self, name: Name) -> Resolving {
        let answer = if name.as_str() == self.host {
            Ok(Box::new(self.addresses.clone().into_iter()) as Addrs)
        } else {
            Err(format!("'{}' was not checked", name.as_str()).into())
        };
        Box::pin(std::future::ready(answer))
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

fn check_proxy(proxy: &Url) -> Result<(), Error> {
    let refuse = |reason: String| Error::Proxy { reason };
    if !matches!(proxy.scheme(), "http" | "https") {
        return Err(refuse(format!("'{}' is not http or https", proxy.scheme())));
    }
    if !matches!(proxy.path(), "" | "/") || proxy.query().is_some() {
        return Err(refuse(format!("'{}' follows its host", proxy.path())));
    }
    reqwest::Proxy::all(proxy.clone()).map(drop).map_err(|e| refuse(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_with_many_origins_loses_its_own_oldest_client_and_nobody_elses() {
        let clients = Clients::new(&Policy::default(), Duration::from_secs(1)).expect("a policy");
        let get = |tenant, port: usize| {
            let target = Target::parse(&format!("http://a.example:{port}/")).expect("an address");
            clients.get(TenantId(tenant), &target, Route::Checked(BTreeSet::new())).expect("a client");
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
