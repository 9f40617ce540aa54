//! The command line: what there is, not what it does.

use clap::builder::Resettable;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::command::{
    backup, build, completions, demo, deploy, dev, doctor, events, hooks, keys, login, logout, logs, new, replay,
    restore, rollback, run, secrets, serve, tenants, tokens, versions,
};
use crate::environment;

const AFTER_HELP: &str = "\
First steps:
  hookbox demo                       the whole product on this machine, in one command
  hookbox new my-hook                a hook project
  hookbox run my-hook                build it and run it here, on its sample event
  hookbox dev my-hook                the same each time that you save a file
  hookbox login                      keep the address of a daemon, and a token
  hookbox deploy my-hook             put the hook there

Environment:
  HOOKBOX_URL               the daemon's address
  HOOKBOX_TOKEN             a tenant's token
  HOOKBOX_OPERATOR_TOKEN    the operator's token, for `serve`, `tenants` and `keys`
  HOOKBOX_PROFILE           the profile of `hookbox login` to use
  HOOKBOX_CA                a private certificate authority of the daemon
  NO_COLOR                  no colours

Flags win over variables, and both over a profile. An empty variable counts as not set.

Exit codes:
  0  done
  1  failed, or not confirmed; `error:` says why, `hint:` what to do next
  2  the command line makes no sense
  3  the hook ran, and did not complete (run)
  4  the daemon cannot be reached
  5  the daemon does not accept the token, or the token does not allow the call";

/// A host for identity hooks: small programs that run, in a sandbox, each time something happens to a user
#[derive(Debug, Parser)]
#[command(name = "hookbox", version, after_help = AFTER_HELP, max_term_width = 110, subcommand_required = true)]
#[command(arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the command line; ends the process where it makes no sense.
    pub(crate) fn read() -> Self {
        let matches = without_empty_variables(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// A variable that is set and empty counts as not set: compose files and unit files pass on what their own environment lacks.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    command
        .mut_args(|argument| match argument.get_env() {
            Some(name) if environment::is_empty(name) => argument.env(Resettable::Reset),
            _ => argument,
        })
        .mut_subcommands(without_empty_variables)
}

/// The commands; each has its file.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the daemon
    Serve(Box<serve::Args>),
    /// Show the whole product on this machine: daemon, hook, password change, mail
    Demo(demo::Args),
    /// Make a hook project
    New(new::Args),
    /// Build a hook and check the module
    Build(build::Args),
    /// Run a hook here, in the same sandbox and under the same limits as on a daemon
    Run(Box<run::Args>),
    /// Build and run a hook again each time that one of its files changes
    Dev(Box<dev::Args>),
    /// Keep a daemon's address and a token for the other commands
    Login(login::Args),
    /// Forget what `login` kept
    Logout(logout::Args),
    /// Put a hook on a daemon: a new hook, or a new version of one
    Deploy(deploy::Args),
    /// List hooks, switch them on or off, delete them
    Hooks(hooks::Args),
    /// List, set and delete the secrets of a hook
    Secrets(secrets::Args),
    /// List the versions of a hook, or show how two of them differ
    Versions(versions::Args),
    /// Make an earlier version of a hook the live one
    Rollback(rollback::Args),
    /// List events, show one with its deliveries and attempts, send one
    Events(events::Args),
    /// Run deliveries again that have ended: one, or all that a filter finds
    Replay(replay::Args),
    /// Show the tenant log, and what comes
    Logs(logs::Args),
    /// List, create and revoke tokens of the tenant
    Tokens(tokens::Args),
    /// Create, show, suspend and delete tenants, and set their quotas (operator)
    Tenants(tenants::Args),
    /// Exchange the keys that secrets are encrypted under (operator)
    Keys(keys::Args),
    /// Copy the whole database into a file, beside a running daemon
    Backup(backup::Args),
    /// Bring a backup back as the database of a new data directory
    Restore(restore::Args),
    /// Check whether this machine and its data are fit for a daemon, and the machine for building hooks
    Doctor(doctor::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

#[cfg(test)]
mod tests;
