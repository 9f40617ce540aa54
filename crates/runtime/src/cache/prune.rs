//! What the cache lets go of when it is opened: leftovers of other configurations, and what no longer fits.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How a file ends that is an artefact.
pub(super) const ARTEFACT: &str = ".artefact";

/// How a file ends that is still being written.
pub(super) const PARTIAL: &str = ".partial";

/// No write takes this long: a partial file that is older was left by a process that ended in the middle.
const PARTIAL_AGE_MAX: Duration = Duration::from_secs(3_600);

/// Removes artefacts whose names begin with none of `prefixes`, abandoned partial files, and then the least recently
/// used artefacts until the others take `bytes_max` at most. A file that cannot be removed is left for the next start.
pub(super) fn prune(dir: &Path, prefixes: &[String], bytes_max: u64) -> io::Result<()> {
    let mut artefacts = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let current = prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        if name.ends_with(ARTEFACT) && !current || name.ends_with(PARTIAL) && is_abandoned(&entry) {
            remove(&path);
        } else if name.ends_with(ARTEFACT)
            && let Ok(metadata) = entry.metadata()
        {
            artefacts.push((used_at(&metadata), metadata.len(), path));
        }
    }
    remove_oldest(artefacts, bytes_max);
    Ok(())
}

fn remove_oldest(mut artefacts: Vec<(SystemTime, u64, PathBuf)>, bytes_max: u64) {
    artefacts.sort_unstable();
    let mut bytes: u64 = artefacts.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, len, path) in artefacts {
        if bytes <= bytes_max {
            break;
        }
        remove(&path);
        bytes -= len;
    }
}

fn used_at(metadata: &Metadata) -> SystemTime {
    metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn is_abandoned(entry: &DirEntry) -> bool {
    entry.metadata().is_ok_and(|metadata| used_at(&metadata).elapsed().is_ok_and(|age| age > PARTIAL_AGE_MAX))
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Ok(()) => tracing::debug!(path = %path.display(), "removed from the cache of compiled modules"),
        Err(error) => tracing::warn!(path = %path.display(), %error, "cannot be removed from the cache"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes files of ten bytes, each used a minute after the one before it and the last one now, prunes, and gives
    /// the names that are left.
    fn check(names: &[&str], bytes_max: u64, expected: &[&str]) {
        let dir = tempfile::tempdir().expect("directory");
        let now = SystemTime::now();
        for (minutes, name) in names.iter().rev().enumerate() {
            let path = dir.path().join(name);
            fs::write(&path, [0; 10]).expect("written");
            let used_at = now - Duration::from_secs(60 * minutes as u64);
            fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(used_at)).expect("aged");
        }
        prune(dir.path(), &["aa-".to_owned(), "bb-".to_owned()], bytes_max).expect("pruned");
        let left = fs::read_dir(dir.path()).expect("directory").map(|entry| entry.expect("an entry").file_name());
        let mut left: Vec<_> = left.map(|name| name.to_string_lossy().into_owned()).collect();
        left.sort_unstable();
        assert_eq!(left, expected, "{names:?}, {bytes_max} bytes");
    }

    #[test]
    fn artefacts_of_other_configurations_go_and_nothing_else() {
        check(
            &["aa-1.artefact", "cc-1.artefact", "1.artefact", "bb-1.artefact", "artefact.key", "notes"],
            1_000,
            &["aa-1.artefact", "artefact.key", "bb-1.artefact", "notes"],
        );
    }

    #[test]
    fn the_least_recently_used_go_until_the_rest_fits() {
        let names = ["bb-1.artefact", "aa-3.artefact", "aa-2.artefact"];
        check(&names, 30, &["aa-2.artefact", "aa-3.artefact", "bb-1.artefact"]);
        check(&names, 29, &["aa-2.artefact", "aa-3.artefact"]);
        check(&names, 10, &["aa-2.artefact"]);
        check(&names, 0, &[]);
    }

    #[test]
    fn a_partial_file_goes_once_nobody_can_be_writing_it() {
        check(&["young.partial", "notes"], 0, &["notes", "young.partial"]);
        let later: Vec<String> = (0..61).map(|number| format!("notes-{number:02}")).collect();
        let mut names = vec!["old.partial"];
        names.extend(later.iter().map(String::as_str));
        check(&names, 0, &names[1..]);
    }
}
