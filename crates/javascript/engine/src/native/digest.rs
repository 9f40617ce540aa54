//! Hashes and message authentication.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use rquickjs_sys as js;
use rquickjs_sys::JSValue;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::{Arguments, with_two};
use crate::value::{ErrorKind, Result, byte_array, throw, with_bytes, with_text};

#[derive(Clone, Copy)]
enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn of_name(name: &[u8]) -> Option<Self> {
        let name: Vec<u8> = name.iter().filter(|byte| **byte != b'-').map(u8::to_ascii_lowercase).collect();
        Some(match name.strip_prefix(b"rsa").unwrap_or(&name) {
            b"md5" => Self::Md5,
            b"sha1" => Self::Sha1,
            b"sha224" => Self::Sha224,
            b"sha256" => Self::Sha256,
            b"sha384" => Self::Sha384,
            b"sha512" => Self::Sha512,
            _ => return None,
        })
    }

    fn of_argument(arguments: &Arguments<'_>) -> Result<Self> {
        with_text(arguments.ctx, arguments.get(0), Self::of_name)?
            .ok_or_else(|| throw(arguments.ctx, ErrorKind::Plain, "Digest method not supported"))
    }

    fn hash(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => Md5::digest(data).to_vec(),
            Self::Sha1 => Sha1::digest(data).to_vec(),
            Self::Sha224 => Sha224::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => hmac_of::<Md5>(key, data),
            Self::Sha1 => hmac_of::<Sha1>(key, data),
            Self::Sha224 => hmac_of::<Sha224>(key, data),
            Self::Sha256 => hmac_of::<Sha256>(key, data),
            Self::Sha384 => hmac_of::<Sha384>(key, data),
            Self::Sha512 => hmac_of::<Sha512>(key, data),
        }
    }
}

fn hmac_of<D: EagerHash>(key: &[u8], data: &[u8]) -> Vec<u8>
where
    Hmac<D>: Mac + KeyInit,
{
    let mut mac = <Hmac<D> as KeyInit>::new_from_slice(key).expect("a key of any length is taken");
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// `hash(algorithm, bytes)`
pub(super) fn hash(arguments: &Arguments<'_>) -> Result<JSValue> {
    let algorithm = Algorithm::of_argument(arguments)?;
    let digest = with_bytes(arguments.ctx, arguments.get(1), |data| algorithm.hash(data))?;
    byte_array(arguments.ctx, &digest)
}

/// `hmac(algorithm, key, bytes)`
pub(super) fn hmac(arguments: &Arguments<'_>) -> Result<JSValue> {
    let algorithm = Algorithm::of_argument(arguments)?;
    let code = with_two(arguments, 1, |key, data| algorithm.hmac(key, data))?;
    byte_array(arguments.ctx, &code)
}

/// `timingSafeEqual(a, b)`: looks at every byte, whatever the first ones say.
pub(super) fn timing_safe_equal(arguments: &Arguments<'_>) -> Result<JSValue> {
    let equal = with_two(arguments, 0, |a, b| {
        a.len() == b.len() && core::hint::black_box(a.iter().zip(b).fold(0, |all, (x, y)| all | (x ^ y))) == 0
    })?;
    Ok(if equal { js::JS_TRUE } else { js::JS_FALSE })
}
