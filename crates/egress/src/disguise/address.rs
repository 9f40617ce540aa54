//! What an address makes of a value that it holds, or that it is.

use url::{Position, Url};

use super::PART_BYTES_MIN;

/// The value as it stands in an address, normalised, and what is left of it where the address is shown without its
/// query, without its fragment, or from its path on.
pub(super) fn forms(value: &str) -> Vec<String> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => of_address(value, &url),
        _ => of_part(value),
    }
}

/// Those of a value that is an address, as those of webhooks are.
fn of_address(value: &str, url: &Url) -> Vec<String> {
    let site = format!("{}://{}", url.scheme(), &url[Position::BeforeHost..Position::BeforePath]);
    let whole = &url[Position::BeforePath..Position::AfterQuery];
    let path = url.path().trim_end_matches('/');
    let mut forms = vec![url.as_str().to_owned(), format!("{site}{whole}")];
    forms.extend(parts([whole, url.password().unwrap_or_default()]));
    // Of an address with nothing much but a query, the rest is no secret.
    if path.len() >= PART_BYTES_MIN {
        forms.extend([format!("{site}{path}"), path.to_owned(), before_query(value).to_owned()]);
    }
    forms
}

/// Those of a value that is a part of an address.
fn of_part(value: &str) -> Vec<String> {
    let Ok(url) = Url::parse(&format!("http://host/{value}")) else { return Vec::new() };
    let whole = url[Position::BeforePath..Position::AfterQuery].trim_start_matches('/');
    parts([whole, url.path().trim_matches('/'), before_query(value)]).collect()
}

fn before_query(value: &str) -> &str {
    value.split(['?', '#']).next().unwrap_or_default()
}

fn parts<const N: usize>(parts: [&str; N]) -> impl Iterator<Item = String> {
    parts.into_iter().filter(|part| part.len() >= PART_BYTES_MIN).map(str::to_owned)
}
