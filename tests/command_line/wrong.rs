//! What each command says when it is given nonsense.

use anyhow::{Result, ensure};

use super::shell::Shell;

/// Words, exit code, and what stderr must say.
const WITHOUT_A_DAEMON: &[(&str, i32, &[&str])] = &[
    ("", 2, &["Usage: hookbox"]),
    ("hoks", 2, &["unrecognized subcommand 'hoks'", "hooks"]),
    ("serve --retention-days 0", 1, &["retention_days is 0"]),
    ("serve --retention-bytes much", 2, &["256MiB or 10GiB"]),
    ("serve --disk-free-min 5%", 2, &["is not a number of bytes"]),
    ("serve --management-rate 0", 1, &["management_rate is 0"]),
    ("serve --otlp-endpoint ftp://a", 1, &["not an http or https address"]),
    ("serve --log loud --data-dir never", 1, &["'loud' is not a log level", "error, warn, info"]),
    ("serve --listen 127.0.0.1:1 --operator-token short --data-dir never", 1, &["5 characters"]),
    ("serve --tls-cert no.pem --tls-key no.pem --data-dir never", 1, &["no.pem"]),
    ("serve --listen 192.0.2.1:80 --data-dir never", 1, &["cannot listen on 192.0.2.1:80"]),
    ("demo --listen", 2, &["--listen"]),
    ("new my-hook --lang cobol", 2, &["possible values: rust, js, ts"]),
    ("new a_b", 1, &["'a_b' cannot be the name of a hook"]),
    ("build nowhere", 1, &["cannot read nowhere/hook.toml"]),
    ("run nowhere", 1, &["cannot read nowhere/hook.toml"]),
    ("run --limit gas=1", 2, &["there is no limit 'gas'"]),
    ("dev nowhere", 1, &["cannot read nowhere/hook.toml"]),
    ("login --profile a.b", 2, &["cannot name a profile"]),
    ("login", 1, &["token for http://127.0.0.1:8080/ is empty"]),
    ("logout", 1, &["there is no profile 'default'"]),
    ("deploy my-hook", 5, &["no token was given"]),
    ("deploy nowhere --token x", 1, &["cannot read nowhere/hook.toml"]),
    ("hooks", 5, &["no token was given", "hookbox login"]),
    ("hooks --url http://127.0.0.1:1 --token x", 4, &["cannot reach the daemon"]),
    ("hooks --url ftp://127.0.0.1 --token x", 1, &["not an http or https address"]),
    ("hooks --url here --token x", 2, &["invalid value 'here'"]),
    ("hooks --profile nobody", 1, &["there is no profile 'nobody'"]),
    ("secrets", 2, &["Usage: hookbox secrets"]),
    (
        concat!(
            "secrets set a ",
            "a-name-that-goes-on-and-on-",
            "and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-",
            "and-on-and-on-and-on-and-on-and-on-and-on-and-on-",
            " --token x"
        ),
        1,
        &["the most is 128", "SENDGRID_API_KEY"],
    ),
    ("versions a --diff x", 2, &["invalid value 'x'"]),
    ("versions a --diff 1 2 3", 2, &["unexpected"]),
    ("rollback a first", 2, &["invalid value 'first'"]),
    ("events --since yesterday", 2, &["how long ago, such as 90s"]),
    ("events --state gone", 2, &["the states are pending, leased, succeeded, dead"]),
    ("replay", 5, &["no token was given"]),
    ("replay --yes --token x", 1, &["neither a delivery nor a filter", "--state dead"]),
    ("replay evt_0000000000001", 2, &["is not a delivery id"]),
    ("replay --state gone", 2, &["possible values: dead, succeeded, all"]),
    ("replay --take 10001", 2, &["10000"]),
    ("logs --take 0", 2, &["1..=100"]),
    ("tokens create", 2, &["<NAME>"]),
    ("tokens create a --scope eat:cake", 2, &["there is no scope 'eat:cake'", "read:hooks"]),
    ("tokens create a --expires never", 2, &["is not a span of time"]),
    ("tenants list", 5, &["the operator's token is missing", "login --operator"]),
    ("tenants quota acme gas=1", 2, &["the quotas are hooks"]),
    ("tenants show A_B --operator-token x", 1, &["A_B"]),
    ("keys rotate", 5, &["the operator's token is missing"]),
    ("keys", 2, &["Usage: hookbox keys"]),
    ("backup", 2, &["--to <FILE>"]),
    ("backup --to copy --data-dir nowhere", 1, &["nowhere"]),
    ("backup --to copy --config nowhere.toml", 1, &["nowhere.toml"]),
    ("restore nothing --data-dir new", 1, &["nothing"]),
    ("restore nothing", 2, &["--data-dir <DIR>"]),
    ("doctor --data-dir", 2, &["--data-dir <DIR>"]),
    ("completions tcsh", 2, &["possible values: bash"]),
];

pub(super) fn names_the_way_out() -> Result<()> {
    let mut shell = Shell::new()?;
    let failed = |(line, code, words): &(&str, i32, &[&str])| shell.fails(line, *code, words).err();
    let wrong: Vec<String> = WITHOUT_A_DAEMON.iter().filter_map(failed).map(|error| error.to_string()).collect();
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(!shell.home().join("never").exists(), "a daemon that does not start leaves no data directory");
    for empty in ["HOOKBOX_URL", "HOOKBOX_TOKEN", "HOOKBOX_TLS_CERT", "HOOKBOX_RETENTION_DAYS", "HOOKBOX_PROFILE"] {
        shell.export(empty, "");
    }
    shell.fails("hooks", 5, &["no token was given"])?;
    shell.fails("serve --log loud", 1, &["is not a log level"])?;
    for command in super::commands(&shell.ok("--help")?) {
        let is_there = WITHOUT_A_DAEMON.iter().any(|(line, ..)| line.split(' ').next() == Some(command.as_str()));
        ensure!(is_there, "no wrong input is tried on '{command}'");
    }
    Ok(())
}
