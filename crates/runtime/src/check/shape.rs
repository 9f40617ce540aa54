//! The shape screen: counts and sizes that bound what the compiler can be made to do.
//!
//! It reads section headers before their entries, and refuses at the first number over its limit, so that screening a
//! bomb costs less than reading it.

use std::collections::BTreeMap;

use hookbox_protocol::{ErrorCode, RunLimits};
use wasmparser::{
    BinaryReader, CompositeInnerType, ExternalKind, FuncType, FunctionBody, Operator, Parser, Payload, RecGroup,
    SectionLimited, TypeRef,
};

use super::unreadable;
use crate::Refusal;
use crate::settings::{Bound, ShapeLimits};

/// Bytes of a WebAssembly page.
const PAGE: u64 = 64 << 10;

/// What the contract asks about a module, gathered on the way.
#[derive(Default)]
pub(super) struct Outline {
    pub(super) imports: Vec<Import>,
    pub(super) exports: BTreeMap<String, Export>,
    pub(super) memory_bytes_min: u64,
}

/// One import; no type where it is something else than a function.
pub(super) struct Import {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) ty: Option<FuncType>,
}

/// One export.
pub(super) enum Export {
    Function(Option<FuncType>),
    Memory,
    Other,
}

/// Holds `wasm` to `limits`.
pub(super) fn screen(wasm: &[u8], limits: &ShapeLimits, memory_bytes_max: u64) -> Result<Outline, Refusal> {
    let mut screen = Screen::new(wasm, limits, memory_bytes_max);
    for payload in Parser::new(0).parse_all(wasm) {
        screen.payload(payload.map_err(|e| unreadable(&e))?)?;
    }
    Ok(screen.outline)
}

struct Screen<'l> {
    wasm: &'l [u8],
    limits: &'l ShapeLimits,
    memory_bytes_max: u64,
    outline: Outline,
    /// By type index; `None` where the type is no function's.
    types: Vec<Option<FuncType>>,
    /// By function index, imported ones first: the index of its type.
    functions: Vec<u32>,
    memories: u32,
    tables: u32,
    bodies: u32,
    locals_total: u64,
}

impl<'l> Screen<'l> {
    fn new(wasm: &'l [u8], limits: &'l ShapeLimits, memory_bytes_max: u64) -> Self {
        Self {
            wasm,
            limits,
            memory_bytes_max,
            outline: Outline::default(),
            types: Vec::new(),
            functions: Vec::new(),
            memories: 0,
            tables: 0,
            bodies: 0,
            locals_total: 0,
        }
    }

    fn payload(&mut self, payload: Payload<'_>) -> Result<(), Refusal> {
        let limits = self.limits;
        match payload {
            Payload::TypeSection(types) => {
                count("types", &types, limits.types())?;
                self.types(&self.wasm[types.range()])?;
            }
            Payload::ImportSection(imports) => {
                count("imports", &imports, limits.imports())?;
                for import in imports.into_imports() {
                    self.import(&import.map_err(|e| unreadable(&e))?);
                    at_most("imports", self.outline.imports.len(), limits.imports())?;
                }
            }
            Payload::FunctionSection(functions) => {
                at_most("functions", self.functions.len() + functions.count() as usize, limits.functions())?;
                for index in functions {
                    self.functions.push(index.map_err(|e| unreadable(&e))?);
                }
            }
            Payload::TableSection(tables) => {
                self.tables += tables.count();
                only_one("tables", self.tables)?;
                for table in tables {
                    let initial = table.map_err(|e| unreadable(&e))?.ty.initial;
                    at_most("elements that a table starts with", initial, limits.table_elements())?;
                }
            }
            Payload::MemorySection(memories) => {
                self.memories += memories.count();
                only_one("memories", self.memories)?;
                for memory in memories {
                    self.memory(memory.map_err(|e| unreadable(&e))?.initial)?;
                }
            }
            Payload::GlobalSection(globals) => count("globals", &globals, limits.globals())?,
            Payload::ExportSection(exports) => {
                count("exports", &exports, limits.exports())?;
                for export in exports {
                    self.export(&export.map_err(|e| unreadable(&e))?);
                }
            }
            Payload::ElementSection(elements) => count("element segments", &elements, limits.element_segments())?,
            Payload::DataCountSection { count, .. } => {
                at_most("data segments", count as usize, limits.data_segments())?
            }
            Payload::DataSection(data) => count("data segments", &data, limits.data_segments())?,
            Payload::CodeSectionStart { count, .. } => at_most("functions", count as usize, limits.functions())?,
            Payload::CodeSectionEntry(body) => self.body(&body)?,
            _ => {}
        }
        Ok(())
    }

    /// Reads a type section by hand: its parser would read a whole recursion group, of any length, before it gave
    /// anything to count. Those groups belong to a proposal that is off.
    fn types(&mut self, section: &[u8]) -> Result<(), Refusal> {
        const RECURSION_GROUP: u8 = 0x4e;
        let mut reader = BinaryReader::new(section, 0);
        for _ in 0..reader.read_var_u32().map_err(|e| unreadable(&e))? {
            if reader.clone().read_u8().is_ok_and(|form| form == RECURSION_GROUP) {
                let message = "the module uses a WebAssembly proposal that is switched off here: recursive types";
                return Err(Refusal::new(ErrorCode::NotWasm, message));
            }
            for ty in reader.read::<RecGroup>().map_err(|e| unreadable(&e))?.into_types() {
                let CompositeInnerType::Func(ty) = ty.composite_type.inner else {
                    self.types.push(None);
                    continue;
                };
                at_most("parameters of a function type", ty.params().len(), self.limits.params())?;
                at_most("results of a function type", ty.results().len(), self.limits.results())?;
                self.types.push(Some(ty));
            }
        }
        Ok(())
    }

    fn import(&mut self, import: &wasmparser::Import<'_>) {
        let ty = match import.ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                self.functions.push(index);
                self.types.get(index as usize).cloned().flatten()
            }
            _ => None,
        };
        self.outline.imports.push(Import { module: import.module.to_owned(), name: import.name.to_owned(), ty });
    }

    fn export(&mut self, export: &wasmparser::Export<'_>) {
        let what = match export.kind {
            ExternalKind::Func | ExternalKind::FuncExact => {
                let ty = self.functions.get(export.index as usize);
                Export::Function(ty.and_then(|ty| self.types.get(*ty as usize).cloned().flatten()))
            }
            ExternalKind::Memory => Export::Memory,
            _ => Export::Other,
        };
        self.outline.exports.insert(export.name.to_owned(), what);
    }

    fn memory(&mut self, pages: u64) -> Result<(), Refusal> {
        let bytes = pages.saturating_mul(PAGE);
        self.outline.memory_bytes_min = bytes;
        if bytes > self.memory_bytes_max {
            let (most, way_up) = (self.memory_bytes_max, memory_way_up(self.memory_bytes_max));
            return Err(too_complex(&format!("the memory starts with {bytes} bytes; the most is {most}{way_up}")));
        }
        Ok(())
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> Result<(), Refusal> {
        let limits = self.limits;
        let index = self.bodies;
        self.bodies += 1;
        let of_function = |what: &str| format!("{what} of function {index}");
        at_most(&of_function("bytes"), body.range().len(), limits.body_bytes())?;
        let mut locals = 0_u64;
        for group in body.get_locals_reader().map_err(|e| unreadable(&e))? {
            locals += u64::from(group.map_err(|e| unreadable(&e))?.0);
        }
        at_most(&of_function("locals"), locals, limits.locals())?;
        self.locals_total += locals;
        at_most("locals of all functions", self.locals_total, limits.locals_total())?;
        let mut depth = 0_usize;
        for operator in body.get_operators_reader().map_err(|e| unreadable(&e))? {
            match operator.map_err(|e| unreadable(&e))? {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    depth += 1;
                    at_most(&of_function("nested blocks"), depth, limits.nesting())?;
                }
                Operator::End => depth = depth.saturating_sub(1),
                Operator::BrTable { targets } => {
                    at_most(&of_function("targets of a `br_table`"), targets.len(), limits.br_table_targets())?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn memory_way_up(holds: u64) -> String {
    let limit = RunLimits::TABLE.iter().find(|limit| limit.name == "memory_bytes");
    limit.map_or_else(String::new, |limit| limit.way_up(holds))
}

fn count<T>(what: &str, section: &SectionLimited<'_, T>, bound: Bound) -> Result<(), Refusal> {
    at_most(what, section.count(), bound)
}

fn at_most(what: &str, number: impl TryInto<u64>, bound: Bound) -> Result<(), Refusal> {
    let number = number.try_into().unwrap_or(u64::MAX);
    if number <= u64::from(bound.holds) {
        return Ok(());
    }
    Err(too_complex(&format!("{number} {what}; the most is {}{}", bound.holds, bound.way_up())))
}

fn only_one(what: &str, number: u32) -> Result<(), Refusal> {
    if number <= 1 { Ok(()) } else { Err(too_complex(&format!("{number} {what}; the most is 1"))) }
}

fn too_complex(message: &str) -> Refusal {
    Refusal::new(ErrorCode::ModuleTooComplex, format!("the module is too complex: {message}"))
}
