//! `hookbox doctor`

mod connection;
mod data;
mod machine;

use serde::Serialize;

use crate::client::Connection;
use crate::command::serve::DataPlace;
use crate::failure::{Exit, describe};
use crate::limits::Moved;
use crate::output::{BAD, GOOD, Output, WAITING, printable};

/// Checks whether this machine and its data are fit for a daemon, and the machine for building hooks
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Looks at the machine, at the data directory and its master key, reads the whole database where no daemon \
                  has it open, and asks the daemon that the client commands would talk to. Exit code 1 where something \
                  keeps a daemon from working.\n\nExample:\n  hookbox doctor --data-dir /var/lib/hookbox"
)]
pub(crate) struct Args {
    #[command(flatten)]
    data: DataPlace,
    #[command(flatten)]
    connection: Connection,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// Works, and could be better.
    Advice,
    /// Keeps a daemon from working.
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Good, found: found.into(), advice: None }
    }

    fn new(check: &'static str, state: State, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, state, found: found.into(), advice: Some(advice.into()) }
    }

    /// What a daemon would end with.
    fn failed(check: &'static str, error: &anyhow::Error) -> Self {
        let (text, _) = describe(error);
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let (found, advice) = text.split_once("\nhint: ").map_or((text, None), |(found, hint)| (found, Some(hint)));
        Self { check, state: State::Bad, found: found.to_owned(), advice: advice.map(str::to_owned) }
    }
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let limits = args.data.limits();
    let mut findings = machine::findings(limits.as_ref().ok()).await;
    findings.push(of_limits(&limits));
    findings.extend(data::findings(&args.data).await);
    findings.extend(connection::findings(&args.connection).await);
    let exit = if findings.iter().any(|finding| finding.state == State::Bad) { Exit::Failed } else { Exit::Done };
    if output.is_json() {
        output.json(&findings)?;
    } else {
        findings.iter().try_for_each(|finding| output.line(line(finding)))?;
    }
    Ok(exit)
}

/// The limits that a daemon would start with.
fn of_limits(limits: &anyhow::Result<Moved>) -> Finding {
    const CHECK: &str = "limits";
    match limits {
        Ok(limits) if limits.is_as_shipped() => Finding::good(CHECK, "as shipped"),
        Ok(limits) => Finding::good(CHECK, limits.to_string()),
        Err(error) => Finding::failed(CHECK, error),
    }
}

fn line(finding: &Finding) -> String {
    let (mark, style) = match finding.state {
        State::Good => ("ok    ", GOOD),
        State::Advice => ("advice", WAITING),
        State::Bad => ("bad   ", BAD),
    };
    let mut line = format!("{style}{mark}{style:#}  {:<14}  {}", finding.check, printable(&finding.found));
    if let Some(advice) = &finding.advice {
        line.push_str(&format!("\n{:26}{}", "", printable(advice)));
    }
    line
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_finding_says_what_to_do() {
        let finding = Finding::new("disk", State::Advice, "10 MiB free", "1 GiB or more is better");
        let lines = format!("{}\n{}", line(&Finding::good("open files", "no limit")), line(&finding));
        expect![[r#"
            ok      open files      no limit
            advice  disk            10 MiB free
                                      1 GiB or more is better"#]]
        .assert_eq(&anstream::adapter::strip_str(&lines).to_string());
    }

    #[test]
    fn moved_limits_are_named_and_wrong_ones_are_bad() {
        let found = |text: &str| of_limits(&Moved::parse_list(text).map_err(anyhow::Error::msg));
        assert_eq!(found("").found, "as shipped");
        assert_eq!(found("wall_ms=120000").found, "wall_ms 120,000 (shipped 60,000)");
        assert_eq!(found("gas=1").state, State::Bad);
    }

    #[test]
    fn a_failure_is_a_finding_with_its_hint_as_advice() {
        let error = anyhow::Error::from(crate::failure::Failure::new("no key").hint("bring one"));
        let Finding { state, found, advice, .. } = Finding::failed("database", &error);
        assert_eq!((state, found.as_str(), advice.as_deref()), (State::Bad, "no key", Some("bring one")));
    }
}
