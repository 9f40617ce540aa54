//! The command line as a whole: its soundness, its help, its examples.

use clap::CommandFactory as _;
use expect_test::expect;

use super::*;

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_help_shows_every_command_and_the_exit_codes() {
    let help = Cli::command().render_long_help().to_string();
    expect![[r#"
        A host for identity hooks: small programs that run, in a sandbox, each time something happens to a
        user

        Usage: hookbox [OPTIONS] <COMMAND>

        Commands:
          serve        Start the daemon
          demo         Show the whole product on this machine: daemon, hook, password change, mail
          new          Make a hook project
          build        Build a hook and check the module
          run          Run a hook here, in the same sandbox and under the same limits as on a daemon
          dev          Build and run a hook again each time that one of its files changes
          deploy       Put a hook on a daemon: a new hook, or a new version of one
          hooks        List hooks, switch them on or off, delete them
          secrets      List, set and delete the secrets of a hook
          versions     List the versions of a hook
          rollback     Make an earlier version of a hook the live one
          events       List events, show one with its deliveries and attempts, send one
          logs         Show the tenant log
          tenants      Create and list tenants (operator)
          doctor       Check whether this machine is ready for a daemon and for building hooks
          completions  Print a completion script for a shell
          help         Print this message or the help of the given subcommand(s)

        Options:
              --json
                  Print JSON, for programs

          -h, --help
                  Print help

          -V, --version
                  Print version

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
          5  the daemon does not accept the token, or the token does not allow the call
    "#]]
    .assert_eq(&help);
}

#[test]
fn every_command_has_an_example() {
    for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        let after = command.get_after_help().unwrap_or_else(|| panic!("{name} has no examples")).to_string();
        assert!(after.contains(&format!("hookbox {name}")), "{name}:\n{after}");
    }
}

#[test]
fn every_secret_setting_hides_its_value_in_the_help() {
    fn check(command: &clap::Command) {
        for argument in command.get_arguments().filter(|argument| argument.get_env().is_some()) {
            assert!(argument.is_hide_env_values_set(), "{} {}", command.get_name(), argument.get_id());
        }
        command.get_subcommands().for_each(check);
    }
    check(&Cli::command());
}
