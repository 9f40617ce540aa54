//! `POST /oauth/token`: client credentials, as JSON or as a form

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::body::{self, BodyLimit};
use super::brake::Attempt;
use super::{Failure, answer, auth, store_failure};
use crate::App;

/// How long an access token holds.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// What a client sends; `audience` and whatever else it sends is ignored, as in the original.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = AccessTokenRequest)]
struct Asked {
    /// `client_credentials`, the only one here.
    #[schema(required, nullable = false, example = "client_credentials")]
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// What a client gets.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken)]
struct Given {
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the token holds.
    expires_in: u64,
    /// What it allows: scopes with a space between.
    scope: String,
}

/// OAuth has its own form of errors.
#[derive(Serialize, ToSchema)]
#[schema(as = OAuthError)]
struct Refused<'a> {
    #[schema(example = "access_denied")]
    error: &'a str,
    error_description: &'a str,
}

/// Gives a client an access token.
#[utoipa::path(
    post,
    path = "/oauth/token",
    operation_id = "createAccessToken",
    tag = "OAuth",
    request_body(
        description = "Id and secret may come in an `Authorization: Basic` header instead.",
        content((Asked = "application/json"), (Asked = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 200, description = "An access token.", body = Given),
        (status = 400, description = "The request is not one for client credentials.", body = Refused),
        (status = 401, description = "The client is not known, or its secret is another.", body = Refused),
        (status = 403, description = "Another grant type is asked for, or the tenant is suspended.", body = Refused),
    )
)]
pub(crate) async fn create(State(app): State<App>, request: Request<Body>) -> Result<Response, Failure> {
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    let bytes = body::read(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    let Some(asked) = read(&headers, &bytes) else {
        return Ok(refused(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "the body is neither JSON nor a form that can be read",
        ));
    };
    match asked.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => {
            let message = "the only grant type here is client_credentials";
            return Ok(refused(StatusCode::FORBIDDEN, "unsupported_grant_type", message));
        }
        None => {
            return Ok(refused(StatusCode::BAD_REQUEST, "invalid_request", "Missing required parameter: grant_type"));
        }
    }
    let (Some(id), Some(secret)) = (&asked.client_id, &asked.client_secret) else {
        let missing = if asked.client_id.is_none() { "client_id" } else { "client_secret" };
        let message = format!("Missing required parameter: {missing}");
        return Ok(refused(StatusCode::BAD_REQUEST, "invalid_request", &message));
    };
    let attempt = Attempt::of_client(&extensions, id, secret);
    app.brake().check(&attempt)?;
    let Some(identity) = app.store().authenticate_client(id, secret).await.map_err(store_failure)? else {
        app.brake().failed(&attempt);
        return Ok(refused(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized"));
    };
    app.brake().proved(&attempt);
    if identity.suspended {
        let description = auth::suspension(&identity);
        return Ok(refused(StatusCode::FORBIDDEN, "access_denied", &description));
    }
    let scopes: Vec<&str> = identity.scopes.iter().map(|scope| scope.name()).collect();
    let mut response = answer::ok(&Given {
        access_token: app.store().access_token(&identity, LIFETIME),
        token_type: "Bearer",
        expires_in: LIFETIME.as_secs(),
        scope: scopes.join(" "),
    });
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn read(headers: &HeaderMap, bytes: &[u8]) -> Option<Asked> {
    let is_form =
        headers.contains_key(CONTENT_TYPE) && answer::content_type_is(headers, &["application/x-www-form-urlencoded"]);
    let mut asked: Asked = if is_form {
        let mut asked = Asked::default();
        for (name, value) in url::form_urlencoded::parse(bytes) {
            match name.as_ref() {
                "grant_type" => asked.grant_type = Some(value.into_owned()),
                "client_id" => asked.client_id = Some(value.into_owned()),
                "client_secret" => asked.client_secret = Some(value.into_owned()),
                _ => {}
            }
        }
        asked
    } else {
        serde_json::from_slice(bytes).ok()?
    };
    if let Some((id, secret)) = basic(headers) {
        asked.client_id.get_or_insert(id);
        asked.client_secret.get_or_insert(secret);
    }
    Some(asked)
}

/// Client id and secret as RFC 6749 §2.3.1 also allows them: in an `Authorization: Basic` header.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (id.to_owned(), secret.to_owned()))
}

fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    answer::json(status, &Refused { error, error_description: description })
}
