//! What a backup is refused for, and what it leaves behind then: nothing.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::{Location, MasterKey, Options, Store};

/// A folder with a backup in it, and the key that opens it.
async fn backed_up() -> (TempDir, PathBuf, MasterKey) {
    let parent = tempfile::tempdir().expect("a folder");
    let (location, key) = (Location::Sqlite(parent.path().join("data")), MasterKey::generate());
    let options = Options {
        location: location.clone(),
        master_keys: key.clone().into(),
        quotas: hookbox_protocol::api::Quotas::default(),
        secrets: crate::SecretLimits::default(),
    };
    let store = Store::open(options).await.expect("opens");
    store.create_tenant("acme").await.expect("a tenant");
    let file = parent.path().join("acme.backup");
    assert!(crate::backup(&location, &file).await.expect("copied").is_compared);
    (parent, file, key)
}

#[tokio::test]
async fn a_bit_that_changed_since_is_found_wherever_it_is() {
    let (parent, file, _) = backed_up().await;
    let good = fs::read(&file).expect("read");
    let to = parent.path().join("restored");
    // Most of them are within rows or in pages that nothing uses, where SQLite does not look.
    for place in (0..good.len()).step_by(997).chain([good.len() - 1, good.len() - 30, good.len() - 80]) {
        let mut bad = good.clone();
        bad[place] ^= 1;
        fs::write(&file, &bad).expect("written");
        let restored = crate::restore(&file, &to, None).await;
        assert!(restored.is_err(), "byte {place} of {}", good.len());
        assert!(!to.exists(), "byte {place}: nothing is made");
    }
    for rest in [good.len() - 1, good.len() - 30, good.len() - 512] {
        fs::write(&file, &good[..rest]).expect("written");
        assert!(crate::restore(&file, &to, None).await.is_err(), "{rest} of {} bytes", good.len());
    }
    fs::write(&file, &good).expect("written");
    assert!(crate::restore(&file, &to, None).await.expect("restored").is_compared);
    assert_eq!(
        fs::metadata(open::database(&to)).expect("there").len() % 512,
        0,
        "the line is not part of the database"
    );
}

#[tokio::test]
async fn a_backup_of_an_earlier_program_has_no_checksum_and_comes_back_all_the_same() {
    let (parent, file, _) = backed_up().await;
    let good = fs::read(&file).expect("read");
    let pages = Connection::open(&file).expect("opens beside its last line");
    let verdict: String = pages.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(verdict, "ok");
    drop(pages);
    fs::write(&file, &good[..good.len() - good.len() % 512]).expect("written");
    let restored = crate::restore(&file, &parent.path().join("restored"), None).await.expect("restored");
    assert_eq!((restored.is_compared, restored.tenants), (false, 1));
}

#[tokio::test]
async fn a_key_that_does_not_open_the_backup_leaves_nothing_behind() {
    let (parent, file, key) = backed_up().await;
    let to = parent.path().join("restored");
    let wrong = crate::restore(&file, &to, Some(MasterKey::generate().into())).await.expect_err("another key");
    assert!(matches!(wrong, Error::WrongMasterKey) && !to.exists(), "{wrong}");
    crate::restore(&file, &to, Some(key.into())).await.expect("restored with the right one");
}
