//! `hookbox`: the daemon, the demo, and every client command.
//!
//! This file only reads the command line and hands over; each command is a file under `command/`.

mod bundle;
mod cli;
mod client;
mod code;
mod command;
mod daemon;
mod diff;
mod egress;
mod embedded;
mod environment;
mod failure;
mod limits;
mod local;
mod output;
mod profile;
mod project;
mod prompt;
mod report;
mod script;
mod secret;
mod size;
mod stop;
mod text;
mod toolchain;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::failure::Exit;
use crate::output::{Output, progress};

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == hookbox_runtime::compile::ARGUMENT) {
        // The compiler's child sets limits on its own memory and time first: no threads, no files before that.
        return hookbox_runtime::compile::child_main();
    }
    let cli = Cli::read();
    let result =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from).and_then(
            |runtime| {
                let result = runtime.block_on(Box::pin(dispatch(cli)));
                // A command that gave up waiting, for a line on the terminal or for a hook, does not wait here after all.
                runtime.shutdown_background();
                result
            },
        );
    match result {
        Ok(exit) => exit.into(),
        Err(error) if failure::is_closed_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            let (text, exit) = failure::describe(&error);
            progress(text);
            exit.into()
        }
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    let output = Output::new(cli.json);
    match cli.command {
        Command::Serve(args) => command::serve::run(*args, output).await,
        Command::Demo(args) => Box::pin(command::demo::run(args, output)).await,
        Command::New(args) => command::new::run(&args, output),
        Command::Build(args) => command::build::run(&args, output).await,
        Command::Run(args) => Box::pin(command::run::run(*args, output)).await,
        Command::Dev(args) => Box::pin(command::dev::run(*args, output)).await,
        Command::Login(args) => command::login::run(&args, output).await,
        Command::Logout(args) => command::logout::run(&args, output),
        Command::Deploy(args) => command::deploy::run(&args, output).await,
        Command::Hooks(args) => command::hooks::run(&args, output).await,
        Command::Secrets(args) => command::secrets::run(&args, output).await,
        Command::Versions(args) => command::versions::run(&args, output).await,
        Command::Rollback(args) => command::rollback::run(&args, output).await,
        Command::Events(args) => command::events::run(&args, output).await,
        Command::Replay(args) => command::replay::run(&args, output).await,
        Command::Logs(args) => command::logs::run(&args, output).await,
        Command::Tokens(args) => command::tokens::run(&args, output).await,
        Command::Tenants(args) => command::tenants::run(&args, output).await,
        Command::Keys(args) => command::keys::run(&args, output).await,
        Command::Backup(args) => command::backup::run(&args, output).await,
        Command::Restore(args) => command::restore::run(&args, output).await,
        Command::Doctor(args) => command::doctor::run(&args, output).await,
        Command::Completions(args) => command::completions::run(&args, output),
    }
}
