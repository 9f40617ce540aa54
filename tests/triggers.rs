//! Every trigger end to end, with a module and with a script that do the same: success, the original's error classes,
//! and what the tenant log says of them.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Api, finished};
use crate::daemon::{Daemon, Setup};
use crate::eventually::block_on;
use crate::{Case, Need, case, case_needing, guests};

pub(crate) const CASES: &[Case] = &[
    case("triggers: a module answers pre-user-registration as in the original", || sign_up(Code::Module)),
    case("triggers: a module answers credentials-exchange as in the original", || exchange(Code::Module)),
    case("triggers: a module answers send-phone-message as in the original", || phone(Code::Module)),
    case("triggers: a module gets the events of both post triggers", || events(Code::Module)),
    case_needing("triggers: a script answers pre-user-registration as in the original", JS, || sign_up(Code::Script)),
    case_needing("triggers: a script answers credentials-exchange as in the original", JS, || exchange(Code::Script)),
    case_needing("triggers: a script answers send-phone-message as in the original", JS, || phone(Code::Script)),
    case_needing("triggers: a script gets the events of both post triggers", JS, || events(Code::Script)),
    case_needing("triggers: a module and a script run one after the other and hand on what they made", JS, both),
];

const JS: &[Need] = &[Need::JavaScript];

/// All of `hooks.js`; which of its functions is the hook is said below it.
const SCRIPT: &str = include_str!("triggers/hooks.js");

#[derive(Clone, Copy)]
enum Code {
    Module,
    Script,
}

struct House {
    tenant: Api,
    _daemon: Daemon,
    _directory: tempfile::TempDir,
}

impl House {
    async fn open(code: Code) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let tenant = daemon.tenant("acme").await?;
        let house = Self { tenant, _daemon: daemon, _directory: directory };
        if matches!(code, Code::Script) {
            house.prepare_engine().await?;
        }
        Ok(house)
    }

    /// The first script waits for the engine, for longer than a client waits for a call; an event has the patience.
    async fn prepare_engine(&self) -> Result<()> {
        let hook = self.hook("post-change-password", Code::Script).await?;
        let event = self.tenant.password_changed("user1@example.com").await?;
        self.tenant.event_when(&event, finished).await?;
        let deleted = self.tenant.delete(&format!("/api/v2/hooks/{hook}")).await?;
        ensure!(deleted.status == 204, "{deleted:?}");
        Ok(())
    }

    /// Makes an enabled hook and gives its id.
    async fn hook(&self, trigger: &str, code: Code) -> Result<String> {
        let answer = match code {
            Code::Module => {
                let path = format!("/v1/hooks?name=module&trigger={trigger}&enabled=true");
                self.tenant.upload_to(&path, &guests::every_trigger()?).await?
            }
            Code::Script => {
                let script = format!("{SCRIPT}\nmodule.exports = exports['{trigger}'];\n");
                let body = json!({ "name": "script", "script": script, "triggerId": trigger, "enabled": true });
                self.tenant.post("/api/v2/hooks", &body).await?
            }
        };
        ensure!(answer.status == 201, "{trigger}: {answer:?}");
        Ok(answer.json["id"].as_str().context("the answer has an id")?.to_owned())
    }

    async fn call(&self, trigger: &str, input: &Value) -> Result<Value> {
        let answer = self.tenant.post(&format!("/v1/triggers/{trigger}/call"), input).await?;
        ensure!(answer.status == 200, "{trigger}: {answer:?}");
        Ok(answer.json)
    }

    /// The newest line of the tenant log that is not a warning about a script.
    async fn last_log(&self) -> Result<Value> {
        let answer = self.tenant.get("/api/v2/logs?per_page=1").await?;
        Ok(answer.json[0].clone())
    }

    /// A call that succeeds with that value.
    async fn succeeds(&self, trigger: &str, input: Value, value: Value) -> Result<()> {
        let called = self.call(trigger, &input).await?;
        ensure!(called["outcome"] == "completed" && called["value"] == value, "{input}: {called:#}");
        ensure!(called.get("error").is_none() && called.get("refusal").is_none(), "{called:#}");
        ensure!(self.last_log().await?.is_null(), "a success is no line of the log");
        Ok(())
    }

    /// A call that fails with that error, is to be answered with that refusal, and is logged under that code.
    async fn fails(&self, trigger: &str, input: Value, error: (&str, &str), refusal: Value, code: &str) -> Result<()> {
        let called = self.call(trigger, &input).await?;
        ensure!(called["outcome"] == "failed" && called["value"].is_null(), "{input}: {called:#}");
        let (name, message) = error;
        ensure!(called["error"]["name"] == name && called["error"]["message"] == message, "{called:#}");
        ensure!(called["refusal"] == refusal, "{input}: {called:#}");
        let log = self.last_log().await?;
        ensure!(log["type"] == code && log["description"] == message, "{input}: {log:#}");
        ensure!(log["details"]["error"]["name"] == name && log["hook_id"] == called["hook_id"], "{log:#}");
        Ok(())
    }
}

fn refusal(status: u16, error: &str, description: &str) -> Value {
    json!({ "status_code": status, "error": error, "error_description": description })
}

fn sign_up_input(username: &str) -> Value {
    let user = json!({ "tenant": "my-tenant", "username": username, "email": "user1@example.com" });
    let connection = json!({ "id": "con_1", "name": "users", "tenant": "my-tenant" });
    json!({ "user": user, "context": { "requestLanguage": "en-us", "connection": connection } })
}

fn sign_up(code: Code) -> Result<()> {
    const TRIGGER: &str = "pre-user-registration";
    block_on(async {
        let house = House::open(code).await?;
        house.hook(TRIGGER, code).await?;
        let metadata = json!({ "user_metadata": { "greeted": true }, "app_metadata": { "connection": "users" } });
        house.succeeds(TRIGGER, sign_up_input("user1"), json!({ "user": metadata })).await?;
        let refused = refusal(400, "invalid_signup", "Please use another address");
        let error = ("PreUserRegistrationError", "domain is blocked");
        house.fails(TRIGGER, sign_up_input("refused"), error, refused, "fs").await?;
        let log = house.last_log().await?;
        ensure!(log["user_name"] == "refused" && log["connection"] == "users", "{log:#}");
        let broken = refusal(500, "server_error", "the sign-up cannot be completed");
        house.fails(TRIGGER, sign_up_input("broken"), ("Error", "no directory"), broken, "fs").await
    })
}

fn exchange_input(audience: &str) -> Value {
    let client = json!({ "id": "c1", "name": "App", "tenant": "my-tenant", "metadata": {} });
    json!({ "client": client, "scope": ["asked"], "audience": audience, "context": {} })
}

fn exchange(code: Code) -> Result<()> {
    const TRIGGER: &str = "credentials-exchange";
    block_on(async {
        let house = House::open(code).await?;
        house.hook(TRIGGER, code).await?;
        let token = json!({ "scope": ["asked", "extra"], "https://example.com/client": "App" });
        house.succeeds(TRIGGER, exchange_input("https://api.example.com/"), token).await?;
        for (audience, class, status, error) in [
            ("invalid scope", "InvalidScopeError", 400, "invalid_scope"),
            ("invalid request", "InvalidRequestError", 400, "invalid_request"),
            ("server error", "ServerError", 500, "server_error"),
            ("other error", "Error", 500, "server_error"),
        ] {
            let message = format!("{audience} it is");
            let refused = refusal(status, error, &message);
            house.fails(TRIGGER, exchange_input(audience), (class, &message), refused, "feccft").await?;
        }
        let log = house.last_log().await?;
        ensure!(log["client_id"] == "c1" && log["client_name"] == "App", "{log:#}");
        Ok(())
    })
}

fn phone_input(recipient: &str, kind: &str) -> Value {
    let user = json!({ "user_id": "auth0|1", "name": "user1", "email": "user1@example.com" });
    let context = json!({
        "message_type": kind, "action": "enrollment", "language": "en", "code": "123456", "ip": "192.0.2.1",
        "user_agent": "test", "client": { "client_id": "c1", "name": "App", "client_metadata": {} }, "user": user,
    });
    json!({ "recipient": recipient, "text": "123456", "context": context })
}

fn phone(code: Code) -> Result<()> {
    const TRIGGER: &str = "send-phone-message";
    block_on(async {
        let house = House::open(code).await?;
        house.hook(TRIGGER, code).await?;
        let sent = json!({ "MessageID": "+15550100/123456/sms" });
        house.succeeds(TRIGGER, phone_input("+15550100", "sms"), sent).await?;
        for (kind, log_code) in [("sms", "gd_send_sms_failure"), ("voice", "gd_send_voice_failure")] {
            let refused = refusal(400, "message_not_sent", "Try again later");
            let error = ("SendPhoneMessageError", "no network");
            house.fails(TRIGGER, phone_input("refused", kind), error, refused, log_code).await?;
            let broken = refusal(500, "server_error", "the message cannot be sent");
            house.fails(TRIGGER, phone_input("broken", kind), ("Error", "no line"), broken, log_code).await?;
        }
        let log = house.last_log().await?;
        ensure!(log["user_id"] == "auth0|1" && log["user_name"] == "user1" && log["client_id"] == "c1", "{log:#}");
        Ok(())
    })
}

fn events(code: Code) -> Result<()> {
    block_on(async {
        let house = House::open(code).await?;
        for (trigger, log_code) in [("post-change-password", "fcph"), ("post-user-registration", "fpurh")] {
            let hook = house.hook(trigger, code).await?;
            for (username, state, outcome) in [("user1", "succeeded", "completed"), ("broken", "dead", "failed")] {
                let sent = house.tenant.post(&format!("/v1/events/{trigger}"), &sign_up_input(username)).await?;
                ensure!(sent.status == 202 && sent.json["deliveries"] == 1, "{trigger}: {sent:?}");
                let id = sent.json["event_id"].as_str().context("the answer has an event_id")?;
                let event = house.tenant.event_when(id, finished).await?;
                let delivery = &event["deliveries"][0];
                ensure!(delivery["state"] == state && delivery["hook_id"] == hook.as_str(), "{trigger}: {event:#}");
                ensure!(delivery["attempts"][0]["outcome"] == outcome, "{trigger}: {event:#}");
                if outcome == "completed" {
                    let line = &delivery["attempts"][0]["logs"][0]["message"];
                    ensure!(line == "user1@example.com in users", "{trigger}: {event:#}");
                }
            }
            let log = house.last_log().await?;
            ensure!(log["type"] == log_code && log["description"] == "no mail today", "{trigger}: {log:#}");
            ensure!(log["user_name"] == "broken" && log["hook_id"] == hook.as_str(), "{trigger}: {log:#}");
            house.tenant.delete(&format!("/api/v2/hooks/{hook}")).await?;
        }
        Ok(())
    })
}

/// With several hooks of a trigger, the access token goes from one to the next.
fn both() -> Result<()> {
    const TRIGGER: &str = "credentials-exchange";
    block_on(async {
        let house = House::open(Code::Script).await?;
        let several = json!({ "several_hooks_per_trigger": true });
        let answer = house.tenant.patch("/v1/settings", &several).await?;
        ensure!(answer.status == 200 && answer.json == several, "{answer:?}");
        house.hook(TRIGGER, Code::Module).await?;
        let script = house.hook(TRIGGER, Code::Script).await?;
        let called = house.call(TRIGGER, &exchange_input("x")).await?;
        ensure!(called["value"]["scope"] == json!(["asked", "extra", "extra"]), "{called:#}");
        let ran: Vec<&Value> = called["hooks"].as_array().into_iter().flatten().map(|ran| &ran["hook_name"]).collect();
        ensure!(ran == ["module", "script"] && called["hook_id"] == script.as_str(), "{called:#}");
        Ok(())
    })
}
