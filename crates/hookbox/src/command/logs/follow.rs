//! `hookbox logs -f`: entries and printed lines as they come, over however many connections that takes.

use std::time::Duration;

use serde_json::Value;

use super::{Entry, show};
use crate::client::{Broken, Client, ServerEvent};
use crate::failure::{Exit, Hint as _};
use crate::output::quantity::number;
use crate::output::{BAD, FAINT, Output, STRONG, WAITING, printable, progress};
use crate::stop::StopSignal;

/// The wait before the first new try, which doubles with each that fails.
const WAIT_MIN: Duration = Duration::from_millis(500);

/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(15);

/// Shows what comes after the entry `last`, until Ctrl-C.
pub(super) async fn run(
    client: &Client,
    hook_id: Option<&str>,
    mut last: Option<String>,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut stop = StopSignal::listen()?;
    let (mut wait, mut opened_once) = (WAIT_MIN, false);
    let mut told = Some(format!("{FAINT}Waiting for what comes; Ctrl-C ends.{FAINT:#}"));
    loop {
        let mut opened = false;
        let broken = tokio::select! {
            broken = session(client, hook_id, &mut last, || { opened = true; told.take().into_iter().for_each(progress); }, output) => broken?,
            () = stop.next() => return Ok(Exit::Done),
        };
        opened_once |= opened;
        let failure = match broken {
            // The first try tells at once what is wrong; later ones are patient.
            Broken::Passing(failure) if opened_once => failure,
            broken => return Err(broken.failure().into()),
        };
        wait = if opened { WAIT_MIN } else { (wait * 2).min(WAIT_MAX) };
        progress(format_args!("{WAITING}{failure}{WAITING:#} {FAINT}trying again …{FAINT:#}"));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.next() => return Ok(Exit::Done),
        }
    }
}

/// One connection, from its beginning to its end. Only output can fail otherwise.
async fn session(
    client: &Client,
    hook_id: Option<&str>,
    last: &mut Option<String>,
    opened: impl FnOnce(),
    output: Output,
) -> anyhow::Result<Broken> {
    let query: Vec<(&str, &str)> = hook_id.map(|id| ("hook_id", id)).into_iter().collect();
    let mut stream = match client.stream(&["v1", "logs", "tail"], &query, last.as_deref()).await {
        Ok(stream) => stream,
        Err(broken) => return Ok(broken),
    };
    opened();
    loop {
        match stream.next().await {
            Ok(event) => {
                tell(&event, output)?;
                *last = event.id.or(last.take());
            }
            Err(broken) => return Ok(broken),
        }
    }
}

fn tell(event: &ServerEvent, output: Output) -> anyhow::Result<()> {
    let data: Entry = serde_json::from_str(&event.data)
        .hint("the daemon may be of another version than this command; compare `hookbox --version` on both sides")?;
    match event.kind.as_str() {
        "entry" => show(&[data], output),
        "line" if output.is_json() => show(&[data], output),
        "line" => output.line(printed(&data)),
        "gap" => {
            let dropped = data.get("dropped").and_then(Value::as_u64).unwrap_or_default();
            progress(format_args!("{WAITING}{} lines came too fast and are left out{WAITING:#}", number(dropped)));
            Ok(())
        }
        "end" => {
            let reason = data.get("reason").and_then(Value::as_str).unwrap_or_default();
            progress(format_args!("{WAITING}{}{WAITING:#}", printable(reason)));
            Ok(())
        }
        // A later daemon may have more to tell than this command knows.
        _ => Ok(()),
    }
}

/// A line that a hook printed: time, hook, level, text.
fn printed(line: &Entry) -> String {
    let text = |key: &str| printable(line.get(key).and_then(Value::as_str).unwrap_or(""));
    let level = text("level");
    let style = match level.as_str() {
        "error" => BAD,
        "warn" => WAITING,
        "debug" => FAINT,
        _ => anstyle::Style::new(),
    };
    format!(
        "{FAINT}{}{FAINT:#}  {STRONG}{}{STRONG:#}  {style}{level:<5}{style:#}  {}",
        text("at"),
        text("hook_name"),
        text("message")
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_printed_line_is_a_line() {
        let json = r#"{"event_id":"evt_0000000000001","hook_name":"notify","attempt":1,"level":"warn",
            "message":"slow\u0007","at":"2026-11-23T17:04:05.123Z"}"#;
        let line = printed(&serde_json::from_str(json).expect("parses"));
        expect![[r"2026-11-23T17:04:05.123Z  notify  warn   slow\u{7}"]]
            .assert_eq(&anstream::adapter::strip_str(&line).to_string());
    }
}
