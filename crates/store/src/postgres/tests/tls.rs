//! TLS to a server that takes nothing else: which certificates are good enough for what the address says.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use super::options;
use crate::suite::server::{self, Server};
use crate::{Error, MasterKey, Store};

const NAME: &str = "db.example";

/// An authority, with its certificate in a file.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: String,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).expect("written");
        Self { issuer: Issuer::new(params, key), file: file.display().to_string() }
    }

    /// A key, and a certificate for a server of that name.
    fn certify(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (key.serialize_pem(), certificate.pem())
    }
}

/// A server with a certificate for [`NAME`], the authority that gave it, and another one.
struct Place {
    port: u16,
    right: Authority,
    wrong: Authority,
    key: MasterKey,
    _server: Server,
    _folder: TempDir,
}

impl Place {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (right, wrong) = (Authority::new(folder.path(), "right"), Authority::new(folder.path(), "wrong"));
        let (key, certificate) = right.certify(NAME);
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let server = Server::start_with_tls(port, &key, &certificate).expect("PostgreSQL starts");
        Self { port, right, wrong, key: MasterKey::generate(), _server: server, _folder: folder }
    }

    async fn open(&self, host: &str, tls: &str) -> Result<Store, Error> {
        let port = self.port;
        let address = format!("host={host} hostaddr=127.0.0.1 port={port} user=hookbox dbname=postgres {tls}");
        Store::open(options(&address, &self.key)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_good_enough_for_what_the_address_asks_for() {
    if Server::programs().is_none() {
        return server::skip("TLS");
    }
    let place = tokio::task::block_in_place(Place::start);
    let (right, wrong) = (&place.right.file, &place.wrong.file);
    let (own, other) = (format!("sslrootcert={right}"), format!("sslrootcert={wrong}"));
    for (host, tls, refused) in [
        (NAME, format!("sslmode=require {own}"), None),
        (NAME, format!("sslmode=verify-full {own}"), None),
        (NAME, format!("sslmode=verify-ca {own}"), None),
        // Whoever asks for nothing gets TLS from a server that has it, without a look at the certificate.
        (NAME, String::new(), None),
        ("other.example", "sslmode=prefer".to_owned(), None),
        ("other.example", format!("sslmode=verify-full {own}"), Some("not valid for name")),
        ("other.example", format!("sslmode=require {own}"), Some("not valid for name")),
        (NAME, format!("sslmode=verify-full {other}"), Some("UnknownIssuer")),
        // The public authorities do not know it.
        (NAME, "sslmode=require".to_owned(), Some("UnknownIssuer")),
        (NAME, "sslmode=disable".to_owned(), Some("no encryption")),
    ] {
        let opened = place.open(host, &tls).await;
        match (opened, refused) {
            (Ok(store), None) => {
                assert!(store.healthy().await.is_ok(), "{host} {tls}");
                store.close().await;
            }
            (Err(error), Some(part)) => assert!(error.to_string().contains(part), "{host} {tls}: {error}"),
            (opened, _) => panic!("{host} {tls}: {:?}", opened.map(drop)),
        }
    }
}
