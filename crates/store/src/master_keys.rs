//! The master keys that a daemon knows: one, and during a rotation the new one and the old one.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use hookbox_protocol::TenantId;
use zeroize::Zeroizing;

use crate::vault::DataKey;
use crate::{Clock, Error, MasterKey};

/// Master keys, newest first; at least one. The first encrypts, any of them decrypts.
#[derive(Debug, Clone)]
pub struct MasterKeys(Vec<MasterKey>);

impl From<MasterKey> for MasterKeys {
    fn from(key: MasterKey) -> Self {
        Self(vec![key])
    }
}

impl MasterKeys {
    /// Reads keys that are separated by commas or stand one on a line, the newest first.
    ///
    /// # Errors
    /// [`Error::MasterKey`] when one of them is no key, or there is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let texts = text.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty());
        let keys = texts.map(MasterKey::parse).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            // For the message that says what a key looks like.
            return MasterKey::parse(text).map(Self::from);
        }
        Ok(Self(keys))
    }

    /// Reads the keys from a file, one a line, or makes a new one there that only its owner can read.
    pub fn load_or_create(path: &Path) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(e) if e.kind() == ErrorKind::NotFound => {
                let keys = Self::from(MasterKey::generate());
                keys.save(path)?;
                return Ok(keys);
            }
            Err(e) => return Err(Error::io(format!("reading the master key {}", path.display()), e)),
        };
        let mode = fs::metadata(path).map(|m| m.permissions().mode()).unwrap_or(0o600);
        if mode & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "others than the owner can read the master key; chmod 600 it");
        }
        Self::parse(&text).map_err(|e| Error::MasterKey(format!("{e} (in {})", path.display())))
    }

    /// The key that encrypts.
    pub fn first(&self) -> &MasterKey {
        &self.0[0]
    }

    /// How many there are. More than one in a key file mean that a rotation did not end.
    #[expect(clippy::len_without_is_empty, reason = "there is always at least one")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// These keys with `key` in front, written to the file before anything is encrypted with it.
    pub fn add_to_file(&self, path: &Path, key: MasterKey) -> Result<Self, Error> {
        let keys = Self([vec![key], self.0.clone()].concat());
        keys.save(path)?;
        Ok(keys)
    }

    /// The first of these keys alone, written to the file: after a rotation the database needs no other. Backups that were
    /// made before do, so the others go into a file beside it, named for the time: `master.key.2026-11-24T03-29-02.000Z`.
    pub fn retire_old(&self, path: &Path) -> Result<Self, Error> {
        if let old @ [_, ..] = &self.0[1..] {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(format!(".{}", Clock::default().now().to_string().replace(':', "-")));
            Self(old.to_vec()).save(&path.with_file_name(name))?;
        }
        let keys = Self::from(self.first().clone());
        keys.save(path)?;
        Ok(keys)
    }

    /// Written aside and renamed: a crash in between must not leave half a key that the next start trips over.
    fn save(&self, path: &Path) -> Result<(), Error> {
        let failed = |e| Error::io(format!("writing the master key {}", path.display()), e);
        let text: String = self.0.iter().map(|key| format!("{}\n", key.text().as_str())).collect();
        let text = Zeroizing::new(text);
        let mut aside = path.file_name().unwrap_or_default().to_owned();
        aside.push(".new");
        let aside = path.with_file_name(aside);
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&aside, path).map_err(failed)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }

    /// All of them, newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &MasterKey> {
        self.0.iter()
    }

    /// Whether one of them is the key that `key_check` was made with.
    pub(crate) fn verify(&self, key_check: &[u8]) -> Result<(), Error> {
        let known = self.0.iter().any(|key| key.verify(key_check).is_ok());
        if known { Ok(()) } else { Err(Error::WrongMasterKey) }
    }

    /// A tenant's data key, whichever of them it is wrapped by.
    pub(crate) fn data_key(&self, tenant: TenantId, wrapped: &[u8]) -> Result<DataKey, Error> {
        let mut error = Error::WrongMasterKey;
        for key in &self.0 {
            match key.data_key(tenant, wrapped) {
                Ok(key) => return Ok(key),
                Err(e) => error = e,
            }
        }
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(keys: &MasterKeys) -> Vec<String> {
        keys.iter().map(|key| key.text().to_string()).collect()
    }

    #[test]
    fn keys_are_read_with_commas_and_line_ends_between_them() {
        let (new, old) = (MasterKey::generate(), MasterKey::generate());
        let expected = [new.text().to_string(), old.text().to_string()];
        for text in [expected.join(","), format!("{}\n", expected.join("\n")), format!(" {} ", expected.join(" ,\n"))] {
            assert_eq!(texts(&MasterKeys::parse(&text).expect("two keys")), expected);
        }
        assert_eq!(MasterKeys::parse(&expected[0]).expect("one key").len(), 1);
        for text in ["", "\n", ",", "AAAA", &format!("{},AAAA", expected[0])] {
            assert!(matches!(MasterKeys::parse(text), Err(Error::MasterKey(_))), "{text}");
        }
    }

    #[test]
    fn a_key_file_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let first = MasterKeys::load_or_create(&path).expect("made");
        assert_eq!(texts(&MasterKeys::load_or_create(&path).expect("read")), texts(&first));
        assert_eq!(fs::metadata(&path).expect("exists").permissions().mode() & 0o777, 0o600);
        assert!(!format!("{first:?}").contains(&texts(&first)[0]));
    }

    #[test]
    fn a_new_key_is_in_the_file_before_the_old_one_leaves_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let old = MasterKeys::load_or_create(&path).expect("made");
        let key = MasterKey::generate();
        let both = old.add_to_file(&path, key.clone()).expect("written");
        assert_eq!(texts(&both), [key.text().to_string(), texts(&old).remove(0)]);
        assert_eq!(texts(&MasterKeys::load_or_create(&path).expect("read")), texts(&both));
        both.retire_old(&path).expect("written");
        let kept = fs::read_dir(folder.path()).expect("listed").map(|file| file.expect("listed").path());
        let kept: Vec<_> = kept.filter(|file| *file != path).collect();
        let [kept] = &kept[..] else { panic!("one file is beside it: {kept:?}") };
        assert!(kept.to_string_lossy().contains("/master.key.20"), "{kept:?}");
        assert_eq!(texts(&MasterKeys::load_or_create(kept).expect("read")), texts(&old));
        assert_eq!(fs::metadata(kept).expect("exists").permissions().mode() & 0o777, 0o600);
        assert_eq!(texts(&MasterKeys::load_or_create(&path).expect("read")), [key.text().to_string()]);
        assert_eq!(fs::metadata(&path).expect("exists").permissions().mode() & 0o777, 0o600);
    }
}
