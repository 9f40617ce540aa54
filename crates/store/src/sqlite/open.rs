//! Opening a data directory: its lock, its files, its tables.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::Error;

/// The tables, in steps: a database at version `n` has had the first `n`.
const MIGRATIONS: [&str; 3] = [include_str!("schema.sql"), include_str!("schema_2.sql"), include_str!("schema_3.sql")];

/// How long a statement waits for a lock. Nobody but this process has the database open, so only for a moment.
const BUSY: Duration = Duration::from_secs(5);
/// Statements that stay prepared: all that there are, with room.
const STATEMENTS: usize = 256;

/// Takes the directory for this process, and makes it where it is missing.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let failed = |what: &str, e| Error::io(format!("{what} {}", folder.display()), e);
    if !folder.exists() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|e| failed("making the data directory", e))?;
    }
    let lock = private(&folder.join("hookbox.lock")).map_err(|e| failed("opening the lock of", e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.display().to_string())),
        Err(TryLockError::Error(e)) => Err(failed("locking", e)),
    }
}

/// Where the rows are. The log of changes and its index lie beside it, and get the same permissions.
pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("hookbox.db")
}

/// Opens the database for writing, and brings its tables up to date.
pub(super) fn writer(folder: &Path) -> Result<Connection, Error> {
    let path = database(folder);
    let failed = |e| Error::io(format!("opening {}", path.display()), e);
    private(&path).map_err(failed)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    let mut db =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    keep_plans(&db)?;
    // FULL: every commit is flushed to disk before it is answered. NORMAL would lose commits with the power.
    // No automatic checkpoint: the writer makes them, and looks at what comes of them.
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -32768;
         PRAGMA temp_store = MEMORY;",
    )?;
    migrate(&mut db)?;
    Ok(db)
}

/// Opens the database for reading, beside the daemon that may have it open. Without one the log of changes may be left,
/// which only a connection that could write makes sense of.
pub(super) fn beside(database: &Path) -> Result<Connection, Error> {
    let db =
        Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    db.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")?;
    Ok(db)
}

/// Opens the database for reading.
pub(super) fn reader(database: &Path) -> Result<Connection, Error> {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    keep_plans(&db)?;
    db.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;")?;
    Ok(db)
}

/// Refuses tables that a newer program made.
pub(super) fn check_version(found: i64) -> Result<(), Error> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known { Err(Error::TooNew { found, known }) } else { Ok(()) }
}

fn migrate(db: &mut Connection) -> Result<(), Error> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    check_version(found)?;
    for (step, sql) in (1i64..).zip(MIGRATIONS).skip(usize::try_from(found).unwrap_or(0)) {
        let transaction = db.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", step)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Lets statements keep their plans. Otherwise SQLite looks at what is bound to a `LIMIT`, and compiles the statement anew
/// whenever something is bound to it again: that took half of the time of claiming deliveries.
fn keep_plans(db: &Connection) -> Result<(), Error> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Opens a file that only its owner can read, and makes it where it is missing.
fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_every_earlier_version_keeps_its_rows() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Connection::open(database(folder.path())).expect("made");
        db.execute_batch(MIGRATIONS[0]).expect("the first tables");
        db.pragma_update(None, "user_version", 1).expect("set");
        db.execute_batch(
            "INSERT INTO delivery (event, hook, tenant, state, next_at, crashes) VALUES (7, 1, 1, 0, 5, 1)",
        )
        .expect("a row");
        drop(db);
        let db = writer(folder.path()).expect("brought up to date");
        let row = db.query_row("SELECT event, crashes, begun FROM delivery", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        assert_eq!(row.expect("it is there"), (7, 1, 0));
        let version: usize = db.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("set");
        assert_eq!(version, MIGRATIONS.len());
    }
}
