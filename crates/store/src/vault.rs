//! Encryption of what must not be readable in the database: secrets under a data key per tenant, data keys under the
//! master key.
//!
//! Everything is XChaCha20-Poly1305 with a random nonce of 24 bytes in front. What a value belongs to is its associated
//! data, so that a row which is copied to another tenant, hook or name does not open.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use hookbox_protocol::TenantId;
use hookbox_protocol::id::HookNumber;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::id::random;
use crate::token::AccessKey;
use crate::{Error, SecretValue};

const NONCE_BYTES: usize = 24;

/// The key that everything in the vault hangs on. Whoever has it and the database can read every secret; without it no
/// secret can be read again.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A new random key.
    ///
    /// # Panics
    /// When the operating system has no random numbers to give.
    pub fn generate() -> Self {
        Self(Zeroizing::new(random().expect("the operating system gives random numbers")))
    }

    /// Reads a key from its text: 32 bytes in standard base64.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why: String| Error::MasterKey(format!("the master key cannot be used: {why}"));
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| refuse("it is not base64".into()))?;
        let key = <[u8; 32]>::try_from(bytes.as_slice());
        key.map(|key| Self(Zeroizing::new(key))).map_err(|_| {
            refuse(format!(
                "it has {} bytes; it must be 32 bytes in base64, as `openssl rand -base64 32` makes",
                bytes.len()
            ))
        })
    }

    /// The text that [`MasterKey::parse`] reads.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(*self.0))
    }

    /// What is stored to recognise this key again.
    pub(crate) fn key_check(&self) -> Result<Vec<u8>, Error> {
        seal(&self.0, b"key check", b"hookbox")
    }

    pub(crate) fn verify(&self, key_check: &[u8]) -> Result<(), Error> {
        open(&self.0, b"key check", key_check).map(|_| ()).ok_or(Error::WrongMasterKey)
    }

    /// A new data key for a tenant, encrypted under this key.
    pub(crate) fn new_data_key(&self, tenant: TenantId) -> Result<Vec<u8>, Error> {
        let key = Zeroizing::new(random::<32>()?);
        seal(&self.0, &key_aad(tenant), &*key)
    }

    pub(crate) fn data_key(&self, tenant: TenantId, wrapped: &[u8]) -> Result<DataKey, Error> {
        open(&self.0, &key_aad(tenant), wrapped)
            .and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok())
            .map(|key| DataKey { tenant, key: Zeroizing::new(key) })
            .ok_or_else(|| Error::Damaged("the tenant's data key cannot be decrypted: its row was changed".into()))
    }

    /// The key for access tokens, which has nothing to say about the vault.
    pub(crate) fn access_key(&self) -> AccessKey {
        let mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        AccessKey::new(mac.chain_update(b"hookbox access tokens").finalize().into_bytes().into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

/// The key that a tenant's secrets are encrypted with.
pub(crate) struct DataKey {
    tenant: TenantId,
    key: Zeroizing<[u8; 32]>,
}

impl DataKey {
    pub(crate) fn seal(&self, hook: HookNumber, name: &str, value: &SecretValue) -> Result<Vec<u8>, Error> {
        seal(&self.key, &self.secret_aad(hook, name), value.expose().as_bytes())
    }

    pub(crate) fn open(&self, hook: HookNumber, name: &str, sealed: &[u8]) -> Result<SecretValue, Error> {
        let value = open(&self.key, &self.secret_aad(hook, name), sealed);
        value.and_then(|value| String::from_utf8(value.to_vec()).ok()).map(SecretValue::new).ok_or_else(|| {
            Error::Damaged(format!("secret '{name}' cannot be decrypted: its row was changed or belongs elsewhere"))
        })
    }

    fn secret_aad(&self, hook: HookNumber, name: &str) -> Vec<u8> {
        [b"secret".as_slice(), &self.tenant.0.to_be_bytes(), &hook.0.to_be_bytes(), name.as_bytes()].concat()
    }
}

fn key_aad(tenant: TenantId) -> Vec<u8> {
    [b"data key".as_slice(), &tenant.0.to_be_bytes()].concat()
}

fn seal(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = random::<NONCE_BYTES>()?;
    let payload = Payload { msg: plain, aad };
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| Error::Invalid("the value is too large to encrypt".into()))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload { msg: sealed, aad };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_where_it_belongs() {
        let master = MasterKey::generate();
        let key = |tenant| master.data_key(tenant, &master.new_data_key(tenant).expect("sealed")).expect("opens");
        let (acme, other) = (key(TenantId(1)), key(TenantId(2)));
        let sealed = acme.seal(HookNumber(5), "KEY", &SecretValue::new("canary".into())).expect("sealed");
        assert_eq!(acme.open(HookNumber(5), "KEY", &sealed).expect("opens").expose(), "canary");
        assert!(acme.open(HookNumber(6), "KEY", &sealed).is_err(), "another hook");
        assert!(acme.open(HookNumber(5), "KEY2", &sealed).is_err(), "another name");
        assert!(other.open(HookNumber(5), "KEY", &sealed).is_err(), "another tenant");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(acme.open(HookNumber(5), "KEY", &changed).is_err(), "byte {at} changed");
        }
    }

    #[test]
    fn a_data_key_opens_only_for_its_tenant_and_under_its_master_key() {
        let master = MasterKey::generate();
        let wrapped = master.new_data_key(TenantId(1)).expect("sealed");
        assert!(master.data_key(TenantId(2), &wrapped).is_err());
        assert!(MasterKey::generate().data_key(TenantId(1), &wrapped).is_err());
    }

    #[test]
    fn keys_that_cannot_be_used_say_why() {
        for (text, why) in [("", "it has 0 bytes"), ("AAAA", "it has 3 bytes"), ("not base64!", "it is not base64")] {
            let error = MasterKey::parse(text).expect_err(text).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
