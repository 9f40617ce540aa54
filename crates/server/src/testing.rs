//! What the tests share: a whole daemon without connections, and modules to run in it.

use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use hookbox_egress::{Egress, Policy};
use hookbox_protocol::api::Quotas;
use hookbox_protocol::api::TenantCreated;
use hookbox_runtime::Runtime;
use hookbox_store::{Location, MasterKey, MasterKeys, Options, Store};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{App, OperatorToken, Parts, ServerSettings, router};

pub(crate) const OPERATOR: &str = "hbo_operator";

/// The beginning of every module here: an allocator that always gives the same place.
const HEAD: &str = r#"
    (import "hookbox" "log" (func $log (param i32 i32 i32)))
    (import "hookbox" "timer_start" (func $timer (param i64) (result i32)))
    (import "hookbox" "next_event" (func $next (result i64)))
    (memory (export "memory") 8)
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 4096))"#;

/// A hook that completes at once.
pub(crate) fn completes() -> Bytes {
    hook("post_change_password", "(i64.const 0)", "")
}

/// A hook that prints its input.
pub(crate) fn prints_input() -> Bytes {
    prints_input_often(1)
}

/// A hook that prints its input so many times.
pub(crate) fn prints_input_often(times: usize) -> Bytes {
    let print = "(call $log (i32.const 1) (local.get 0) (local.get 1))".repeat(times);
    hook("post_change_password", &format!("{print} (i64.const 0)"), "")
}

/// A hook that returns its input as its value.
pub(crate) fn echoes(export: &str) -> Bytes {
    let code = r#"
        (memory.copy (i32.const 4087) (i32.const 16) (i32.const 9))
        (i32.store8 (i32.add (local.get 0) (local.get 1)) (i32.const 125))
        (i64.or
            (i64.shl (i64.const 4087) (i64.const 32))
            (i64.extend_i32_u (i32.add (local.get 1) (i32.const 10))))"#;
    hook(export, code, r#"{"value":"#)
}

/// A hook that ends with that result.
pub(crate) fn returns(result: &Value) -> Bytes {
    returns_from("post_change_password", result)
}

/// A hook of that trigger's function that ends with that result.
pub(crate) fn returns_from(export: &str, result: &Value) -> Bytes {
    let text = result.to_string();
    let code = format!("(i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const {}))", text.len());
    hook(export, &code, &text)
}

/// A hook that fails with that message.
pub(crate) fn fails(message: &str) -> Bytes {
    returns(&json!({ "error": { "message": message, "name": "Error", "stack": "at notify" } }))
}

/// A hook that waits for longer than any limit.
pub(crate) fn hangs() -> Bytes {
    waits(3_600_000)
}

/// A hook that waits for so many milliseconds and completes.
pub(crate) fn waits(ms: u32) -> Bytes {
    let code = format!("(drop (call $timer (i64.const {ms}))) (drop (call $next)) (i64.const 0)");
    hook("post_change_password", &code, "")
}

/// A module with `data` at address 16 and `code` as the body of the trigger's function.
fn hook(export: &str, code: &str, data: &str) -> Bytes {
    let data: String = data.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module {HEAD} (data (i32.const 16) "{data}")
            (func (export "{export}") (param i32 i32) (result i64) {code}))"#
    );
    wat::parse_str(text).expect("a module").into()
}

/// A password change of a user with that id.
pub(crate) fn event(user: &str) -> Value {
    json!({
        "user": { "id": user, "username": "ada", "email": "ada@example.com" },
        "context": { "connection": { "id": "con_1", "name": "users", "tenant": "acme" } },
    })
}

/// A daemon without connections.
pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) stop: CancellationToken,
    router: Router,
    _folder: TempDir,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body, if the status is the expected one.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Holds that this is an error in the envelope, with that code and a message that contains `part`.
    pub(crate) fn expect_error(&self, status: u16, code: &str, part: &str) {
        let body = self.expect(status);
        let keys: Vec<&String> = body.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["statusCode", "error", "message", "errorCode"], "{body}");
        assert_eq!((&body["statusCode"], &body["errorCode"]), (&json!(status), &json!(code)), "{body}");
        assert!(body["message"].as_str().is_some_and(|message| message.contains(part)), "{part}: {body}");
    }

    /// The keys of the body, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.json().as_object().expect("an object").keys().cloned().collect()
    }
}

/// The parts of a daemon on a folder of its own. One sandbox serves all tests of the process.
pub(crate) async fn parts(folder: &TempDir, mut settings: ServerSettings) -> Parts {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    static CACHE: OnceLock<TempDir> = OnceLock::new();
    let cache = CACHE.get_or_init(|| TempDir::new().expect("a folder"));
    settings.cache_dir.get_or_insert_with(|| cache.path().to_owned());
    let runtime = RUNTIME.get_or_init(|| Runtime::new(hookbox_runtime::Settings::default()).expect("a sandbox"));
    let options = Options {
        location: Location::Sqlite(folder.path().to_owned()),
        master_keys: match &settings.master_key_file {
            Some(file) => MasterKeys::load_or_create(file).expect("a key file"),
            None => MasterKey::generate().into(),
        },
        quotas: Quotas::default(),
        secrets: settings.secrets,
    };
    Parts {
        store: Store::open(options).await.expect("a store"),
        runtime: runtime.clone(),
        egress: Egress::new(Policy::default()).expect("a way out"),
        operator_token: OperatorToken::new(OPERATOR),
        settings,
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(ServerSettings { guest_threads: Some(2), ..ServerSettings::default() }).await
    }

    pub(crate) async fn with(settings: ServerSettings) -> Self {
        Self::under(settings, Policy::default()).await
    }

    /// A daemon whose hooks reach what is on this machine.
    pub(crate) async fn reaching_loopback() -> Self {
        let policy = Policy { allow: vec!["127.0.0.1/32".parse().expect("a network")], ..Policy::default() };
        Self::under(ServerSettings { guest_threads: Some(2), ..ServerSettings::default() }, policy).await
    }

    async fn under(settings: ServerSettings, policy: Policy) -> Self {
        let folder = TempDir::new().expect("a folder");
        let stop = CancellationToken::new();
        let egress = Egress::new(policy).expect("a way out");
        let parts = Parts { egress, ..parts(&folder, settings).await };
        let app = App::new(parts, stop.clone()).expect("an app");
        Self { router: router(app.clone()), app, stop, _folder: folder }
    }

    /// Makes a tenant and gives its token.
    pub(crate) async fn tenant(&self, name: &str) -> String {
        self.tenant_created(name).await.token
    }

    pub(crate) async fn tenant_created(&self, name: &str) -> TenantCreated {
        let answer = self.post("/v1/tenants", OPERATOR, &json!({ "name": name })).await;
        serde_json::from_value(answer.expect(201)).expect("a tenant")
    }

    /// Makes a hook of a module and gives its id.
    pub(crate) async fn hook(&self, token: &str, name: &str, module: Bytes) -> String {
        let path = format!("/v1/hooks?name={name}&trigger=post-change-password");
        let hook = self.upload("POST", &path, token, module).await.expect(201);
        hook["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(Request::get(path), token, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.json("POST", path, token, body).await
    }

    pub(crate) async fn json(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        self.send(request, token, Body::from(body.to_string())).await
    }

    pub(crate) async fn upload(&self, method: &str, path: &str, token: &str, module: Bytes) -> Answer {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/wasm");
        self.send(request, token, Body::from(module)).await
    }

    /// Sends a request with a bearer token; without one where it is empty.
    pub(crate) async fn send(&self, request: http::request::Builder, token: &str, body: Body) -> Answer {
        let (parts, body) = self.open(request, token, body).await.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends a request and gives its answer while that may still be coming.
    pub(crate) async fn open(&self, request: http::request::Builder, token: &str, body: Body) -> Response<Body> {
        let request =
            if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
        self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer")
    }
}
