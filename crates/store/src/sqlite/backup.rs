//! Copies of a database, made beside the daemon that uses it.

mod checksum;
#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::open;
use crate::{BackedUp, Error, MasterKeys};

/// Pages that are copied at a time: all of them, in one snapshot.
const ALL_PAGES: i32 = i32::MAX;

/// Copies what is committed now. The daemon goes on writing; its log of changes grows until the copy is done.
pub(crate) fn backup(folder: &Path, to: &Path) -> Result<BackedUp, Error> {
    let from = open::database(folder);
    if !from.exists() {
        let message = format!("there is no database in {}; name the data directory of the daemon", folder.display());
        return Err(Error::Invalid(message));
    }
    if to.exists() {
        return Err(Error::Invalid(format!("{} exists already; name a file that does not", to.display())));
    }
    copy(&open::beside(&from)?, to, |aside| checksum::append(aside).map(|()| true))
}

/// Copies a file that passes the check to where a daemon looks for its database.
pub(crate) fn restore(from: &Path, folder: &Path, keys: Option<&MasterKeys>) -> Result<BackedUp, Error> {
    if !from.is_file() {
        return Err(Error::Invalid(format!("there is no file {}", from.display())));
    }
    // Looked at before anything is made, so that what is no database of ours is named as such, and can be given again.
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    check(&source, from)?;
    let is_compared = checksum::compare(from)?;
    keys.map_or(Ok(()), |keys| try_keys(&source, keys))?;
    // Held until the copy is there: no daemon may start on the directory meanwhile.
    let _lock = open::lock(folder)?;
    let to = open::database(folder);
    if to.exists() {
        let folder = folder.display();
        return Err(Error::Invalid(format!("{folder} has a database already; name a directory that has none")));
    }
    copy(&source, &to, |_| Ok(is_compared))
}

/// As a daemon does when it starts: during a rotation there are two checks, and both keys are needed.
fn try_keys(source: &Connection, keys: &MasterKeys) -> Result<(), Error> {
    let mut checks = source.prepare("SELECT value FROM meta WHERE name IN ('key_check', 'key_check_next')")?;
    let checks = checks.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    checks.iter().try_for_each(|check| keys.verify(check))
}

/// Writes a copy aside, checks it, and gives it its name once it is on disk. `finish` says whether it was compared with a
/// checksum.
fn copy(source: &Connection, to: &Path, finish: impl FnOnce(&Path) -> Result<bool, Error>) -> Result<BackedUp, Error> {
    let aside = aside(to);
    let failed = |what: &str, e| Error::io(format!("{what} {}", aside.display()), e);
    // What users did is in it, and encrypted secrets: nobody but its owner may read it.
    let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside);
    drop(made.map_err(|e| failed("making", e))?);
    let copied = fill(source, &aside, to, finish);
    if copied.is_err() {
        drop(fs::remove_file(&aside));
        return copied;
    }
    File::open(&aside).and_then(|file| file.sync_all()).map_err(|e| failed("flushing", e))?;
    fs::rename(&aside, to).map_err(|e| failed("renaming", e))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| failed("flushing the folder of", e))?;
    copied
}

fn fill(
    source: &Connection,
    aside: &Path,
    to: &Path,
    finish: impl FnOnce(&Path) -> Result<bool, Error>,
) -> Result<BackedUp, Error> {
    let mut copy = Connection::open_with_flags(
        aside,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    Backup::new(source, &mut copy)?.run_to_completion(ALL_PAGES, Duration::ZERO, None)?;
    // One file, with no log of changes beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    let (tenants, events) = check(&copy, to)?;
    copy.close().map_err(|(_, e)| e)?;
    let is_compared = finish(aside)?;
    let bytes = fs::metadata(aside).map_err(|e| Error::io(format!("reading {}", aside.display()), e))?.len();
    Ok(BackedUp { path: to.to_owned(), bytes, tenants, events, is_compared })
}

/// Whether it is a whole database of Hookbox that this program can open; counts tenants and events.
fn check(db: &Connection, path: &Path) -> Result<(u64, u64), Error> {
    let path = path.display();
    let damaged = |why: String| Error::Damaged(format!("{path} is damaged: {why}"));
    let no_database = |e: rusqlite::Error| match e.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => damaged(e.to_string()),
        _ => Error::Invalid(format!("{path} is no copy of a Hookbox database: {e}")),
    };
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(no_database)?;
    open::check_version(found)?;
    let key_check = "SELECT count(*) FROM meta WHERE name = 'key_check'";
    let keys: u64 = db.query_row(key_check, [], |row| row.get(0)).map_err(no_database)?;
    if found == 0 || keys == 0 {
        return Err(Error::Invalid(format!("{path} is no copy of a Hookbox database: it was never in use")));
    }
    let verdict = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match verdict.as_deref() {
        Ok("ok") => {}
        Ok(verdict) => return Err(damaged(verdict.to_owned())),
        Err(e) => return Err(damaged(e.to_string())),
    }
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, u64>(0)).map_err(|e| damaged(e.to_string()));
    let tenants = count("SELECT count(*) FROM tenant WHERE deleted_at IS NULL")?;
    Ok((tenants, count("SELECT count(*) FROM event INDEXED BY event_tenant")?))
}

fn aside(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    to.with_file_name(name)
}
