//! A private CA and a certificate of it for `localhost`, as an operator inside a company has them.

use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// The files.
pub(super) struct Certificate {
    /// The CA's certificate, which clients trust.
    pub(super) ca: PathBuf,
    /// The daemon's certificate.
    pub(super) certificate: PathBuf,
    /// The daemon's key.
    pub(super) key: PathBuf,
}

impl Certificate {
    /// Writes them into a directory.
    pub(super) fn write(directory: &Path) -> Result<Self> {
        let mut of_ca = CertificateParams::default();
        of_ca.distinguished_name.push(DnType::CommonName, "a private CA");
        of_ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        of_ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_key = KeyPair::generate()?;
        let ca = of_ca.self_signed(&ca_key)?;

        let mut of_daemon = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        of_daemon.distinguished_name.push(DnType::CommonName, "localhost");
        of_daemon.use_authority_key_identifier_extension = true;
        of_daemon.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        of_daemon.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = of_daemon.signed_by(&key, &Issuer::new(of_ca, ca_key))?;

        let files = ["ca.pem", "certificate.pem", "key.pem"].map(|name| directory.join(name));
        for (path, text) in files.iter().zip([ca.pem(), certificate.pem(), key.serialize_pem()]) {
            std::fs::write(path, text)?;
        }
        let [ca, certificate, key] = files;
        Ok(Self { ca, certificate, key })
    }
}
