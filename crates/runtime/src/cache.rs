//! Compiled artefacts on disk. A cache: everything in it can be deleted at any time.
//!
//! Loading an artefact is running native code, so nothing is loaded that this daemon has not written: each file
//! carries an HMAC under a key that only the daemon can read, over the module's digest, the engine's configuration
//! and the artefact.

mod prune;

use std::fs::{self, DirBuilder, Permissions};
use std::hash::{Hash as _, Hasher};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookbox_protocol::ModuleDigest;
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;

use crate::Error;
use crate::engine::{Engines, Kind};

const KEY_FILE: &str = "artefact.key";
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 32;

/// The directory, the key, and what each engine compiles for.
pub(crate) struct Cache {
    dir: PathBuf,
    key: [u8; KEY_BYTES],
    configurations: [[u8; 32]; Kind::ALL.len()],
}

/// What the cache has for a module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An artefact that this daemon wrote.
    Artefact(Vec<u8>),
    /// Nothing.
    Nothing,
    /// A file that was changed, cut off, or written by somebody else.
    Damaged,
}

impl Cache {
    /// Opens the directory; makes it and its key where they are missing. Artefacts that no engine of this process can
    /// load go, and so do the least recently used where all of them take more than `bytes_max`.
    pub(crate) fn open(dir: &Path, bytes_max: u64, engines: &Engines) -> Result<Self, Error> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|e| at(dir, e))?;
        fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(|e| at(dir, e))?;
        let path = dir.join(KEY_FILE);
        let key = match read_key(&path)? {
            Some(key) => key,
            None => new_key(dir, &path)?,
        };
        let configurations = Kind::ALL.map(|kind| configuration(engines.get(kind)));
        prune::prune(dir, &configurations.each_ref().map(prefix), bytes_max).map_err(|e| at(dir, e))?;
        Ok(Self { dir: dir.to_owned(), key, configurations })
    }

    /// Reads the artefact of a module and verifies the very bytes that it gives.
    pub(crate) fn load(&self, kind: Kind, digest: ModuleDigest) -> Found {
        let mut file = Vec::new();
        let read = fs::File::open(self.path(kind, digest)).and_then(|mut open| {
            // The time says when it was used last. Where it cannot be set, the artefact is merely forgotten sooner.
            open.set_modified(SystemTime::now()).ok();
            open.read_to_end(&mut file)
        });
        match read {
            Err(error) if error.kind() == ErrorKind::NotFound => Found::Nothing,
            Err(_) => Found::Damaged,
            Ok(_) => match file.split_first_chunk::<TAG_BYTES>() {
                Some((tag, artefact)) if self.mac(kind, digest, artefact).verify_slice(tag).is_ok() => {
                    file.drain(..TAG_BYTES);
                    Found::Artefact(file)
                }
                _ => Found::Damaged,
            },
        }
    }

    /// Writes the artefact of a module. A reader sees the old file or the whole new one.
    pub(crate) fn store(&self, kind: Kind, digest: ModuleDigest, artefact: &[u8]) -> Result<(), Error> {
        let path = self.path(kind, digest);
        let tag = self.mac(kind, digest, artefact).finalize().into_bytes();
        let mut file =
            tempfile::Builder::new().suffix(prune::PARTIAL).tempfile_in(&self.dir).map_err(|e| at(&self.dir, e))?;
        file.write_all(&tag).and_then(|()| file.write_all(artefact)).map_err(|e| at(&path, e))?;
        file.persist(&path).map_err(|e| at(&path, e.error))?;
        Ok(())
    }

    fn mac(&self, kind: Kind, digest: ModuleDigest, artefact: &[u8]) -> Hmac<Sha256> {
        // 32 bytes are a key that HMAC-SHA-256 takes as it is; the same code takes any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(&self.configurations[kind as usize]);
        mac.update(&digest.0);
        mac.update(artefact);
        mac
    }

    fn path(&self, kind: Kind, digest: ModuleDigest) -> PathBuf {
        let prefix = prefix(&self.configurations[kind as usize]);
        self.dir.join(format!("{prefix}{}{}", hex(&digest.0), prune::ARTEFACT))
    }
}

/// How the names of a configuration's artefacts begin. That is for people and for pruning; the HMAC tells for certain.
fn prefix(configuration: &[u8; 32]) -> String {
    format!("{}-", hex(&configuration[..8]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn at(path: &Path, source: std::io::Error) -> Error {
    Error::Cache { path: path.to_owned(), source }
}

/// The key, if there is one that nobody else can have read. Any other is removed, and what it signed is compiled again.
fn read_key(path: &Path) -> Result<Option<[u8; KEY_BYTES]>, Error> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path, error)),
    };
    let mode = file.metadata().map_err(|e| at(path, e))?.permissions().mode();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|e| at(path, e))?;
    match bytes.try_into() {
        Ok(key) if mode & 0o077 == 0 => Ok(Some(key)),
        _ => {
            tracing::warn!(path = %path.display(), "the key is damaged or open to others; making a new one");
            fs::remove_file(path).map_err(|e| at(path, e))?;
            Ok(None)
        }
    }
}

/// Makes the key file, readable by its owner only. Where another process was faster, its key holds.
fn new_key(dir: &Path, path: &Path) -> Result<[u8; KEY_BYTES], Error> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|e| at(path, std::io::Error::other(e.to_string())))?;
    // `tempfile` makes files that only their owner can read.
    let mut file = tempfile::Builder::new().suffix(prune::PARTIAL).tempfile_in(dir).map_err(|e| at(dir, e))?;
    file.write_all(&key).and_then(|()| file.as_file().sync_all()).map_err(|e| at(path, e))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            read_key(path)?.ok_or_else(|| at(path, std::io::Error::other("another process changes the key")))
        }
        Err(error) => Err(at(path, error.error)),
    }
}

/// Everything that an artefact depends on: wasmtime's version, its settings, the processor.
fn configuration(engine: &Engine) -> [u8; 32] {
    let mut hasher = Sha256Hasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

/// A `Hasher` whose result is a SHA-256: 64 bits of an ordinary one can be made to collide.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        u64::from_le_bytes(self.0.clone().finalize()[..8].try_into().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    const DIGEST: ModuleDigest = ModuleDigest([7; 32]);

    fn engines() -> Engines {
        Engines::new(&Settings { runs_at_once: 1, ..Settings::default() }).expect("engines")
    }

    #[test]
    fn only_what_was_written_here_is_read_back() {
        let dir = tempfile::tempdir().expect("directory");
        let cache = Cache::open(dir.path(), u64::MAX, &engines()).expect("cache");
        assert_eq!(cache.load(Kind::Modules, DIGEST), Found::Nothing);
        cache.store(Kind::Modules, DIGEST, b"artefact").expect("stored");
        let good = Found::Artefact(b"artefact".to_vec());
        assert_eq!(cache.load(Kind::Modules, DIGEST), good);
        assert_eq!(cache.load(Kind::Scripts, DIGEST), Found::Nothing);
        assert_eq!(Cache::open(dir.path(), u64::MAX, &engines()).expect("again").load(Kind::Modules, DIGEST), good);

        let path = cache.path(Kind::Modules, DIGEST);
        let file = fs::read(&path).expect("file");
        for at in 0..file.len() {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).expect("written");
            assert_eq!(cache.load(Kind::Modules, DIGEST), Found::Damaged, "bit {at}");
            fs::write(&path, &file[..at]).expect("written");
            assert_eq!(cache.load(Kind::Modules, DIGEST), Found::Damaged, "cut at {at}");
        }
    }

    #[test]
    fn an_artefact_is_no_good_under_another_name_or_another_key() {
        let dir = tempfile::tempdir().expect("directory");
        let cache = Cache::open(dir.path(), u64::MAX, &engines()).expect("cache");
        cache.store(Kind::Modules, DIGEST, b"artefact").expect("stored");
        let other = ModuleDigest([8; 32]);
        fs::copy(cache.path(Kind::Modules, DIGEST), cache.path(Kind::Modules, other)).expect("copied");
        assert_eq!(cache.load(Kind::Modules, other), Found::Damaged);
        fs::write(dir.path().join(KEY_FILE), b"short").expect("written");
        assert_eq!(
            Cache::open(dir.path(), u64::MAX, &engines()).expect("new key").load(Kind::Modules, DIGEST),
            Found::Damaged
        );
    }

    #[test]
    fn nobody_else_can_read_the_key() {
        let dir = tempfile::tempdir().expect("directory");
        let dir = dir.path().join("cache");
        Cache::open(&dir, u64::MAX, &engines()).expect("cache");
        let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&dir.join(KEY_FILE))), (0o700, 0o600));

        let key = fs::read(dir.join(KEY_FILE)).expect("key");
        for open in [&dir, &dir.join(KEY_FILE)] {
            fs::set_permissions(open, Permissions::from_mode(0o755)).expect("opened");
        }
        Cache::open(&dir, u64::MAX, &engines()).expect("cache");
        assert_eq!((mode(&dir), mode(&dir.join(KEY_FILE))), (0o700, 0o600));
        assert_ne!(fs::read(dir.join(KEY_FILE)).expect("key"), key, "others may have read it");
    }
}
