//! `hookbox logs [-f]`

mod follow;

use serde_json::{Map, Value};

use crate::client::{Client, Connection};
use crate::command::hooks;
use crate::failure::Exit;
use crate::output::{BAD, FAINT, Output, STRONG, printable};

/// The most entries that one call answers.
pub(crate) const TAKE_MAX: u32 = 100;

/// Shows the tenant log: every failed attempt, and what was changed
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With -f the lines that hooks print come too. A connection that breaks is made again; entries that came \
                  meanwhile are shown then, printed lines are in `hookbox events EVENT`.\n\nExamples:\n  hookbox \
                  logs\n  hookbox logs -f --hook notify\n  hookbox logs --json | jq '.[].description'"
)]
pub(crate) struct Args {
    /// Go on with new entries and what hooks print, until Ctrl-C; with --json one JSON document a line
    #[arg(short, long)]
    follow: bool,
    /// Only what is about this hook, by name or id
    #[arg(long)]
    hook: Option<String>,
    /// How many of the latest entries
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(TAKE_MAX)))]
    take: u32,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    let hook = match &args.hook {
        Some(hook) => Some(hooks::find(&client, hook).await?.id),
        None => None,
    };
    let hook_id = hook.as_ref().map(|id| id.as_str());
    let latest = of_hook(&client, hook_id, args.take).await?;
    if args.follow {
        show(&latest, output)?;
        return follow::run(&client, hook_id, latest.last().map(id), output).await;
    }
    if output.is_json() {
        output.json(&latest)?;
    } else if latest.is_empty() {
        output.line(format_args!("{FAINT}The tenant log is empty: no hook has failed.{FAINT:#}"))?;
    } else {
        show(&latest, output)?;
    }
    Ok(Exit::Done)
}

async fn of_hook(client: &Client, hook_id: Option<&str>, take: u32) -> anyhow::Result<Vec<Entry>> {
    let (take, q) = (take.to_string(), hook_id.map(|id| format!("hook_id:{id}")));
    let mut query = vec![("page", "0"), ("per_page", take.as_str())];
    query.extend(q.as_deref().map(|q| ("q", q)));
    client.get(&["api", "v2", "logs"], &query).await.map(oldest_first)
}

/// The latest entries of the log, oldest first.
pub(crate) async fn latest(client: &Client, take: u32) -> anyhow::Result<Vec<Entry>> {
    of_hook(client, None, take).await
}

/// The entries after that one, oldest first.
pub(crate) async fn after(client: &Client, from: &str) -> anyhow::Result<Vec<Entry>> {
    let query = [("from", from), ("take", &TAKE_MAX.to_string())];
    let entries = client.get(&["api", "v2", "logs"], &query).await?;
    Ok(oldest_first(entries).into_iter().filter(|entry| id(entry).as_str() > from).collect())
}

/// An entry in the form of Auth0's Management API; which keys it has depends on its type.
pub(crate) type Entry = Map<String, Value>;

/// Ids sort as the entries came.
fn oldest_first(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(id);
    entries
}

fn text<'a>(entry: &'a Entry, key: &str) -> &'a str {
    entry.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The entry's id.
pub(crate) fn id(entry: &Entry) -> String {
    let id = text(entry, "log_id");
    if id.is_empty() { text(entry, "_id") } else { id }.to_owned()
}

fn show(entries: &[Entry], output: Output) -> anyhow::Result<()> {
    for entry in entries {
        if output.is_json() {
            output.line(serde_json::to_string(entry)?)?;
        } else {
            output.line(line(entry))?;
        }
    }
    Ok(())
}

/// One entry as a line: time, code, description, and whom it is about.
pub(crate) fn line(entry: &Entry) -> String {
    let code = text(entry, "type");
    let style = if code.starts_with('f') || code.ends_with("failure") { BAD } else { STRONG };
    let mut line = format!(
        "{FAINT}{}{FAINT:#}  {style}{}{style:#}  {}",
        printable(text(entry, "date")),
        printable(code),
        printable(text(entry, "description"))
    );
    for key in ["hook_name", "user_name"] {
        let value = text(entry, key);
        if !value.is_empty() {
            line.push_str(&format!("  {FAINT}{}{FAINT:#}", printable(value)));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn an_entry_is_a_line() {
        let json = r#"{"log_id":"log_0000000000001","date":"2026-11-23T17:04:05.123Z","type":"fcph",
            "description":"SendGrid answered 401","hook_name":"notify","user_name":"user1"}"#;
        let entry: Entry = serde_json::from_str(json).expect("parses");
        expect!["2026-11-23T17:04:05.123Z  fcph  SendGrid answered 401  notify  user1"]
            .assert_eq(&anstream::adapter::strip_str(&line(&entry)).to_string());
    }

    #[test]
    fn entries_are_shown_in_the_order_in_which_they_came() {
        let entry = |id: &str| Map::from_iter([("log_id".to_owned(), Value::from(id))]);
        let sorted = oldest_first(vec![entry("log_3"), entry("log_1"), entry("log_2")]);
        assert_eq!(sorted.iter().map(id).collect::<Vec<_>>(), ["log_1", "log_2", "log_3"]);
    }
}
