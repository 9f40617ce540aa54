//! How a connection is made: to the addresses that were judged, over the proxy if there is one, and over TLS.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use rustls::ClientConfig;
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tower::{Service, ServiceExt as _};
use url::{Host, Url};

use crate::resolve::Route;
use crate::target::Origin;
use crate::wire::{Connection, Counted, Received, Stream};

/// Bytes of a proxy's answer to CONNECT.
const TUNNEL_ANSWER_BYTES_MAX: usize = 8 * 1024;

type Failure = Box<dyn StdError + Send + Sync>;

/// No connection was made in its time.
#[derive(Debug, thiserror::Error)]
#[error("no connection was made within {} ms", .0.as_millis())]
pub(crate) struct Late(pub(crate) Duration);

/// The operator's proxy.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    url: Url,
    uri: Uri,
}

impl Proxy {
    /// Takes an address that is `http` or `https`, with nothing after its host.
    pub(crate) fn new(url: Url) -> Result<Self, http::uri::InvalidUri> {
        let mut bare = url.clone();
        // These fail only for addresses without a host.
        let _ = bare.set_username("");
        let _ = bare.set_password(None);
        Ok(Self { uri: bare.as_str().parse()?, url })
    }

    /// The credentials in the proxy's address, as its header wants them.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let decoded = |text: &str| percent_decoded(text.as_bytes());
        let password = self.url.password().unwrap_or_default();
        if self.url.username().is_empty() && password.is_empty() {
            return None;
        }
        let credentials = [decoded(self.url.username()), b":".to_vec(), decoded(password)].concat();
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        let escaped = match (text[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => u8::try_from(16 * high + low).ok(),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(text[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    bytes
}

/// Makes the connections of one client: all to the same place. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Reach>);

/// Where the connections of a client go.
pub(crate) struct Reach {
    pub(crate) origin: Origin,
    pub(crate) route: Route,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) proxy: Option<Proxy>,
    /// For a connection, the handshakes included.
    pub(crate) time: Duration,
    /// What may come over a connection in answer to one request.
    pub(crate) answer_bytes_max: u64,
}

impl Connector {
    pub(crate) fn new(reach: Reach) -> Self {
        Self(Arc::new(reach))
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = Failure;
    type Future = BoxFuture<'static, Result<Connection, Failure>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    /// The address is that of the request; where the connection goes was settled when the client was made.
    fn call(&mut self, _: Uri) -> Self::Future {
        let reach = Arc::clone(&self.0);
        Box::pin(async move {
            tokio::time::timeout(reach.time, reach.connect()).await.map_err(|_| Failure::from(Late(reach.time)))?
        })
    }
}

impl Reach {
    async fn connect(&self) -> Result<Connection, Failure> {
        let received = Arc::new(Received::new(self.answer_bytes_max));
        let Origin { https, host, port } = &self.origin;
        let proxy = match &self.route {
            Route::Proxy(_) => self.proxy.as_ref(),
            Route::Checked(_) | Route::Override(_) => None,
        };
        let mut stream = self.tcp(proxy, &received).await?;
        if let Some(proxy) = proxy {
            if proxy.uri.scheme_str() == Some("https") {
                let name = proxy.uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                stream = self.secured(stream, ServerName::try_from(name)?).await?;
            }
            if *https {
                tunnel(&mut stream, &format!("{host}:{port}"), proxy).await?;
            }
        }
        if *https {
            stream = self.secured(stream, server_name(host)?).await?;
        }
        Ok(Connection::new(stream, received, proxy.is_some() && !https))
    }

    /// To the addresses of the route, the families side by side as [RFC 8305](https://www.rfc-editor.org/rfc/rfc8305)
    /// wants it.
    async fn tcp(&self, proxy: Option<&Proxy>, received: &Arc<Received>) -> Result<Stream, Failure> {
        let Origin { https, host, port } = &self.origin;
        let scheme = if *https { "https" } else { "http" };
        let (to, addresses) = match (&self.route, proxy) {
            (Route::Override(to), _) => (format!("http://{to}").parse()?, BTreeSet::new()),
            (Route::Proxy(addresses), Some(proxy)) => (proxy.uri.clone(), addresses.clone()),
            (Route::Checked(addresses) | Route::Proxy(addresses), _) => {
                (format!("{scheme}://{host}:{port}").parse::<Uri>()?, addresses.clone())
            }
        };
        let mut http = HttpConnector::new_with_resolver(Fixed { addresses });
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(self.time));
        let tcp = http.oneshot(to).await?.into_inner();
        Ok(Box::new(Counted::new(tcp, Arc::clone(received))))
    }

    async fn secured(&self, stream: Stream, name: ServerName<'static>) -> Result<Stream, Failure> {
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?;
        Ok(Box::new(stream))
    }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, InvalidDnsNameError> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone()),
        Host::Ipv4(address) => Ok(ServerName::from(IpAddr::V4(*address))),
        Host::Ipv6(address) => Ok(ServerName::from(IpAddr::V6(*address))),
    }
}

/// Asks a proxy for a tunnel.
async fn tunnel(stream: &mut Stream, authority: &str, proxy: &Proxy) -> Result<(), Failure> {
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n").into_bytes();
    if let Some(value) = proxy.authorization() {
        request.extend_from_slice(&[b"proxy-authorization: ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    // Byte by byte: what follows the answer belongs to the tunnel.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == TUNNEL_ANSWER_BYTES_MAX {
            return Err(io::Error::other("the proxy's answer to CONNECT is too long").into());
        }
        answer.push(stream.read_u8().await?);
    }
    match answer.get(..12) {
        Some(b"HTTP/1.1 200" | b"HTTP/1.0 200") => Ok(()),
        status => {
            let status = String::from_utf8_lossy(status.unwrap_or_default());
            Err(io::Error::other(format!("the proxy answered '{status}' to CONNECT")).into())
        }
    }
}

/// Knows the addresses that were judged, whatever it is asked for: there is no second lookup.
#[derive(Clone)]
struct Fixed {
    addresses: BTreeSet<IpAddr>,
}

impl Service<Name> for Fixed {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        // Port 0 stands for the port of the address that is called.
        let addresses = self.addresses.iter().map(|ip| SocketAddr::new(*ip, 0));
        ready(Ok(addresses.collect::<Vec<_>>().into_iter()))
    }
}
