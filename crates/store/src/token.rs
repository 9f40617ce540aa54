//! Credentials: tokens, clients, and the short-lived access tokens that clients get.
//!
//! A token's text is `hbt_<id>_<secret>`, a client is `hbc_<id>` with the secret `hbs_<secret>`: the id finds the row,
//! the secret is 256 random bits of which only the SHA-256 is stored. An access token, `hba_<claims>_<mac>`, is not
//! stored at all: it says which client it was made for and until when, and is good for as long as that client exists.
//! Everything is written in Crockford's base 32, which has no letters that look like digits.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookbox_protocol::api::Quotas;
use hookbox_protocol::{Scope, TenantId, Timestamp};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::Error;
use crate::clock::millis;
use crate::id::random;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN: &str = "hbt_";
const CLIENT: &str = "hbc_";
const CLIENT_SECRET: &str = "hbs_";
const ACCESS: &str = "hba_";

/// Who asks, as a credential proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: Arc<str>,
    /// The credential.
    pub token_id: TokenId,
    /// When what was presented ends: an access token ends before its client does.
    pub expires_at: Option<Timestamp>,
    /// What it allows.
    pub scopes: Arc<[Scope]>,
    /// Whether the operator has suspended the tenant: whatever is asked for is refused.
    pub suspended: bool,
    /// What the tenant may use.
    pub quotas: Quotas,
}

/// A token or a client. Its text is 13 characters and no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(
    /// The number that the store keeps.
    pub i64,
);

/// A token that is to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for, for people.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it ends; never, where absent.
    pub expires_at: Option<Timestamp>,
}

/// A token that was just made; the only time that its text is shown.
#[derive(Debug, Clone)]
pub struct TokenCreated {
    /// For revoking it.
    pub id: TokenId,
    /// The token.
    pub token: String,
}

/// A token or client in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// For revoking it.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Whether it is a client, for `POST /oauth/token`.
    pub is_client: bool,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute; an access token is a use of its client.
    pub last_used_at: Option<Timestamp>,
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0.to_be_bytes()))
    }
}

impl FromStr for TokenId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decode(text).map(i64::from_be_bytes).map(Self).ok_or_else(|| {
            let text: String = text.chars().take(64).collect();
            Error::Invalid(format!("'{text}' is not a token id: expected 13 characters, as in the list of tokens"))
        })
    }
}

/// Which of the two stored kinds a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Token,
    Client,
}

/// A stored credential.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) kind: Kind,
    pub(crate) hash: [u8; 32],
    pub(crate) identity: Identity,
}

impl Credential {
    /// Compares in constant time: how long it takes says nothing of how much of the secret was right.
    pub(crate) fn admits(&self, kind: Kind, secret: &[u8; 32], now: Timestamp) -> bool {
        let same = self.hash.ct_eq(&hash(secret));
        self.kind == kind && self.holds(now) && bool::from(same)
    }

    /// Whether it has not ended.
    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        self.identity.expires_at.is_none_or(|end| now < end)
    }
}

/// A new secret and what is stored of it.
pub(crate) struct Secret {
    text: String,
    pub(crate) hash: [u8; 32],
}

impl Secret {
    pub(crate) fn generate() -> Result<Self, Error> {
        let bytes = random::<32>()?;
        Ok(Self { text: encode(&bytes), hash: hash(&bytes) })
    }

    pub(crate) fn token(&self, id: TokenId) -> String {
        format!("{TOKEN}{id}_{}", self.text)
    }

    pub(crate) fn client(&self, id: TokenId) -> (String, String) {
        (format!("{CLIENT}{id}"), format!("{CLIENT_SECRET}{}", self.text))
    }
}

/// What a text claims to be.
pub(crate) enum Claim {
    Stored { kind: Kind, id: TokenId, secret: [u8; 32] },
    Access { client: TokenId, until: Timestamp },
}

/// Makes and checks access tokens.
pub(crate) struct AccessKey([u8; 32]);

impl AccessKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    pub(crate) fn issue(&self, client: TokenId, now: Timestamp, lifetime: Duration) -> String {
        let mut claims = [0u8; 16];
        claims[..8].copy_from_slice(&client.0.to_be_bytes());
        claims[8..].copy_from_slice(&now.0.saturating_add(millis(lifetime)).to_be_bytes());
        let mac: [u8; 32] = self.mac(&claims).finalize().into_bytes().into();
        format!("{ACCESS}{}_{}", encode(&claims), encode(&mac))
    }

    /// Reads the text of a token; `None` for what cannot be one, and for an access token that is not ours or has ended.
    pub(crate) fn read(&self, text: &str, now: Timestamp) -> Option<Claim> {
        if let Some(rest) = text.strip_prefix(TOKEN) {
            let (id, secret) = rest.split_once('_')?;
            return Some(Claim::Stored { kind: Kind::Token, id: id.parse().ok()?, secret: decode(secret)? });
        }
        let (claims, mac) = text.strip_prefix(ACCESS)?.split_once('_')?;
        let (claims, mac) = (decode::<16>(claims)?, decode::<32>(mac)?);
        self.mac(&claims).verify_slice(&mac).ok()?;
        let number = |bytes: &[u8]| bytes.try_into().map(i64::from_be_bytes).ok();
        let (client, until) = (TokenId(number(&claims[..8])?), Timestamp(number(&claims[8..])?));
        (now < until).then_some(Claim::Access { client, until })
    }

    fn mac(&self, claims: &[u8; 16]) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length").chain_update(claims)
    }
}

/// Reads what a client sends to `POST /oauth/token`.
pub(crate) fn read_client(id: &str, secret: &str) -> Option<Claim> {
    let id = id.strip_prefix(CLIENT)?.parse().ok()?;
    Some(Claim::Stored { kind: Kind::Client, id, secret: decode(secret.strip_prefix(CLIENT_SECRET)?)? })
}

fn hash(secret: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut pending, mut bits) = (0u32, 0);
    for byte in bytes {
        pending = pending << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[(pending >> bits & 31) as usize]));
        }
        pending &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(DIGITS[(pending << (5 - bits) & 31) as usize]));
    }
    text
}

/// Takes exactly what [`encode`] gives for `N` bytes: one text per value, so that a text cannot be varied.
fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(5) {
        return None;
    }
    let mut bytes = [0u8; N];
    let (mut pending, mut bits, mut at) = (0u32, 0, 0);
    for digit in text.bytes() {
        let value = DIGITS.iter().position(|d| *d == digit)?;
        pending = pending << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *bytes.get_mut(at)? = u8::try_from(pending >> bits & 255).ok()?;
            at += 1;
        }
        pending &= (1 << bits) - 1;
    }
    (at == N && pending == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_text_and_reads_back() {
        for bytes in [[0u8; 32], [255; 32], std::array::from_fn(|i| u8::try_from(i * 7).expect("small"))] {
            let text = encode(&bytes);
            assert_eq!(text.len(), 52);
            assert_eq!(decode::<32>(&text), Some(bytes));
            assert_eq!(decode::<32>(&text.to_ascii_uppercase().replace(|c: char| c.is_ascii_digit(), "A")), None);
            assert_eq!(decode::<32>(&text[..51]), None);
        }
        // The last digit carries one bit of the value; the other bits must be zero.
        assert_eq!(decode::<32>(&format!("{}1", "0".repeat(51))), None);
    }

    #[test]
    fn an_access_token_holds_until_its_end_and_only_under_its_key() {
        let key = AccessKey::new([7; 32]);
        let token = key.issue(TokenId(9), Timestamp(1_000), Duration::from_secs(1));
        let reads = |key: &AccessKey, text: &str, now| {
            matches!(
                key.read(text, Timestamp(now)),
                Some(Claim::Access { client: TokenId(9), until: Timestamp(2_000) })
            )
        };
        assert!(reads(&key, &token, 1_999));
        assert!(!reads(&key, &token, 2_000), "it has ended");
        assert!(!reads(&AccessKey::new([8; 32]), &token, 1_000), "another key");
        let longer = token.replacen('0', "1", 1);
        assert_ne!(longer, token);
        assert!(!reads(&key, &longer, 1_000), "changed claims");
    }

    #[test]
    fn what_is_no_token_is_not_read() {
        let key = AccessKey::new([7; 32]);
        for text in [
            "",
            "hbt_",
            "hbt_x_y",
            "hbc_0000000000001",
            "Bearer hbt_",
            "hbt_000000000000\u{430}_",
            &"h".repeat(1 << 20),
        ] {
            assert!(key.read(text, Timestamp(0)).is_none(), "{:.40}", text);
        }
    }
}
