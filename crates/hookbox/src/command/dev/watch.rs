//! What a project's files look like from outside, and when that changes.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::{MissedTickBehavior, interval};

use crate::output::printable;

/// Folders that hold what a build makes or brings, at any depth. Hidden ones are left out too.
const NOT_SOURCE: [&str; 3] = ["target", "node_modules", "dist"];

/// Files that a build writes beside the sources.
const WRITTEN: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// Age and size of each file that a run depends on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Files(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Files {
    /// Looks at these files, and at all that these folders hold.
    pub(super) fn look(watched: &[&Path]) -> Self {
        let mut files = Self::default();
        for path in watched {
            // What is not there, or cannot be read, shows again when it can.
            match fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => files.add_folder(path),
                Ok(metadata) => files.add(path.to_path_buf(), &metadata),
                Err(_) => {}
            }
        }
        files
    }

    fn add(&mut self, path: PathBuf, metadata: &Metadata) {
        self.0.insert(path, (metadata.modified().ok(), metadata.len()));
    }

    fn add_folder(&mut self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy();
            let is_hidden = name.starts_with('.');
            // A link is not followed: it may lead in a circle.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                if !is_hidden && !NOT_SOURCE.contains(&name.as_ref()) {
                    self.add_folder(&path);
                }
            } else if !is_hidden && !WRITTEN.contains(&name.as_ref()) {
                self.add(path, &metadata);
            }
        }
    }

    /// Resolves when the files are no longer as they were, and are at rest again: an editor may save in several steps.
    /// Gives the name of a file that changed.
    pub(super) async fn change(&self, watched: &[&Path], poll: Duration) -> String {
        let mut ticks = interval(poll);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before = None;
        loop {
            ticks.tick().await;
            let now = Self::look(watched);
            if let Some(path) = self.difference(&now).filter(|_| before.as_ref() == Some(&now)) {
                return printable(&path.display().to_string());
            }
            before = Some(now);
        }
    }

    /// The first file that is new, gone, or different.
    fn difference<'a>(&'a self, other: &'a Self) -> Option<&'a Path> {
        let changed = self.0.iter().find(|(path, state)| other.0.get(*path) != Some(*state));
        let new = || other.0.iter().find(|(path, _)| !self.0.contains_key(*path));
        changed.or_else(new).map(|(path, _)| path.as_path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_watched_and_what_a_build_writes_is_not() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path();
        let event = tempfile::NamedTempFile::new().expect("temporary file");
        let watched = [root, event.path()];
        let check = |path: &Path, seen: bool| {
            let before = Files::look(&watched);
            fs::create_dir_all(path.parent().expect("has a folder")).expect("made");
            fs::write(path, "1").expect("writes");
            let now = Files::look(&watched);
            assert_eq!(before.difference(&now), seen.then_some(path), "{}", path.display());
        };
        check(&root.join("hook.toml"), true);
        check(&root.join("src/lib.rs"), true);
        check(event.path(), true);
        for path in ["target/a", "node_modules/a/a.js", "dist/hook.js", ".git/a", ".swp", "Cargo.lock"] {
            check(&root.join(path), false);
        }
        let before = Files::look(&watched);
        fs::remove_file(root.join("src/lib.rs")).expect("removed");
        let now = Files::look(&watched);
        assert_eq!(before.difference(&now), Some(root.join("src/lib.rs").as_path()), "gone");
    }

    #[tokio::test]
    async fn a_change_is_told_when_the_files_are_at_rest() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("hook.js");
        fs::write(&path, "1").expect("writes");
        let watched = [folder.path()];
        let files = Files::look(&watched);
        fs::write(&path, "12").expect("writes");
        let changed = files.change(&watched, Duration::from_millis(1)).await;
        assert_eq!(changed, path.display().to_string());
    }
}
