//! A script's life: it is loaded once; each run starts from what that left, and lasts until the driver says that it is
//! over: the script's function, then jobs and events in turn.

use rquickjs_sys as js;

use crate::engine::Engine;
use crate::native::json;
use crate::value::{Result, call, checked, readable_json, truthy, with_text};
use crate::{fresh, host};

/// Loads `bytecode` of this engine; with `evaluate` up to the function that it exports. Fails where the script throws.
pub(crate) fn load(engine: &Engine, bytecode: &[u8], evaluate: bool) -> Result<()> {
    fresh::start();
    let ctx = engine.ctx;
    // SAFETY: the bytecode was written by `compile` of this very engine; the host sees to that.
    let factory = unsafe {
        let flags = js::JS_READ_OBJ_BYTECODE as i32;
        let program = js::JS_ReadObject(ctx, bytecode.as_ptr(), bytecode.len() as u32, flags);
        checked(js::JS_EvalFunction(ctx, checked(program)?))?
    };
    let evaluate = if evaluate { js::JS_TRUE } else { js::JS_FALSE };
    call(ctx, engine.driver.load, &mut [factory, evaluate]).map(|_| ())
}

/// Runs the script that is loaded on `input`, JSON. Answers the result for the host.
pub(crate) fn run(engine: &Engine, trigger: i32, input: &[u8]) -> &'static [u8] {
    fresh::start();
    if start(engine, trigger, input).is_err() {
        report_pending(engine);
    }
    loop {
        run_jobs(engine);
        match turn(engine) {
            Turn::Over(result) => return result,
            Turn::Again => {}
            Turn::Wait => wait(engine),
        }
    }
}

fn start(engine: &Engine, trigger: i32, input: &[u8]) -> Result<()> {
    let input = json::parse(engine.ctx, input)?;
    call(engine.ctx, engine.driver.start, &mut [js::JS_MKVAL(js::JS_TAG_INT, trigger), input])?;
    Ok(())
}

fn run_jobs(engine: &Engine) {
    let mut ctx = core::ptr::null_mut();
    loop {
        // SAFETY: the context that ran the job is written to this frame.
        match unsafe { js::JS_ExecutePendingJob(engine.runtime, &mut ctx) } {
            0 => return,
            done if done > 0 => {}
            _ => report_pending(engine),
        }
    }
}

enum Turn {
    Over(&'static [u8]),
    Again,
    Wait,
}

fn turn(engine: &Engine) -> Turn {
    let Ok(value) = call(engine.ctx, engine.driver.turn, &mut []) else {
        report_pending(engine);
        return Turn::Again;
    };
    // SAFETY: only looks at the tag.
    if unsafe { js::JS_IsString(value) } {
        return match with_text(engine.ctx, value, |json| readable_json(json).leak()) {
            Ok(result) => Turn::Over(result),
            Err(_) => core::arch::wasm32::unreachable(),
        };
    }
    if truthy(engine.ctx, value) { Turn::Again } else { Turn::Wait }
}

fn wait(engine: &Engine) {
    let delivered = match host::next_event() {
        Some(json) => json::parse(engine.ctx, &json[..json.len() - 1]).and_then(|event| {
            let delivered = call(engine.ctx, engine.driver.deliver, &mut [event]);
            // SAFETY: the event was this function's own.
            unsafe { js::JS_FreeValue(engine.ctx, event) };
            delivered
        }),
        None => call(engine.ctx, engine.driver.stall, &mut []),
    };
    if delivered.is_err() {
        report_pending(engine);
    }
}

/// Hands the pending exception to the driver. When not even that works, memory or stack are gone for good.
fn report_pending(engine: &Engine) {
    // SAFETY: an exception is pending.
    let error = unsafe { js::JS_GetException(engine.ctx) };
    if call(engine.ctx, engine.driver.fail, &mut [error]).is_err() {
        core::arch::wasm32::unreachable();
    }
}
