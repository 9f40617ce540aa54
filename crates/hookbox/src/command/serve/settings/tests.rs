//! Which source of a setting wins, and what is refused.

use clap::Parser;
use expect_test::{Expect, expect};
use hookbox_egress::Policy;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    given: Given,
}

fn parse(flags: &str) -> Given {
    Line::try_parse_from(std::iter::once("serve").chain(flags.split_whitespace())).expect(flags).given
}

fn check(flags: &str, file: &str, master_key: Option<&str>, expected: &Expect) {
    let master_key = master_key.map(|text| SecretText::from(text.to_owned()));
    let settled = Given::parse(file, Path::new("/etc/hookbox"))
        .and_then(|file| parse(flags).or(file).settle(master_key))
        .map(|(settings, log)| summary(&settings, &log));
    expected.assert_eq(&settled.unwrap_or_else(|error| crate::failure::describe(&error).0));
}

fn summary(settings: &Settings, log: &LogSettings) -> String {
    let Settings {
        listen, data_dir, cache_dir, database, operator_token, tls, runs_at_once, master_key, policy, ..
    } = settings;
    let Settings { management_rate, retention_days, retention_bytes, disk_free_min, otlp_endpoint, node_name, .. } =
        settings;
    let Policy { allow, deny, ports, resolve, .. } = policy;
    let LogSettings { filter, format } = log;
    format!(
        "listen {listen}\ndata in {data_dir:?}, cache in {cache_dir:?}, database {database:?}\noperator token {operator_token:?}\n\
         tls {tls:?}\nruns at once {runs_at_once:?}, management rate {management_rate:?}\n\
         retention {retention_days:?} days, {retention_bytes:?} bytes, disk {disk_free_min:?}\n\
         traces to {otlp:?}, node {node_name:?}\nmaster key {master_key:?}\n\
         egress allows {allow:?}, denies {deny:?}, ports {ports}, resolves {resolve:?}\nlog {filter} as {format:?}",
        otlp = otlp_endpoint.as_ref().map(Url::as_str),
        resolve = resolve.iter().map(ToString::to_string).collect::<Vec<_>>(),
    )
}

#[test]
fn without_settings_there_are_defaults() {
    check(
        "",
        "",
        None,
        &expect![[r#"
            listen 127.0.0.1:8080
            data in "hookbox-data", cache in None, database None
            operator token None
            tls None
            runs at once None, management rate None
            retention None days, None bytes, disk None
            traces to None, node None
            master key DataDir
            egress allows [], denies [], ports 80,443,1024-65535, resolves []
            log info,wasmtime_wasi=off as Text"#]],
    );
}

#[test]
fn a_flag_wins_over_the_file_and_paths_in_the_file_are_meant_from_there() {
    let file = r#"
listen = "0.0.0.0:80"
data_dir = "data"
operator_token = "from-the-file-0001"
runs_at_once = 4
tls_cert = "cert.pem"
tls_key = "/keys/key.pem"
log_format = "json"
management_rate = 600
retention_days = 7
retention_bytes = "10GiB"
disk_free_min = 1000000
otlp_endpoint = "http://127.0.0.1:4318"
node_name = "one"
[egress]
resolve = ["api.example.com=127.0.0.1:8443"]
allow = ["10.1.0.0/16"]
ports = "443"
"#;
    check(
        "--listen 127.0.0.1:0 --runs-at-once 8 --retention-days 14 --node-name two --egress-allow 10.2.0.0/16 --log debug",
        file,
        None,
        &expect![[r#"
            listen 127.0.0.1:0
            data in "/etc/hookbox/data", cache in None, database None
            operator token Some(***)
            tls Some(("/etc/hookbox/cert.pem", "/keys/key.pem"))
            runs at once Some(8), management rate Some(600)
            retention Some(14) days, Some(10737418240) bytes, disk Some(1000000)
            traces to Some("http://127.0.0.1:4318/"), node Some("two")
            master key DataDir
            egress allows [10.2.0.0/16], denies [], ports 443, resolves ["api.example.com=127.0.0.1:8443"]
            log debug as Json"#]],
    );
}

#[test]
fn limits_of_all_places_come_together() {
    let settle = |flags: &str, variable: &str, file: &str| {
        let limits = Moved::parse_list(variable).expect(variable);
        let given = Given { limits, ..parse(flags) };
        let file = Given::parse(file, Path::new(""));
        let settled =
            file.and_then(|file| given.or(file).settle(None)).map(|(settings, _)| settings.limits.to_string());
        settled.unwrap_or_else(|error| crate::failure::describe(&error).0)
    };
    let file = "[limits]\ncpu_ms = 3\nwall_ms = 4\nevent_bytes = \"512KiB\"\nshape_types = 6_000";
    expect!["cpu_ms 1 (shipped 10,000), wall_ms 2 (shipped 60,000), event_bytes 524,288 (shipped 262,144), shape_types 6,000 (shipped 5,000)"]
        .assert_eq(&settle("--limit cpu_ms=1", "cpu_ms=2,wall_ms=2", file));
    expect![""].assert_eq(&settle("", "", "[limits]\ncpu_ms = 10_000"));
    expect!["error: --limit: the limit fuel is set twice"].assert_eq(&settle("--limit fuel=1 --limit fuel=2", "", ""));
    for (wrong, why) in [
        ("cpu_ms = 0", "limit cpu_ms is 0 ms; it must be between 1 and 600000"),
        ("cpu_ms = -1", "limit cpu_ms: '-1' is not a whole number"),
        ("cpu_ms = 1.5", "limit cpu_ms: '1.5' is not a whole number"),
        ("cpu_ms = \"10MiB\"", "limit cpu_ms: '10MiB' is not a whole number"),
        ("event_bytes = \"2MiB\"", "limit event_bytes is 2097152 bytes; it must be between 1 and 1048576"),
        ("batch_lines = 5", "the limit batch_lines is fixed at 1000; those that can be set are fuel, cpu_ms"),
    ] {
        let said = settle("", "", &format!("log = \"info\"\n[limits]\n{wrong}\n"));
        assert!(said.starts_with(&format!("error: line 2: {why}")), "{said}");
    }
}

#[test]
fn settings_that_contradict_one_another_are_refused() {
    check(
        "--tls-cert cert.pem",
        "",
        None,
        &expect![[r#"
        error: tls_cert is given without tls_key
        hint: HTTPS needs both; without both the daemon serves plain HTTP"#]],
    );
    check(
        "",
        "tls_key = \"key.pem\"",
        None,
        &expect![[r#"
        error: tls_key is given without tls_cert
        hint: HTTPS needs both; without both the daemon serves plain HTTP"#]],
    );
    check(
        "--master-key-file key",
        "",
        Some("a2V5"),
        &expect![[r#"
        error: the master key is given twice: HOOKBOX_MASTER_KEY and key
        hint: keep one of the two"#]],
    );
    check(
        "--retention-days 0",
        "",
        None,
        &expect![[r#"
        error: retention_days is 0
        hint: give at least 1, or leave it out"#]],
    );
    check(
        "--otlp-endpoint ftp://a",
        "",
        None,
        &expect![[r#"
        error: otlp_endpoint is 'ftp://a/', which is not an http or https address
        hint: name the collector's OTLP over HTTP address, such as http://127.0.0.1:4318"#]],
    );
    check(
        "",
        "disk_free_min = \"much\"",
        None,
        &expect!["error: line 1: 'much' is not a number of bytes: write it as 268435456, 256MiB or 10GiB"],
    );
    check(
        "--runs-at-once 0",
        "",
        None,
        &expect![[r#"
        error: runs_at_once is 0: no hook would ever run
        hint: give at least 1"#]],
    );
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_its_line() {
    check(
        "",
        "listen = \"127.0.0.1:0\"\ndata-dir = \"x\"\n",
        None,
        &expect![
            "error: line 2: unknown field `data-dir`, expected one of `listen`, `data_dir`, `cache_dir`, `database`, `operator_token`, `tls_cert`, `tls_key`, `runs_at_once`, `master_key_file`, `management_rate`, `retention_days`, `retention_bytes`, `disk_free_min`, `limits`, `otlp_endpoint`, `node_name`, `log`, `log_format`, `egress`"
        ],
    );
    check(
        "",
        "\n[egress]\nallow = [\"10.0.0.0/99\"]\n",
        None,
        &expect!["error: line 3: '10.0.0.0/99': invalid IP address syntax"],
    );
    check(
        "",
        "[egress]\nresolve = [\"api.example.com\"]\n",
        None,
        &expect![
            "error: line 2: 'api.example.com' is not an override: there is no '='; write HOST[:PORT]=ADDRESS:PORT"
        ],
    );
    check(
        "",
        "runs_at_once = \"many\"\n",
        None,
        &expect![[r#"error: line 1: invalid type: string "many", expected u32"#]],
    );
}
