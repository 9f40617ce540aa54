//! What every call of a kind can answer beyond what its handler names: errors in the envelope, and headers.

use std::collections::BTreeMap;

use hookbox_protocol::id::{AuditId, LogId};
use hookbox_protocol::{ApiError, ErrorCode, Scope};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Components, Content, ContentBuilder, Header, Ref, RefOr, Response, ResponseBuilder};

use super::about::{CLIENT, TOKEN};

/// Where an annotation names the codes of its own errors; not part of the document.
pub(super) const ERRORS: &str = "x-errors";

/// The prefix of the calls that are counted for their token.
const COUNTED: &str = "/api/v2/";

/// The prefix of the calls that refuse a query parameter that they do not know.
const STRICT: &str = "/v1/";

const JSON: &str = "application/json";

const REQUEST_ID: &str = "x-request-id";
const RETRY_AFTER: &str = "retry-after";
const RATES: [(&str, &str); 3] = [
    ("x-ratelimit-limit", "How many calls the token has at once."),
    ("x-ratelimit-remaining", "How many of them are left."),
    ("x-ratelimit-reset", "When all of them are there again, in seconds since 1970; with a 429, when the next one is."),
];

/// Headers of several answers, each described once.
pub(super) fn add_headers(components: &mut Components) {
    let mut add = |name: &str, of: Type, description: &str| {
        let schema = ObjectBuilder::new().schema_type(of).build();
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
        components.headers.insert(name.to_owned(), header.into());
    };
    add(REQUEST_ID, Type::String, "Under this id the daemon's log knows more.");
    add(RETRY_AFTER, Type::Integer, "After how many seconds another try makes sense.");
    for (name, description) in RATES {
        add(name, Type::Integer, description);
    }
}

/// The one form of errors, and an example of each; and the ids that only parameters name, which nothing else brings in.
pub(super) fn add_schemas(components: &mut Components) {
    add_schema::<ApiError>(components);
    add_schema::<AuditId>(components);
    add_schema::<LogId>(components);
    for code in ErrorCode::ALL {
        let error = json!(ApiError::new(*code, code.meaning()));
        let example = ExampleBuilder::new().summary(code.meaning()).value(Some(error)).build();
        components.examples.insert(code.name().to_owned(), example.into());
    }
}

fn add_schema<T: ToSchema>(components: &mut Components) {
    components.schemas.insert(T::name().into_owned(), T::schema());
}

/// Adds to a call what its kind can answer; an answer that several calls have is described once, among the components.
pub(super) fn complete(path: &str, operation: &mut Operation, components: &mut Components) {
    let named = named_errors(operation);
    for (status, codes) in by_status(named.iter().copied().chain(errors_of_kind(path, operation))) {
        let responses = &mut operation.responses.responses;
        match responses.get_mut(&status) {
            // A call that answers a status in a form of its own does so for what its kind has in common, too.
            Some(RefOr::T(own)) => {
                let own_codes: Vec<ErrorCode> = codes.into_iter().filter(|code| named.contains(code)).collect();
                add_to_own(own, &own_codes);
            }
            Some(RefOr::Ref(_)) => {}
            None => {
                let name = name_of(path, &codes);
                let shared = || {
                    let mut response = refusal(&codes);
                    add_answer_headers(path, &status, &mut response);
                    response.into()
                };
                components.responses.entry(name.clone()).or_insert_with(shared);
                responses.insert(status, RefOr::Ref(Ref::from_response_name(name)));
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            add_answer_headers(path, status, response);
        }
    }
    for scopes in operation.security.iter().flatten().filter_map(tenant_scopes).collect::<Vec<_>>() {
        operation.security.get_or_insert_default().push(SecurityRequirement::new(CLIENT, scopes));
    }
}

fn by_status(codes: impl Iterator<Item = ErrorCode>) -> BTreeMap<String, Vec<ErrorCode>> {
    let mut by_status: BTreeMap<String, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes {
        let codes = by_status.entry(code.status().to_string()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    by_status
}

/// Takes the codes that the annotation names, in lists or one by one, out of the operation.
fn named_errors(operation: &mut Operation) -> Vec<ErrorCode> {
    let Some(extensions) = operation.extensions.as_mut() else { return Vec::new() };
    let named = extensions.remove(ERRORS).unwrap_or_default();
    if extensions.is_empty() {
        operation.extensions = None;
    }
    let mut codes = Vec::new();
    read_codes(&named, &mut codes);
    codes
}

fn read_codes(named: &Value, codes: &mut Vec<ErrorCode>) {
    match named {
        Value::Array(names) => names.iter().for_each(|names| read_codes(names, codes)),
        Value::String(name) => {
            let code = ErrorCode::ALL.iter().find(|code| code.name() == name);
            debug_assert!(code.is_some(), "there is no error '{name}'");
            codes.extend(code);
        }
        _ => {}
    }
}

fn errors_of_kind(path: &str, operation: &Operation) -> Vec<ErrorCode> {
    let asks = operation.security.as_ref().is_some_and(|security| !security.is_empty());
    let is_tenants = operation.security.iter().flatten().any(|requirement| tenant_scopes(requirement).is_some());
    let has_query = operation.parameters.iter().flatten().any(
        |parameter| matches!(parameter, RefOr::T(parameter) if matches!(parameter.parameter_in, ParameterIn::Query)),
    );
    let takes_body = operation.request_body.is_some();
    let brings_code = takes_body && operation.security.iter().flatten().any(writes_hooks);
    let talks_to_the_store = asks || takes_body;
    [
        (path.contains('{'), ErrorCode::InvalidUri),
        (has_query || path.starts_with(STRICT), ErrorCode::InvalidQueryString),
        (takes_body, ErrorCode::InvalidBody),
        (takes_body, ErrorCode::RequestTimeout),
        (takes_body, ErrorCode::TooLarge),
        (takes_body, ErrorCode::UnsupportedMediaType),
        (asks, ErrorCode::InvalidToken),
        (asks, ErrorCode::InsufficientScope),
        (is_tenants, ErrorCode::TenantSuspended),
        (talks_to_the_store, ErrorCode::TooManyRequests),
        (true, ErrorCode::Internal),
        (talks_to_the_store, ErrorCode::Unavailable),
        (brings_code, ErrorCode::DiskNearlyFull),
    ]
    .into_iter()
    .filter_map(|(applies, code)| applies.then_some(code))
    .collect()
}

fn writes_hooks(requirement: &SecurityRequirement) -> bool {
    let names = [Scope::CreateHooks, Scope::UpdateHooks].map(Scope::name);
    tenant_scopes(requirement).is_some_and(|scopes| scopes.iter().any(|scope| names.contains(&scope.as_str())))
}

/// The scopes of a requirement that a tenant's token meets.
fn tenant_scopes(requirement: &SecurityRequirement) -> Option<Vec<String>> {
    // The type shows what it holds only to serde.
    let requirement = serde_json::to_value(requirement).ok()?;
    let scopes = requirement.get(TOKEN)?.as_array()?;
    Some(scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The name of such an answer among the components: its codes, and whether it tells of the token's rate.
fn name_of(path: &str, codes: &[ErrorCode]) -> String {
    let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
    let counted = if path.starts_with(COUNTED) { ".counted" } else { "" };
    names.join(".") + counted
}

/// The answer to calls that end with one of those codes, which have one status.
fn refusal(codes: &[ErrorCode]) -> Response {
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ApiError::name()))).build();
    add_examples(&mut content, codes);
    ResponseBuilder::new().description(described(codes)).content(JSON, content).build()
}

/// Adds the envelope to an answer that has another form.
fn add_to_own(response: &mut Response, codes: &[ErrorCode]) {
    let Some(RefOr::T(content)) = response.content.get_mut(JSON) else { return };
    if codes.is_empty() {
        return;
    }
    if let Some(own) = content.schema.take() {
        let either = OneOfBuilder::new().item(own).item(Ref::from_schema_name(ApiError::name()));
        content.schema = Some(either.into());
    }
    add_examples(content, codes);
    response.description = format!("{}\n\n{}", response.description, described(codes));
}

fn described(codes: &[ErrorCode]) -> String {
    let lines: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.name(), code.meaning())).collect();
    lines.join("\n\n")
}

fn add_examples(content: &mut Content, codes: &[ErrorCode]) {
    for code in codes {
        let example = RefOr::Ref(Ref::new(format!("#/components/examples/{}", code.name())));
        content.examples.insert(code.name().to_owned(), example);
    }
}

fn add_answer_headers(path: &str, status: &str, response: &mut Response) {
    let mut add = |name: &str| {
        let header: RefOr<Header> = RefOr::Ref(Ref::new(format!("#/components/headers/{name}")));
        response.headers.insert(name.to_owned(), header);
    };
    add(REQUEST_ID);
    if matches!(status, "429" | "503") {
        add(RETRY_AFTER);
    }
    // A call is counted once its credential is known.
    if path.starts_with(COUNTED) && status != "401" {
        RATES.iter().for_each(|(name, _)| add(name));
    }
}
