//! One heap for Rust and QuickJS: the C library's allocator, watched so that a refused growth is known for what it is.

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rquickjs_sys as js;
use rquickjs_sys::{JSMallocFunctions, JSRuntime};

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(ptr: *mut c_void, size: usize) -> *mut c_void;
    fn free(ptr: *mut c_void);
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn malloc_usable_size(ptr: *mut c_void) -> usize;
}

/// Free memory that pre-initialisation leaves behind, so that an ordinary run never has to grow the memory: growing costs
/// a system call that stops every other thread of the process.
const HEADROOM_BYTES: usize = 768 << 10;

/// What `malloc` aligns to at least.
const ALIGN: usize = 8;

static REFUSED: AtomicBool = AtomicBool::new(false);

/// Whether the host refused memory to this run.
pub(crate) fn was_refused() -> bool {
    REFUSED.load(Ordering::Relaxed)
}

/// Leaves the heap in the state from which runs start: what a run allocates lies close together.
///
/// Every page that a run writes must be put back when its slot is used again, so new objects must not fill the gaps that
/// pre-initialisation left all over the heap. The gaps are taken out of use, first those of the C library, then those of
/// QuickJS's arenas; each class of sizes gets a fresh arena beside the others; the headroom follows.
pub(crate) fn settle(runtime: *mut JSRuntime) {
    // SAFETY: plain allocations. Those that fill a gap are never freed, and nothing uses them.
    unsafe {
        let top = malloc(HEADROOM_BYTES);
        for size in (4..=16).rev().map(|bits| 1 << bits) {
            loop {
                let filled = malloc(size);
                if filled > top {
                    free(filled);
                    break;
                }
            }
        }
        free(top);
        for size in ARENA_SIZES {
            let before = ALLOCATIONS.load(Ordering::Relaxed);
            while ALLOCATIONS.load(Ordering::Relaxed) == before {
                js::js_malloc_rt(runtime, size);
            }
        }
    }
}

/// One size of each class of QuickJS's arenas.
const ARENA_SIZES: [u32; 31] = [
    8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 136, 152, 168, 184, 200, 216, 232, 248, 280, 312,
    344, 376, 408, 440, 472, 504,
];

/// How often QuickJS asked for memory beyond its arenas, or for another arena.
static ALLOCATIONS: AtomicU32 = AtomicU32::new(0);

fn noted(ptr: *mut c_void) -> *mut c_void {
    if ptr.is_null() {
        REFUSED.store(true, Ordering::Relaxed);
    }
    ptr
}

unsafe extern "C" fn js_calloc(_: *mut c_void, count: u32, size: u32) -> *mut c_void {
    noted(calloc(count as usize, size as usize))
}

unsafe extern "C" fn js_malloc(_: *mut c_void, size: u32) -> *mut c_void {
    ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    noted(malloc(size as usize))
}

unsafe extern "C" fn js_free(_: *mut c_void, ptr: *mut c_void) {
    free(ptr);
}

unsafe extern "C" fn js_realloc(_: *mut c_void, ptr: *mut c_void, size: u32) -> *mut c_void {
    noted(realloc(ptr, size as usize))
}

unsafe extern "C" fn js_usable_size(ptr: *const c_void) -> u32 {
    malloc_usable_size(ptr.cast_mut()) as u32
}

/// The heap for QuickJS.
pub(crate) const FUNCTIONS: JSMallocFunctions = JSMallocFunctions {
    js_calloc: Some(js_calloc),
    js_malloc: Some(js_malloc),
    js_free: Some(js_free),
    js_realloc: Some(js_realloc),
    js_malloc_usable_size: Some(js_usable_size),
};

struct Heap;

// SAFETY: the C allocator keeps the contract; alignments beyond its own go to `aligned_alloc`.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let size = layout.size();
        let ptr = if layout.align() <= ALIGN {
            malloc(size)
        } else {
            aligned_alloc(layout.align(), size.next_multiple_of(layout.align()))
        };
        noted(ptr).cast()
    }

    unsafe fn dealloc(&self, ptr: *mut u8, _: Layout) {
        free(ptr.cast());
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGN {
            return noted(realloc(ptr.cast(), size)).cast();
        }
        let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !new.is_null() {
            new.copy_from_nonoverlapping(ptr, layout.size().min(size));
            self.dealloc(ptr, layout);
        }
        new
    }
}

#[global_allocator]
static HEAP: Heap = Heap;
