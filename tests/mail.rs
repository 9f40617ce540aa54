//! The main job: a password change runs a tenant's module, and the mail goes out.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Api, finished};
use crate::daemon::{Daemon, Setup};
use crate::eventually::block_on;
use crate::receiver::{Received, Receiver};
use crate::{Case, Need, case, case_needing, guests};

pub(crate) const CASES: &[Case] = &[
    case("a password change sends exactly the mail that the hook asks for", mail_is_sent),
    case("a refused mail is a log entry of the tenant and never reaches the identity system", refusal_is_logged),
    case("an answer of 503 is tried again, and says what it waits for", failure_is_retried),
    case_needing("a script sends the same mail as the module does", &[Need::JavaScript], script_sends_the_same_mail),
];

const KEY: &str = "SG.key-of-the-tests.0123456789abcdef";

struct House {
    receiver: Receiver,
    _daemon: Daemon,
    tenant: Api,
    _directory: tempfile::TempDir,
}

/// A daemon whose only tenant has the SendGrid hook and its key, and a receiver in SendGrid's place.
async fn house() -> Result<House> {
    let directory = tempfile::tempdir()?;
    let receiver = Receiver::start("api.sendgrid.com", directory.path()).await?;
    let data = directory.path().join("data");
    let daemon = Setup::new(&data).reach("api.sendgrid.com", receiver.address, &receiver.ca).start()?;
    let tenant = daemon.tenant("acme").await?;
    let hook = tenant.create_hook("sendgrid-email", &guests::sendgrid_email()?).await?;
    let answer = tenant.post(&format!("/api/v2/hooks/{hook}/secrets"), &json!({ "SENDGRID_API_KEY": KEY })).await?;
    ensure!(answer.status == 201, "secret: {answer:?}");
    Ok(House { receiver, _daemon: daemon, tenant, _directory: directory })
}

fn attempt(event: &Value) -> &Value {
    &event["deliveries"][0]["attempts"][0]
}

fn mail_is_sent() -> Result<()> {
    block_on(async {
        let house = house().await?;
        let id = house.tenant.password_changed("user1@example.com").await?;
        let event = house.tenant.event_when(&id, finished).await?;
        ensure!(event["deliveries"][0]["state"] == "succeeded", "{event:#}");
        ensure!(attempt(&event)["outcome"] == "completed", "{event:#}");
        ensure!(attempt(&event)["fuel_used"].as_u64().is_some_and(|fuel| fuel > 0), "{event:#}");
        let call = &attempt(&event)["http"][0];
        ensure!(call["method"] == "POST" && call["url"] == "https://api.sendgrid.com/v3/mail/send", "{call:#}");
        ensure!(call["status"] == 202, "{call:#}");

        let received = house.receiver.received();
        ensure!(received.len() == 1, "{received:#?}");
        let request = received.first().context("one request")?;
        ensure!(request.line == "POST /v3/mail/send", "{request:#?}");
        ensure!(request.header("host") == Some("api.sendgrid.com"), "{request:#?}");
        ensure!(request.header("authorization") == Some(&format!("Bearer {KEY}")), "{request:#?}");
        ensure!(request.header("content-type") == Some("application/json"), "{request:#?}");
        let expected = json!({
            "personalizations": [{ "to": [{ "email": "user1@example.com" }] }],
            "from": { "email": "admin@example.com" },
            "subject": "Your password was changed",
            "content": [{
                "type": "text/plain",
                "value": "The password for your Username-Password-Authentication account user1@example.com was \
                          recently changed."
            }]
        });
        ensure!(request.json == expected, "{:#}", request.json);
        Ok(())
    })
}

fn refusal_is_logged() -> Result<()> {
    block_on(async {
        let house = house().await?;
        let words = "The provided authorization grant is invalid, expired, or revoked";
        house.receiver.answer_with(401, &json!({ "errors": [{ "message": words, "field": null }] }).to_string());
        let id = house.tenant.password_changed("user1@example.com").await?;
        let event = house.tenant.event_when(&id, finished).await?;
        ensure!(event["deliveries"][0]["state"] == "dead", "{event:#}");
        ensure!(attempt(&event)["outcome"] == "failed", "{event:#}");
        ensure!(attempt(&event)["error"]["message"] == words, "{event:#}");

        let logs = house.tenant.get("/api/v2/logs").await?.json;
        let entry = logs.as_array().and_then(|list| list.first()).context("a log entry")?;
        ensure!(entry["type"] == "fcph", "{entry:#}");
        ensure!(entry["description"].as_str().is_some_and(|text| text.contains(words)), "{entry:#}");
        ensure!(!logs.to_string().contains(KEY) && !event.to_string().contains(KEY), "the key leaked");
        let by_id = house.tenant.get(&format!("/api/v2/logs/{}", entry["log_id"].as_str().context("log_id")?)).await?;
        ensure!(by_id.status == 200 && by_id.json["type"] == "fcph", "{by_id:?}");
        Ok(())
    })
}

fn failure_is_retried() -> Result<()> {
    block_on(async {
        let house = house().await?;
        house.receiver.answer_with(503, r#"{"errors":[{"message":"try later"}]}"#);
        let id = house.tenant.password_changed("user1@example.com").await?;
        let tried = |delivery: &Value| delivery["state"] == "pending" && delivery["attempts"][0]["number"] == 1;
        let event = house.tenant.event_when(&id, tried).await?;
        let delivery = &event["deliveries"][0];
        ensure!(delivery["next_attempt_at"].is_string(), "{delivery:#}");
        ensure!(delivery["waiting_for"].as_str().is_some_and(|text| text.contains("try later")), "{delivery:#}");
        house.receiver.answer_with(202, "");
        let event = house.tenant.event_when(&id, finished).await?;
        let delivery = &event["deliveries"][0];
        ensure!(delivery["state"] == "succeeded" && delivery["attempts"][1]["number"] == 2, "{delivery:#}");
        Ok(())
    })
}

fn script_sends_the_same_mail() -> Result<()> {
    block_on(async {
        let house = house().await?;
        let id = house.tenant.password_changed("user1@example.com").await?;
        house.tenant.event_when(&id, finished).await?;

        let script = std::fs::read_to_string(guests::root().join("hooks/sendgrid-email-js/hook.js"))?;
        // Enabling it switches the module off: a trigger has one enabled hook.
        let hook = json!({
            "name": "sendgrid-email-js",
            "script": script,
            "triggerId": "post-change-password",
            "enabled": true
        });
        let answer = house.tenant.post("/api/v2/hooks", &hook).await?;
        ensure!(answer.status == 201 && answer.json["script"] == script.as_str(), "{answer:?}");
        let hook = answer.json["id"].as_str().context("the answer has an id")?;
        let secrets = json!({ "SENDGRID_API_KEY": KEY });
        let answer = house.tenant.post(&format!("/api/v2/hooks/{hook}/secrets"), &secrets).await?;
        ensure!(answer.status == 201, "secret: {answer:?}");

        let id = house.tenant.password_changed("user1@example.com").await?;
        let event = house.tenant.event_when(&id, finished).await?;
        ensure!(event["deliveries"][0]["hook_id"] == hook, "{event:#}");
        ensure!(event["deliveries"][0]["state"] == "succeeded", "{event:#}");
        ensure!(attempt(&event)["outcome"] == "completed", "{event:#}");

        let received = house.receiver.received();
        let [of_module, of_script] = received.as_slice() else { anyhow::bail!("two mails, not {received:#?}") };
        ensure!(of_module.header("authorization") == Some(&format!("Bearer {KEY}")), "{of_module:#?}");
        let parts = |mail: &Received| {
            let mut headers = mail.headers.clone();
            headers.sort();
            (mail.line.clone(), headers, mail.json.clone())
        };
        ensure!(parts(of_module) == parts(of_script), "module {of_module:#?}\nscript {of_script:#?}");
        Ok(())
    })
}
