//! What the demo does and shows, step by step, through the API as any client.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hookbox_protocol::api::{Delivery, DeliveryState, Event, EventAccepted, Hook, NewTenant, TenantCreated};
use hookbox_protocol::{EventId, Trigger};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::example::ExampleHooks;
use super::sendgrid::{Mail, SendGrid};
use crate::client::{Body, Client, Raw, Target};
use crate::command::events::show;
use crate::command::{hooks, logs, secrets};
use crate::daemon::Daemon;
use crate::failure::Failure;
use crate::output::{FAINT, GOOD, Output, STRONG, printable};

/// How long the demo waits for what takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it looks.
const POLL: Duration = Duration::from_millis(20);

/// For the reader to try: short, and valid.
const EVENT: &str = r#"{"user": {"id": "abc123", "email": "you@example.com"}, "context": {"connection": {"id": "con_1", "name": "Users", "tenant": "demo"}}}"#;

const TRIGGER: Trigger = Trigger::PostChangePassword;

/// What programs get with `--json`.
#[derive(Serialize)]
struct Told<'a> {
    url: &'a str,
    console: &'a str,
    operator_token: &'a str,
    tenant_token: &'a str,
    mail: Value,
    delivered: Raw,
    failed: Raw,
    log: &'a [logs::Entry],
}

/// Tells the story; fails where the mail does not arrive. What the reader can try is part of it if the daemon `stays_up`.
pub(super) async fn tell(
    daemon: &Daemon,
    sendgrid: &SendGrid,
    example: &ExampleHooks,
    stays_up: bool,
    output: Output,
) -> anyhow::Result<()> {
    let out = Teller { silent: output.is_json(), output };
    let target = Target { url: daemon.url.parse()?, ca: None };
    let operator = Client::with_token(&target, daemon.operator_token.token())?;

    let body = Body::json(&NewTenant { name: "demo".to_owned() })?;
    let tenant: TenantCreated = operator.call(Method::POST, &["v1", "tenants"], &[], body).await?;
    let client = Client::with_token(&target, &tenant.token.clone().into())?;
    deploy(&client, sendgrid, example).await?;
    out.step("1", "A tenant and its hooks")?;
    out.line(
        "   Tenant demo has the hook sendgrid-email, enabled, with the secret SENDGRID_API_KEY; and starter, disabled.",
    )?;

    out.step("2", "A password is changed")?;
    let first = send(&client, "user1@example.com").await?;
    out.line(format!("   POST /v1/events/{TRIGGER} → {GOOD}202{GOOD:#} {}", first.event_id))?;
    let (delivered_raw, delivered) = wait(&client, first.event_id, |it| it.state == DeliveryState::Succeeded).await?;
    // The hook completes only after SendGrid's answer: the mail is there by now, or never.
    let mail = tokio::time::timeout(PATIENCE, sendgrid.next_mail()).await.ok().flatten();
    let mail = mail.ok_or_else(|| Failure::new("the mail did not arrive at the stand-in for SendGrid"))?;
    out.mail(&mail)?;
    out.deliveries(&delivered)?;

    out.step("3", "SendGrid revokes the key, and another password is changed")?;
    sendgrid.set_revoked(true);
    let second = send(&client, "user2@example.com").await?;
    out.line(format!("   POST /v1/events/{TRIGGER} → {GOOD}202{GOOD:#} {} all the same", second.event_id))?;
    let (failed_raw, failed) = wait(&client, second.event_id, |it| !it.attempts.is_empty()).await?;
    out.deliveries(&failed)?;
    let log = wait_for_log(&client).await?;
    sendgrid.set_revoked(false);
    out.line("   The tenant log:")?;
    log.iter().try_for_each(|entry| out.line(format!("     {}", logs::line(entry))))?;

    // The fragment signs in by itself; a browser keeps it from the server, and the console removes it at once.
    let console = format!("{}/console/#token={}", daemon.url, tenant.token);
    let operator_token = daemon.operator_token.token().reveal();
    if output.is_json() {
        return output.json(&Told {
            url: &daemon.url,
            console: &console,
            operator_token,
            tenant_token: &tenant.token,
            mail: json!({ "to": mail.to, "from": mail.from, "subject": mail.subject, "text": mail.text }),
            delivered: delivered_raw,
            failed: failed_raw,
            log: &log,
        });
    }
    if !stays_up {
        return Ok(());
    }
    out.step("4", "Try it yourself")?;
    for (name, value) in [
        ("API", daemon.url.as_str()),
        ("console", &console),
        ("operator token", operator_token),
        ("tenant token", &tenant.token),
    ] {
        out.line(format!("   {FAINT}{name:<15}{FAINT:#} {value}"))?;
    }
    out.curl_lines(&daemon.url, &tenant.token)
}

/// Shows each further mail when it arrives.
pub(super) async fn show_mails(sendgrid: &SendGrid, output: Output) -> anyhow::Result<()> {
    let out = Teller { silent: output.is_json(), output };
    while let Some(mail) = sendgrid.next_mail().await {
        out.line("")?;
        out.mail(&mail)?;
    }
    Ok(())
}

async fn deploy(client: &Client, sendgrid: &SendGrid, example: &ExampleHooks) -> anyhow::Result<()> {
    for (name, wasm) in [("sendgrid-email", &example.sendgrid_email), ("starter", &example.starter)] {
        let query = [("name", name), ("trigger", TRIGGER.name())];
        client.send(Method::POST, &["v1", "hooks"], &query, Body::Wasm(wasm.clone())).await?;
    }
    let hook: Hook = hooks::find(client, "sendgrid-email").await?;
    let values = BTreeMap::from([("SENDGRID_API_KEY".to_owned(), sendgrid.api_key().to_owned())]);
    secrets::set(client, &hook, values).await?;
    Ok(())
}

async fn send(client: &Client, email: &str) -> anyhow::Result<EventAccepted> {
    let mut event: Value = serde_json::from_str(TRIGGER.spec().sample)?;
    event["user"]["email"] = email.into();
    client.call(Method::POST, &["v1", "events", TRIGGER.name()], &[], Body::json(&event)?).await
}

/// Waits until the event's delivery is as wanted, or can no longer become so.
async fn wait(client: &Client, id: EventId, wanted: fn(&Delivery) -> bool) -> anyhow::Result<(Raw, Event)> {
    let started = Instant::now();
    loop {
        let raw: Raw = client.get(&["v1", "events", &id.to_string()], &[]).await?;
        let event: Event = serde_json::from_str(raw.get())?;
        if event.deliveries.iter().any(wanted) {
            return Ok((raw, event));
        }
        let is_dead = event.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Dead);
        if is_dead || started.elapsed() > PATIENCE {
            let text = anstream::adapter::strip_str(&show::event(&event)).to_string();
            return Err(Failure::new(format!("the delivery did not go as it should\n{text}")).into());
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn wait_for_log(client: &Client) -> anyhow::Result<Vec<logs::Entry>> {
    let started = Instant::now();
    loop {
        let mut entries = logs::latest(client, 20).await?;
        entries.retain(|entry| entry.get("type").and_then(Value::as_str) == Some(TRIGGER.spec().log_code));
        if !entries.is_empty() {
            return Ok(entries);
        }
        if started.elapsed() > PATIENCE {
            return Err(Failure::new("the failed attempt made no entry in the tenant log").into());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Prints the story for people; programs get one document at the end.
struct Teller {
    silent: bool,
    output: Output,
}

impl Teller {
    fn line(&self, text: impl std::fmt::Display) -> anyhow::Result<()> {
        if self.silent { Ok(()) } else { self.output.line(text) }
    }

    fn step(&self, number: &str, title: &str) -> anyhow::Result<()> {
        self.line(format_args!("\n{STRONG}{number}  {title}{STRONG:#}"))
    }

    fn mail(&self, mail: &Mail) -> anyhow::Result<()> {
        self.line("   The stand-in for SendGrid received this mail:")?;
        for (name, value) in [("From", &mail.from), ("To", &mail.to), ("Subject", &mail.subject), ("Text", &mail.text)]
        {
            self.line(format_args!("     {FAINT}{name:<8}{FAINT:#} {}", printable(value)))?;
        }
        Ok(())
    }

    fn deliveries(&self, event: &Event) -> anyhow::Result<()> {
        let mut lines = Vec::new();
        event.deliveries.iter().for_each(|delivery| show::delivery(delivery, &mut lines));
        lines.iter().try_for_each(|line| self.line(format_args!(" {line}")))
    }

    fn curl_lines(&self, url: &str, token: &str) -> anyhow::Result<()> {
        let comment = |text| format!("\n   {FAINT}# {text}{FAINT:#}");
        self.line(comment("the key is valid again: report a password change, see what became of it, read the log"))?;
        self.line(format_args!("   export HOOKBOX_URL={url} HOOKBOX_TOKEN={token}"))?;
        self.line(format_args!(
            "   curl -sS $HOOKBOX_URL/v1/events/{TRIGGER} -H \"Authorization: Bearer $HOOKBOX_TOKEN\" -H \"Content-Type: application/json\" -d '{EVENT}'"
        ))?;
        self.line("   curl -sS \"$HOOKBOX_URL/v1/events?take=1\" -H \"Authorization: Bearer $HOOKBOX_TOKEN\"")?;
        self.line("   curl -sS $HOOKBOX_URL/api/v2/logs -H \"Authorization: Bearer $HOOKBOX_TOKEN\"")?;
        self.line(comment("or the same with this command: hookbox events send, hookbox events, hookbox logs -f"))?;
        self.line(comment("a hook of your own, in JavaScript; it takes the place of sendgrid-email"))?;
        self.line("   hookbox new hello --lang js && hookbox deploy hello && hookbox hooks enable hello")
    }
}
