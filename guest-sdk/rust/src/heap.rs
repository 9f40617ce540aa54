//! The allocator of `wasm32-unknown-unknown`.
//!
//! Rust's default grows the memory for the first block it gives out, even where there is room. Growing and taking back
//! grown memory are system calls that stop the host's other threads, so this one uses what lies between the linker's
//! `__heap_base` and the end of the memory first (`-C link-arg=--initial-memory=…` makes that larger), and grows only
//! when it is used up.
//!
//! A run is short, so it is simple: blocks come off the front of the free space, the last one can grow and shrink in
//! place, and a freed block goes to the list of its size. Sizes are rounded to four steps per doubling (16, 32, 48, 64,
//! 80, 96, 112, 128, 160, …), so at most a fifth of a block is slack, and a block's size follows from what was asked for:
//! no headers.
#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::ptr;

/// Every block starts at a multiple of it, and its size is one.
const STEP: usize = 16;
/// Lists for sizes up to 2^31, four per doubling.
const LISTS: usize = 112;
/// The memory grows by at least that much, so that it seldom does.
const GROWTH: usize = 256 << 10;

/// Where a [`Heap`] lies, and how it gets more.
pub(crate) trait Memory {
    /// The first address that is free.
    fn start(&self) -> usize;
    /// The address after the last one.
    fn end(&self) -> usize;
    /// Moves the end by at least `bytes`, or leaves it and says no.
    fn grow(&mut self, bytes: usize) -> bool;
}

pub(crate) struct Heap<M> {
    memory: M,
    /// The free space is `next..end`. Both are 0 until the first block.
    next: usize,
    end: usize,
    /// The first free block of each size, or 0; a free block begins with the address of the next one.
    free: [usize; LISTS],
}

/// The place of the size in the row of block sizes, and that block size, which is at least `size`.
fn class(size: usize) -> Option<(usize, usize)> {
    let steps = size.max(1).checked_add(STEP - 1)? / STEP;
    if steps <= 4 {
        return Some((steps - 1, steps * STEP));
    }
    let doubling = (steps - 1).ilog2() as usize;
    let unit = 1 << (doubling - 2);
    let quarters = steps.div_ceil(unit);
    let list = (doubling - 2) * 4 + quarters - 1;
    (list < LISTS).then_some((list, quarters * unit * STEP))
}

/// The block size of a list.
fn size_of_list(list: usize) -> usize {
    if list < 4 { (list + 1) * STEP } else { (list % 4 + 5) << (list / 4 - 1) << STEP.ilog2() }
}

impl<M: Memory> Heap<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self { memory, next: 0, end: 0, free: [0; LISTS] }
    }

    /// A block of at least `size` bytes at a multiple of `align`, or null.
    ///
    /// # Safety
    /// Nobody else writes to the memory between the start and the end, but to blocks that they were given.
    pub(crate) unsafe fn alloc(&mut self, size: usize, align: usize) -> *mut u8 {
        let Some((list, size)) = class(size) else { return ptr::null_mut() };
        if align <= STEP {
            // SAFETY: as this function asks for.
            if let Some(block) = unsafe { self.take_free(list, size) } {
                return block as *mut u8;
            }
        }
        let Some(block) = self.bump(size, align) else { return ptr::null_mut() };
        block as *mut u8
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// The block came from this heap for that `size`, and nobody uses it any more.
    pub(crate) unsafe fn dealloc(&mut self, block: *mut u8, size: usize) {
        let Some((list, size)) = class(size) else { return };
        if block as usize + size == self.next {
            self.next = block as usize;
        } else {
            // SAFETY: the block is the heap's again, and has room for an address.
            unsafe { self.put_free(block as usize, list) }
        }
    }

    /// Gives a block another size in its place, if that goes without moving it.
    ///
    /// # Safety
    /// The block came from this heap for `old_size`.
    pub(crate) unsafe fn resize(&mut self, block: *mut u8, old_size: usize, new_size: usize) -> bool {
        let (Some((_, old_size)), Some((_, new_size))) = (class(old_size), class(new_size)) else { return false };
        if old_size == new_size {
            return true;
        }
        if block as usize + old_size != self.next {
            return false;
        }
        let Some(next) = (block as usize).checked_add(new_size) else { return false };
        if next > self.end && !self.extend(next) {
            return false;
        }
        self.next = next;
        true
    }

    /// Takes a block off its list, or cuts it from a larger free one once the free space is used up.
    ///
    /// # Safety
    /// As for [`Heap::alloc`].
    unsafe fn take_free(&mut self, list: usize, size: usize) -> Option<usize> {
        let larger = if self.next + size <= self.end { list..list + 1 } else { list..LISTS };
        let found = larger.into_iter().find(|list| self.free[*list] != 0)?;
        let block = self.free[found];
        // SAFETY: a block on a list is free and begins with the address of the next one.
        self.free[found] = unsafe { *(block as *const usize) };
        let (mut rest, end) = (block + size, block + size_of_list(found));
        while rest < end {
            let (mut list, mut size) = class(end - rest)?;
            if size > end - rest {
                list -= 1;
                size = size_of_list(list);
            }
            // SAFETY: the rest belongs to the block that was just taken, and is at least a step.
            unsafe { self.put_free(rest, list) };
            rest += size;
        }
        Some(block)
    }

    /// # Safety
    /// `block` is free, and of the list's size.
    unsafe fn put_free(&mut self, block: usize, list: usize) {
        // SAFETY: the block is free, aligned to a step, and at least a step long.
        unsafe { *(block as *mut usize) = self.free[list] };
        self.free[list] = block;
    }

    fn bump(&mut self, size: usize, align: usize) -> Option<usize> {
        if self.end == 0 {
            self.next = self.memory.start().next_multiple_of(STEP);
            self.end = self.memory.end();
        }
        let block = self.next.checked_next_multiple_of(align.max(STEP))?;
        let next = block.checked_add(size)?;
        if next > self.end && !self.extend(next) {
            return None;
        }
        self.next = next;
        Some(block)
    }

    fn extend(&mut self, end: usize) -> bool {
        let needed = end - self.end;
        // Near the limit, what is needed may be granted where the usual step is not.
        let grown = self.memory.grow(needed.max(GROWTH)) || self.memory.grow(needed);
        self.end = self.memory.end();
        grown
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod global;

#[cfg(test)]
mod tests;
