//! Hashes and message authentication.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use rquickjs_sys as js;
use rquickjs_sys::JSValue;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::{Arguments, with_two};
use crate::value::{ErrorKind, Result, byte_array, number, throw, with_bytes, with_text};

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

    fn pbkdf2(self, key: &[u8], salt: &[u8], iterations: u32, length: usize) -> Vec<u8> {
        match self {
            Self::Md5 => pbkdf2_of::<Md5>(key, salt, iterations, length),
            Self::Sha1 => pbkdf2_of::<Sha1>(key, salt, iterations, length),
            Self::Sha224 => pbkdf2_of::<Sha224>(key, salt, iterations, length),
            Self::Sha256 => pbkdf2_of::<Sha256>(key, salt, iterations, length),
            Self::Sha384 => pbkdf2_of::<Sha384>(key, salt, iterations, length),
            Self::Sha512 => pbkdf2_of::<Sha512>(key, salt, iterations, length),
        }
    }
}

fn keyed<D: EagerHash>(key: &[u8]) -> Hmac<D>
where
    Hmac<D>: Mac + KeyInit,
{
    <Hmac<D> as KeyInit>::new_from_slice(key).expect("a key of any length is taken")
}

fn hmac_of<D: EagerHash>(key: &[u8], data: &[u8]) -> Vec<u8>
where
    Hmac<D>: Mac + KeyInit,
{
    keyed::<D>(key).chain_update(data).finalize().into_bytes().to_vec()
}

/// RFC 8018, 5.2. The key goes into the hash's state once, and each iteration begins with a copy of that: two blocks to
/// hash instead of four.
fn pbkdf2_of<D: EagerHash>(key: &[u8], salt: &[u8], iterations: u32, length: usize) -> Vec<u8>
where
    Hmac<D>: Mac + KeyInit + Clone,
{
    let keyed = keyed::<D>(key);
    let mut derived = Vec::with_capacity(length);
    for index in 1_u32.. {
        let mut step = keyed.clone().chain_update(salt).chain_update(index.to_be_bytes()).finalize().into_bytes();
        let mut block = step.clone();
        for _ in 1..iterations {
            step = keyed.clone().chain_update(&step).finalize().into_bytes();
            block.iter_mut().zip(&step).for_each(|(sum, byte)| *sum ^= byte);
        }
        derived.extend_from_slice(&block[..block.len().min(length - derived.len())]);
        if derived.len() == length {
            break;
        }
    }
    derived
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

/// `pbkdf2(algorithm, key, salt, iterations, length)`
pub(super) fn pbkdf2(arguments: &Arguments<'_>) -> Result<JSValue> {
    const MOST: usize = 1 << 20;
    let algorithm = Algorithm::of_argument(arguments)?;
    let iterations = number(arguments.ctx, arguments.get(3))? as u32;
    let length = number(arguments.ctx, arguments.get(4))? as usize;
    if length > MOST {
        return Err(throw(arguments.ctx, ErrorKind::Range, "pbkdf2 gives at most 1048576 bytes"));
    }
    let derived = with_two(arguments, 1, |key, salt| algorithm.pbkdf2(key, salt, iterations, length))?;
    byte_array(arguments.ctx, &derived)
}

/// `timingSafeEqual(a, b)`: looks at every byte, whatever the first ones say.
pub(super) fn timing_safe_equal(arguments: &Arguments<'_>) -> Result<JSValue> {
    let equal = with_two(arguments, 0, |a, b| {
        a.len() == b.len() && core::hint::black_box(a.iter().zip(b).fold(0, |all, (x, y)| all | (x ^ y))) == 0
    })?;
    Ok(if equal { js::JS_TRUE } else { js::JS_FALSE })
}
