//! The client commands as people and scripts use them: the real binary, a home of its own, a real daemon.

mod shell;
mod way;
mod wrong;

use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, Result, ensure};

use crate::daemon::{HOOKBOX, Setup};
use crate::eventually::block_on;
use crate::{Case, Need, case, case_needing, guests};
use shell::Shell;

pub(crate) const CASES: &[Case] = &[
    case_needing(
        "command_line: a hook's way from login to a daemon that was restored from a backup",
        &[Need::JavaScript],
        way::from_login_to_restore,
    ),
    case("command_line: the live log goes on after the daemon was away", way::the_live_log_goes_on),
    case("command_line: an operator suspends, bounds and deletes a tenant", way::an_operators_day),
    case("command_line: wrong input ends with a code and names the way out", wrong::names_the_way_out),
    case("command_line: a profile is private, and its token stays at its address", profiles_are_private),
    case("command_line: the help of every command is as it was", help_is_as_it_was),
    case("command_line: completions know every command", completions_know_every_command),
    case_needing(
        "command_line: what a bundle has in place of fs loads with its packages, and fails by name when it is called",
        &[Need::JavaScript],
        a_stand_in_fails_when_it_is_called,
    ),
];

fn profiles_are_private() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(&directory.path().join("data")).start()?;
        let (acme, other) = (daemon.tenant("acme").await?, daemon.tenant("other").await?);
        let mut shell = Shell::new()?;
        let file = shell.home().join(".config/hookbox/profiles.toml");

        let login = format!("login --url {}", daemon.url);
        shell.fails_with(&login, "hbt_nonsense\n", 5, &["invalid_token"])?;
        ensure!(!file.exists(), "a token that is not valid is not kept");
        let said = shell.run_with(&login, &format!("{}\n", acme.token()))?;
        ensure!(
            said.code == 0 && !said.stdout.contains(acme.token()) && !said.stderr.contains(acme.token()),
            "{said:?}"
        );
        ensure!(std::fs::metadata(&file)?.permissions().mode() & 0o777 == 0o600, "only the user can read it");
        shell.ok_with(&format!("{login} --profile other"), other.token())?;

        shell.json("secrets list nothing").err().context("there is no such hook")?;
        ensure!(shell.json("hooks")? == shell.json("hooks --profile other")?, "none on either side");
        shell.ok_with("login --profile other --operator", crate::daemon::OPERATOR_TOKEN)?;
        let tenants = shell.json("tenants --profile other")?;
        ensure!(tenants.as_array().is_some_and(|tenants| tenants.len() == 2), "{tenants}");

        // An address that was given wins over the profile, and does not get the profile's token.
        shell.fails("hooks --url http://127.0.0.1:1", 5, &["that of the profile 'default' is for", &daemon.url])?;
        shell.export("HOOKBOX_TOKEN", "hbt_nonsense");
        shell.fails("hooks", 5, &["invalid_token"])?;
        shell.unset("HOOKBOX_TOKEN");
        shell.export("HOOKBOX_PROFILE", "other");
        shell.ok("hooks")?;
        shell.ok("logout")?;
        shell.fails("hooks", 1, &["there is no profile 'other'; there are default"])?;
        shell.unset("HOOKBOX_PROFILE");

        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644))?;
        shell.fails("hooks", 1, &["others can read the profiles", "chmod 600"])?;
        Ok(())
    })
}

/// The commands that a help names, without `help` itself.
fn commands(help: &str) -> Vec<String> {
    let section = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.is_empty());
    // Lines that go on from the one before stand further right.
    let named = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = named.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The help of a command and of those below it.
fn helps(shell: &Shell, command: &str, into: &mut Vec<String>) -> Result<()> {
    let line = format!("{command} --help");
    let help = shell.ok(&line)?;
    into.push(format!("$ hookbox {}\n{help}", line.trim_start()));
    for below in commands(&help) {
        helps(shell, format!("{command} {below}").trim_start(), into)?;
    }
    Ok(())
}

fn help_is_as_it_was() -> Result<()> {
    let mut all = Vec::new();
    helps(&Shell::new()?, "", &mut all)?;
    ensure!(all.len() > 30, "only {} commands are found", all.len());
    let plain: String = all.join("\n").lines().map(|line| format!("{}\n", line.trim_end())).collect();
    expect_test::expect_file![guests::root().join("tests/help.txt")].assert_eq(&plain);
    Ok(())
}

fn completions_know_every_command() -> Result<()> {
    let shell = Shell::new()?;
    let known = commands(&shell.ok("--help")?);
    ensure!(known.len() > 20, "{known:?}");
    for name in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = shell.ok(&format!("completions {name}"))?;
        let missing: Vec<&String> = known.iter().filter(|command| !script.contains(command.as_str())).collect();
        ensure!(missing.is_empty(), "{name} does not know {missing:?}");
    }
    let script = shell.json("completions bash")?;
    ensure!(script["script"].as_str().is_some_and(|script| script.contains("hookbox")), "{script}");
    let full = std::fs::File::options().write(true).open("/dev/full")?;
    let output = std::process::Command::new(HOOKBOX).args(["completions", "bash"]).stdout(full).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(1) && said.starts_with("error: "), "{said}");
    Ok(())
}

/// The stand-in as a bundle has it, with what packages do when they load before it is used.
fn a_stand_in_fails_when_it_is_called() -> Result<()> {
    const STAND_IN: &str = include_str!("../crates/hookbox/src/bundle/absent.js");
    const PACKAGE: &str = "
const { O_RDONLY } = fs.constants;
class Stream extends fs.ReadStream {}
function Older() {}
require('util').inherits(Older, fs.WriteStream);
const read = require('util').promisify(fs.readFile);
const copied = Object.create(Object.getPrototypeOf(fs), {});
const flags = fs.constants.O_RDONLY | fs.constants.O_SYNC;
fs.own = 5;

module.exports = async function () {
  const calls = [() => fs.promises.stat('a'), () => copied.readFileSync('a'), () => read('a'), () => new Stream()];
  const said = [];
  for (const call of calls) await Promise.resolve().then(call).catch((error) => said.push(error.message));
  return { said, rest: [typeof O_RDONLY, flags, fs.own, fs.then === undefined, fs.__esModule === undefined, (await fs) === fs] };
};";
    let shell = Shell::new()?;
    let stand_in = STAND_IN.replace("NAME", "fs");
    let script =
        format!("const fs = (() => {{ const module = {{}};\n{stand_in}\nreturn module.exports; }})();{PACKAGE}");
    shell.write("hook.js", &script)?;
    let report = shell.json("run hook.js")?;
    let said = |name: &str| format!("fs.{name} cannot be called: a hook's sandbox has no module 'fs'");
    let expected = ["promises.stat", "readFileSync", "readFile", "ReadStream"].map(said);
    ensure!(report["value"]["said"] == serde_json::json!(expected), "{report:#}");
    ensure!(report["value"]["rest"] == serde_json::json!(["function", 0, 5, true, true, true]), "{report:#}");
    Ok(())
}
