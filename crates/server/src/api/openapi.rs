//! `GET /openapi.json`: the API's description, generated from the handlers and kept in `crates/server/openapi.json`.
//!
//! **A new endpoint** gets `#[utoipa::path(…)]` between its doc comment and its function, with method, path, a unique
//! `operation_id`, one of the tags of [`about`], its parameters, `security(("token" = ["read:hooks"]))` (a tenant's
//! token with the scope of its extractor) or `security(("operator" = []))`, `request_body` and the answers that are no
//! errors. The bodies are types that derive `utoipa::ToSchema`: those of `hookbox_protocol` derive it behind that crate's
//! feature `openapi`, others stand beside the handler and are what it serialises. The route is then added to `api.rs`
//! with `.routes(routes!(module::function))`, all methods of one path in one `routes!`: an endpoint cannot be served
//! without being described, and the other way round.
//!
//! **Errors** are named by their code, once: `extensions(("x-errors" = json!(["HookDoesNotExist", "conflict"])))`.
//! [`shared`] turns each into an answer in the envelope with an example, and adds by itself what every call of a kind can
//! answer: bad paths, queries and bodies, missing credentials and scopes, suspended tenants, rates, and the daemon's own
//! failures; so only what is particular to the endpoint is named. `UPDATE_EXPECT=1 cargo test -p hookbox-server openapi`
//! renews the golden file, whose difference is what reviewers read. Tests hold that routes and description agree, that
//! the scopes are those that the handlers ask for, and that every reference leads somewhere; `tests/schema` holds the
//! running daemon to the document.

mod about;
mod shared;

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};
use utoipa::openapi::OpenApi;

use super::{Failure, answer};

/// What `/openapi.json` answers: made once in the life of the process.
struct Document {
    json: Bytes,
    etag: HeaderValue,
}

static DOCUMENT: LazyLock<Result<Document, serde_json::Error>> = LazyLock::new(|| {
    let json = serde_json::to_vec(&document(super::routes().into_openapi()))?;
    let digest = Sha256::digest(&json);
    let tag: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = HeaderValue::from_str(&format!("\"{tag}\"")).expect("hex digits make a header value");
    Ok(Document { json: json.into(), etag })
});

/// The description of this API in the form of OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "describeApi",
    tag = "Health",
    params(("if-none-match" = Option<String>, Header, description = "The `etag` of an earlier answer.")),
    responses(
        (
            status = 200,
            description = "The document.",
            body = Object,
            headers(("etag" = String, description = "Changes when the document does.")),
        ),
        (status = 304, description = "The document is the one that `if-none-match` names."),
    )
)]
pub(super) async fn show(headers: HeaderMap) -> Result<Response, Failure> {
    let document = DOCUMENT.as_ref().map_err(|error| Failure::internal(anyhow::anyhow!("{error}")))?;
    let is_known = headers.get_all(IF_NONE_MATCH).iter().any(|sent| names(sent, &document.etag));
    let mut response = if is_known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        answer::json_bytes(StatusCode::OK, document.json.clone())
    };
    response.headers_mut().insert(ETAG, document.etag.clone());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Whether a value of `If-None-Match` has that tag in its list. The tag is compared weakly, as RFC 9110 asks for.
fn names(sent: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(sent), Ok(etag)) = (sent.to_str(), etag.to_str()) else { return false };
    sent.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The whole document: what the handlers say, what all of them have in common, and what is said of the whole.
fn document(mut routes: OpenApi) -> OpenApi {
    routes.info = about::info();
    routes.tags = Some(about::tags());
    let components = routes.components.get_or_insert_default();
    about::add_security_schemes(components);
    shared::add_headers(components);
    shared::add_schemas(components);
    for (path, item) in &mut routes.paths.paths {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            shared::complete(path, operation, components);
        }
    }
    routes
}

#[cfg(test)]
mod tests;
