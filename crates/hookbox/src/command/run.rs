//! `hookbox run [DIR|FILE]`

mod event;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use hookbox_egress::{Egress, HostPattern};
use hookbox_protocol::api::RunnerReport;
use hookbox_protocol::limits::LimitError;
use hookbox_protocol::report::LogLine;
use hookbox_protocol::{RunLimits, Trigger};
use hookbox_runtime::{LogTap, Runtime};
use hookbox_server::run::{LocalCode, LocalRun, LocalRunError};

use crate::code::{Code, Kind};
use crate::command::build;
use crate::egress::EgressSettings;
use crate::failure::Exit;
use crate::limits::parse_number;
use crate::local;
use crate::output::quantity::{milliseconds, number, with_unit};
use crate::output::{Cell, FAINT, Output, Table, WAITING, printable, progress};
use crate::project::Project;
use crate::report;
use crate::script;

/// Runs a hook here, in the same sandbox and under the same limits as on a daemon
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Outgoing calls are real. Exit code 3 where the hook did not complete.\n\nExamples:\n  hookbox run \
                  my-hook\n  hookbox run my-hook --event event.json --limit wall_ms=5000\n  hookbox run notify.wasm \
                  --trigger post-change-password --secrets secrets.env --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    wanted: Wanted,
}

/// What to run, and on what.
#[derive(Debug, clap::Args)]
pub(crate) struct Wanted {
    /// The folder with the hook.toml, which is built first, or a module, or a script (.js)
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    pub(crate) path: PathBuf,
    /// The event as JSON, {"user": …, "context": …}; else the project's event.json, else the trigger's sample
    #[arg(long, value_name = "FILE")]
    pub(crate) event: Option<PathBuf>,
    /// What the hook is bound to, for a file [default: post-change-password]
    #[arg(long)]
    trigger: Option<Trigger>,
    /// A file with secrets, lines of NAME=VALUE or a JSON object; beside those that hook.toml names
    #[arg(long, visible_alias = "secret-file", value_name = "FILE")]
    pub(crate) secrets: Option<PathBuf>,
    /// A limit for this run, such as fuel=5000000
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = parse_limit)]
    limits: Vec<(String, u64)>,
    #[command(flatten)]
    egress: EgressSettings,
}

fn parse_limit(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, such as fuel=5000000")?;
    let Some(limit) = RunLimits::TABLE.iter().find(|limit| limit.name == name) else {
        return Err(LimitError::Unknown(name.to_owned()).to_string());
    };
    let value = parse_number(limit, value)?;
    RunLimits::default().set(name, value, &RunLimits::MOST).map_err(|error| error.to_string())?;
    Ok((name.to_owned(), value))
}

/// What a daemon refuses of these limits, unless its operator allows more.
fn over_ceilings(limits: &RunLimits) -> impl Iterator<Item = String> {
    RunLimits::TABLE.iter().filter_map(|limit| {
        let value = limits.get(limit.name).filter(|value| *value > limit.ceiling)?;
        let (value, ceiling) = (number(value), number(limit.ceiling));
        Some(format!("{} is {value}; a daemon takes up to {ceiling}, unless its operator allows more", limit.name))
    })
}

pub(crate) async fn run(args: Args, output: Output) -> anyhow::Result<Exit> {
    once(&args.wanted, &local::runtime()?, output).await
}

/// Builds the hook, runs it once in that sandbox, and shows the report.
pub(crate) async fn once(args: &Wanted, runtime: &Runtime, output: Output) -> anyhow::Result<Exit> {
    let given = match &args.secrets {
        Some(path) => event::secrets(path)?,
        None => BTreeMap::new(),
    };
    let (trigger, code, project) = if args.path.is_file() {
        (args.trigger.unwrap_or(Trigger::PostChangePassword), Code::read(&args.path)?, None)
    } else {
        let project = Project::load(&args.path)?;
        project.check_trigger(args.trigger)?;
        (project.trigger, Code::build(&project).await?, Some(project))
    };
    let limits = limits(project.as_ref(), &args.limits)?;
    let module_warning = match &code.kind {
        Kind::Module(wasm) => local::over_shipped(wasm, trigger),
        Kind::Script(_) => None,
    };
    for warning in over_ceilings(&limits).chain(module_warning) {
        progress(format_args!("{WAITING}warning{WAITING:#}  {}", printable(&warning)));
    }
    let hook = LocalRun {
        trigger,
        code: match code.kind {
            Kind::Module(wasm) => LocalCode::Module(wasm),
            Kind::Script(source) => {
                script::announce_engine();
                LocalCode::Script(source)
            }
        },
        input: event::input(args.event.as_deref(), project.as_ref(), trigger)?,
        secrets: secrets(project.as_ref(), given)?,
        limits,
        allowed_hosts: allowed_hosts(project.as_ref())?,
        logs: (!output.is_json()).then(|| live(output)),
    };
    let egress = Egress::new(args.egress.clone().policy()?).context("cannot set up outgoing calls")?;
    let ran = hook.run(runtime, &egress, local::cache_dir()).await.map_err(|error| match error {
        LocalRunError::Refused(refusal) => build::refused(&refusal, trigger),
        error => error.into(),
    })?;
    let report = RunnerReport::from(ran);
    if output.is_json() {
        output.json(&report)?;
    } else {
        show(&report, &limits, output)?;
    }
    Ok(if report.error.is_none() { Exit::Done } else { Exit::HookFailed })
}

fn limits(project: Option<&Project>, given: &[(String, u64)]) -> anyhow::Result<RunLimits> {
    let mut limits = RunLimits::default();
    let of_project = project.into_iter().flat_map(|project| &project.limits);
    for (name, value) in of_project.chain(given.iter().map(|(name, value)| (name, value))) {
        limits.set(name, *value, &RunLimits::MOST)?;
    }
    Ok(limits)
}

/// The project's secrets, and those of this run, which win.
fn secrets(project: Option<&Project>, given: BTreeMap<String, String>) -> anyhow::Result<Vec<(String, String)>> {
    let all_given = project.is_none_or(|project| project.secret_names().all(|name| given.contains_key(name)));
    let mut secrets = match project {
        Some(project) if !all_given => project.secrets()?,
        _ => BTreeMap::new(),
    };
    secrets.extend(given);
    Ok(secrets.into_iter().collect())
}

fn allowed_hosts(project: Option<&Project>) -> anyhow::Result<Option<Vec<HostPattern>>> {
    let Some(hosts) = project.and_then(|project| project.allowed_hosts.as_ref()) else { return Ok(None) };
    let patterns =
        hosts.iter().map(|host| host.parse().with_context(|| format!("allowed_hosts in hook.toml: '{host}'")));
    patterns.collect::<anyhow::Result<_>>().map(Some)
}

/// Shows each line when the hook prints it.
fn live(output: Output) -> LogTap {
    Arc::new(move |line: &LogLine| {
        // A closed pipe shows itself again at the result.
        let _ = output.line(report::log(line));
    })
}

fn show(report: &RunnerReport, limits: &RunLimits, output: Output) -> anyhow::Result<()> {
    if report.log_lines_dropped > 0 {
        output.line(format_args!("{FAINT}{} more lines were over a log limit{FAINT:#}", report.log_lines_dropped))?;
    }
    report.http.iter().try_for_each(|call| output.line(report::call(call)))?;
    output.line(report::outcome(&report.outcome))?;
    match &report.error {
        Some(error) => report::error(error).iter().try_for_each(|line| output.line(line))?,
        None if report.value.is_null() => {}
        None => output.line(printable(&report.value.to_string()))?,
    }
    output.line("")?;
    output.line(used(report, limits).render())
}

/// What the run used, against its limits.
fn used(report: &RunnerReport, limits: &RunLimits) -> Table {
    let calls = u64::try_from(report.http.len()).unwrap_or(u64::MAX);
    let lines = u64::try_from(report.logs.len()).unwrap_or(u64::MAX);
    let mut table = Table::new(&["LIMIT", "USED", "OF"]);
    for (name, used) in [
        ("fuel", number(report.fuel_used)),
        ("cpu_ms", milliseconds(report.cpu_ms)),
        ("wall_ms", milliseconds(report.wall_ms)),
        ("memory_bytes", with_unit(report.memory_bytes_peak, "bytes")),
        ("http_calls", with_unit(calls, "calls")),
        ("log_lines", with_unit(lines, "lines")),
    ] {
        let unit = RunLimits::TABLE.iter().find(|limit| limit.name == name).map_or("", |limit| limit.unit);
        let unit = if unit == "units" { "" } else { unit };
        let most = with_unit(limits.get(name).unwrap_or(0), unit);
        table.row([Cell::new(name), Cell::new(used).right(), Cell::new(most.trim_end()).right()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_limit_on_the_command_line_is_checked_at_once() {
        assert_eq!(parse_limit("fuel=5_000"), Ok(("fuel".to_owned(), 5_000)));
        for (text, part) in
            [("fuel", "expected NAME=VALUE"), ("fuel=much", "whole number"), ("gas=5", "there is no limit")]
        {
            let error = parse_limit(text).expect_err(text);
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(parse_limit("memory_bytes=1GiB"), Ok(("memory_bytes".to_owned(), 1 << 30)));
        assert!(parse_limit("cpu_ms=600001").expect_err("over").contains("between 1 and 600000"));
    }

    #[test]
    fn what_only_some_operators_allow_runs_with_a_warning() {
        let given = [parse_limit("cpu_ms=10001"), parse_limit("fuel=5")].map(|limit| limit.expect("a limit"));
        let limits = limits(None, &given).expect("within what an operator can allow");
        let warnings: Vec<String> = over_ceilings(&limits).collect();
        assert_eq!(warnings, ["cpu_ms is 10,001; a daemon takes up to 10,000, unless its operator allows more"]);
    }

    #[test]
    fn what_a_run_used_stands_beside_its_limits() {
        let report = RunnerReport {
            outcome: "completed".into(),
            value: Value::Null,
            error: None,
            logs: vec![],
            log_lines_dropped: 0,
            http: vec![],
            wall_ms: 12.34,
            cpu_ms: 0.5,
            fuel_used: 123_456,
            memory_bytes_peak: 2 << 20,
        };
        let table = used(&report, &RunLimits::default()).render();
        expect![[r#"
            LIMIT            USED             OF
            fuel          123,456  1,000,000,000
            cpu_ms        0.50 ms       1,000 ms
            wall_ms       12.3 ms      20,000 ms
            memory_bytes    2 MiB         64 MiB
            http_calls    0 calls       16 calls
            log_lines     0 lines    1,000 lines"#]]
        .assert_eq(&anstream::adapter::strip_str(&table).to_string());
    }
}
