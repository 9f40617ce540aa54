//! The data of a daemon: its folder, the disk, the master key, the database.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use hookbox_protocol::api::Quotas;
use hookbox_store::{Error, Level, Location, MasterKeys, SecretLimits};
use rustix::fs::statvfs;
use rustix::process::geteuid;

use super::{Finding, State};
use crate::command::serve::{Data, DataPlace};
use crate::daemon::{self, MasterKeySource};
use crate::output::quantity::bytes;

/// Less free space than this is worth a word, in bytes.
const DISK_FREE_MIN: u64 = 1 << 30;

/// What SQLite keeps in the data directory.
const DATABASE_FILE: &str = "hookbox.db";

/// Everything about the data. Nothing is made that is not there yet.
pub(super) async fn findings(place: &DataPlace) -> Vec<Finding> {
    let data = match place.settle() {
        Ok(data) => data,
        Err(error) => return vec![Finding::failed("configuration", &error)],
    };
    let mut findings: Vec<Finding> = disk(&data.dir).into_iter().collect();
    findings.push(data_dir(&data.dir));
    let has_database = match &data.location {
        Location::Sqlite(folder) => folder.join(DATABASE_FILE).is_file(),
        Location::Postgres(_) => true,
    };
    let key = master_key(&data.master_key, &data.dir, has_database);
    let has_key = key.state != State::Bad && !matches!(data.master_key.file(&data.dir), Some(file) if !file.exists());
    findings.push(key);
    match (has_database, has_key) {
        (true, true) => findings.extend(database(data).await),
        (true, false) => {
            let advice = "the master key comes first";
            findings.push(Finding::new("database", State::Advice, "not looked at", advice));
        }
        (false, _) => findings.push(Finding::good("database", "will be made at the first start")),
    }
    findings
}

fn master_key(source: &MasterKeySource, data_dir: &Path, has_database: bool) -> Finding {
    const CHECK: &str = "master key";
    let file = match (source, source.file(data_dir)) {
        (MasterKeySource::Text(text), _) => {
            return match MasterKeys::parse(text.reveal()) {
                Ok(keys) => Finding::good(CHECK, format!("HOOKBOX_MASTER_KEY, {}", of_rotation(&keys))),
                Err(error) => Finding::new(CHECK, State::Bad, error.to_string(), "openssl rand -base64 32 makes one"),
            };
        }
        (_, Some(file)) => file,
        (_, None) => return Finding::good(CHECK, "will be made at the first start"),
    };
    let shown = file.display();
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && has_database => {
            let advice = "put the key there that the database was made with; without it no secret can be read";
            return Finding::new(CHECK, State::Bad, format!("{shown} is not there"), advice);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Finding::good(CHECK, format!("{shown} will be made at the first start"));
        }
        Err(error) => {
            return Finding::new(
                CHECK,
                State::Bad,
                format!("{shown}: {error}"),
                "the daemon's user must be able to read it",
            );
        }
    };
    let keys = match MasterKeys::parse(&text) {
        Ok(keys) => keys,
        Err(error) => return Finding::new(CHECK, State::Bad, format!("{shown}: {error}"), "restore it from a copy"),
    };
    let found = format!("{shown}, {}", of_rotation(&keys));
    let mode = fs::metadata(&file).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        return Finding::new(CHECK, State::Advice, found, format!("others can read it: chmod 600 {shown}"));
    }
    if keys.len() > 1 {
        return Finding::new(CHECK, State::Advice, found, "hookbox keys rotate ends the rotation");
    }
    Finding::good(CHECK, found)
}

fn of_rotation(keys: &MasterKeys) -> String {
    match keys.len() {
        1 => "one key; keep a copy elsewhere".to_owned(),
        several => format!("{several} keys: a rotation has not ended"),
    }
}

/// Reads the whole database, which only one process may have open.
async fn database(data: Data) -> Vec<Finding> {
    const CHECK: &str = "database";
    let (quotas, secrets) = (Quotas::default(), SecretLimits::default());
    let store = match daemon::open_store(data.location, &data.master_key, &data.dir, quotas, secrets).await {
        Ok(store) => store,
        Err(error) if matches!(error.downcast_ref(), Some(Error::InUse(_))) => {
            let found = "in use by a daemon; stop that one to have all of it read here";
            return vec![Finding::good(CHECK, found)];
        }
        Err(error) => return vec![Finding::failed(CHECK, &error)],
    };
    let found = store.diagnose().await;
    store.close().await;
    let found = match found {
        Ok(found) => found,
        Err(error) => return vec![Finding::failed(CHECK, &error.into())],
    };
    let finding = |found: hookbox_store::Finding| {
        let state = match found.level {
            Level::Ok => State::Good,
            Level::Warning => State::Advice,
            Level::Error => State::Bad,
        };
        Finding { check: CHECK, state, found: found.what, advice: found.way_out }
    };
    found.into_iter().map(finding).collect()
}

/// The nearest folder that is there.
fn existing(path: &Path) -> &Path {
    path.ancestors().find(|path| path.exists() && !path.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn disk(data_dir: &Path) -> Option<Finding> {
    let place = statvfs(existing(data_dir)).ok()?;
    let free = place.f_bavail.saturating_mul(place.f_frsize);
    let found = format!("{} free for {}", bytes(free), data_dir.display());
    Some(if free < DISK_FREE_MIN {
        Finding::new("disk", State::Advice, found, format!("{} or more is better", bytes(DISK_FREE_MIN)))
    } else {
        Finding::good("disk", found)
    })
}

fn data_dir(path: &Path) -> Finding {
    let shown = path.display();
    let Ok(metadata) = fs::metadata(path) else {
        return Finding::good("data directory", format!("{shown} will be made at the first start"));
    };
    let mode = metadata.permissions().mode() & 0o777;
    let found = format!("{shown}, mode {mode:03o}");
    if !metadata.is_dir() {
        return Finding::new(
            "data directory",
            State::Bad,
            format!("{shown} is a file"),
            "give a folder with --data-dir",
        );
    }
    if mode & 0o002 != 0 {
        return Finding::new(
            "data directory",
            State::Bad,
            found,
            format!("everybody can write to it: chmod 700 {shown}"),
        );
    }
    if metadata.uid() != geteuid().as_raw() {
        return Finding::new(
            "data directory",
            State::Advice,
            found,
            "another user owns it; the daemon must be that user",
        );
    }
    if mode & 0o077 != 0 {
        return Finding::new(
            "data directory",
            State::Advice,
            found,
            format!("others can look into it: chmod 700 {shown}"),
        );
    }
    Finding::good("data directory", found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_data_directory_is_bad() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (mode, state) in [(0o700, State::Good), (0o755, State::Advice), (0o777, State::Bad)] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("sets");
            assert_eq!(data_dir(folder.path()).state, state, "{mode:o}");
        }
        assert_eq!(data_dir(&folder.path().join("later")).state, State::Good);
        assert_eq!(existing(&folder.path().join("a/b")), folder.path());
    }

    #[test]
    fn a_master_key_is_read_and_never_made() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let file = folder.path().join(daemon::MASTER_KEY_FILE);
        let state = |has_database| master_key(&MasterKeySource::DataDir, folder.path(), has_database).state;
        assert_eq!((state(false), state(true)), (State::Good, State::Bad));
        assert!(!file.exists());
        MasterKeys::load_or_create(&file).expect("made");
        assert_eq!(state(true), State::Good);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("sets");
        assert_eq!(state(true), State::Advice);
        fs::write(&file, "AAAA").expect("writes");
        assert_eq!(state(true), State::Bad);
        let text = MasterKeySource::Text(String::from("AAAA").into());
        assert_eq!(master_key(&text, folder.path(), false).state, State::Bad);
    }
}
