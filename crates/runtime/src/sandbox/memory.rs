//! The memory of one run: the sum over its memory and its table, against the limit `memory_bytes`.

use wasmtime::ResourceLimiter;

/// Bytes that one element of a table takes in the host.
const ELEMENT_BYTES: u64 = 8;

/// Counts what the memory and the table hold and refuses a growth over the limit.
///
/// It keeps absolute sizes, since wasmtime tells `current` at each growth but reports some failures of growths that it
/// never asked about: adding and taking back differences could be talked into forgetting memory. This relies on one
/// memory and one table for each instance, which the screen and the pool both hold.
pub(crate) struct MemoryBudget {
    limit: u64,
    memory: u64,
    table: u64,
    peak: u64,
    refused: bool,
}

impl MemoryBudget {
    pub(crate) fn new(limit: u64) -> Self {
        Self { limit, memory: 0, table: 0, peak: 0, refused: false }
    }

    /// The largest sum so far, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// Whether a growth was refused.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    /// Whether `memory` and `table` are within the limit; if so they are what is held now.
    fn hold(&mut self, memory: u64, table: u64) -> bool {
        let sum = memory.saturating_add(table);
        if sum > self.limit {
            self.refused = true;
            return false;
        }
        (self.memory, self.table) = (memory, table);
        self.peak = self.peak.max(sum);
        true
    }
}

impl ResourceLimiter for MemoryBudget {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory = current as u64;
        Ok(self.hold(desired as u64, self.table))
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.table = (current as u64).saturating_mul(ELEMENT_BYTES);
        Ok(self.hold(self.memory, (desired as u64).saturating_mul(ELEMENT_BYTES)))
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_table_count_together() {
        let mut budget = MemoryBudget::new(1_000);
        assert!(budget.memory_growing(0, 600, None).expect("memory"));
        assert!(budget.table_growing(0, 50, None).expect("table"));
        assert!(!budget.memory_growing(600, 601, None).expect("over"));
        assert!(budget.refused());
        assert_eq!(budget.peak(), 1_000);
    }

    #[test]
    fn failures_that_were_not_asked_about_forget_nothing() {
        let mut budget = MemoryBudget::new(1_000);
        for size in 1..=1_000 {
            assert!(budget.memory_growing(size - 1, size, None).expect("memory"));
            budget.memory_grow_failed(wasmtime::Error::msg("beyond the type")).expect("heard");
        }
        assert!(!budget.memory_growing(1_000, 1_001, None).expect("over"));
    }
}
