//! The pre-initialised engine: made in the sandbox once, kept on disk.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use hookbox_runtime::Runtime;
use sha2::{Digest as _, Sha256};

use crate::engine::Error;

/// Length of the hash in front of the image: a file cut short by a full disk must not become an engine.
const HASH_BYTES: usize = 32;

/// What the names of images start with.
const PREFIX: &str = "javascript-";

/// The image of `guest`, whose hash is `id`.
pub(crate) async fn load(
    runtime: &Runtime,
    guest: &'static [u8],
    id: &str,
    cache_dir: Option<&Path>,
) -> Result<Bytes, Error> {
    let path = cache_dir.map(|folder| path(folder, id));
    let runtime = runtime.clone();
    let work = tokio::task::spawn_blocking(move || load_blocking(&runtime, guest, path));
    work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// Where the image of the guest with that hash is kept.
pub(crate) fn path(cache_dir: &Path, id: &str) -> PathBuf {
    cache_dir.join(format!("{PREFIX}{}.wasm", id.replace(':', "-")))
}

fn load_blocking(runtime: &Runtime, guest: &[u8], path: Option<PathBuf>) -> Result<Bytes, Error> {
    if let Some(image) = path.as_deref().and_then(read) {
        return Ok(image);
    }
    tracing::info!("pre-initialising the JavaScript engine");
    let image = runtime.preinitialize(guest)?;
    if let Some(path) = path {
        write(&path, &image).map_err(|source| Error::Cache { path, source })?;
    }
    Ok(image.into())
}

/// The image in the file; `None` where there is none, or not a whole one.
fn read(path: &Path) -> Option<Bytes> {
    let file = Bytes::from(std::fs::read(path).ok()?);
    let hash = file.get(..HASH_BYTES)?;
    (Sha256::digest(&file[HASH_BYTES..])[..] == *hash).then(|| file.slice(HASH_BYTES..))
}

/// Writes beside the file and renames: a reader sees the old one or the new one, whole.
fn write(path: &Path, image: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&Sha256::digest(image))?;
    file.write_all(image)?;
    file.persist(path)?;
    remove_others(folder, path)
}

/// The images of earlier builds are of no use to this one.
fn remove_others(folder: &Path, kept: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.path() != kept {
            match std::fs::remove_file(entry.path()) {
                // Another daemon on the same directory was faster.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_reads_back_and_a_damaged_one_does_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("cache/javascript-1.wasm");
        assert_eq!(read(&path), None);
        let old = path.with_file_name("javascript-0.wasm");
        write(&old, b"old image").expect("written");
        write(&path, b"image").expect("written");
        assert!(!old.exists());
        assert_eq!(read(&path).as_deref(), Some(&b"image"[..]));
        let file = std::fs::read(&path).expect("read");
        for damaged in [&file[..file.len() - 1], &file[1..], &[][..]] {
            std::fs::write(&path, damaged).expect("written");
            assert_eq!(read(&path), None);
        }
    }
}
