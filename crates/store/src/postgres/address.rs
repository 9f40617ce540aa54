//! Where the database is: what `--database` says, and the TLS that it asks for.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Error;

/// How long a connection may take, and how long a peer may be silent before it is taken for gone.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(15);

/// A database to connect to. Prints without user and password.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// Which certificate of the server is good enough.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trust {
    /// Any: nobody asked for more than `prefer`, under which whoever is in between could have no TLS at all.
    Any,
    /// One that the public authorities vouch for.
    Public,
    /// One that the authorities in that PEM file vouch for, or that is in it.
    File(String),
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?…` or libpq's `host=… user=…`. Beside what libpq knows as
    /// `sslmode=disable|prefer|require`, `verify-ca` and `verify-full` are taken, and `sslrootcert=FILE`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let (text, mode, root) = take_tls(text);
        // The parser's own words name the part that is wrong and never its value.
        let mut config: Config = text.parse().map_err(|e: tokio_postgres::Error| {
            let why = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
            // Of the address only what can hold no password: before `://` there could be libpq's own form.
            let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
            let is_plain = (1..32).contains(&scheme.len()) && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let scheme = if is_plain { format!(" that begins with '{scheme}://'") } else { String::new() };
            Error::Invalid(format!(
                "the database's address{scheme} cannot be read: {why}; expected postgres://user:password@host:port/database"
            ))
        })?;
        let trust = match mode.as_deref() {
            None | Some("prefer") => Trust::Any,
            Some("disable") => {
                config.ssl_mode(SslMode::Disable);
                Trust::Any
            }
            Some("require" | "verify-ca" | "verify-full") => {
                config.ssl_mode(SslMode::Require);
                root.map_or(Trust::Public, Trust::File)
            }
            Some(other) => {
                let other: String = other.chars().take(32).collect();
                let message = format!("sslmode is '{other}'; it can be disable, prefer, require or verify-full");
                return Err(Error::Invalid(message));
            }
        };
        if config.get_application_name().is_none() {
            config.application_name("hookbox");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        // Of several hosts the one that takes writes is the right one, today and after a failover.
        if config.get_target_session_attrs() == TargetSessionAttrs::Any {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        config.keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
        Ok(Self { config, tls: MakeRustlsConnect::new(client(&trust)?) })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres");
        write!(f, "database '{name}' at")?;
        let ports = self.config.get_ports();
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            let port = ports.get(place).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => write!(f, " {name}:{port}")?,
                Host::Unix(path) => write!(f, " {}", path.display())?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Takes out what the library does not know: the modes that verify, and the file of authorities.
fn take_tls(text: &str) -> (String, Option<String>, Option<String>) {
    let (mut mode, mut root) = (None, None);
    let mut keep = |name: &str, value: &str| {
        match name {
            "sslmode" => mode = Some(value.to_owned()),
            "sslrootcert" => root = Some(value.to_owned()),
            _ => return true,
        }
        false
    };
    let rest = if let Some((address, query)) = text.split_once('?') {
        let decoded = |part: &str| {
            url::form_urlencoded::parse(part.as_bytes()).next().map(|(k, v)| (k.into_owned(), v.into_owned()))
        };
        let mut kept = query.split('&').collect::<Vec<_>>();
        kept.retain(|part| decoded(part).is_none_or(|(name, value)| keep(&name, &value)));
        if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) }
    } else if text.contains("://") {
        text.to_owned()
    } else {
        let mut kept = text.split_ascii_whitespace().collect::<Vec<_>>();
        kept.retain(|pair| pair.split_once('=').is_none_or(|(name, value)| keep(name, value)));
        kept.join(" ")
    };
    (rest, mode, root)
}

fn client(trust: &Trust) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::Unsupported(format!("TLS cannot be set up: {e}")))?;
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::Any => {
            let any = Arc::new(AnyCertificate(provider));
            return Ok(builder.dangerous().with_custom_certificate_verifier(any).with_no_client_auth());
        }
        Trust::Public => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Trust::File(path) => {
            let refuse = |e: &dyn fmt::Display| Error::Invalid(format!("sslrootcert {path} cannot be read: {e}"));
            let certificates = CertificateDer::pem_file_iter(Path::new(path)).map_err(|e| refuse(&e))?;
            for certificate in certificates {
                roots.add(certificate.map_err(|e| refuse(&e))?).map_err(|e| refuse(&e))?;
            }
        }
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Takes any certificate, and still checks that the server has its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_prints_without_its_password() {
        for text in [
            "postgres://hookbox:hunter2@db.example.com:6432/hooks?sslmode=disable",
            "host=db.example.com port=6432 user=hookbox password=hunter2 dbname=hooks sslmode=disable",
        ] {
            let address = Address::parse(text).expect("read");
            assert_eq!(address.config.get_ssl_mode(), SslMode::Disable);
            for printed in [format!("{address}"), format!("{address:?}")] {
                assert_eq!(printed, "database 'hooks' at db.example.com:6432");
            }
        }
        let socket = Address::parse("postgres:///hooks?host=/run/postgresql").expect("read");
        assert_eq!(socket.to_string(), "database 'hooks' at /run/postgresql");
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_its_password() {
        for text in [
            "postgres://hookbox:hunter2@db:notaport/hooks",
            "postgres://hookbox:hunter2@db/hooks?sslmode=maybe",
            "postgres://hookbox:hunter2@db/hooks?colour=hunter2",
            "postgres://hookbox:hunter2@db/hooks?sslmode=require&sslrootcert=/nowhere/ca.pem",
            "mysql://hookbox:hunter2@db/hooks",
            "host=db password=hunter2://x port=y",
        ] {
            let error = Address::parse(text).expect_err("refused").to_string();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(!text.starts_with("mysql") || error.contains("'mysql://'"), "{error}");
        }
    }

    #[test]
    fn the_mode_says_which_certificates_are_good_enough() {
        let mode = |query: &str| {
            let (rest, mode, root) = take_tls(&format!("postgres://db/hooks?{query}"));
            (rest, mode.unwrap_or_default(), root.unwrap_or_default())
        };
        assert_eq!(
            mode("connect_timeout=3&sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"),
            ("postgres://db/hooks?connect_timeout=3".into(), "verify-full".into(), "/etc/ca.pem".into())
        );
        assert_eq!(mode("sslmode=require"), ("postgres://db/hooks".into(), "require".into(), String::new()));
        let require = Address::parse("postgres://db/hooks?sslmode=require").expect("read");
        assert_eq!(require.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(require.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    }
}
