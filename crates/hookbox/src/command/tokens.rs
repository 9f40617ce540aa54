//! `hookbox tokens [list|create|revoke]`

use std::time::Duration;

use clap::Subcommand;
use hookbox_protocol::api::{Token, TokenKind, TokenMade, TokenRequest, Tokens};
use hookbox_protocol::{Scope, Timestamp};
use reqwest::Method;
use serde_json::json;

use crate::client::{Body, Client, Connection};
use crate::failure::{Exit, Failure};
use crate::output::{Cell, FAINT, GOOD, Output, STRONG, Table, printable};
use crate::prompt;
use crate::text;

/// Lists, creates and revokes tokens of the tenant
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hookbox tokens\n  hookbox tokens create identity-system --scope create:events\n  hookbox \
                  tokens create ci --scope read:hooks --scope update:hooks --expires 90d\n  hookbox tokens revoke 7"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the tokens and clients; also without a word
    List,
    /// Create a token and print it, which happens only now
    Create(New),
    /// Make a token or a client worthless, at once
    Revoke {
        /// The token's id, as the list shows it
        id: String,
        /// Do it without being asked again, even to the token of this very call
        #[arg(long)]
        yes: bool,
    },
}

/// A token to be made.
#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// What it is for, in a word or two
    pub(crate) name: String,
    /// What it allows, such as create:events; several are given one by one [default: all that the caller may]
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<Scope>,
    /// After which time it is worthless, such as 12h or 90d [default: never]
    #[arg(long, value_name = "SPAN", value_parser = text::span)]
    pub(crate) expires: Option<Duration>,
}

impl New {
    /// The body of the call that makes it.
    pub(crate) fn body(&self) -> anyhow::Result<Body> {
        let scopes: Vec<String> = self.scopes.iter().map(|scope| scope.name().to_owned()).collect();
        Body::json(&TokenRequest {
            name: self.name.clone(),
            scopes: Some(scopes).filter(|scopes| !scopes.is_empty()),
            expires_in_s: self.expires.map(|expires| expires.as_secs()),
        })
    }
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    match &args.action {
        None | Some(Action::List) => list(&client, output).await,
        Some(Action::Create(new)) => {
            let created = client.call(Method::POST, &["v1", "tokens"], &[], new.body()?).await?;
            show_created(&created, output)
        }
        Some(Action::Revoke { id, yes }) => revoke(&client, id, *yes, output).await,
    }?;
    Ok(Exit::Done)
}

async fn all(client: &Client) -> anyhow::Result<Vec<Token>> {
    client.get(&["v1", "tokens"], &[]).await.map(|Tokens { tokens }| tokens)
}

async fn list(client: &Client, output: Output) -> anyhow::Result<()> {
    let rows = all(client).await?;
    if output.is_json() {
        return output.json(&rows);
    }
    let mut table = Table::new(&["ID", "NAME", "KIND", "SCOPES", "CREATED", "EXPIRES", "LAST USED", ""]);
    let time = |time: Option<Timestamp>| Cell::new(time.map_or("-".to_owned(), |time| time.to_string()));
    for row in rows {
        table.row([
            Cell::new(row.id),
            Cell::new(row.name).style(STRONG),
            Cell::new(match row.kind {
                TokenKind::Token => "token",
                TokenKind::Client => "client",
            }),
            Cell::new(scopes(&row.scopes)),
            Cell::new(row.created_at),
            time(row.expires_at),
            time(row.last_used_at),
            if row.current { Cell::new("this one").style(GOOD) } else { Cell::new("") },
        ]);
    }
    output.table(&table, "There are no tokens.")
}

/// All of them are one word; some of them are named.
fn scopes(scopes: &[String]) -> String {
    if Scope::ALL.iter().all(|scope| scopes.iter().any(|name| name == scope.name())) {
        return "all".to_owned();
    }
    scopes.join(" ")
}

/// Prints a token that was made just now.
pub(crate) fn show_created(created: &TokenMade, output: Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json(created);
    }
    output.line(format_args!("token    {}", printable(&created.token)))?;
    output.line(format_args!("id       {}", printable(&created.id)))?;
    output.line(format_args!("name     {STRONG}{}{STRONG:#}", printable(&created.name)))?;
    output.line(format_args!("scopes   {}", printable(&scopes(&created.scopes))))?;
    if let Some(expires_at) = created.expires_at {
        output.line(format_args!("expires  {expires_at}"))?;
    }
    output.line(format_args!("{FAINT}Keep it now: it is not shown again.{FAINT:#}"))
}

async fn revoke(client: &Client, id: &str, yes: bool, output: Output) -> anyhow::Result<()> {
    let rows = all(client).await?;
    let row = rows.iter().find(|row| row.id == id).ok_or_else(|| {
        Failure::new(format!("there is no token '{id}'")).hint("`hookbox tokens` lists the tokens with their ids")
    })?;
    let what = if row.current { ", the one of this very call," } else { "" };
    prompt::confirm(&format!("'{}'{what} would be worthless at once", printable(&row.name)), yes).await?;
    client.send(Method::DELETE, &["v1", "tokens", id], &[], Body::Empty).await?;
    if output.is_json() {
        return output.json(&json!({ "revoked": id }));
    }
    output.line(format_args!("'{}' is revoked", printable(&row.name)))
}
