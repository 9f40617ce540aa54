//! `hookbox completions SHELL`

use clap::CommandFactory as _;
use clap_complete::Shell;
use serde_json::json;

use crate::cli::Cli;
use crate::failure::Exit;
use crate::output::Output;

/// Prints a completion script
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --json the script is a text in an object.\n\nExample:\n  hookbox completions bash > ~/.local/share/bash-completion/completions/hookbox"
)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    // The generator panics where it cannot write, as into a pipe that `head` has closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hookbox", &mut script);
    let script = String::from_utf8(script)?;
    if output.is_json() {
        output.json(&json!({ "shell": args.shell.to_string(), "script": script }))?;
    } else {
        output.line(script.trim_end())?;
    }
    Ok(Exit::Done)
}
