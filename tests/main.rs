//! End-to-end tests: the real binary on a free port, a real TLS receiver, real modules built from `hooks/`, SIGKILL.
//!
//! Each test says what it needs beyond Rust. What a machine lacks is skipped and listed at the end with its reason;
//! under `HOOKBOX_TESTS=all` it is a failure.

mod api;
mod browser;
mod canary;
mod clients;
mod command_line;
mod crash;
mod daemon;
mod eventually;
mod foreign;
mod golden;
mod guests;
mod journey;
mod limits;
mod mail;
mod neighbours;
mod nodes;
mod postgres;
mod protocol;
mod receiver;
mod schema;
mod stop;
mod tidy;
mod triggers;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// A test: a sentence for a name, what it needs, and the test itself.
pub(crate) struct Case {
    name: &'static str,
    needs: &'static [Need],
    run: fn() -> anyhow::Result<()>,
}

/// Something that a machine with Rust alone may lack.
#[derive(Clone, Copy)]
pub(crate) enum Need {
    /// The C compiler that the JavaScript engine is built with.
    JavaScript,
    /// Node and its package manager.
    Npm,
    /// Python and its package manager.
    Pip,
    /// A browser.
    Chromium,
    /// The programs of a PostgreSQL server.
    Postgres,
    /// A tracer of system calls that can make them fail.
    Strace,
}

impl Need {
    /// Why the need is not met, and what to install; `None` where it is.
    fn missing(self) -> Option<&'static str> {
        match self {
            Self::JavaScript => (!hookbox_javascript::Engine::available())
                .then_some("this build has no JavaScript engine: install clang and build again"),
            Self::Npm => (!clients::npm_is_there()).then_some("there is no npm, or no Node 20.19: install both"),
            Self::Chromium => (!browser::chromium_is_there()).then_some("there is no Chromium: install chromium"),
            Self::Postgres => {
                postgres::server::Server::programs().is_none().then_some("there is no initdb: install postgresql")
            }
            Self::Strace => (!crash::strace_is_there())
                .then_some("there is no strace, or it may not trace: install strace, and allow ptrace"),
            Self::Pip => (!clients::pip_is_there()).then_some("there is no pip: install python3-pip"),
        }
    }
}

pub(crate) const fn case(name: &'static str, run: fn() -> anyhow::Result<()>) -> Case {
    Case { name, needs: &[], run }
}

pub(crate) const fn case_needing(name: &'static str, needs: &'static [Need], run: fn() -> anyhow::Result<()>) -> Case {
    Case { name, needs, run }
}

#[expect(clippy::print_stdout, reason = "what was skipped is part of what a test run says")]
fn main() -> ExitCode {
    // Every TLS client and server here takes the same one; a second call would find it there.
    drop(rustls::crypto::ring::default_provider().install_default());
    let all = std::env::var_os("HOOKBOX_TESTS").is_some_and(|value| value == "all");
    let areas: &[&[Case]] = &[
        tidy::CASES,
        golden::CASES,
        mail::CASES,
        crash::CASES,
        stop::CASES,
        limits::CASES,
        neighbours::CASES,
        nodes::CASES,
        postgres::CASES,
        foreign::CASES,
        triggers::CASES,
        journey::CASES,
        canary::CASES,
        command_line::CASES,
        browser::CASES,
        protocol::CASES,
        clients::CASES,
        schema::CASES,
    ];
    let mut skipped = Vec::new();
    let mut trials = Vec::new();
    for case in areas.iter().copied().flatten() {
        let missing = case.needs.iter().find_map(|need| need.missing());
        let run = case.run;
        let trial = match missing {
            Some(reason) if all => Trial::test(case.name, move || Err(Failed::from(reason))),
            Some(reason) => {
                skipped.push((case.name, reason));
                Trial::test(case.name, || Ok(())).with_ignored_flag(true)
            }
            None => Trial::test(case.name, move || run().map_err(|error| Failed::from(format!("{error:#}")))),
        };
        trials.push(trial);
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    for (name, reason) in skipped {
        println!("skipped: {name}: {reason}");
    }
    conclusion.exit_code()
}
