//! What belongs to another tenant does not exist, for any operation; and every operation asks who calls.

mod operations;

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Api, finished};
use crate::daemon::{Daemon, OPERATOR_TOKEN, Setup};
use crate::eventually::block_on;
use crate::{Case, case};
use operations::{Caller, Content, OPERATIONS, Operation, Takes, Thing};

pub(crate) const CASES: &[Case] = &[
    case("foreign: every operation of the API has a row in the table of operations", every_operation_has_a_row),
    case("foreign: another tenant's id is answered as an id that does not exist, by every operation", ids_are_nobodys),
    case("foreign: every operation asks for a credential that is good for it", credentials_are_asked_for),
];

/// A hook that fails for good, so that its event leaves a delivery, an attempt and a line of the log.
const FAILING: &str = r#"(module
    (memory (export "memory") 1)
    (data (i32.const 16) "{\"error\":{\"message\":\"no\",\"retryable\":false}}")
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 4096))
    (func (export "post_change_password") (param i32 i32) (result i64)
        (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 44))))"#;

/// The ids of what a tenant has, or ids that nobody has.
struct Ids {
    hook: String,
    event: String,
    delivery: String,
    log_entry: String,
    audit_entry: String,
    token: String,
    tenant: String,
}

impl Ids {
    fn nobodys() -> Self {
        Self {
            hook: "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
            event: "evt_0000000000001".to_owned(),
            delivery: "dlv_00000000000010000000000001".to_owned(),
            log_entry: "log_0000000000001".to_owned(),
            audit_entry: "aud_0000000000001".to_owned(),
            token: "0000000000002".to_owned(),
            tenant: "nobody".to_owned(),
        }
    }

    fn of(&self, thing: Thing) -> &str {
        match thing {
            Thing::Hook => &self.hook,
            Thing::Event => &self.event,
            Thing::Delivery => &self.delivery,
            Thing::LogEntry => &self.log_entry,
            Thing::AuditEntry => &self.audit_entry,
            Thing::Token => &self.token,
            Thing::Tenant => &self.tenant,
        }
    }
}

/// A daemon with a tenant that has one of everything.
struct House {
    daemon: Daemon,
    owner: Api,
    ids: Ids,
    module: Vec<u8>,
    http: reqwest::Client,
    _directory: tempfile::TempDir,
}

impl House {
    async fn open() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let owner = daemon.tenant("owner").await?;
        let module = wat::parse_str(FAILING)?;
        let hook = owner.create_hook("mine", &module).await?;
        let secret = owner.post(&format!("/api/v2/hooks/{hook}/secrets"), &json!({ "KEY": "value" })).await?;
        ensure!(secret.status == 201, "{secret:?}");
        let event = owner.password_changed("ada@example.com").await?;
        let settled = owner.event_when(&event, finished).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned).context("an id");
        let ids = Ids {
            delivery: text(&settled["deliveries"][0]["id"])?,
            log_entry: text(&owner.get("/api/v2/logs").await?.json[0]["log_id"])?,
            audit_entry: text(&owner.get("/v1/audit").await?.json["entries"][0]["id"])?,
            token: text(&owner.get("/v1/tokens").await?.json["tokens"][0]["id"])?,
            tenant: "owner".to_owned(),
            hook,
            event,
        };
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { daemon, owner, ids, module, http, _directory: directory })
    }

    /// Calls an operation with those ids; status and body, the latter without the id that was sent and the request's own.
    async fn call(&self, operation: &Operation, ids: &Ids, token: Option<&str>) -> Result<(u16, String)> {
        let id = match operation.takes {
            Takes::Nothing => "",
            Takes::One(thing) | Takes::Filter(thing) => ids.of(thing),
        };
        let (method, path) = operation.name.split_once(' ').context("a method and a path")?;
        let trigger = if path.ends_with("/call") { "send-phone-message" } else { "post-change-password" };
        let path =
            path.replace("{trigger}", trigger).replace("{number}", "1").replace("{id}", id).replace("{name}", id);
        let url = format!("{}{path}{}", self.daemon.url, operation.query.replace("{}", id));
        let mut request = self.http.request(method.parse()?, url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request = match operation.content {
            Content::Json if operation.body.is_empty() => request,
            // An empty object is no place for an id.
            Content::Json if operation.body == "{}" => request.header("content-type", "application/json").body("{}"),
            Content::Json => request.header("content-type", "application/json").body(operation.body.replace("{}", id)),
            Content::Lines => request.header("content-type", "application/x-ndjson").body(operation.body),
            Content::Module => request.header("content-type", "application/wasm").body(self.module.clone()),
        };
        let response = request.send().await?;
        let status = response.status().as_u16();
        let is_stream = response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
        // A stream of events has no end.
        let body = if is_stream { "a stream".to_owned() } else { response.text().await? };
        Ok((status, if id.is_empty() { body } else { body.replace(id, "ID") }))
    }

    /// Everything that the owner can see of what it has.
    async fn everything(&self) -> Result<Vec<Value>> {
        let Ids { hook, event, .. } = &self.ids;
        let mut all = Vec::new();
        for path in [
            format!("/api/v2/hooks/{hook}"),
            format!("/api/v2/hooks/{hook}/secrets"),
            format!("/v1/hooks/{hook}/settings"),
            format!("/v1/hooks/{hook}/versions"),
            format!("/v1/events/{event}"),
            "/api/v2/logs".to_owned(),
            "/v1/audit".to_owned(),
        ] {
            let answer = self.owner.get(&path).await?;
            ensure!(answer.status == 200, "{path}: {answer:?}");
            all.push(answer.json);
        }
        Ok(all)
    }
}

fn every_operation_has_a_row() -> Result<()> {
    block_on(async {
        let house = House::open().await?;
        let document = house.owner.get("/openapi.json").await?.json;
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().context("paths")? {
            for method in item.as_object().context("operations")?.keys() {
                described.insert(format!("{} {}", method.to_uppercase(), shape(path)));
            }
        }
        let rows: BTreeSet<String> = OPERATIONS.iter().map(|row| shape(row.name)).collect();
        ensure!(rows.len() == OPERATIONS.len(), "an operation has two rows");
        let missing: Vec<&String> = described.difference(&rows).collect();
        let gone: Vec<&String> = rows.difference(&described).collect();
        ensure!(missing.is_empty(), "tests/foreign/operations.rs lacks {missing:?}");
        ensure!(gone.is_empty(), "the API does not describe {gone:?}");
        Ok(())
    })
}

/// An address without the names of its parts, which several operations of one place share.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn ids_are_nobodys() -> Result<()> {
    block_on(async {
        let house = House::open().await?;
        let before = house.everything().await?;
        let stranger = house.daemon.tenant("stranger").await?;
        let (mut ones, mut filters) = (0, 0);
        for operation in OPERATIONS {
            let name = operation.name;
            if operation.takes == Takes::Nothing {
                continue;
            }
            let (status, foreign) = house.call(operation, &house.ids, Some(stranger.token())).await?;
            let unknown = house.call(operation, &Ids::nobodys(), Some(stranger.token())).await?;
            ensure!((status, &foreign) == (unknown.0, &unknown.1), "{name}: {status} {foreign}, unknown {unknown:?}");
            match (operation.takes, operation.caller) {
                // A tenant may not even ask for tenants.
                (_, Caller::Operator) => ensure!(status == 403, "{name}: {status} {foreign}"),
                (Takes::One(_), _) => ensure!(status == 404, "{name}: {status} {foreign}"),
                _ => ensure!(status < 300, "{name}: {status} {foreign}"),
            }
            ones += usize::from(matches!(operation.takes, Takes::One(_)));
            filters += usize::from(matches!(operation.takes, Takes::Filter(_)));
        }
        ensure!(ones >= 20 && filters >= 3, "only {ones} operations take an id, and {filters} filter by one");
        let after = house.everything().await?;
        for (before, after) in before.iter().zip(&after) {
            ensure!(before == after, "a stranger changed something:\n{before:#}\n{after:#}");
        }
        Ok(())
    })
}

/// Tokens of one tenant, and the tenant itself in another state.
struct Tokens {
    /// Has every scope but those that are named.
    without: Vec<(&'static [&'static str], String)>,
    whole: String,
    revoked: String,
    suspended: String,
}

impl Tokens {
    async fn make(house: &House) -> Result<Self> {
        let all = house.owner.get("/v1/tokens").await?.json["tokens"][1]["scopes"].clone();
        let all: Vec<&str> = all.as_array().context("scopes")?.iter().filter_map(Value::as_str).collect();
        let make = async |scopes: Vec<&str>| {
            let made = house.owner.post("/v1/tokens", &json!({ "name": "made", "scopes": scopes })).await?;
            let text = |key: &str| made.json[key].as_str().map(str::to_owned).with_context(|| format!("{made:?}"));
            anyhow::Ok((text("id")?, text("token")?))
        };
        let mut without: Vec<(&'static [&'static str], String)> = Vec::new();
        for operation in OPERATIONS {
            let (Caller::Tenant(scopes) | Caller::Both(scopes)) = operation.caller else { continue };
            if scopes.is_empty() || without.iter().any(|(known, _)| *known == scopes) {
                continue;
            }
            for scope in scopes {
                ensure!(all.contains(scope), "{}: there is no scope {scope}", operation.name);
            }
            let rest = all.iter().copied().filter(|scope| !scopes.contains(scope)).collect();
            without.push((scopes, make(rest).await?.1));
        }
        let (id, revoked) = make(all.clone()).await?;
        let answer = house.owner.delete(&format!("/v1/tokens/{id}")).await?;
        ensure!(answer.status == 204, "{answer:?}");
        let other = house.daemon.tenant("other").await?;
        let suspended = house.daemon.operator()?.patch("/v1/tenants/other", &json!({ "suspended": true })).await?;
        ensure!(suspended.status == 200, "{suspended:?}");
        let (whole, suspended) = (make(all).await?.1, other.token().to_owned());
        Ok(Self { without, whole, revoked, suspended })
    }
}

fn credentials_are_asked_for() -> Result<()> {
    block_on(async {
        let house = House::open().await?;
        let tokens = Tokens::make(&house).await?;
        let forged = format!("hbt_0000000000001_{}", "0".repeat(52));
        for operation in OPERATIONS {
            let refused = async |what: &str, token: Option<&str>, status: u16, code: &str| {
                let (found, body) = house.call(operation, &Ids::nobodys(), token).await?;
                let envelope: Value =
                    serde_json::from_str(&body).with_context(|| format!("{}: {body}", operation.name))?;
                ensure!(found == status && envelope["errorCode"] == code, "{} {what}: {found} {body}", operation.name);
                ensure!(envelope["statusCode"] == status, "{} {what}: {body}", operation.name);
                anyhow::Ok(())
            };
            if operation.caller == Caller::Anyone {
                let (status, body) = house.call(operation, &Ids::nobodys(), None).await?;
                ensure!(status != 401 && status != 403, "{}: {status} {body}", operation.name);
                continue;
            }
            refused("without a token", None, 401, "invalid_token").await?;
            refused("with a forged token", Some(&forged), 401, "invalid_token").await?;
            refused("with a revoked token", Some(&tokens.revoked), 401, "invalid_token").await?;
            refused("of a suspended tenant", Some(&tokens.suspended), 403, "tenant_suspended").await?;
            match operation.caller {
                Caller::Operator => {
                    refused("with a tenant's token", Some(&tokens.whole), 403, "insufficient_scope").await?
                }
                Caller::Tenant(_) => {
                    refused("with the operator's", Some(OPERATOR_TOKEN), 403, "insufficient_scope").await?
                }
                Caller::Both(_) | Caller::Anyone => {}
            }
            if let Caller::Tenant(scopes) | Caller::Both(scopes) = operation.caller
                && let Some((_, token)) = tokens.without.iter().find(|(known, _)| *known == scopes)
            {
                refused("with every scope but its own", Some(token), 403, "insufficient_scope").await?;
            }
        }
        Ok(())
    })
}
