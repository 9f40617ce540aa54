//! `hookbox events [ID]`, `hookbox events send`

pub(crate) mod show;

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use hookbox_protocol::api::{DeliveryState, Event, EventAccepted, Events};
use hookbox_protocol::{EventId, Timestamp, Trigger};
use reqwest::Method;

use crate::client::{Body, Client, Connection, Raw};
use crate::command::hooks;
use crate::failure::{Exit, Hint as _};
use crate::output::{BAD, Cell, FAINT, GOOD, Output, Table, WAITING};
use crate::text::moment;

/// Lists events, shows one, sends one
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Examples:\n  hookbox events --state dead --since 2h\n  hookbox events --user user1@example.com\n  hookbox events evt_0r8k2m4p6q8sa\n  \
                  hookbox events send --trigger post-change-password --event event.json"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Show this event with its deliveries, attempts, calls and printed lines
    id: Option<EventId>,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, clap::Args)]
struct Filter {
    /// Only events of this trigger
    #[arg(long)]
    trigger: Option<Trigger>,
    /// Only events of this hook, by name or id
    #[arg(long)]
    hook: Option<String>,
    /// Only events with a delivery in this state: pending, leased, succeeded or dead
    #[arg(long, value_parser = parse_state)]
    state: Option<DeliveryState>,
    /// Only events of this user: id, e-mail address or user name
    #[arg(long)]
    user: Option<String>,
    /// Only events since this time, as 2026-11-23T17:04:05Z, or for so long, such as 2h
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only events until this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// How many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    take: u32,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send an event, as an identity system does
    Send {
        /// What happened
        #[arg(long, default_value_t = Trigger::PostChangePassword)]
        trigger: Trigger,
        /// The event as JSON, {"user": …, "context": …}; the trigger's sample where it is not given
        #[arg(long, value_name = "FILE")]
        event: Option<PathBuf>,
    },
}

fn parse_state(text: &str) -> Result<DeliveryState, String> {
    let names = DeliveryState::ALL.map(DeliveryState::name).join(", ");
    let found = DeliveryState::ALL.into_iter().find(|state| state.name() == text);
    found.ok_or_else(|| format!("there is no state '{text}'; the states are {names}"))
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    match (&args.action, args.id) {
        (Some(Action::Send { trigger, event }), _) => {
            let body = match event {
                Some(path) => fs::read(path).with_context(|| format!("cannot read {}", path.display()))?,
                None => trigger.spec().sample.as_bytes().to_vec(),
            };
            send(&client, *trigger, body, output).await
        }
        (None, Some(id)) => show_one(&client, id, output).await,
        (None, None) => list(&client, &args.filter, output).await,
    }?;
    Ok(Exit::Done)
}

async fn send(client: &Client, trigger: Trigger, body: Vec<u8>, output: Output) -> anyhow::Result<()> {
    let accepted: EventAccepted =
        client.call(Method::POST, &["v1", "events", trigger.name()], &[], Body::Json(body)).await?;
    if output.is_json() {
        return output.json(&accepted);
    }
    let id = accepted.event_id;
    match accepted.deliveries {
        0 => return output.line(format_args!("accepted {id}; no hook of {trigger} is enabled")),
        1 => output.line(format_args!("accepted {id} for one hook"))?,
        several => output.line(format_args!("accepted {id} for {several} hooks"))?,
    }
    output.line(format_args!("{FAINT}Next: hookbox events {id}{FAINT:#}"))
}

async fn show_one(client: &Client, id: EventId, output: Output) -> anyhow::Result<()> {
    let raw: Raw = client.get(&["v1", "events", &id.to_string()], &[]).await?;
    if output.is_json() {
        return output.line(raw.get());
    }
    let event: Event =
        serde_json::from_str(raw.get()).hint("the daemon may be of another version than this command")?;
    output.line(show::event(&event))
}

async fn list(client: &Client, filter: &Filter, output: Output) -> anyhow::Result<()> {
    let hook_id = match &filter.hook {
        Some(hook) => Some(hooks::find(client, hook).await?.id.to_string()),
        None => None,
    };
    let wanted = [
        ("trigger", filter.trigger.map(|trigger| trigger.name().to_owned())),
        ("hook_id", hook_id),
        ("state", filter.state.map(|state| state.name().to_owned())),
        ("user", filter.user.clone()),
        ("since", filter.since.map(|time| time.to_string())),
        ("until", filter.until.map(|time| time.to_string())),
        ("take", Some(filter.take.to_string())),
    ];
    let query: Vec<(&str, &str)> = wanted.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
    let (raw, page) = first_found(client, &query).await?;
    if output.is_json() {
        return output.line(raw.get());
    }
    let mut table = Table::new(&["EVENT", "RECEIVED", "TRIGGER", "HOOK", "STATE", "ATTEMPTS", "LAST OUTCOME"]);
    for event in page.events {
        let of_event = [Cell::new(event.id), Cell::new(event.received_at), Cell::new(event.trigger)];
        if event.deliveries.is_empty() {
            let none = ["-", "no hook", "0", "-"].map(|text| Cell::new(text).style(FAINT));
            table.row(of_event.into_iter().chain(none));
            continue;
        }
        for delivery in &event.deliveries {
            let last = delivery.attempts.last().map_or("-", |attempt| attempt.outcome.as_str());
            let of_delivery = [
                Cell::new(&delivery.hook_name),
                Cell::new(delivery.state.name()).style(style(delivery.state)),
                Cell::new(delivery.attempts.len()),
                Cell::new(last),
            ];
            table.row(of_event.clone().into_iter().chain(of_delivery));
        }
    }
    output.table(&table, "There are no such events.")
}

/// The first page with an event on it: the daemon looks through so many events in one call, and says where to go on.
async fn first_found(client: &Client, query: &[(&str, &str)]) -> anyhow::Result<(Raw, Events)> {
    let mut from = None;
    loop {
        let mut query = query.to_vec();
        query.extend(from.as_deref().map(|from| ("from", from)));
        let raw: Raw = client.get(&["v1", "events"], &query).await?;
        let page: Events =
            serde_json::from_str(raw.get()).hint("the daemon may be of another version than this command")?;
        match page.next {
            Some(next) if page.events.is_empty() => from = Some(next.to_string()),
            _ => return Ok((raw, page)),
        }
    }
}

/// The colour of a state.
fn style(state: DeliveryState) -> anstyle::Style {
    match state {
        DeliveryState::Pending | DeliveryState::Leased => WAITING,
        DeliveryState::Succeeded => GOOD,
        DeliveryState::Dead => BAD,
    }
}
