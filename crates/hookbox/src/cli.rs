//! The command line: what there is, not what it does.

use clap::{Parser, Subcommand};

use crate::command::{
    build, completions, demo, deploy, dev, doctor, events, hooks, logs, new, rollback, run, secrets, serve, tenants,
    versions,
};

const AFTER_HELP: &str = "\
First steps:
  hookbox demo                       the whole product on this machine, in one command
  hookbox new my-hook                a hook project
  hookbox run my-hook                build it and run it here, on its sample event
  hookbox dev my-hook                the same each time that you save a file
  hookbox deploy my-hook             put it on the daemon at HOOKBOX_URL

Environment:
  HOOKBOX_URL               the daemon's address
  HOOKBOX_TOKEN             a tenant's token
  HOOKBOX_OPERATOR_TOKEN    the operator's token, for `serve` and `tenants`
  HOOKBOX_CA                a private certificate authority of the daemon
  NO_COLOR                  no colours

Exit codes:
  0  done
  1  failed; `error:` says why, `hint:` what to do next
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
    /// Put a hook on a daemon: a new hook, or a new version of one
    Deploy(deploy::Args),
    /// List hooks, switch them on or off, delete them
    Hooks(hooks::Args),
    /// List, set and delete the secrets of a hook
    Secrets(secrets::Args),
    /// List the versions of a hook
    Versions(versions::Args),
    /// Make an earlier version of a hook the live one
    Rollback(rollback::Args),
    /// List events, show one with its deliveries and attempts, send one
    Events(events::Args),
    /// Show the tenant log
    Logs(logs::Args),
    /// Create and list tenants (operator)
    Tenants(tenants::Args),
    /// Check whether this machine is ready for a daemon and for building hooks
    Doctor(doctor::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Compile a module from stdin; the daemon starts this as a child
    #[command(name = "__compile", hide = true)]
    Compile,
}

#[cfg(test)]
mod tests;
