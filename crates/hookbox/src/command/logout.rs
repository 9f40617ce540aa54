//! `hookbox logout`

use serde_json::json;

use crate::failure::Exit;
use crate::output::{FAINT, Output};
use crate::profile::{self, Profiles};

/// Forgets what `hookbox login` kept
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The token stays valid until it is revoked: `hookbox tokens revoke ID`.\n\nExamples:\n  hookbox logout\n  \
                  hookbox logout --profile prod"
)]
pub(crate) struct Args {
    /// The profile to forget
    #[arg(long, env = "HOOKBOX_PROFILE", value_name = "NAME", value_parser = profile::check_name)]
    #[arg(hide_env_values = true, default_value = profile::DEFAULT)]
    profile: String,
}

pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let path = Profiles::path()?;
    let mut profiles = Profiles::load(&path)?;
    let url = profiles.existing(&args.profile)?.url.clone();
    profiles.remove(&args.profile);
    profiles.save(&path)?;
    if output.is_json() {
        output.json(&json!({ "profile": args.profile, "url": url.as_str() }))?;
        return Ok(Exit::Done);
    }
    output.line(format_args!("logged out of {url}"))?;
    output.line(format_args!("{FAINT}The token stays valid until it is revoked.{FAINT:#}"))?;
    Ok(Exit::Done)
}
