//! The bounds of the shape screen, as rows of a table.

use hookbox_protocol::limits::Limit;

macro_rules! shape_limits {
    ($($name:ident: $unit:literal, $default:expr, $most:expr, $what:literal;)*) => {
        /// The shape screen: what a module may look like before it meets the compiler.
        ///
        /// Compile time is the softest spot of the sandbox: 14 KB of nested loops kept Cranelift busy for 20 s. Real modules
        /// stay far below these numbers, which were chosen so that the worst module that passes compiles in seconds. One
        /// memory and one table are always the most.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct ShapeLimits {
            $(#[doc = concat!($what, ".")] pub $name: u32,)*
        }

        impl Default for ShapeLimits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl ShapeLimits {
            /// The bounds as rows of a table of limits: an operator sets each for all tenants.
            pub const TABLE: &'static [Limit] = &[$(Limit {
                name: concat!("shape_", stringify!($name)), unit: $unit,
                default: $default, ceiling: $default, most: $most, what: $what,
            },)*];

            /// The highest bounds that an operator can set.
            pub const MOST: Self = Self { $($name: $most,)* };

            /// Sets the bound of that name in [`ShapeLimits::TABLE`]; whether there is one.
            pub fn set(&mut self, name: &str, value: u32) -> bool {
                match name {
                    $(concat!("shape_", stringify!($name)) => self.$name = value,)*
                    _ => return false,
                }
                true
            }

            $(pub(crate) fn $name(&self) -> Bound {
                Bound { holds: self.$name, name: concat!("shape_", stringify!($name)), most: $most }
            })*
        }
    };
}

/// One bound: what holds, and the limit behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) holds: u32,
    name: &'static str,
    most: u32,
}

impl Bound {
    /// How to come to a higher one, for the end of a refusal.
    pub(crate) fn way_up(self) -> String {
        let limit = ShapeLimits::TABLE.iter().find(|limit| limit.name == self.name);
        limit.filter(|_| self.holds < self.most).map_or_else(String::new, |limit| limit.way_up(self.holds.into()))
    }
}

// The second number is about ten times the first one. Up to there an instance's own bookkeeping stays small, and no bound
// is higher than that of WebAssembly's own implementations. The compiler's time and memory need no bound here: its child
// process ends a compilation at 10 s of CPU time, 20 s in all or 1 GiB, whatever the screen lets pass.
shape_limits! {
    functions: "functions", 10_000, 100_000, "Functions, imported ones included";
    body_bytes: "bytes", 128 << 10, 1 << 20, "The body of one function";
    nesting: "blocks", 256, 2_048, "How deep blocks nest in one function";
    locals: "locals", 1_000, 10_000, "Locals of one function, without its parameters";
    locals_total: "locals", 250_000, 2_500_000, "Locals of all functions together";
    params: "parameters", 64, 500, "Parameters of a function type";
    results: "results", 16, 128, "Results of a function type";
    br_table_targets: "targets", 4_096, 40_000, "Targets of one `br_table`";
    types: "types", 5_000, 50_000, "Types";
    globals: "globals", 1_000, 10_000, "Globals";
    data_segments: "segments", 1_000, 10_000, "Data segments";
    element_segments: "segments", 100, 1_000, "Element segments";
    exports: "exports", 200, 2_000, "Exports";
    imports: "imports", 200, 2_000, "Imports";
    table_elements: "elements", 10_000, 100_000, "Elements that a table starts with";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_bound() {
        let mut limits = ShapeLimits::default();
        for limit in ShapeLimits::TABLE {
            assert!(limit.is_movable(), "{limit:?}");
            assert!(limits.set(limit.name, u32::try_from(limit.most).expect("small")), "{limit:?}");
        }
        assert_eq!(limits, ShapeLimits::MOST);
        assert!(!limits.set("functions", 1) && !limits.set("shape_memories", 1));
    }

    #[test]
    fn a_bound_at_its_highest_names_no_way_up() {
        assert_eq!(ShapeLimits::MOST.functions().way_up(), "");
        let way_up = " (an operator can raise it: `hookbox serve --limit shape_functions=…`)";
        assert_eq!(ShapeLimits::default().functions().way_up(), way_up);
    }
}
