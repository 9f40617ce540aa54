//! The heap over the module's own memory, as Rust's global allocator.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr;

use super::{Heap, Memory};

const PAGE: usize = 64 << 10;

struct LinearMemory;

impl Memory for LinearMemory {
    fn start(&self) -> usize {
        unsafe extern "C" {
            /// Where the linker's own data ends.
            static __heap_base: u8;
        }
        &raw const __heap_base as usize
    }

    fn end(&self) -> usize {
        core::arch::wasm32::memory_size(0) * PAGE
    }

    fn grow(&mut self, bytes: usize) -> bool {
        core::arch::wasm32::memory_grow(0, bytes.div_ceil(PAGE)) != usize::MAX
    }
}

struct Global(UnsafeCell<Heap<LinearMemory>>);

// SAFETY: the host runs no module with threads, and no import calls the guest: nothing enters while something is inside.
unsafe impl Sync for Global {}

#[global_allocator]
static GLOBAL: Global = Global(UnsafeCell::new(Heap::new(LinearMemory)));

impl Global {
    #[expect(clippy::mut_from_ref, reason = "an allocator is called through a shared reference")]
    fn heap(&self) -> &mut Heap<LinearMemory> {
        // SAFETY: there is one thread, and no method of the heap calls an allocator: this is the only reference.
        unsafe { &mut *self.0.get() }
    }
}

// SAFETY: blocks are aligned as asked for, do not overlap, and stay until they are given back.
unsafe impl GlobalAlloc for Global {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: all memory from `__heap_base` on is this allocator's.
        unsafe { self.heap().alloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives back what it got for this layout.
        unsafe { self.heap().dealloc(block, layout.size()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's block came from here for this layout.
        if unsafe { self.heap().resize(block, layout.size(), new_size) } {
            return block;
        }
        // SAFETY: as for `alloc`; the alignment stays.
        let moved = unsafe { self.heap().alloc(new_size, layout.align()) };
        if !moved.is_null() {
            let len = layout.size().min(new_size);
            // SAFETY: two blocks do not overlap, and each has at least `len` bytes.
            unsafe { ptr::copy_nonoverlapping(block, moved, len) };
            // SAFETY: the caller gives the old block up.
            unsafe { self.heap().dealloc(block, layout.size()) };
        }
        moved
    }
}
