//! `hookbox login`

use std::path::PathBuf;

use hookbox_protocol::api;
use serde_json::json;

use crate::client::{Client, Place, Raw, is_same};
use crate::failure::Exit;
use crate::output::{FAINT, GOOD, Output, STRONG};
use crate::profile::{self, Profile, Profiles};
use crate::prompt;
use crate::secret::SecretText;

/// Keeps a daemon's address and a token for the other commands
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The token is asked for, or read from stdin where that is no terminal, or from a file; never from an \
                  argument. It is tried at the daemon before it is kept, in profiles.toml in the folder hookbox of your \
                  configuration ($XDG_CONFIG_HOME, else ~/.config), which nobody else can read.\n\nHOOKBOX_URL, \
                  HOOKBOX_TOKEN and flags win over a profile. A profile's token goes to the profile's address \
                  only.\n\nExamples:\n  hookbox login --url https://hooks.example.com\n  pass hookbox/prod | hookbox login \
                  --url https://hooks.example.com --profile prod\n  hookbox login --operator"
)]
pub(crate) struct Args {
    /// The token is the operator's, for `tenants` and `keys`
    #[arg(long)]
    operator: bool,
    /// Read the token from this file
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let path = Profiles::path()?;
    let mut profiles = Profiles::load(&path)?;
    let name = args.place.profile.as_deref().unwrap_or(profile::DEFAULT);
    let before = profiles.get(name).cloned();
    let target = args.place.for_login(before.as_ref())?;
    let whose = if args.operator { "the operator's token" } else { "token" };
    let token = prompt::secret(&format!("{whose} for {}", target.url), args.token_file.as_deref()).await?;
    let token = SecretText::from(token);
    let client = Client::with_token(&target, &token)?;
    check(&client, args.operator).await?;

    // The other token of a profile belongs to the same daemon; at another address it has no place.
    let kept = before.filter(|before| is_same(&before.url, &target.url));
    let (mut tenant, mut operator) = kept.map_or((None, None), |before| (before.token, before.operator_token));
    *(if args.operator { &mut operator } else { &mut tenant }) = Some(token);
    profiles.insert(name, Profile { url: target.url.clone(), ca: target.ca, token: tenant, operator_token: operator });
    profiles.save(&path)?;

    if output.is_json() {
        output
            .json(&json!({ "profile": name, "url": target.url.as_str(), "operator": args.operator, "file": path }))?;
        return Ok(Exit::Done);
    }
    let who = if args.operator { " as the operator" } else { "" };
    output.line(format_args!("{GOOD}logged in{GOOD:#} at {STRONG}{}{STRONG:#}{who}", target.url))?;
    output.line(format_args!("{FAINT}Profile {name}, in {}{FAINT:#}", path.display()))?;
    let next = match (args.operator, name == profile::DEFAULT) {
        (true, true) => "hookbox tenants".to_owned(),
        (true, false) => format!("hookbox tenants --profile {name}"),
        (false, true) => "hookbox hooks".to_owned(),
        (false, false) => format!("hookbox hooks --profile {name}"),
    };
    output.line(format_args!("{FAINT}Next: {next}{FAINT:#}"))?;
    Ok(Exit::Done)
}

/// The cheapest call that such a token is good for.
async fn check(client: &Client, operator: bool) -> anyhow::Result<()> {
    if operator {
        let _: Vec<api::Tenant> = super::tenants::all(client).await?;
    } else {
        let _: Raw = client.get(&["v1", "triggers"], &[]).await?;
    }
    Ok(())
}
