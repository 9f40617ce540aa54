//! `hookbox tenants create|list`

use clap::Subcommand;
use hookbox_protocol::api::{NewTenant, Tenant, TenantCreated};
use hookbox_protocol::name;
use reqwest::Method;
use serde::Deserialize;

use crate::client::{Body, Client, Place};
use crate::failure::{Exit, Failure};
use crate::output::quantity::number;
use crate::output::{Cell, FAINT, Output, STRONG, Table};
use crate::secret::SecretText;

/// Creates and lists tenants
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  HOOKBOX_OPERATOR_TOKEN=… hookbox tenants create acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
    /// The operator's token; better given as HOOKBOX_OPERATOR_TOKEN
    #[arg(long, env = "HOOKBOX_OPERATOR_TOKEN", hide_env_values = true, global = true)]
    operator_token: Option<SecretText>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a tenant and print its credentials, which are shown only now
    Create {
        /// Lower-case letters, digits and hyphens
        name: String,
    },
    /// List the tenants
    List,
}

#[derive(Deserialize)]
struct Tenants {
    tenants: Vec<Tenant>,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let token = args.operator_token.as_ref().ok_or_else(|| {
        Failure::new("the operator's token is missing")
            .hint("set HOOKBOX_OPERATOR_TOKEN; the first start of `hookbox serve` printed it, and keeps it in its data directory")
            .exit(Exit::Refused)
    })?;
    let client = Client::with_token(&args.place, token)?;
    match &args.action {
        Action::Create { name } => create(&client, name, output).await,
        Action::List => list(&client, output).await,
    }?;
    Ok(Exit::Done)
}

async fn create(client: &Client, tenant: &str, output: Output) -> anyhow::Result<()> {
    name::check_tenant(tenant)?;
    let body = Body::json(&NewTenant { name: tenant.to_owned() })?;
    let created: TenantCreated = client.call(Method::POST, &["v1", "tenants"], &[], body).await?;
    if output.is_json() {
        return output.json(&created);
    }
    let TenantCreated { tenant, client_id, client_secret, token } = created;
    output.line(format_args!("tenant         {STRONG}{tenant}{STRONG:#}"))?;
    output.line(format_args!("token          {token}"))?;
    output.line(format_args!("client id      {client_id}"))?;
    output.line(format_args!("client secret  {client_secret}"))?;
    output.line(format_args!("{FAINT}Keep them now: they are not shown again.{FAINT:#}"))?;
    output.line(format_args!("{FAINT}Next: export HOOKBOX_TOKEN=…, then `hookbox deploy`.{FAINT:#}"))
}

async fn list(client: &Client, output: Output) -> anyhow::Result<()> {
    let Tenants { tenants } = client.get(&["v1", "tenants"], &[]).await?;
    if output.is_json() {
        return output.json(&tenants);
    }
    let mut table = Table::new(&["TENANT", "HOOKS", "BACKLOG", "CREATED"]);
    for tenant in tenants {
        table.row([
            Cell::new(tenant.tenant),
            Cell::new(number(tenant.hooks)).right(),
            Cell::new(number(tenant.backlog)).right(),
            Cell::new(tenant.created_at),
        ]);
    }
    output.table(&table, "There are no tenants yet; `hookbox tenants create NAME` makes one.")
}
