//! `hookbox completions SHELL`

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Exit;

/// Prints a completion script
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hookbox completions bash > ~/.local/share/bash-completion/completions/hookbox")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    clap_complete::generate(args.shell, &mut Cli::command(), "hookbox", &mut std::io::stdout().lock());
    Ok(Exit::Done)
}
