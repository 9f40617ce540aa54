//! The master key: where it comes from, and opening the store with it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_protocol::api::Quotas;
use hookbox_store::{Location, MasterKeys, Options, SecretLimits, Store};

use crate::failure::{Failure, Hint as _};
use crate::secret::SecretText;

/// The file of the master key in the data directory.
pub(crate) const MASTER_KEY_FILE: &str = "master.key";

/// Where the key that wraps all secrets comes from.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum MasterKeySource {
    /// A file in the data directory, made at the first start.
    #[default]
    DataDir,
    /// This file, made at the first start.
    File(PathBuf),
    /// This text.
    Text(SecretText),
}

impl MasterKeySource {
    /// The file, where it is one.
    pub(crate) fn file(&self, data_dir: &Path) -> Option<PathBuf> {
        match self {
            Self::DataDir => Some(data_dir.join(MASTER_KEY_FILE)),
            Self::File(path) => Some(path.clone()),
            Self::Text(_) => None,
        }
    }

    fn keys(&self, data_dir: &Path) -> anyhow::Result<MasterKeys> {
        if let Self::Text(text) = self {
            return MasterKeys::parse(text.reveal())
                .context("HOOKBOX_MASTER_KEY is not a master key")
                .hint("it is 32 random bytes in base64: openssl rand -base64 32");
        }
        let path = self.file(data_dir).context("there is a file")?;
        let hint = match self {
            Self::DataDir => "restore the file from a backup",
            _ => "--master-key-file names a file with 32 random bytes in base64",
        };
        let keys = MasterKeys::load_or_create(&path);
        keys.with_context(|| format!("cannot use the master key {}", path.display())).hint(hint)
    }
}

/// Opens the store with the key from there. A file with a new key is made only for a new database.
pub(crate) async fn open_store(
    location: Location,
    source: &MasterKeySource,
    data_dir: &Path,
    quotas: Quotas,
    secrets: SecretLimits,
) -> anyhow::Result<Store> {
    let file = source.file(data_dir);
    let is_new = file.as_ref().is_some_and(|file| !file.exists());
    let master_keys = source.keys(data_dir)?;
    let opened = Store::open(Options { location, master_keys, quotas, secrets }).await;
    match (opened, file) {
        (Err(hookbox_store::Error::WrongMasterKey), Some(file)) if is_new => {
            // A key that was made just now opens nothing, and would stand where the right one belongs.
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            let message = format!("this database has secrets, and its master key is not in {}", file.display());
            Err(Failure::new(message)
                .hint("put the key there that the database was made with; --master-key-file and HOOKBOX_MASTER_KEY name another place")
                .into())
        }
        (opened, _) => opened.context("cannot open the store"),
    }
}

/// The master keys that are kept in a file: the text, and what it says.
pub(crate) fn read_master_keys(path: &Path) -> anyhow::Result<(SecretText, MasterKeys)> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the master key {}", path.display()))?;
    let parsed = MasterKeys::parse(&text).with_context(|| format!("{} holds no master key", path.display()));
    let keys = parsed.hint("it is 32 random bytes in base64, as the first start of `hookbox serve` writes them")?;
    Ok((text.into(), keys))
}

/// Fails where that data directory has another master key already.
pub(crate) fn check_place_of_master_key(text: &SecretText, data_dir: &Path) -> anyhow::Result<()> {
    let place = data_dir.join(MASTER_KEY_FILE);
    match fs::read_to_string(&place) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Ok(found) if found.trim() == text.reveal() => Ok(()),
        Ok(_) => Err(Failure::new(format!("{} is there already, and is another key", place.display()))
            .hint("move it away, or give another --data-dir")
            .into()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", place.display())),
    }
}

/// Keeps that key in the data directory.
pub(crate) fn keep_master_key(text: &SecretText, data_dir: &Path) -> anyhow::Result<()> {
    let place = data_dir.join(MASTER_KEY_FILE);
    if place.exists() {
        return Ok(());
    }
    super::write_private(&place, &format!("{}\n", text.reveal()))
        .with_context(|| format!("cannot write the master key to {}", place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::describe;

    async fn open(folder: &Path) -> anyhow::Result<()> {
        let location = Location::Sqlite(folder.to_owned());
        let store =
            open_store(location, &MasterKeySource::DataDir, folder, Quotas::default(), SecretLimits::default()).await?;
        store.close().await;
        Ok(())
    }

    #[tokio::test]
    async fn a_database_without_its_key_gets_no_new_one() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (key, aside) = (folder.path().join(MASTER_KEY_FILE), folder.path().join("aside"));
        open(folder.path()).await.expect("the first start makes database and key");
        fs::rename(&key, &aside).expect("moves");
        let (text, _) = describe(&open(folder.path()).await.expect_err("the key is missing"));
        assert!(text.contains("its master key is not in") && text.contains("hint: put the key there"), "{text}");
        assert!(!key.exists(), "no key is left that opens nothing");
        let (text, _) = read_master_keys(&aside).expect("it is one");
        check_place_of_master_key(&text, folder.path()).expect("there is none");
        keep_master_key(&text, folder.path()).expect("written");
        open(folder.path()).await.expect("opens again");
        check_place_of_master_key(&text, folder.path()).expect("it is the same");
        keep_master_key(&text, folder.path()).expect("is there");
        fs::write(&key, "another").expect("writes");
        let (text, _) = describe(&check_place_of_master_key(&text, folder.path()).expect_err("it would be lost"));
        assert!(text.contains("is another key") && text.contains("hint: move it away"), "{text}");
        fs::write(&aside, "AAAA").expect("writes");
        assert!(read_master_keys(&aside).is_err());
    }
}
