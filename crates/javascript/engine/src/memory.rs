//! One heap for Rust and QuickJS, laid out so that a run writes few pages that lie side by side.
//!
//! Every page that a run writes must be put back when its slot is used again. The host copies them back while they are
//! few and lie in few ranges; beyond 32 ranges it gives pages back to the kernel instead, and each of the next run's first
//! writes is a page fault, which stops the other threads of the process too. QuickJS writes all over its heap, since it
//! counts references in the objects themselves. So the heap is laid out by what runs write: [`layout`] says how.

mod layout;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, Ordering};
use core::{mem, ptr};

use rquickjs_sys::JSMallocFunctions;

pub(crate) use layout::{lay_out, look};

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn realloc(ptr: *mut c_void, size: usize) -> *mut c_void;
    fn free(ptr: *mut c_void);
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn malloc_usable_size(ptr: *mut c_void) -> usize;
}

/// Larger blocks come from the C library, which joins neighbours that were freed: what a script grows to megabytes must
/// not leave a trail of blocks that fit nothing.
const SMALL_MAX: usize = 32 << 10;

/// What is fetched from the C library when the room that preparation left is used up.
const CHUNK: usize = 256 << 10;

/// What every block is aligned to.
const ALIGN: usize = 8;

/// In front of every block.
#[repr(C)]
struct Header {
    /// Bytes that the block has room for.
    capacity: u32,
    /// While the heap is laid out, how many blocks were made before this one; [`FREE`] where it is not in use. Later
    /// without a meaning.
    number: u32,
}

const HEADER: usize = mem::size_of::<Header>();

const FREE: u32 = u32::MAX;

/// Classes of sizes: 64 of eight bytes each, then four for each doubling.
const CLASSES: usize = 128;

/// The smallest class that has room for `size`, and its room.
#[inline]
fn class_of(size: usize) -> (usize, usize) {
    if size <= 512 {
        let class = size.max(1).div_ceil(8);
        return (class - 1, class * 8);
    }
    let last = size - 1;
    let log = last.ilog2() as usize;
    let quarter = (last >> (log - 2)) & 3;
    (64 + (log - 9) * 4 + quarter, (quarter + 5) << (log - 2))
}

struct Heap {
    /// Where the next block that no list has is made, and where the room for such blocks ends.
    next: usize,
    end: usize,
    /// Where the blocks of the image lie: they are never the C library's, however large they are.
    image: core::ops::Range<usize>,
    /// Blocks of each class that were freed, each pointing to the next.
    free: [usize; CLASSES],
    /// What happens while the heap is laid out.
    layout: layout::Layout,
}

struct Shared(UnsafeCell<Heap>);

// SAFETY: the module is compiled without threads.
unsafe impl Sync for Shared {}

static HEAP: Shared =
    Shared(UnsafeCell::new(Heap { next: 0, end: 0, image: 0..0, free: [0; CLASSES], layout: layout::Layout::new() }));

/// The heap. Nothing that is called while the reference lives allocates.
#[inline]
unsafe fn heap() -> &'static mut Heap {
    &mut *HEAP.0.get()
}

static REFUSED: AtomicBool = AtomicBool::new(false);

/// Whether the host refused memory to this run.
pub(crate) fn was_refused() -> bool {
    REFUSED.load(Ordering::Relaxed)
}

#[cold]
fn refuse() -> *mut u8 {
    REFUSED.store(true, Ordering::Relaxed);
    ptr::null_mut()
}

unsafe fn header(block: *mut u8) -> *mut Header {
    block.sub(HEADER).cast()
}

impl Heap {
    #[inline]
    unsafe fn allocate(&mut self, size: usize) -> *mut u8 {
        if self.layout.is_busy() {
            return self.allocate_in_layout(size);
        }
        if size > SMALL_MAX {
            return large(size);
        }
        let (class, capacity) = class_of(size);
        let freed = self.free[class];
        if freed != 0 {
            self.free[class] = *(freed as *const usize);
            return freed as *mut u8;
        }
        if self.end - self.next < capacity + HEADER && !self.refill() {
            return refuse();
        }
        cut(&mut self.next, capacity)
    }

    #[cold]
    unsafe fn refill(&mut self) -> bool {
        let chunk = malloc(CHUNK) as usize;
        if chunk == 0 {
            return false;
        }
        (self.next, self.end) = (chunk.next_multiple_of(ALIGN), chunk + CHUNK);
        true
    }

    #[inline]
    unsafe fn release(&mut self, block: *mut u8) {
        let capacity = (*header(block)).capacity as usize;
        if self.layout.is_busy() {
            self.layout.note_free(block);
        } else if self.is_large(block, capacity) {
            free(block.sub(HEADER).cast());
            return;
        }
        let (class, _) = class_of(capacity);
        *block.cast() = self.free[class];
        self.free[class] = block as usize;
    }

    /// Whether the block is the C library's.
    #[inline]
    fn is_large(&self, block: *mut u8, capacity: usize) -> bool {
        capacity > SMALL_MAX && !self.layout.is_busy() && !self.image.contains(&(block as usize))
    }

    unsafe fn resize(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        let capacity = (*header(block)).capacity as usize;
        let is_large = self.is_large(block, capacity);
        if is_large && size > SMALL_MAX {
            return adopt(realloc(block.sub(HEADER).cast(), size + HEADER));
        }
        if size <= capacity && !is_large {
            return block;
        }
        let moved = self.allocate(size);
        if !moved.is_null() {
            moved.copy_from_nonoverlapping(block, capacity.min(size));
            self.release(block);
        }
        moved
    }
}

/// A new block at `next`, where there is room for it.
#[inline]
unsafe fn cut(next: &mut usize, capacity: usize) -> *mut u8 {
    let block = (*next + HEADER) as *mut u8;
    *next += capacity + HEADER;
    (*header(block)).capacity = capacity as u32;
    block
}

/// A block of the C library's.
#[cold]
unsafe fn large(size: usize) -> *mut u8 {
    match size.checked_add(HEADER) {
        Some(size) => adopt(malloc(size)),
        None => refuse(),
    }
}

unsafe fn adopt(start: *mut c_void) -> *mut u8 {
    if start.is_null() {
        return refuse();
    }
    let block = start.cast::<u8>().add(HEADER);
    (*header(block)).capacity = (malloc_usable_size(start) - HEADER) as u32;
    block
}

unsafe extern "C" fn js_calloc(_: *mut c_void, count: u32, size: u32) -> *mut c_void {
    let Some(size) = (count as usize).checked_mul(size as usize) else { return refuse().cast() };
    let block = heap().allocate(size);
    if !block.is_null() {
        block.write_bytes(0, size);
    }
    block.cast()
}

unsafe extern "C" fn js_malloc(_: *mut c_void, size: u32) -> *mut c_void {
    heap().allocate(size as usize).cast()
}

unsafe extern "C" fn js_free(_: *mut c_void, block: *mut c_void) {
    if !block.is_null() {
        heap().release(block.cast());
    }
}

unsafe extern "C" fn js_realloc(_: *mut c_void, block: *mut c_void, size: u32) -> *mut c_void {
    if block.is_null() {
        return heap().allocate(size as usize).cast();
    }
    heap().resize(block.cast(), size as usize).cast()
}

unsafe extern "C" fn js_usable_size(block: *const c_void) -> u32 {
    if block.is_null() { 0 } else { (*header(block.cast_mut().cast())).capacity }
}

/// The heap for QuickJS.
pub(crate) const FUNCTIONS: JSMallocFunctions = JSMallocFunctions {
    js_calloc: Some(js_calloc),
    js_malloc: Some(js_malloc),
    js_free: Some(js_free),
    js_realloc: Some(js_realloc),
    js_malloc_usable_size: Some(js_usable_size),
};

struct OfRust;

// SAFETY: blocks are aligned to `ALIGN` and as large as asked for; rarer alignments go to the C library.
unsafe impl GlobalAlloc for OfRust {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGN {
            return heap().allocate(layout.size());
        }
        let start = aligned_alloc(layout.align(), layout.size().next_multiple_of(layout.align()));
        if start.is_null() { refuse() } else { start.cast() }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.align() <= ALIGN {
            heap().release(block);
        } else {
            free(block.cast());
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGN {
            return heap().resize(block, size);
        }
        let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !moved.is_null() {
            moved.copy_from_nonoverlapping(block, layout.size().min(size));
            self.dealloc(block, layout);
        }
        moved
    }
}

#[global_allocator]
static OF_RUST: OfRust = OfRust;
