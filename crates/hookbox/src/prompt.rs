//! What a command asks for: a value that nobody may see, or a word of consent.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use hookbox_protocol::limits::SECRET_VALUE_BYTES;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::failure::Failure;
use crate::stop::StopSignal;

/// A secret text from a file, from the terminal without showing it, or from stdin where that is no terminal. One line end
/// at its end does not count.
pub(crate) async fn secret(what: &str, file: Option<&Path>) -> anyhow::Result<String> {
    let mut stdin = std::io::stdin();
    let text = match file {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
        None if stdin.is_terminal() => ask(what).await?,
        None => {
            let mut text = String::new();
            // One byte more than the largest value that any daemon takes, and a line end.
            let most = SECRET_VALUE_BYTES.ceiling + 3;
            let read = stdin.by_ref().take(most).read_to_string(&mut text);
            read.with_context(|| format!("cannot read {what} from stdin"))?;
            text
        }
    };
    let value = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if value.is_empty() {
        let way_out = if file.is_some() { "put it into the file" } else { "type it, or pipe it to stdin" };
        return Err(Failure::new(format!("{what} is empty")).hint(way_out).into());
    }
    Ok(value.to_owned())
}

/// Asks on the terminal, without showing what is typed.
async fn ask(what: &str) -> anyhow::Result<String> {
    // Ctrl-C must not end the process while the terminal shows nothing.
    let mut stop = StopSignal::listen()?;
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin).context("cannot read the terminal's settings")?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    question(&format!("{what}: "))?;
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).context("cannot hide what is typed")?;
    let line = tokio::select! {
        line = line() => line,
        () = stop.next() => Err(Failure::new("interrupted; nothing was changed").into()),
    };
    tcsetattr(&stdin, OptionalActions::Flush, &shown).context("cannot restore the terminal's settings")?;
    question("\n")?;
    line
}

/// Goes on if the answer is yes, or was given beforehand by `--yes`. Where nobody can be asked, the answer is no.
pub(crate) async fn confirm(what: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::new(what).hint("say --yes to do it").into());
    }
    question(&format!("{what}. Go on? [y/N] "))?;
    match line().await?.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new("not confirmed; nothing was changed").into()),
    }
}

fn question(text: &str) -> anyhow::Result<()> {
    let mut stderr = std::io::stderr().lock();
    Ok(stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush())?)
}

async fn line() -> anyhow::Result<String> {
    let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next().transpose()).await?;
    Ok(line.context("cannot read from the terminal")?.unwrap_or_default())
}
