//! The master key: where it comes from, and opening the store with it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_protocol::api::Quotas;
use hookbox_store::{Location, MasterKeys, Options, Store};

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
) -> anyhow::Result<Store> {
    let file = source.file(data_dir);
    let is_new = file.as_ref().is_some_and(|file| !file.exists());
    let master_keys = source.keys(data_dir)?;
    let opened = Store::open(Options { location, master_keys, quotas }).await;
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

/// Fails where that file holds no master key.
pub(crate) fn check_master_key(path: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the master key {}", path.display()))?;
    let parsed = MasterKeys::parse(&text).with_context(|| format!("{} holds no master key", path.display()));
    parsed.hint("it is 32 random bytes in base64, as the first start of `hookbox serve` writes them")?;
    Ok(())
}

/// Tries that key on the database of that data directory, and keeps a copy there.
pub(crate) async fn adopt_master_key(key: &Path, data_dir: &Path) -> anyhow::Result<()> {
    let location = Location::Sqlite(data_dir.to_owned());
    let store = open_store(location, &MasterKeySource::File(key.to_owned()), data_dir, Quotas::default()).await?;
    store.close().await;
    let text = SecretText::from(fs::read_to_string(key)?);
    let place = data_dir.join(MASTER_KEY_FILE);
    super::write_private(&place, &format!("{}\n", text.reveal()))
        .with_context(|| format!("cannot write the master key to {}", place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::describe;

    async fn open(folder: &Path) -> anyhow::Result<()> {
        let location = Location::Sqlite(folder.to_owned());
        let store = open_store(location, &MasterKeySource::DataDir, folder, Quotas::default()).await?;
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
        adopt_master_key(&aside, folder.path()).await.expect("it is the right one");
        open(folder.path()).await.expect("opens again");
        check_master_key(&key).expect("it is one");
        fs::write(&aside, "AAAA").expect("writes");
        assert!(check_master_key(&aside).is_err() && adopt_master_key(&aside, folder.path()).await.is_err());
    }
}
