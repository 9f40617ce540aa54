//! Who calls, and what they may do. A handler gets the tenant's own store and nothing wider.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use hookbox_protocol::{ErrorCode, Scope};
use hookbox_store::{Identity, TenantStore};
use http::header::{AUTHORIZATION, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, Method};

use super::brake::Attempt;
use super::rate::Counted;
use super::{Failure, body};
use crate::App;

/// The scopes of which a call needs one. An empty list means that any valid token will do.
pub(crate) trait Needs: Send + Sync {
    /// One of these is enough.
    const ANY_OF: &'static [Scope];
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident: $($scope:ident),*;)*) => {
        $($(#[$doc])*
        pub(crate) struct $name;

        impl Needs for $name {
            const ANY_OF: &'static [Scope] = &[$(Scope::$scope),*];
        })*
    };
}

needs! {
    /// Any token of a tenant.
    AnyScope: ;
    /// `create:events`
    CreateEvents: CreateEvents;
    /// `read:events`
    ReadEvents: ReadEvents;
    /// `create:hooks`
    CreateHooks: CreateHooks;
    /// `read:hooks`
    ReadHooks: ReadHooks;
    /// `update:hooks`
    UpdateHooks: UpdateHooks;
    /// New secrets: the original's table says `update:hooks`, its prose `create:hooks`.
    AddSecrets: UpdateHooks, CreateHooks;
    /// `delete:hooks`
    DeleteHooks: DeleteHooks;
    /// `update:events`
    UpdateEvents: UpdateEvents;
    /// `read:logs`
    ReadLogs: ReadLogs;
    /// `create:runs`
    CreateRuns: CreateRuns;
    /// `read:tokens`
    ReadTokens: ReadTokens;
    /// `create:tokens`
    CreateTokens: CreateTokens;
    /// `delete:tokens`
    DeleteTokens: DeleteTokens;
    /// `read:audit`
    ReadAudit: ReadAudit;
}

/// A tenant's caller who may do what `N` names.
pub(crate) struct Allowed<N> {
    /// The tenant's own part of the store.
    pub(crate) tenant: TenantStore,
    /// Whose token it is.
    pub(crate) identity: Identity,
    needs: PhantomData<N>,
}

impl<N: Needs> FromRequestParts<App> for Allowed<N> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        match identify(parts, app).await? {
            Who::Tenant(identity) => Self::admit(parts, app, identity),
            Who::Operator => Err(Failure::new(
                ErrorCode::InsufficientScope,
                "this call belongs to a tenant, and the token is the operator's; use a tenant's token",
            )),
        }
    }
}

impl<N: Needs> Allowed<N> {
    fn admit(parts: &Parts, app: &App, identity: Identity) -> Result<Self, Failure> {
        if identity.suspended {
            return Err(suspended(&identity));
        }
        if let Some(counted) = parts.extensions.get::<Counted>() {
            counted.draw(app.management_rates(), identity.token_id)?;
        }
        let allowed = N::ANY_OF.is_empty() || N::ANY_OF.iter().any(|scope| identity.scopes.contains(scope));
        if !allowed {
            return Err(insufficient_scope(N::ANY_OF));
        }
        if app.disk().is_nearly_full() && brings_code(parts, N::ANY_OF) {
            return Err(Failure::disk_nearly_full());
        }
        Ok(Self { tenant: app.store().tenant(&identity), identity, needs: PhantomData })
    }
}

/// Whether a call writes a hook with something that takes room: a body so small that it can only switch or set something
/// does not, and may be what makes room.
fn brings_code(parts: &Parts, needs: &[Scope]) -> bool {
    const SMALL_BYTES: u64 = 4 << 10;
    let writes = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
    let of_hooks = needs.iter().any(|scope| matches!(scope, Scope::CreateHooks | Scope::UpdateHooks));
    let is_large = match body::content_length(&parts.headers) {
        Some(bytes) => bytes > SMALL_BYTES,
        None => parts.headers.contains_key(TRANSFER_ENCODING),
    };
    writes && of_hooks && is_large
}

/// The operator.
pub(crate) struct Operator;

impl FromRequestParts<App> for Operator {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        match identify(parts, app).await? {
            Who::Operator => Ok(Self),
            Who::Tenant(identity) if identity.suspended => Err(suspended(&identity)),
            Who::Tenant(_) => Err(Failure::new(
                ErrorCode::InsufficientScope,
                "this call is the operator's, and the token is a tenant's; use the operator's token",
            )),
        }
    }
}

/// A call that a tenant and the operator both have, each about what is theirs.
pub(crate) enum Either<N> {
    /// A tenant's caller who may do what `N` names.
    Tenant(Allowed<N>),
    /// The operator.
    Operator,
}

impl<N: Needs> FromRequestParts<App> for Either<N> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Ok(match identify(parts, app).await? {
            Who::Operator => Self::Operator,
            Who::Tenant(identity) => Self::Tenant(Allowed::admit(parts, app, identity)?),
        })
    }
}

/// Whose credential it is.
enum Who {
    Tenant(Identity),
    Operator,
}

async fn identify(parts: &Parts, app: &App) -> Result<Who, Failure> {
    let token = bearer(&parts.headers)?;
    let attempt = Attempt::of_token(&parts.extensions, token);
    app.brake().check(&attempt)?;
    let who = match app.store().authenticate(token).await.map_err(super::store_failure)? {
        Some(identity) => Who::Tenant(identity),
        None if app.is_operator(token) => Who::Operator,
        None => {
            app.brake().failed(&attempt);
            return Err(invalid_token());
        }
    };
    app.brake().proved(&attempt);
    Ok(who)
}

/// What a suspended tenant is told, whatever it asks for.
pub(super) fn suspension(identity: &Identity) -> String {
    format!("the tenant '{}' is suspended; its deliveries wait until the operator resumes it", identity.tenant_name)
}

fn suspended(identity: &Identity) -> Failure {
    Failure::new(ErrorCode::TenantSuspended, suspension(identity))
}

pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Failure> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(Failure::new(ErrorCode::InvalidToken, "Missing authentication"));
    };
    if values.next().is_some() {
        return Err(invalid_token());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(invalid_token)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(invalid_token());
    }
    Ok(token)
}

fn invalid_token() -> Failure {
    Failure::new(ErrorCode::InvalidToken, "Invalid token")
}

pub(super) fn insufficient_scope(any_of: &[Scope]) -> Failure {
    let names: Vec<&str> = any_of.iter().map(|scope| scope.name()).collect();
    Failure::new(ErrorCode::InsufficientScope, format!("Insufficient scope, expected any of: {}", names.join(",")))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_single_bearer_credential_is_read() {
        for (sent, expected) in [
            (vec!["Bearer abc"], Ok("abc")),
            (vec!["bearer  abc "], Ok("abc")),
            (vec![], Err("Missing authentication")),
            (vec!["Basic abc"], Err("Invalid token")),
            (vec!["Bearer"], Err("Invalid token")),
            (vec!["Bearer "], Err("Invalid token")),
            (vec!["Bearer a", "Bearer b"], Err("Invalid token")),
            (vec!["Bearer \u{e9}"], Err("Invalid token")),
        ] {
            let mut headers = HeaderMap::new();
            for value in &sent {
                headers.append(AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).expect("a header value"));
            }
            match (bearer(&headers), expected) {
                (Ok(token), expected) => assert_eq!(Ok(token), expected),
                (Err(failure), expected) => {
                    let text = format!("{failure:?}");
                    assert!(text.contains(expected.expect_err(&text)), "{text}");
                }
            }
        }
    }
}
