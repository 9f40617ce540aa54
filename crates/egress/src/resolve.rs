//! From a target to the addresses that its connection may go to: one lookup, judged as a whole.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hookbox_protocol::http::CallError;
use tokio::sync::Semaphore;
use url::Host;

use crate::failure::{late, no_address, no_connection, not_public};
use crate::mask::Masking;
use crate::share::{Permits, Share};
use crate::target::Target;
use crate::{Policy, address};

/// Lookups at once in the process; each holds a thread until the system's resolver gives up.
const LOOKUPS_MAX: usize = 64;
/// Addresses of a name that are tried; all of them are judged.
const ADDRESSES_MAX: usize = 16;

/// Where a connection goes. Two calls share connections only if their routes are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// To one of these, which were all judged; the port is the address's.
    Checked(BTreeSet<IpAddr>),
    /// To where the operator's override says.
    Override(SocketAddr),
    /// To the operator's proxy, at one of these.
    Proxy(BTreeSet<IpAddr>),
}

/// Turns a name into addresses.
pub(crate) trait Lookup: Send + Sync {
    /// `permits` are kept until the lookup has really ended, which may be after nobody waits for it any more.
    fn lookup(&self, name: String, permits: Permits) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver, with its hosts file and search order.
pub(crate) struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String, permits: Permits) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let blocking = move || {
                let addresses = (name.as_str(), 0).to_socket_addrs();
                drop(permits);
                addresses.map(|addresses| addresses.map(|address| address.ip()).collect())
            };
            tokio::task::spawn_blocking(blocking).await.map_err(io::Error::other)?
        })
    }
}

/// Finds and judges the addresses of a target, once for each call.
pub(crate) struct Resolver {
    lookup: Box<dyn Lookup>,
    time: Duration,
    slots: Arc<Semaphore>,
}

impl Resolver {
    pub(crate) fn new(lookup: Box<dyn Lookup>, time: Duration) -> Self {
        Self { lookup, time, slots: Arc::new(Semaphore::new(LOOKUPS_MAX)) }
    }

    /// Where the connection for `target` goes; refused as a whole if one of its addresses is forbidden.
    pub(crate) async fn route(
        &self,
        target: &Target,
        policy: &Policy,
        share: &Share,
        masking: &Masking,
    ) -> Result<Route, CallError> {
        if let Some(entry) = target.override_in(policy) {
            return Ok(Route::Override(entry.to()));
        }
        let host = target.host();
        let addresses = self.addresses(host, share, masking).await?;
        for address in &addresses {
            if let Some(reason) = address::forbidden(*address, policy) {
                let host = masking.shown(host);
                tracing::info!(tenant = %share.tenant, %host, %address, reason, "a hook's call was blocked");
                return Err(not_public(target.host()));
            }
        }
        match policy.proxy.as_ref().and_then(|proxy| proxy.host()) {
            Some(proxy) => match self.addresses(&proxy.to_owned(), share, masking).await {
                Ok(addresses) => Ok(Route::Proxy(addresses)),
                Err(error) => {
                    tracing::warn!(%proxy, %error, "the proxy cannot be reached");
                    // The hook is not to learn the proxy's name.
                    Err(no_connection(host))
                }
            },
            None => Ok(Route::Checked(addresses.into_iter().take(ADDRESSES_MAX).collect())),
        }
    }

    async fn addresses(&self, host: &Host, share: &Share, masking: &Masking) -> Result<BTreeSet<IpAddr>, CallError> {
        let name = match host {
            Host::Ipv4(address) => return Ok(BTreeSet::from([IpAddr::V4(*address)])),
            Host::Ipv6(address) => return Ok(BTreeSet::from([IpAddr::V6(*address)])),
            Host::Domain(name) => name.clone(),
        };
        let looking = async {
            let permits = Permits::acquire(&share.lookups, &self.slots).await;
            self.lookup.lookup(name, permits).await
        };
        let found = tokio::time::timeout(self.time, looking)
            .await
            .map_err(|_| late(&format!("no address of '{host}' was found"), self.time))?;
        match found {
            Ok(addresses) if !addresses.is_empty() => Ok(addresses.into_iter().collect()),
            Ok(_) => Err(no_address(host)),
            Err(error) => {
                let shown = masking.shown(host);
                tracing::debug!(tenant = %share.tenant, host = %shown, error = %masking.shown(&error), "a name could not be resolved");
                Err(no_address(host))
            }
        }
    }
}
