//! `hookbox versions HOOK`, `hookbox versions HOOK --diff N [M]`

use hookbox_protocol::api::{Hook, VersionDiff, VersionInfo};
use serde::Deserialize;

use crate::client::{Client, Connection, Raw};
use crate::command::hooks;
use crate::diff;
use crate::failure::{Exit, Failure, Hint as _};
use crate::output::quantity::bytes;
use crate::output::{Cell, FAINT, GOOD, Output, STRONG, Table};

/// Lists the versions of a hook, or shows how two of them differ
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hookbox versions notify\n  hookbox versions notify --diff 3      version 3 against \
                        the live one\n  hookbox versions notify --diff 3 5    version 3 against version 5"
)]
pub(crate) struct Args {
    /// The hook's name or id
    hook: String,
    /// Show how these two versions differ; with one number, that one and the live one
    #[arg(long, value_name = "VERSION", num_args = 1..=2)]
    diff: Vec<u32>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Deserialize)]
struct Versions {
    versions: Vec<VersionInfo>,
}

/// The versions of the hook, newest first.
pub(crate) async fn all(client: &Client, hook: &Hook) -> anyhow::Result<Vec<VersionInfo>> {
    let Versions { mut versions } = client.get(&["v1", "hooks", hook.id.as_str(), "versions"], &[]).await?;
    versions.sort_by_key(|version| std::cmp::Reverse(version.number));
    Ok(versions)
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    let hook = hooks::find(&client, &args.hook).await?;
    if let Some((from, to)) = args.diff.split_first() {
        compare(&client, &hook, *from, to.first().copied().unwrap_or(hook.version), output).await?;
        return Ok(Exit::Done);
    }
    let versions = all(&client, &hook).await?;
    if output.is_json() {
        output.json(&versions)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["VERSION", "STATE", "KIND", "SIZE", "CREATED", "DIGEST"]);
    for version in versions {
        table.row([
            Cell::new(version.number).right(),
            if version.live { Cell::new("live").style(GOOD) } else { Cell::new("") },
            Cell::new(hooks::kind(version.kind)),
            Cell::new(bytes(version.bytes)).right(),
            Cell::new(version.created_at),
            Cell::new(version.digest.map_or_else(|| "-".to_owned(), |digest| digest.to_string())).style(FAINT),
        ]);
    }
    output.table(&table, "This hook has no versions.")?;
    Ok(Exit::Done)
}

async fn compare(client: &Client, hook: &Hook, from: u32, to: u32, output: Output) -> anyhow::Result<()> {
    let numbers: Vec<u32> = all(client, hook).await?.iter().map(|version| version.number).collect();
    if let Some(missing) = [from, to].into_iter().find(|number| !numbers.contains(number)) {
        return Err(Failure::new(format!("'{}' does not have version {missing}", hook.name))
            .hint(format!("`hookbox versions {}` lists what there is", hook.name))
            .into());
    }
    let (number, with) = (from.to_string(), to.to_string());
    let path = ["v1", "hooks", hook.id.as_str(), "versions", &number, "diff"];
    let raw: Raw = client.get(&path, &[("with", &with)]).await?;
    if output.is_json() {
        return output.line(raw.get());
    }
    let compared: VersionDiff =
        serde_json::from_str(raw.get()).hint("the daemon may be of another version than this command")?;
    output.line(shown(&compared))
}

/// A diff where both are scripts; what can be said otherwise.
fn shown(compared: &VersionDiff) -> String {
    let VersionDiff { from, to, unified, changed } = compared;
    if !changed {
        return format!("versions {} and {} are the same code", from.number, to.number);
    }
    if let Some(unified) = unified {
        return diff::coloured(unified);
    }
    let row = |version: &VersionInfo| {
        let digest = version.digest.map_or(String::new(), |digest| format!("  {digest}"));
        let (kind, size) = (hooks::kind(version.kind), bytes(version.bytes));
        format!("{STRONG}version {}{STRONG:#}  {kind}, {size}{FAINT}{digest}{FAINT:#}", version.number)
    };
    format!("{}\n{}", row(from), row(to))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(json: &str, expected: &Expect) {
        let compared = serde_json::from_str(json).expect("parses");
        expected.assert_eq(&anstream::adapter::strip_str(&shown(&compared)).to_string());
    }

    #[test]
    fn versions_are_compared_by_lines_or_by_digest() {
        let script = |number: u32| {
            format!(
                r#"{{"number":{number},"live":false,"kind":"script","digest":null,"bytes":20,"created_at":"2026-11-23T17:04:05.123Z"}}"#
            )
        };
        let module = |number: u32, digest: &str| {
            format!(
                r#"{{"number":{number},"live":true,"kind":"module","digest":"sha256:{}","bytes":2048,"created_at":"2026-11-23T17:04:05.123Z"}}"#,
                digest.repeat(32)
            )
        };
        check(
            &format!(r#"{{"from":{},"to":{},"unified":"@@ -1 +1 @@\n-a\n+b\n","changed":true}}"#, script(1), script(2)),
            &expect![[r"
                @@ -1 +1 @@
                -a
                +b"]],
        );
        check(
            &format!(r#"{{"from":{},"to":{},"unified":null,"changed":true}}"#, module(1, "aa"), module(2, "bb")),
            &expect![[r#"
                version 1  module, 2 KiB  sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
                version 2  module, 2 KiB  sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"#]],
        );
        check(
            &format!(r#"{{"from":{},"to":{},"unified":null,"changed":false}}"#, script(1), script(3)),
            &expect!["versions 1 and 3 are the same code"],
        );
    }
}
