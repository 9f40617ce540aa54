//! The guard of the disk: with little room left the daemon takes no events, so that those that it has can still end.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What must stay free where the operator said nothing: the smaller one of these.
const FREE_BYTES_MIN: u64 = 256 << 20;
const FREE_PARTS_MIN: u64 = 50;

/// Watches one file system.
pub(crate) struct Disk {
    folder: Option<PathBuf>,
    free_min: Option<u64>,
    free: AtomicU64,
    nearly_full: AtomicBool,
}

impl Disk {
    /// Watches the file system of `folder`, on which `free_min` bytes are to stay free. Looks once.
    pub(crate) fn watch(folder: Option<PathBuf>, free_min: Option<u64>) -> Self {
        let disk = Self { folder, free_min, free: AtomicU64::new(u64::MAX), nearly_full: AtomicBool::new(false) };
        disk.look();
        disk
    }

    /// Whether there is too little room for further events.
    pub(crate) fn is_nearly_full(&self) -> bool {
        self.nearly_full.load(Ordering::Relaxed)
    }

    /// Bytes that were free at the last look; `None` where nothing is watched.
    pub(crate) fn free(&self) -> Option<u64> {
        self.folder.as_ref().map(|_| self.free.load(Ordering::Relaxed))
    }

    /// Looks again.
    pub(crate) fn look(&self) {
        let Some(folder) = &self.folder else { return };
        match rustix::fs::statvfs(folder) {
            Ok(now) => self.saw(now.f_bavail.saturating_mul(now.f_frsize), now.f_blocks.saturating_mul(now.f_frsize)),
            Err(error) => tracing::warn!(folder = %folder.display(), %error, "the room on the disk cannot be read"),
        }
    }

    fn saw(&self, free: u64, all: u64) {
        let min = self.free_min.unwrap_or_else(|| FREE_BYTES_MIN.min(all / FREE_PARTS_MIN));
        let was_full = self.is_nearly_full();
        // A quarter more before events are taken again, so that it does not go back and forth with every one of them.
        let is_full = if was_full { free < min.saturating_add(min / 4) } else { free < min };
        self.free.store(free, Ordering::Relaxed);
        self.nearly_full.store(is_full, Ordering::Relaxed);
        if is_full && !was_full {
            tracing::error!(free, min, "the disk is nearly full: no event is taken until there is room");
        } else if was_full && !is_full {
            tracing::info!(free, min, "there is room on the disk: events are taken again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_nearly_full_below_the_minimum_until_a_quarter_more_is_free() {
        let disk = Disk { free_min: Some(1_000), ..Disk::watch(None, None) };
        for (free, expected) in
            [(1_000, false), (999, true), (1_000, true), (1_249, true), (1_250, false), (1_000, false)]
        {
            disk.saw(free, u64::MAX);
            assert_eq!(disk.is_nearly_full(), expected, "{free}");
        }
        let disk = Disk::watch(None, None);
        for (free, all, expected) in [
            (FREE_BYTES_MIN - 1, u64::MAX, true),
            (2 * FREE_BYTES_MIN, u64::MAX, false),
            (21, 1_000, false),
            (19, 1_000, true),
        ] {
            disk.nearly_full.store(false, Ordering::Relaxed);
            disk.saw(free, all);
            assert_eq!(disk.is_nearly_full(), expected, "{free} of {all}");
        }
    }

    #[test]
    fn the_file_system_of_a_folder_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::watch(Some(folder.path().to_owned()), Some(u64::MAX));
        assert!(disk.is_nearly_full() && disk.free().is_some_and(|free| free > 0 && free < u64::MAX));
        assert_eq!(Disk::watch(None, Some(u64::MAX)).free(), None);
    }
}
