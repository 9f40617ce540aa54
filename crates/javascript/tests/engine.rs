//! What one script alone cannot show: starting, freshness between runs, and the way from a script to its explained error.

use std::sync::Arc;

use bytes::Bytes;
use expect_test::{Expect, expect};
use hookbox_javascript::{CompileError, Engine, Script};
use hookbox_protocol::{Outcome, Report, RunLimits, Trigger};
use hookbox_runtime::{Invocation, NoEgress, Runtime};

use crate::start;

async fn compiled(engine: &Engine, source: &str) -> Script {
    engine.compile(source).await.expect("the script compiles")
}

async fn run(runtime: &Runtime, engine: &Engine, script: &Script) -> Report {
    let input = Bytes::from_static(Trigger::PostChangePassword.spec().sample.as_bytes());
    let limits = RunLimits::default();
    let trigger = Trigger::PostChangePassword;
    let invocation = Invocation { trigger, input, limits, egress: Arc::new(NoEgress), logs: None };
    runtime.run(&engine.program(script), invocation).await.expect("the host works")
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
    let script = compiled(&engine, script).await;
    let (first, second) = (run(&runtime, &engine, &script).await, run(&runtime, &engine, &script).await);
    let (first, second) = (value(&first), value(&second));
    assert_eq!((&first[0], &first[1]), (&second[0], &second[1]));
    assert_eq!((first[0].as_u64(), first[1].as_u64()), (Some(1), Some(1)));
    assert!(first[2] != second[2] && first[3] != second[3], "{first} {second}");
}

#[tokio::test]
async fn the_clock_of_a_run_is_the_hosts_and_not_that_of_preinitialisation() {
    let Some((runtime, engine)) = start().await else { return };
    let script =
        compiled(&engine, "module.exports = (u, c, cb) => cb(null, [Date.now(), +new Date(), performance.timeOrigin])")
            .await;
    let report = run(&runtime, &engine, &script).await;
    let times = value(&report);
    let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_secs_f64() * 1e3;
    for time in times.as_array().expect("three times") {
        let age = now - time.as_f64().expect("a number");
        assert!((-1e3..60e3).contains(&age), "{times}");
    }
}

#[tokio::test]
async fn a_top_level_that_asks_the_host_for_nothing_costs_the_runs_nothing() {
    let Some((runtime, engine)) = start().await else { return };
    let fuel = async |top: &str| {
        let source = format!(
            "{top} const table = []; for (let i = 0; i < 3000; i++) table.push(i); \
                              module.exports = (u, c, cb) => cb(null, table.length);"
        );
        let report = run(&runtime, &engine, &compiled(&engine, &source).await).await;
        assert_eq!(value(&report), 3000);
        report.fuel_used
    };
    let (evaluated, asking) = (fuel("const request = require('request');").await, fuel("Date.now();").await);
    assert!(evaluated < asking / 2, "{evaluated} {asking}");
}

#[tokio::test]
async fn what_a_top_level_asks_of_the_host_is_asked_in_each_run() {
    let Some((runtime, engine)) = start().await else { return };
    let source = "const number = Math.random(); console.log('top'); let calls = 0;
        module.exports = (user, context, cb) => cb(null, [number, ++calls]);";
    let script = compiled(&engine, source).await;
    let (first, second) = (run(&runtime, &engine, &script).await, run(&runtime, &engine, &script).await);
    assert_eq!((first.logs.len(), second.logs.len()), (1, 1));
    let (first, second) = (value(&first), value(&second));
    assert_ne!(first[0], second[0]);
    assert_eq!((&first[1], &second[1]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn a_top_level_may_throw_loop_or_build_much_and_each_run_shows_it() {
    let Some((runtime, engine)) = start().await else { return };
    let outcome = async |source: &str| {
        let script = compiled(&engine, source).await;
        run(&runtime, &engine, &script).await;
        run(&runtime, &engine, &script).await.outcome
    };
    assert_eq!(outcome("throw new Error('at the top')").await.name(), "failed");
    assert!(matches!(outcome("for (;;);").await, Outcome::OutOfFuel { .. } | Outcome::TimedOut { .. }));
    let large = "const table = new Array(50000).fill('x'); module.exports = (u, c, cb) => cb(null, table.length);";
    assert_eq!(outcome(large).await, Outcome::Completed { value: 50_000.into() });
}

#[tokio::test]
async fn a_second_start_takes_the_image_from_the_cache() {
    let Some((runtime, _)) = start().await else { return };
    let cache = tempfile::tempdir().expect("a temporary folder");
    let first = Engine::start(&runtime, Some(cache.path())).await.expect("starts");
    let written = || {
        let files = std::fs::read_dir(cache.path()).expect("readable").map(|file| file.expect("readable"));
        files.map(|file| (file.path(), file.metadata().and_then(|file| file.modified()).ok())).collect::<Vec<_>>()
    };
    let files = written();
    assert_eq!(files.len(), 1);
    let second = Engine::start(&runtime, Some(cache.path())).await.expect("starts");
    assert_eq!(written(), files);
    let script = compiled(&first, "module.exports = (u, c, cb) => cb(null, 'ok')").await;
    assert_eq!(value(&run(&runtime, &second, &script).await), "ok");
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
    let script = compiled(&engine, &script).await;
    assert_eq!(value(&run(&runtime, &engine, &script).await), serde_json::json!([]));
}

#[tokio::test]
async fn an_error_is_explained_with_the_line_of_the_script() {
    let Some((runtime, engine)) = start().await else { return };
    let check = async |source: &str, expected: Expect| {
        let script = compiled(&engine, source).await;
        let report = run(&runtime, &engine, &script).await;
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
