//! Sources that the binary carries, so that an installed `hookbox` needs no checkout: the guest SDK, the types
//! and the example hooks. The build script writes the table.

use std::path::Path;
use std::{fs, io};

/// The guest SDK for Rust.
pub(crate) const SDK: &str = "guest-sdk/rust";

/// The types for hooks in JavaScript and TypeScript.
pub(crate) const TYPES: &str = "guest-sdk/js";

struct File {
    path: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The files under a folder of the repository: paths relative to the folder, and contents.
pub(crate) fn files(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().filter_map(move |file| {
        let path = file.path.strip_prefix(folder)?.strip_prefix('/')?;
        Some((path, file.bytes))
    })
}

/// Writes the files under a folder of the repository to `to`. A file that is already there with the same content is
/// left alone: its age tells cargo that nothing has to be built again.
pub(crate) fn write(folder: &str, to: &Path) -> io::Result<()> {
    for (path, bytes) in files(folder) {
        let path = to.join(path);
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_and_the_example_hooks_are_carried_and_stand_alone() {
        for folder in [SDK, "hooks/sendgrid-email", "hooks/starter"] {
            let names: Vec<&str> = files(folder).map(|(path, _)| path).collect();
            assert!(names.contains(&"Cargo.toml") && names.contains(&"src/lib.rs"), "{folder}: {names:?}");
            assert!(names.iter().all(|name| !name.contains("target/")), "{folder}: {names:?}");
        }
        for (path, bytes) in files("guest-sdk").filter(|(path, _)| path.ends_with("Cargo.toml")) {
            let manifest = std::str::from_utf8(bytes).expect("UTF-8");
            assert!(!manifest.contains("workspace = true"), "{path}:\n{manifest}");
        }
    }

    #[test]
    fn a_file_that_has_not_changed_is_left_alone() {
        let folder = tempfile::tempdir().expect("temporary folder");
        write(SDK, folder.path()).expect("writes");
        let manifest = folder.path().join("Cargo.toml");
        let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
        fs::File::open(&manifest).and_then(|file| file.set_modified(old)).expect("sets the time");
        fs::write(folder.path().join("src/lib.rs"), "changed").expect("writes");
        write(SDK, folder.path()).expect("writes again");
        assert_eq!(fs::metadata(&manifest).and_then(|it| it.modified()).expect("is there"), old);
        assert_ne!(fs::read(folder.path().join("src/lib.rs")).expect("is there"), b"changed");
    }
}
