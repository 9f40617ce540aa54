//! What the document says of the API as a whole: its name, its groups of calls, and the credentials that they take.

use hookbox_protocol::Scope;
use utoipa::openapi::security::{ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, Info, InfoBuilder, LicenseBuilder, Tag};

/// A tenant's credential, in `security(…)`.
pub(super) const TOKEN: &str = "token";
/// The same credential, got with a client id and secret.
pub(super) const CLIENT: &str = "client";
/// The operator's credential, in `security(…)`.
const OPERATOR: &str = "operator";

const DESCRIPTION: &str = "\
Hookbox runs a tenant's hooks in a sandbox when something happens to one of the tenant's users: first of all, when a \
password has changed.

- The tenant is known by the credential and never named in a path. What belongs to another tenant does not exist.
- Errors are `{statusCode, error, message, errorCode}` everywhere but in `/oauth/token`, which has OAuth's own form; \
`errorCode` is for programs, `message` says what to do. Every answer has an `x-request-id`, under which the daemon's log \
knows more.
- Times are RFC 3339 in UTC with milliseconds. Unknown members of a `/v1` body and unknown query parameters are refused \
by name.
- `/api/v2` is Auth0's Management API for hooks and logs, to the letter, so that its clients work unchanged.";

/// The table of groups: a name, and what is in it.
const TAGS: [(&str, &str); 10] = [
    ("Events", "Reporting what happened, and what became of it."),
    ("Hooks", "A tenant's programs: code as modules, versions, settings, trial runs."),
    ("Triggers", "The extensibility points, and calling the hooks that somebody waits for."),
    ("Logs", "The tenant log as it is written."),
    ("Tenant", "A tenant's tokens, settings, audit trail and figures."),
    ("Operator", "Tenants, quotas and keys, for the one who runs the daemon."),
    ("Management API: hooks", "Auth0's Management API for hooks and their secrets."),
    ("Management API: logs", "Auth0's Management API for the tenant log."),
    ("OAuth", "Access tokens for client credentials."),
    ("Health", "For orchestrators, Prometheus and programs that read this document."),
];

pub(super) fn info() -> Info {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    InfoBuilder::new()
        .title("Hookbox")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license))
        .build()
}

pub(super) fn tags() -> Vec<Tag> {
    TAGS.map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build()).into()
}

pub(super) fn add_security_schemes(components: &mut Components) {
    let bearer = |description: &str| {
        let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
        SecurityScheme::Http(http)
    };
    let scopes = Scopes::from_iter(Scope::ALL.iter().map(|scope| (scope.name(), scope.meaning())));
    let flow = Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes));
    components
        .add_security_scheme(TOKEN, bearer("A tenant's token, `hbt_…`; each call names the scopes that it takes."));
    components.add_security_scheme(CLIENT, SecurityScheme::OAuth2(OAuth2::new([flow])));
    components.add_security_scheme(OPERATOR, bearer("The operator's token, which the daemon was started with."));
}
