//! `GET` and `POST /v1/tokens`, `DELETE /v1/tokens/{id}`: a tenant's own credentials

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::api::{Token, TokenKind, TokenMade, TokenRequest, Tokens};
use hookbox_protocol::{ErrorCode, Scope, Timestamp};
use hookbox_store::{NewToken, TokenCreated, TokenId, TokenRow};
use http::{Request, StatusCode};

use super::auth::{Allowed, CreateTokens, DeleteTokens, ReadTokens};
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, Segment, answer, store_failure};
use crate::App;

const NAME_CHARS_MAX: usize = 100;

/// A hundred years: what is longer is meant to be forever.
const LIFETIME_S_MAX: u64 = 3_153_600_000;

/// Lists the tenant's tokens and clients, without their secrets.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "listTokens",
    tag = "Tenant",
    security(("token" = ["read:tokens"])),
    responses((status = 200, description = "The tokens and clients.", body = Tokens))
)]
pub(crate) async fn list(allowed: Allowed<ReadTokens>, _: NoQuery) -> Result<Response, Failure> {
    let rows = allowed.tenant.tokens().await.map_err(store_failure)?;
    let current = allowed.identity.token_id;
    Ok(answer::ok(&Tokens { tokens: rows.into_iter().map(|row| shown(row, current)).collect() }))
}

/// Makes a token with scopes that the caller has, and shows it, once. It ends with the caller's token, or earlier.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    operation_id = "createToken",
    tag = "Tenant",
    security(("token" = ["create:tokens"])),
    request_body = TokenRequest,
    responses((status = 201, description = "The token, which is shown only now.", body = TokenMade))
)]
pub(crate) async fn create(
    State(app): State<App>,
    allowed: Allowed<CreateTokens>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let asked: TokenRequest = body::json(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    let own = &allowed.identity.scopes;
    let mut token = new_token(&app, asked, own)?;
    token.expires_at = not_after_the_callers(allowed.identity.expires_at, token.expires_at)?;
    if let Some(lacking) = token.scopes.iter().find(|scope| !own.contains(scope)) {
        return Err(Failure::new(
            ErrorCode::InsufficientScope,
            format!("the new token would have the scope {lacking}, which the caller's token lacks"),
        ));
    }
    let created = allowed.tenant.create_token(token.clone()).await.map_err(store_failure)?;
    Ok(made(&app, token, created))
}

/// Makes a token or a client worthless, with the access tokens that the client got; also the very token of the call.
/// Tokens that were made with it have ids of their own, and stay until their end.
#[utoipa::path(
    delete,
    path = "/v1/tokens/{id}",
    operation_id = "revokeToken",
    tag = "Tenant",
    security(("token" = ["delete:tokens"])),
    params(("id" = String, Path, description = "The token's id, as the list shows it.")),
    extensions(("x-errors" = json!(["token_does_not_exist"]))),
    responses((status = 204, description = "It is worthless now; on other daemons of one database within 2 s."))
)]
pub(crate) async fn revoke(
    allowed: Allowed<DeleteTokens>,
    Segment(id): Segment<String>,
    _: NoQuery,
) -> Result<Response, Failure> {
    let missing = || {
        let way_out = "GET /v1/tokens lists those there are";
        Failure::new(ErrorCode::TokenDoesNotExist, format!("there is no such token; {way_out}"))
    };
    let id: TokenId = id.parse().map_err(|_| missing())?;
    if allowed.tenant.revoke_token(id).await.map_err(store_failure)? {
        return Ok(answer::no_content());
    }
    Err(missing())
}

/// The new token's end: without one it is that of the caller's token, which it must not outlive.
fn not_after_the_callers(own: Option<Timestamp>, asked: Option<Timestamp>) -> Result<Option<Timestamp>, Failure> {
    match (asked, own) {
        (Some(asked), Some(own)) if asked > own => Err(Failure::new(
            ErrorCode::InsufficientScope,
            format!("the new token would hold until {asked}, and the caller's token ends at {own}; ask for less"),
        )),
        (asked, own) => Ok(asked.or(own)),
    }
}

/// Reads what is asked for; where it names no scopes, those of `default`.
pub(super) fn new_token(app: &App, asked: TokenRequest, default: &[Scope]) -> Result<NewToken, Failure> {
    let TokenRequest { name, scopes, expires_in_s } = asked;
    let chars = name.chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(invalid(format!(
            "`name` has {chars} characters; it must have between 1 and {NAME_CHARS_MAX}, and no control characters"
        )));
    }
    let scopes = match scopes {
        None => default.to_vec(),
        Some(names) => named(&names)?,
    };
    if expires_in_s.is_some_and(|seconds| seconds == 0 || seconds > LIFETIME_S_MAX) {
        return Err(invalid(format!("`expires_in_s` must be between 1 and {LIFETIME_S_MAX}; leave it out for never")));
    }
    let end = |seconds: u64| Timestamp(app.store().clock().now().0.saturating_add_unsigned(seconds * 1_000));
    Ok(NewToken { name, scopes, expires_at: expires_in_s.map(end) })
}

/// The answer that shows a new token.
pub(super) fn made(app: &App, token: NewToken, created: TokenCreated) -> Response {
    let made = TokenMade {
        id: created.id.to_string(),
        token: created.token,
        name: token.name,
        scopes: names(&token.scopes),
        created_at: app.store().clock().now(),
        expires_at: token.expires_at,
    };
    answer::json(StatusCode::CREATED, &made)
}

fn named(names: &[String]) -> Result<Vec<Scope>, Failure> {
    let mut scopes = Vec::new();
    for name in names {
        let scope: Scope = name.parse().map_err(|error| invalid(format!("`scopes`: {error}")))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(invalid(
            "`scopes` is empty, and such a token could do nothing; leave it out for the caller's".to_owned(),
        ));
    }
    Ok(scopes)
}

fn shown(row: TokenRow, current: TokenId) -> Token {
    Token {
        id: row.id.to_string(),
        name: row.name,
        kind: if row.is_client { TokenKind::Client } else { TokenKind::Token },
        scopes: names(&row.scopes),
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        current: row.id == current,
    }
}

fn names(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(|scope| scope.name().to_owned()).collect()
}

fn invalid(message: String) -> Failure {
    Failure::new(ErrorCode::InvalidBody, message)
}
