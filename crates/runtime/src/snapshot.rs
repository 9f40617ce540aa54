//! What a call left in an instance's memory, so that other instances can start from there.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Pages are compared as a whole first: nearly all are equal.
const PAGE: usize = 4 << 10;

/// What is compared within a page that differs.
const WORD: usize = 8;

/// Two differences that are so close become one: a copy more costs as much as so many bytes.
const GAP: usize = 32;

/// The difference between the memory that a module starts with and the one that a call left behind. Cheap to clone.
///
/// It is data of the guest for the guest: whatever it says, it can only write the memory of the sandbox that starts from
/// it.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    /// Bytes that the memory must have.
    size: usize,
    /// Where the pieces of `bytes` go, in order.
    ranges: Box<[Range<u32>]>,
    bytes: Box<[u8]>,
    /// Where the input of a run may be written.
    room: Range<u32>,
}

impl Snapshot {
    /// What has to be written over `before` to have `after`; behind the end of `before` there are zeros.
    pub(crate) fn new(before: &[u8], after: &[u8], room: Range<u32>) -> Self {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (index, page) in after.chunks(PAGE).enumerate() {
            let start = index * PAGE;
            let old = before.get(start..start + page.len()).unwrap_or(&[0; PAGE][..page.len()]);
            if old == page {
                continue;
            }
            for (index, (word, old)) in page.chunks(WORD).zip(old.chunks(WORD)).enumerate() {
                if word == old {
                    continue;
                }
                let start = start + index * WORD;
                let end = start + word.len();
                match ranges.last_mut() {
                    Some(last) if start - last.end <= GAP => last.end = end,
                    _ => ranges.push(start..end),
                }
            }
        }
        let bytes = ranges.iter().flat_map(|range| &after[range.clone()]).copied().collect();
        let narrow = |at: usize| u32::try_from(at).expect("a memory of 32 bits has no larger address");
        let ranges = ranges.into_iter().map(|range| narrow(range.start)..narrow(range.end)).collect();
        Self(Arc::new(Inner { size: after.len(), ranges, bytes, room }))
    }

    /// Bytes that it takes.
    pub fn len(&self) -> usize {
        self.0.bytes.len() + size_of_val(&*self.0.ranges)
    }

    /// Whether the call left the memory as it was.
    pub fn is_empty(&self) -> bool {
        self.0.ranges.is_empty()
    }

    /// Bytes that a memory must have before [`Snapshot::restore`].
    pub(crate) fn size(&self) -> usize {
        self.0.size
    }

    /// Writes the difference.
    pub(crate) fn restore(&self, memory: &mut [u8]) {
        let mut bytes = &self.0.bytes[..];
        for range in &self.0.ranges {
            let (piece, rest) = bytes.split_at(range.len());
            memory[range.start as usize..range.end as usize].copy_from_slice(piece);
            bytes = rest;
        }
    }

    /// Where `len` bytes of input may be written, if they fit.
    pub(crate) fn room(&self, len: u32) -> Option<u32> {
        (len as usize <= self.0.room.len()).then_some(self.0.room.start)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} bytes in {} places)", self.0.bytes.len(), self.0.ranges.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_that_is_restored_is_the_one_that_was_kept() {
        let before: Vec<u8> = (0..=u8::MAX).cycle().take(3 * PAGE).collect();
        let mut after = before.clone();
        after.resize(5 * PAGE, 0);
        for at in [0, 7, 40, PAGE - 1, PAGE, 2 * PAGE + 100, 3 * PAGE, 5 * PAGE - 1] {
            after[at] ^= 0xff;
        }
        let snapshot = Snapshot::new(&before, &after, 0..0);
        let mut memory = before;
        memory.resize(snapshot.size(), 0);
        snapshot.restore(&mut memory);
        assert!(memory == after);
        assert_eq!(snapshot.0.ranges.len(), 5, "{:?}", snapshot.0.ranges);
        assert!(snapshot.len() < 256, "{snapshot:?}");
    }

    #[test]
    fn a_memory_that_did_not_change_is_an_empty_snapshot() {
        let memory = vec![1; 2 * PAGE];
        let snapshot = Snapshot::new(&memory, &memory, 8..24);
        assert!(snapshot.is_empty());
        assert_eq!((snapshot.room(16), snapshot.room(17)), (Some(8), None));
    }
}
