//! What one script alone cannot show: starting, freshness between runs, and the way from a script to its explained error.

use std::sync::Arc;

use bytes::Bytes;
use expect_test::{Expect, expect};
use hookbox_javascript::{Bytecode, CompileError, Engine};
use hookbox_protocol::{Outcome, Report, RunLimits, Trigger};
use hookbox_runtime::{Invocation, NoEgress, Runtime};

use crate::start;

async fn compiled(engine: &Engine, source: &str) -> Bytecode {
    engine.compile(source).await.expect("the script compiles")
}

async fn run(runtime: &Runtime, engine: &Engine, bytecode: &Bytecode) -> Report {
    let input = Bytes::from_static(Trigger::PostChangePassword.spec().sample.as_bytes());
    let limits = RunLimits::default();
    let trigger = Trigger::PostChangePassword;
    let invocation = Invocation { trigger, input, limits, egress: Arc::new(NoEgress), logs: None };
    runtime.run(&engine.program(bytecode), invocation).await.expect("the host works")
}

fn value(report: &Report) -> serde_json::Value {
    match &report.outcome {
        Outcome::Completed { value } => value.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_of_a_run_is_left_for_the_next() {
    let Some((runtime, engine)) = start().await else { return };
    let script = "module.exports = (user, context, cb) => {
        global.count = (global.count || 0) + 1;
        Array.prototype.extra = 1;
        require('events').extra = (require('events').extra || 0) + 1;
        cb(null, [global.count, require('events').extra, Math.random(), require('crypto').randomBytes(8).toString('hex')]);
    };";
    let bytecode = compiled(&engine, script).await;
    let (first, second) = (run(&runtime, &engine, &bytecode).await, run(&runtime, &engine, &bytecode).await);
    let (first, second) = (value(&first), value(&second));
    assert_eq!((&first[0], &first[1]), (&second[0], &second[1]));
    assert_eq!((first[0].as_u64(), first[1].as_u64()), (Some(1), Some(1)));
    assert!(first[2] != second[2] && first[3] != second[3], "{first} {second}");
}

#[tokio::test]
async fn the_clock_of_a_run_is_the_hosts_and_not_that_of_preinitialisation() {
    let Some((runtime, engine)) = start().await else { return };
    let bytecode =
        compiled(&engine, "module.exports = (u, c, cb) => cb(null, [Date.now(), +new Date(), performance.timeOrigin])")
            .await;
    let report = run(&runtime, &engine, &bytecode).await;
    let times = value(&report);
    let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_secs_f64() * 1e3;
    for time in times.as_array().expect("three times") {
        let age = now - time.as_f64().expect("a number");
        assert!((-1e3..60e3).contains(&age), "{times}");
    }
}

#[tokio::test]
async fn a_second_start_takes_the_image_from_the_cache() {
    let Some((runtime, engine)) = start().await else { return };
    let cache = tempfile::tempdir().expect("a temporary folder");
    let first = Engine::start(&runtime, Some(cache.path())).await.expect("starts");
    let files: Vec<_> = std::fs::read_dir(cache.path()).expect("readable").collect();
    assert_eq!(files.len(), 1);
    let second = Engine::start(&runtime, Some(cache.path())).await.expect("starts");
    assert_eq!((first.id(), second.id()), (engine.id(), engine.id()));
    let bytecode = compiled(&first, "module.exports = (u, c, cb) => cb(null, 'ok')").await;
    assert_eq!(value(&run(&runtime, &second, &bytecode).await), "ok");
}

#[tokio::test]
async fn every_name_in_the_table_of_modules_can_be_required() {
    let Some((runtime, engine)) = start().await else { return };
    let names = serde_json::to_string(Engine::modules()).expect("names");
    let script = format!(
        "module.exports = (u, c, cb) => cb(null, {names}.filter((name) => {{
            try {{ return require(name) === undefined }} catch (error) {{ return true }}
        }}))"
    );
    let bytecode = compiled(&engine, &script).await;
    assert_eq!(value(&run(&runtime, &engine, &bytecode).await), serde_json::json!([]));
}

#[tokio::test]
async fn an_error_is_explained_with_the_line_of_the_script() {
    let Some((runtime, engine)) = start().await else { return };
    let check = async |source: &str, expected: Expect| {
        let bytecode = compiled(&engine, source).await;
        let report = run(&runtime, &engine, &bytecode).await;
        let mut error = report.outcome.error().expect("it fails");
        engine.explain(&mut error, source);
        expected.assert_eq(&error.stack);
    };
    check(
        "module.exports = function hook(user) { user.address.city; }",
        expect![[r#"
        hook.js:1
        module.exports = function hook(user) { user.address.city; }
                                               ^

        TypeError: cannot read property 'city' of undefined
            at hook (hook.js:1:40)"#]],
    )
    .await;
    check(
        "module.exports = function (user, context, cb) {\n  setTimeout(function later() {\n    nope();\n  }, 1);\n};",
        expect![[r#"
            hook.js:3
                nope();
                ^

            ReferenceError: nope is not defined
                at later (hook.js:3:5)"#]],
    )
    .await;
}

#[tokio::test]
async fn a_script_that_does_not_parse_is_refused_with_line_and_caret() {
    let Some((_, engine)) = start().await else { return };
    let check = async |source: &str, expected: Expect| match engine.compile(source).await {
        Err(CompileError::Script(diagnostics)) => {
            expected.assert_eq(&format!("{diagnostics}\n{}\n", diagnostics.excerpt.as_deref().unwrap_or("-")));
        }
        other => panic!("{other:?}"),
    };
    check(
        "module.exports = ) 1",
        expect![[r#"
        SyntaxError: unexpected token in expression: ')' (hook.js:1:18)
        hook.js:1
        module.exports = ) 1
                         ^
    "#]],
    )
    .await;
    check(
        "module.exports = function (user, context, cb) {\n  const a = 1;\n  const a = 2;\n};",
        expect![[r#"
        SyntaxError: invalid redefinition of lexical identifier (hook.js:3:11)
        hook.js:3
          const a = 2;
                  ^
    "#]],
    )
    .await;
    check(
        "module.exports = function () {\n  if (1) {\n",
        expect![[r#"
        SyntaxError: unexpected end of the script: a bracket, a brace or a string is not closed (hook.js:2:10)
        hook.js:2
          if (1) {
                 ^
    "#]],
    )
    .await;
    check("export default function () {}", expect![[r#"
        SyntaxError: unsupported keyword: export; a hook has no import and export: use require and module.exports, or let `hookbox build` bundle it (hook.js:1:1)
        hook.js:1
        export default function () {}
        ^
    "#]]).await;
    let deep = "(".repeat(200_000);
    assert!(engine.compile(&deep).await.is_err());
}
