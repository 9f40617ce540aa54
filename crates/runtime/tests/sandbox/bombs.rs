//! Compile bombs: small modules that would keep the compiler busy for minutes, or fill the memory.
//!
//! Too big for text, so they are generated here.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hookbox_protocol::ErrorCode;
use hookbox_runtime::{CompileError, Compiler, Refusal, Runtime, Settings, ShapeLimits};
use libtest_mimic::Trial;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, Encode as _, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, Instruction, MemorySection, MemoryType, Module, RawSection, TypeSection, ValType,
};

use super::guest::{TRIGGER, load, run, wasm};
use super::test;

/// Far more than a refusal takes in a debug build on a busy machine, and far less than any of these take to compile.
const SCREEN_TIME: Duration = Duration::from_secs(10);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("bombs::every_bomb_is_refused_before_it_meets_the_compiler", refused_before),
        test("bombs::a_bomb_that_passes_the_screen_ends_at_the_limits_of_the_child", ended_in_the_child),
        test("bombs::the_largest_honest_shapes_pass", honest_shapes),
    ]
}

async fn refused_before() {
    let settings = Settings { runs_at_once: 1, module_bytes_max: 16 << 20, ..Settings::default() };
    let runtime = Runtime::new(settings).expect("a runtime");
    for (name, bomb, reason) in bombs() {
        let started = Instant::now();
        let Refusal { code, message } = runtime.check(&bomb, TRIGGER).expect_err(name);
        assert_eq!(code, ErrorCode::ModuleTooComplex, "{name}: {message}");
        assert!(message.contains(reason), "{name}: {message}");
        assert!(started.elapsed() < SCREEN_TIME, "{name} took {:?}", started.elapsed());
    }
}

async fn ended_in_the_child() {
    let shape = ShapeLimits { nesting: u32::MAX, ..ShapeLimits::default() };
    let program = std::env::current_exe().expect("this program");
    let settings = Settings { runs_at_once: 1, compiler: Compiler::Child(program), shape, ..Settings::default() };
    let runtime = Runtime::new(settings).expect("a runtime");
    let error = runtime.compile(loops(10_000), TRIGGER).await;
    let Err(CompileError::Refused(refusal)) = error else { panic!("it must be refused: {error:?}") };
    assert_eq!(refusal.code, ErrorCode::ModuleTooExpensive, "{}", refusal.message);
    let honest = wasm(include_str!("../../../../tests/hostile/output_of_a_value.wat"));
    let module = load(&runtime, &honest).await;
    assert!(run(&runtime, &module, Default::default()).await.outcome.is_completed());
}

async fn honest_shapes() {
    let runtime = super::guest::runtime(1);
    let nested = nested(&Instruction::Block(BlockType::Empty), 256);
    runtime.check(&nested, TRIGGER).expect("256 nested blocks");
    let mut locals = Function::new([(1_000, ValType::I64)]);
    locals.instruction(&Instruction::I64Const(0)).instruction(&Instruction::End);
    runtime.check(&hook_of(&locals), TRIGGER).expect("1,000 locals");
}

/// Name, module, and what the refusal must name.
fn bombs() -> Vec<(&'static str, Bytes, &'static str)> {
    let empty = body(|_| {});
    vec![
        ("loops nested 2,000", loops(2_000), "nested blocks"),
        ("blocks nested 10,000", nested(&Instruction::Block(BlockType::Empty), 10_000), "nested blocks"),
        ("blocks nested 500,000", nested(&Instruction::Block(BlockType::Empty), 500_000), "bytes of function"),
        ("50,000 locals in 2,000 functions", functions(2_000, &locals(50_000)), "locals of function"),
        ("200 locals in 10,000 functions", functions(9_000, &locals(200)), "locals of all functions"),
        ("100,000 functions", functions(100_000, &empty), "functions"),
        ("1,000,000 functions", functions(1_000_000, &empty), "functions"),
        ("7 MB in one function", hook_of(&body(|f| repeat(f, 3_500_000, &Instruction::Nop))), "bytes of function"),
        ("500,000 calls in one function", hook_of(&body(|f| repeat(f, 500_000, &Instruction::Call(0)))), "bytes of"),
        ("br_table with 400,000 targets", hook_of(&br_table(400_000)), "bytes of function"),
        ("br_table with 100,000 targets", hook_of(&br_table(100_000)), "targets of a `br_table`"),
        ("1,000 parameters", types(1, 1_000, 1), "parameters of a function type"),
        ("100 results", types(1, 0, 100), "results of a function type"),
        ("1,000,000 types", types(1_000_000, 1, 1), "types"),
        ("100,000 data segments", data(100_000), "data segments"),
        ("100,000 globals", globals(100_000), "globals"),
        ("100,000 exports", exports(100_000), "exports"),
        ("1,000,000 imports announced", announced(2, 1_000_000), "imports"),
        ("1,000,000 element segments announced", announced(9, 1_000_000), "element segments"),
    ]
}

fn body(fill: impl FnOnce(&mut Function)) -> Function {
    let mut function = Function::new([]);
    fill(&mut function);
    function.instruction(&Instruction::I64Const(0)).instruction(&Instruction::End);
    function
}

fn repeat(function: &mut Function, count: u32, instruction: &Instruction<'_>) {
    for _ in 0..count {
        function.instruction(instruction);
    }
}

/// Loops inside each other, each with a way back to its start: seven bytes a level.
fn loops(depth: u32) -> Bytes {
    hook_of(&body(|function| {
        for _ in 0..depth {
            function.instruction(&Instruction::Loop(BlockType::Empty));
            function.instruction(&Instruction::LocalGet(0)).instruction(&Instruction::BrIf(0));
        }
        repeat(function, depth, &Instruction::End);
    }))
}

fn nested(opening: &Instruction<'_>, depth: u32) -> Bytes {
    hook_of(&body(|function| {
        repeat(function, depth, opening);
        repeat(function, depth, &Instruction::End);
    }))
}

fn locals(count: u32) -> Function {
    let mut function = Function::new([(count, ValType::I64)]);
    function.instruction(&Instruction::I64Const(0)).instruction(&Instruction::End);
    function
}

fn br_table(targets: usize) -> Function {
    body(|function| {
        function.instruction(&Instruction::Block(BlockType::Empty)).instruction(&Instruction::I32Const(0));
        function.instruction(&Instruction::BrTable(vec![0; targets].into(), 0)).instruction(&Instruction::End);
    })
}

/// A module with the contract's exports whose hook is `body`.
fn hook_of(body: &Function) -> Bytes {
    functions(1, body)
}

/// A module with the contract's exports and `count` functions `body`, the first of them the hook.
fn functions(count: u32, body: &Function) -> Bytes {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32, ValType::I32], [ValType::I64]);
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for _ in 0..count {
        functions.function(0);
        code.function(body);
    }
    functions.function(1);
    let mut alloc = Function::new([]);
    alloc.instruction(&Instruction::I32Const(0)).instruction(&Instruction::End);
    code.function(&alloc);
    let mut memories = MemorySection::new();
    let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    memories.memory(memory);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("post_change_password", ExportKind::Func, 0);
    exports.export("hookbox_alloc", ExportKind::Func, count);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    module.finish().into()
}

fn types(count: u32, params: usize, results: usize) -> Bytes {
    let mut types = TypeSection::new();
    for _ in 0..count {
        types.ty().function(vec![ValType::I32; params], vec![ValType::I32; results]);
    }
    let mut module = Module::new();
    module.section(&types);
    module.finish().into()
}

fn data(count: u32) -> Bytes {
    let mut data = DataSection::new();
    for _ in 0..count {
        data.passive([0]);
    }
    let mut module = Module::new();
    module.section(&data);
    module.finish().into()
}

fn globals(count: u32) -> Bytes {
    let mut globals = GlobalSection::new();
    for _ in 0..count {
        let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(ty, &ConstExpr::i32_const(0));
    }
    let mut module = Module::new();
    module.section(&globals);
    module.finish().into()
}

fn exports(count: u32) -> Bytes {
    let mut exports = ExportSection::new();
    for number in 0..count {
        exports.export(&number.to_string(), ExportKind::Func, 0);
    }
    let mut module = Module::new();
    module.section(&exports);
    module.finish().into()
}

/// A section that announces `count` entries and has one byte.
fn announced(id: u8, count: u32) -> Bytes {
    let mut data = Vec::new();
    count.encode(&mut data);
    data.push(0);
    let mut module = Module::new();
    module.section(&RawSection { id, data: &data });
    module.finish().into()
}
