//! `hookbox tenants list|create|show|suspend|resume|quota|delete|token`

mod quota;

use anyhow::Context as _;
use clap::Subcommand;
use hookbox_protocol::api::{NewTenant, Tenant, TenantCreated, TenantPatch};
use hookbox_protocol::name;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::client::{Body, Client, OperatorConnection};
use crate::command::tokens;
use crate::failure::{Exit, Hint as _};
use crate::output::quantity::number;
use crate::output::{BAD, Cell, FAINT, GOOD, Output, STRONG, Table, printable};
use crate::prompt;

/// Creates, shows, suspends and deletes tenants, and sets what they may use (operator)
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  HOOKBOX_OPERATOR_TOKEN=… hookbox tenants create acme\n  hookbox tenants quota acme \
                        backlog=100000 hooks=default\n  hookbox tenants suspend acme"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    connection: OperatorConnection,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the tenants; also without a word
    List,
    /// Create a tenant and print its credentials, which are shown only now
    Create {
        /// Lower-case letters, digits and hyphens
        name: String,
    },
    /// Show a tenant: what it has, and what it may use
    Show {
        /// The tenant's name
        name: String,
    },
    /// Refuse a tenant's calls, and hold its deliveries, until it is resumed
    Suspend {
        /// The tenant's name
        name: String,
    },
    /// Let a suspended tenant go on; its deliveries are due again
    Resume {
        /// The tenant's name
        name: String,
    },
    /// Show a tenant's quotas, or set some of them
    Quota {
        /// The tenant's name
        name: String,
        /// A quota and its value, such as backlog=100000, or hooks=default
        #[arg(value_name = "QUOTA=VALUE", value_parser = quota::parse)]
        changes: Vec<quota::Change>,
    },
    /// Delete a tenant with everything that is its own: hooks, secrets, events, log, tokens
    Delete {
        /// The tenant's name
        name: String,
        /// Do it without being asked again
        #[arg(long)]
        yes: bool,
    },
    /// Make a token for a tenant that has lost its own, and print it, which happens only now
    Token {
        /// The tenant's name
        #[arg(value_name = "TENANT")]
        tenant: String,
        #[command(flatten)]
        new: tokens::New,
    },
}

#[derive(Deserialize)]
struct Tenants {
    tenants: Vec<Tenant>,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::operator(&args.connection)?.patient();
    match &args.action {
        None | Some(Action::List) => list(&client, output).await,
        Some(Action::Create { name }) => create(&client, name, output).await,
        Some(Action::Show { name }) => show(&of(&client, Method::GET, name, Body::Empty).await?, output),
        Some(Action::Suspend { name }) => suspend(&client, name, true, output).await,
        Some(Action::Resume { name }) => suspend(&client, name, false, output).await,
        Some(Action::Quota { name, changes }) => quota::run(&client, name, changes, output).await,
        Some(Action::Delete { name, yes }) => delete(&client, name, *yes, output).await,
        Some(Action::Token { tenant, new }) => {
            check_name(tenant)?;
            let path = ["v1", "tenants", tenant, "tokens"];
            let created = client.call(Method::POST, &path, &[], new.body()?).await;
            tokens::show_created(&created.with_context(|| format!("tenant '{tenant}'"))?, output)
        }
    }?;
    Ok(Exit::Done)
}

/// All tenants of the daemon.
pub(crate) async fn all(client: &Client) -> anyhow::Result<Vec<Tenant>> {
    client.get(&["v1", "tenants"], &[]).await.map(|Tenants { tenants }| tenants)
}

/// A call about one tenant that answers how it then is.
async fn of(client: &Client, method: Method, tenant: &str, body: Body) -> anyhow::Result<Tenant> {
    check_name(tenant)?;
    client.call(method, &["v1", "tenants", tenant], &[], body).await.with_context(|| format!("tenant '{tenant}'"))
}

fn check_name(tenant: &str) -> anyhow::Result<()> {
    name::check_tenant(tenant).hint("`hookbox tenants` lists the tenants that there are")
}

async fn create(client: &Client, tenant: &str, output: Output) -> anyhow::Result<()> {
    check_name(tenant)?;
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
    output.line(format_args!("{FAINT}Next: `hookbox login` with the token, then `hookbox deploy`.{FAINT:#}"))
}

async fn list(client: &Client, output: Output) -> anyhow::Result<()> {
    let tenants = all(client).await?;
    if output.is_json() {
        return output.json(&tenants);
    }
    let mut table = Table::new(&["TENANT", "STATE", "HOOKS", "BACKLOG", "DEAD", "CREATED"]);
    for tenant in tenants {
        let (state, style) = state(&tenant);
        table.row([
            Cell::new(tenant.tenant),
            Cell::new(state).style(style),
            Cell::new(number(tenant.hooks)).right(),
            Cell::new(number(tenant.backlog)).right(),
            Cell::new(number(tenant.dead)).right(),
            Cell::new(tenant.created_at),
        ]);
    }
    output.table(&table, "There are no tenants yet; `hookbox tenants create NAME` makes one.")
}

fn state(tenant: &Tenant) -> (&'static str, anstyle::Style) {
    if tenant.suspended { ("suspended", BAD) } else { ("active", GOOD) }
}

fn show(tenant: &Tenant, output: Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json(tenant);
    }
    let (state, style) = state(tenant);
    output.line(format_args!("tenant   {STRONG}{}{STRONG:#}", printable(&tenant.tenant)))?;
    output.line(format_args!("state    {style}{state}{style:#}"))?;
    output.line(format_args!("hooks    {}", number(tenant.hooks)))?;
    output.line(format_args!("backlog  {}", number(tenant.backlog)))?;
    output.line(format_args!("dead     {}", number(tenant.dead)))?;
    output.line(format_args!("created  {}", tenant.created_at))?;
    output.line("")?;
    output.line(quota::table(&tenant.quotas).render())
}

async fn suspend(client: &Client, tenant: &str, suspended: bool, output: Output) -> anyhow::Result<()> {
    let body = Body::json(&TenantPatch { suspended: Some(suspended), quotas: None })?;
    let tenant = of(client, Method::PATCH, tenant, body).await?;
    if output.is_json() {
        return output.json(&tenant);
    }
    let (state, style) = state(&tenant);
    output.line(format_args!("{} is {style}{state}{style:#}", printable(&tenant.tenant)))
}

async fn delete(client: &Client, name: &str, yes: bool, output: Output) -> anyhow::Result<()> {
    let Tenant { tenant, hooks, backlog, dead, .. } = of(client, Method::GET, name, Body::Empty).await?;
    let (hooks, deliveries) = (number(hooks), number(backlog.saturating_add(dead)));
    prompt::confirm(
        &format!(
            "'{tenant}' would be deleted for good, with its {hooks} hooks, their secrets, every event, {deliveries} \
             deliveries that have not succeeded, and its tokens"
        ),
        yes,
    )
    .await?;
    client.send(Method::DELETE, &["v1", "tenants", name], &[], Body::Empty).await?;
    if output.is_json() {
        return output.json(&json!({ "deleted": tenant }));
    }
    output.line(format_args!("{} is deleted", printable(&tenant)))
}
