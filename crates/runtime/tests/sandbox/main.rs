//! The sandbox with a real runtime: every hostile module by name, then compile bombs, limits, isolation, scripts.
//!
//! The test binary has its own harness: started with `__compile` it is the compiler's child process, as `hookbox` is.

mod bombs;
mod cache;
mod egress;
mod guest;
mod hostile;
mod isolation;
mod limits;
mod raised;
mod running;
mod script;
mod uploads;

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = std::env::args();
    let program = PathBuf::from(arguments.next().unwrap_or_default());
    if arguments.next().as_deref() == Some(hookbox_runtime::compile::ARGUMENT) {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        return uploads::stand_in(&name).unwrap_or_else(hookbox_runtime::compile::child_main);
    }
    let mut trials = hostile::trials();
    trials.extend(bombs::trials());
    trials.extend(cache::trials());
    trials.extend(isolation::trials());
    trials.extend(limits::trials());
    trials.extend(raised::trials());
    trials.extend(running::trials());
    trials.extend(script::trials());
    trials.extend(uploads::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A test by name. It fails by panicking, as any test does.
fn test<F: Future<Output = ()> + 'static>(name: &str, body: fn() -> F) -> Trial {
    Trial::test(name, move || {
        executor().block_on(body());
        Ok(())
    })
}

/// The executor that all tests share.
fn executor() -> &'static tokio::runtime::Runtime {
    static EXECUTOR: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    EXECUTOR.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("an executor")
    })
}
