//! `hookbox replay DELIVERY`, `hookbox replay --state … --hook …`

use clap::ValueEnum;
use hookbox_protocol::{DeliveryId, Timestamp, Trigger};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::client::{Body, Client, Connection, Raw};
use crate::command::hooks;
use crate::failure::{Exit, Failure, Hint as _};
use crate::output::quantity::number;
use crate::output::{FAINT, GOOD, Output, printable};
use crate::prompt;
use crate::text::moment;

/// Runs deliveries again that have ended: one, or all that a filter finds
#[derive(Debug, clap::Args)]
#[command(
    after_help = "`hookbox events --state dead` lists what can be replayed; `hookbox events EVENT` shows the ids of its \
                  deliveries. Of many, the number is shown first, and you are asked.\n\nExamples:\n  hookbox replay \
                  dlv_0r8k2m4p6q8sa0r8k2m4p6q8sb\n  hookbox replay --hook notify --since 2h\n  hookbox replay --state dead \
                  --dry-run"
)]
pub(crate) struct Args {
    /// The delivery
    #[arg(conflicts_with_all = ["state", "trigger", "hook", "user", "since", "until", "take", "dry_run", "yes"])]
    delivery: Option<DeliveryId>,
    #[command(flatten)]
    filter: Filter,
    /// Say how many there are, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it without being asked again
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Default, clap::Args)]
struct Filter {
    /// Deliveries in this state [default: dead]
    #[arg(long)]
    state: Option<Ended>,
    /// Only deliveries of events of this trigger
    #[arg(long)]
    trigger: Option<Trigger>,
    /// Only deliveries to this hook, by name or id
    #[arg(long)]
    hook: Option<String>,
    /// Only deliveries of events of this user: id, e-mail address or user name
    #[arg(long)]
    user: Option<String>,
    /// Only deliveries of events since this time, or for so long, such as 2h
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only deliveries of events until this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// At most so many in one go
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    take: Option<u32>,
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Ended {
    /// No further attempt was made.
    Dead,
    /// The hook completed.
    Succeeded,
    /// One or the other.
    All,
}

/// The most that the daemon runs again in one call.
const TAKE_MAX: u64 = 10_000;

#[derive(Debug, Serialize, Deserialize)]
struct Replayed {
    matched: u64,
    replayed: u64,
}

#[derive(Deserialize)]
struct One {
    event_id: String,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    match args.delivery {
        Some(delivery) => one(&client, delivery, output).await,
        None if args.filter.is_empty() && !args.dry_run => {
            Err(Failure::new("neither a delivery nor a filter was given")
                .hint("give a delivery's id, or a filter; `hookbox replay --state dead` means all that are dead")
                .into())
        }
        None => many(&client, args, output).await,
    }?;
    Ok(Exit::Done)
}

async fn one(client: &Client, delivery: DeliveryId, output: Output) -> anyhow::Result<()> {
    let path = ["v1", "deliveries", &delivery.to_string(), "replay"];
    let raw: Raw = client.call(Method::POST, &path, &[], Body::Empty).await?;
    if output.is_json() {
        return output.line(raw.get());
    }
    let One { event_id } =
        serde_json::from_str(raw.get()).hint("the daemon may be of another version than this command")?;
    output.line(format_args!("{GOOD}replayed{GOOD:#}: the delivery is due at once"))?;
    output.line(format_args!("{FAINT}Next: hookbox events {}{FAINT:#}", printable(&event_id)))
}

async fn many(client: &Client, args: &Args, output: Output) -> anyhow::Result<()> {
    let filter = args.filter.body(client).await?;
    let found = call(client, &filter, true).await?;
    if args.dry_run || found.matched == 0 {
        return show(&found, true, output);
    }
    let count = plural(found.matched.min(TAKE_MAX));
    prompt::confirm(&format!("{count} would run again; what a hook has sent already it may send again"), args.yes)
        .await?;
    show(&call(client, &filter, false).await?, false, output)
}

async fn call(client: &Client, filter: &Map<String, Value>, dry_run: bool) -> anyhow::Result<Replayed> {
    let mut body = filter.clone();
    body.insert("dry_run".to_owned(), json!(dry_run));
    client.call(Method::POST, &["v1", "deliveries", "replay"], &[], Body::json(&body)?).await
}

fn show(found: &Replayed, dry_run: bool, output: Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json(found);
    }
    match (found.matched, dry_run) {
        (0, _) => output.line(format_args!("{FAINT}There are no such deliveries.{FAINT:#}")),
        (matched, true) if matched > TAKE_MAX => {
            let most = number(TAKE_MAX);
            output.line(format_args!("{} match; one call runs the newest {most} again", plural(matched)))
        }
        (matched, true) => output.line(format_args!("{} would run again", plural(matched))),
        (matched, false) => {
            output.line(format_args!("{GOOD}replayed{GOOD:#} {}", plural(found.replayed)))?;
            if matched > found.replayed {
                let left = plural(matched - found.replayed);
                output.line(format_args!("{FAINT}{left} match besides{FAINT:#}"))?;
            }
            output.line(format_args!("{FAINT}Next: hookbox events --state pending, hookbox logs -f{FAINT:#}"))
        }
    }
}

fn plural(count: u64) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{} deliveries", number(count)) }
}

impl Filter {
    fn is_empty(&self) -> bool {
        matches!(
            self,
            Self { state: None, trigger: None, hook: None, user: None, since: None, until: None, take: None }
        )
    }

    async fn body(&self, client: &Client) -> anyhow::Result<Map<String, Value>> {
        let hook_id = match &self.hook {
            Some(hook) => Some(hooks::find(client, hook).await?.id),
            None => None,
        };
        let members = [
            ("state", self.state.map(|state| json!(state))),
            ("trigger", self.trigger.map(|trigger| json!(trigger))),
            ("hook_id", hook_id.map(|id| json!(id))),
            ("user", self.user.as_ref().map(|user| json!(user))),
            ("since", self.since.map(|time| json!(time))),
            ("until", self.until.map(|time| json!(time))),
            ("take", self.take.map(|take| json!(take))),
        ];
        Ok(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
    }
}
