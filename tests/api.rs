//! A client as an identity system or a tenant would write it: plain HTTP and JSON, no types shared with the server.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::eventually::eventually;

/// The first script on a machine waits for the JavaScript engine, which an unoptimised build compiles for many seconds.
const PATIENCE: Duration = Duration::from_secs(180);

/// A client with a token.
#[derive(Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    url: String,
    token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body as JSON; null where it is none.
    pub(crate) json: Value,
    /// The seconds after which another try makes sense, where it says so.
    pub(crate) retry_after: Option<u64>,
}

impl Api {
    /// For the daemon at `url`.
    pub(crate) fn new(url: &str, token: &str) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, url: url.to_owned(), token: token.to_owned() })
    }

    /// For a daemon with a certificate of a private CA, which is in that PEM file.
    pub(crate) fn trusting(ca: &Path, url: &str, token: &str) -> Result<Self> {
        let ca = reqwest::Certificate::from_pem(&std::fs::read(ca)?)?;
        let builder = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30));
        Ok(Self { http: builder.tls_certs_only([ca]).build()?, url: url.to_owned(), token: token.to_owned() })
    }

    /// The token, for commands that read it from the environment.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer> {
        let response = request.bearer_auth(&self.token).send().await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let body = response.bytes().await?;
        Ok(Answer { status, json: serde_json::from_slice(&body).unwrap_or(Value::Null), retry_after })
    }

    /// `GET`
    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(self.http.get(format!("{}{path}", self.url))).await
    }

    /// `POST` with a JSON body.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(self.http.post(format!("{}{path}", self.url)).json(body)).await
    }

    /// `PATCH` with a JSON body.
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(self.http.patch(format!("{}{path}", self.url)).json(body)).await
    }

    /// `DELETE`
    pub(crate) async fn delete(&self, path: &str) -> Result<Answer> {
        self.send(self.http.delete(format!("{}{path}", self.url))).await
    }

    /// Reports an event under an idempotency key.
    pub(crate) async fn post_with_key(&self, key: &str, body: &Value) -> Result<Answer> {
        let url = format!("{}/v1/events/post-change-password", self.url);
        self.send(self.http.post(url).header("idempotency-key", key).json(body)).await
    }

    /// Uploads a module as a new hook on `post-change-password` and gives the hook's id.
    pub(crate) async fn create_hook(&self, name: &str, module: &[u8]) -> Result<String> {
        let answer = self.upload(name, module).await?;
        ensure!(answer.status == 201, "hook {name}: {answer:?}");
        Ok(answer.json["id"].as_str().context("the answer has an id")?.to_owned())
    }

    /// Uploads a module and gives the answer as it is.
    pub(crate) async fn upload(&self, name: &str, module: &[u8]) -> Result<Answer> {
        self.upload_to(&format!("/v1/hooks?name={name}&trigger=post-change-password"), module).await
    }

    /// `POST` with a module.
    pub(crate) async fn upload_to(&self, path: &str, module: &[u8]) -> Result<Answer> {
        let url = format!("{}{path}", self.url);
        let request = self.http.post(url).header("content-type", "application/wasm").body(module.to_vec());
        self.send(request).await
    }

    /// Reports a password change of `email` and gives the event's id.
    pub(crate) async fn password_changed(&self, email: &str) -> Result<String> {
        let answer = self.post("/v1/events/post-change-password", &password_change(email)).await?;
        ensure!(answer.status == 202, "event: {answer:?}");
        Ok(answer.json["event_id"].as_str().context("the answer has an event_id")?.to_owned())
    }

    /// The event, once each of its deliveries has one attempt at least and `settled` agrees.
    pub(crate) async fn event_when(&self, id: &str, settled: fn(&Value) -> bool) -> Result<Value> {
        eventually(&format!("event {id}"), PATIENCE, || async move {
            let answer = self.get(&format!("/v1/events/{id}")).await?;
            ensure!(answer.status == 200, "event {id}: {answer:?}");
            let ready = answer.json["deliveries"].as_array().is_some_and(|list| list.iter().all(settled));
            Ok(ready.then_some(answer.json))
        })
        .await
    }
}

/// A delivery that will not run again by itself.
pub(crate) fn finished(delivery: &Value) -> bool {
    delivery["state"] == "succeeded" || delivery["state"] == "dead"
}

/// A password change as an identity system reports it.
pub(crate) fn password_change(email: &str) -> Value {
    json!({
        "user": {
            "id": "abc123",
            "username": "user1",
            "email": email,
            "last_password_reset": "2019-02-27T14:14:29.206Z"
        },
        "context": {
            "connection": {
                "id": "con_xxxxxxxxxxxxxxxx",
                "name": "Username-Password-Authentication",
                "tenant": "my-tenant"
            }
        }
    })
}
