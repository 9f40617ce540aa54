//! How the heap is laid out at pre-initialisation, in two passes over the same work.
//!
//! The first pass makes the engine and rehearses a few scripts on it, and watches which blocks they write. Then everything
//! is forgotten, and the second pass makes the engine again. It makes the same blocks in the same order, so each is known
//! by its number: those that scripts write come first, side by side; then those that live on; then those that do not,
//! which are cleared when the pass is over. What a run makes goes where they were.
//!
//! Were a number ever off, a block would lie in the wrong place: that costs a page, and nothing else depends on it.

use core::hint::black_box;
use core::mem::ManuallyDrop;
use core::ops::Range;
use core::{ptr, slice};

use super::{FREE, HEADER, Header, Heap, class_of, cut, free, heap, malloc};

/// Blocks that the passes can tell apart; what is made later counts as temporary.
const NUMBERS: usize = 1 << 18;

/// What becomes of each block, by its number. All [`Fate::Temporary`] again when the image is taken.
static mut FATES: [Fate; NUMBERS] = [Fate::Temporary; NUMBERS];

#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
enum Fate {
    /// It is freed before the pass ends.
    Temporary,
    /// It lives on, and rehearsals leave it as it is.
    Kept,
    /// It lives on, and is written.
    Written,
}

/// Room for the blocks that a run makes, so that an ordinary one does not have to grow the memory: growing costs a system
/// call that stops every other thread of the process.
const ROOM: usize = 768 << 10;

/// The same for blocks that are not small, which are the C library's.
const LARGE_ROOM: usize = 256 << 10;

/// A page of WebAssembly, and one of the host.
const PAGE: usize = 64 << 10;
const HOST_PAGE: usize = 4 << 10;

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// The first pass makes the engine.
    First,
    /// Scripts are rehearsed on it.
    Watching,
    /// The second pass.
    Second,
    /// Runs.
    Done,
}

pub(super) struct Layout {
    stage: Stage,
    /// The next block's number.
    number: u32,
    /// Where the heap starts.
    start: usize,
    /// Bytes of the blocks that live on, and of those among them that are written, as the first pass finds them.
    kept_bytes: usize,
    written_bytes: usize,
    /// In the second pass, where the next blocks of both kinds go; those of the third kind go where the heap ends.
    written: Range<usize>,
    kept: Range<usize>,
    /// The heap as the first pass left it: a copy right behind the heap, which ends here.
    copy: usize,
}

impl Layout {
    pub(super) const fn new() -> Self {
        let (stage, number) = (Stage::First, 0);
        Self { stage, number, start: 0, kept_bytes: 0, written_bytes: 0, written: 0..0, kept: 0..0, copy: 0 }
    }

    #[inline]
    pub(super) fn is_busy(&self) -> bool {
        self.stage != Stage::Done
    }

    pub(super) unsafe fn note_free(&mut self, block: *mut u8) {
        (*super::header(block)).number = FREE;
        self.look(Part::Counts);
    }

    /// Finds the blocks that have changed since the copy was made.
    unsafe fn look(&mut self, part: Part) {
        if self.stage != Stage::Watching {
            return;
        }
        let (now, then) = (self.start, self.copy);
        each_block(then, then + (then - now), |header| {
            let number = (*header).number;
            if number == FREE {
                return;
            }
            let capacity = (*header).capacity as usize;
            let words = if part == Part::Counts { 1 } else { capacity / 8 };
            let copy = header.add(1).cast::<u64>();
            let block = copy.byte_sub(then - now);
            if slice::from_raw_parts(block, words) == slice::from_raw_parts(copy, words) {
                return;
            }
            (*header).number = FREE;
            if fate(number) == Fate::Kept {
                settle(number, Fate::Written);
                self.written_bytes += capacity + HEADER;
            }
        });
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// The first eight bytes of each block, where QuickJS counts references.
    Counts,
    All,
}

unsafe fn settle(number: u32, fate: Fate) {
    let fates = &raw mut FATES;
    if let Some(known) = (*fates).get_mut(number as usize) {
        *known = fate;
    }
}

unsafe fn fate(number: u32) -> Fate {
    let fates = &raw const FATES;
    (*fates).get(number as usize).copied().unwrap_or(Fate::Temporary)
}

impl Heap {
    #[cold]
    pub(super) unsafe fn allocate_in_layout(&mut self, size: usize) -> *mut u8 {
        self.layout.look(Part::Counts);
        let number = self.layout.number;
        self.layout.number += 1;
        let (class, capacity) = class_of(size);
        let freed = self.free[class];
        let place = match (self.layout.stage, fate(number)) {
            (Stage::Second, Fate::Written) => Some(&mut self.layout.written),
            (Stage::Second, Fate::Kept) => Some(&mut self.layout.kept),
            _ => None,
        };
        let block = if let Some(place) = place.filter(|place| place.len() >= capacity + HEADER) {
            cut(&mut place.start, capacity)
        } else if freed != 0 {
            self.free[class] = *(freed as *const usize);
            freed as *mut u8
        } else {
            self.reach(self.next + capacity + HEADER);
            cut(&mut self.next, capacity)
        };
        (*super::header(block)).number = number;
        block
    }

    /// Grows the memory so that the heap can reach `end`.
    unsafe fn reach(&mut self, end: usize) {
        if self.next == 0 {
            self.end = core::arch::wasm32::memory_size(0) * PAGE;
            (self.next, self.layout.start) = (self.end, self.end);
            return self.reach(end + self.end);
        }
        if end <= self.end {
            return;
        }
        let pages = (end - self.end).div_ceil(PAGE);
        // While the heap is laid out nothing else grows the memory: the C library is not used.
        if core::arch::wasm32::memory_grow(0, pages) * PAGE != self.end {
            core::arch::wasm32::unreachable();
        }
        self.end += pages * PAGE;
    }

    /// What lives on from here is kept.
    unsafe fn keep(&mut self) {
        each_block(self.layout.start, self.next, |header| {
            if (*header).number != FREE {
                settle((*header).number, Fate::Kept);
                self.layout.kept_bytes += (*header).capacity as usize + HEADER;
            }
        });
    }

    /// What is written from now on is noted.
    unsafe fn watch(&mut self) {
        let (start, len) = (self.layout.start, self.next - self.layout.start);
        self.layout.copy = self.next;
        self.reach(self.next + len);
        ptr::copy_nonoverlapping(start as *const u8, self.next as *mut u8, len);
        self.next += len;
        self.layout.stage = Stage::Watching;
    }

    /// Forgets everything but the fates.
    unsafe fn restart(&mut self) {
        let Layout { start, kept_bytes, written_bytes, .. } = self.layout;
        ptr::write_bytes(start as *mut u8, 0, self.end - start);
        self.free = [0; super::CLASSES];
        let (written, kept) = (start..start + written_bytes, start + written_bytes..start + kept_bytes);
        self.next = kept.end;
        self.layout = Layout { stage: Stage::Second, start, written, kept, ..Layout::new() };
    }

    /// Ends the second pass. What it freed is cleared: it is the room of the runs. A block that should not have lived on
    /// but does is where the room begins.
    unsafe fn finish(&mut self) {
        let Layout { start, kept_bytes, .. } = self.layout;
        let mut end = start + kept_bytes;
        each_block(end, self.next, |header| {
            let len = (*header).capacity as usize;
            if (*header).number == FREE {
                ptr::write_bytes(header.cast::<u8>().add(HEADER), 0, len);
            } else {
                end = header as usize + HEADER + len;
            }
        });
        ptr::write_bytes(end as *mut u8, 0, self.next - end);
        self.image = start..end;
        (self.free, self.next) = ([0; super::CLASSES], end.next_multiple_of(HOST_PAGE));
        self.bound();
        self.layout = Layout { stage: Stage::Done, ..Layout::new() };
    }

    /// Ends the room for runs, and with it the image: the host leaves out what is zero behind the mark.
    unsafe fn bound(&mut self) {
        let end = (self.next + ROOM).next_multiple_of(PAGE);
        self.reach(end);
        self.end = end - HEADER;
        *(self.end as *mut u8) = 1;
    }
}

/// Shows every block between two places where blocks begin.
unsafe fn each_block(start: usize, end: usize, mut show: impl FnMut(*mut Header)) {
    let mut at = start;
    while at < end {
        let header = at as *mut Header;
        at += (*header).capacity as usize + HEADER;
        show(header);
    }
}

/// Notes which blocks have changed. Reference counts go up and down again, so a rehearsal calls this often.
pub(crate) fn look() {
    // SAFETY: the heap is borrowed for this call alone.
    unsafe { heap().layout.look(Part::Counts) }
}

/// Calls `make` twice and lays out the heap of the second time by what rehearsals on the first one write. `ready` gives
/// what is rehearsed; each rehearsal starts from the heap that `ready` left.
pub(crate) fn lay_out<R>(make: impl Fn(), ready: impl FnOnce() -> Vec<R>, rehearse: impl Fn(&R)) {
    // SAFETY: a block of the C library's that nothing uses, and that the compiler must not leave out. The library keeps
    // its memory.
    unsafe { free(black_box(malloc(LARGE_ROOM))) };
    make();
    // SAFETY: nothing of the first pass is used or dropped once it is forgotten.
    unsafe {
        heap().keep();
        let rehearsals = ManuallyDrop::new(ready());
        heap().watch();
        let saved = Saved::of(heap());
        for rehearsal in &*rehearsals {
            rehearse(rehearsal);
            heap().layout.look(Part::All);
            saved.restore(heap());
        }
        heap().restart();
    }
    make();
    // SAFETY: the second pass is over.
    unsafe {
        ptr::write_bytes(&raw mut FATES, 0, 1);
        heap().finish();
    }
}

/// The heap at the end of the first pass.
struct Saved {
    next: usize,
    free: [usize; super::CLASSES],
}

impl Saved {
    fn of(heap: &Heap) -> Self {
        Self { next: heap.next, free: heap.free }
    }

    unsafe fn restore(&self, heap: &mut Heap) {
        let (start, copy) = (heap.layout.start, heap.layout.copy);
        // What the rehearsals made beyond the copy is garbage until `restart` clears it all.
        ptr::copy_nonoverlapping(copy as *const u8, start as *mut u8, copy - start);
        heap.next = self.next;
        heap.free = self.free;
    }
}
