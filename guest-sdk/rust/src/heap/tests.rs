//! The allocator natively, on a block of memory of its own.

use super::*;

/// A memory of its own, with a limit.
struct Arena {
    words: Vec<u128>,
    bytes: usize,
    grown: u32,
}

impl Arena {
    fn new(bytes: usize, limit: usize) -> Self {
        Self { words: vec![u128::MAX; limit / 16], bytes, grown: 0 }
    }
}

impl Memory for Arena {
    fn start(&self) -> usize {
        self.words.as_ptr() as usize
    }

    fn end(&self) -> usize {
        self.start() + self.bytes
    }

    fn grow(&mut self, bytes: usize) -> bool {
        let fits = self.bytes + bytes <= self.words.len() * 16;
        if fits {
            self.bytes += bytes;
            self.grown += 1;
        }
        fits
    }
}

fn alloc(heap: &mut Heap<Arena>, size: usize) -> *mut u8 {
    // SAFETY: the arena belongs to the heap alone.
    unsafe { heap.alloc(size, 1) }
}

fn dealloc(heap: &mut Heap<Arena>, block: *mut u8, size: usize) {
    // SAFETY: the tests give back what they got.
    unsafe { heap.dealloc(block, size) }
}

#[test]
fn sizes_are_rounded_to_four_steps_per_doubling() {
    let mut last = 0;
    for list in 0..LISTS - 4 {
        let size = size_of_list(list);
        assert!(size > last && size % STEP == 0);
        assert_eq!(class(size), Some((list, size)));
        assert_eq!(class(last + 1), Some((list, size)), "the first size of list {list}");
        assert!(list < 4 || size * 4 <= (last + 1) * 5, "at most a fifth of {size} is slack");
        last = size;
    }
    assert_eq!(class(0), Some((0, STEP)));
    assert_eq!(class(usize::MAX), None);
}

#[test]
fn memory_grows_only_when_it_is_used_up() {
    let mut heap = Heap::new(Arena::new(64 << 10, 1 << 20));
    let first = alloc(&mut heap, 32 << 10);
    let second = alloc(&mut heap, 32 << 10);
    assert!(!first.is_null() && !second.is_null());
    assert_eq!(heap.memory.grown, 0);
    dealloc(&mut heap, first, 32 << 10);
    assert_eq!(alloc(&mut heap, 20 << 10), first, "a part of the freed block, not new memory");
    assert_eq!(alloc(&mut heap, 12 << 10) as usize, first as usize + (20 << 10), "the rest of it");
    assert_eq!(heap.memory.grown, 0);
    assert!(!alloc(&mut heap, 1).is_null());
    assert_eq!(heap.memory.grown, 1);
}

#[test]
fn the_last_block_grows_and_shrinks_in_place() {
    let mut heap = Heap::new(Arena::new(64 << 10, 64 << 10));
    let block = alloc(&mut heap, 100);
    // SAFETY: the block came from this heap for these sizes.
    unsafe {
        assert!(heap.resize(block, 100, 60_000));
        assert!(!heap.resize(block, 60_000, 70_000), "over the limit");
        assert!(heap.resize(block, 60_000, 100));
    }
    let next = alloc(&mut heap, 100);
    assert_eq!(next as usize, block as usize + 112);
    // SAFETY: as above.
    assert!(!unsafe { heap.resize(block, 100, 200) }, "another block lies behind it");
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_the_rest_usable() {
    let mut heap = Heap::new(Arena::new(64 << 10, 512 << 10));
    assert!(alloc(&mut heap, 1 << 20).is_null());
    assert!(alloc(&mut heap, usize::MAX).is_null());
    assert!(!alloc(&mut heap, 400 << 10).is_null(), "what is needed, where the usual step is over the limit");
}

#[test]
fn alignment_is_kept() {
    let mut heap = Heap::new(Arena::new(1 << 20, 1 << 20));
    for align in [1, 16, 64, 4_096] {
        alloc(&mut heap, 1);
        // SAFETY: the arena belongs to the heap alone.
        let block = unsafe { heap.alloc(10, align) };
        assert_eq!(block as usize % align.max(STEP), 0);
    }
}

#[test]
fn blocks_never_overlap_whatever_the_order() {
    let mut heap = Heap::new(Arena::new(256 << 10, 8 << 20));
    let mut blocks: Vec<(*mut u8, usize, u8)> = Vec::new();
    let mut seed = 7_u64;
    let mut roll = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for round in 0..20_000_usize {
        if blocks.len() < 200 && roll(3) > 0 {
            let magnitude = roll(15);
            let size = 1 + roll(1 << magnitude);
            let block = alloc(&mut heap, size);
            assert!(!block.is_null());
            let fill = u8::try_from(round % 251).expect("is below 256");
            // SAFETY: the block has `size` bytes.
            unsafe { block.write_bytes(fill, size) };
            blocks.push((block, size, fill));
        } else if !blocks.is_empty() {
            let (block, size, fill) = blocks.swap_remove(roll(blocks.len()));
            // SAFETY: the block has `size` bytes, all of them written.
            let bytes = unsafe { std::slice::from_raw_parts(block, size) };
            assert!(bytes.iter().all(|byte| *byte == fill), "round {round}: {size} bytes were overwritten");
            dealloc(&mut heap, block, size);
        }
    }
}
