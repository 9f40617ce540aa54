//! Runs when a client asks for an access token with its own credentials.

use hookbox_sdk::{Client, Error, ExchangeContext, json};

#[hookbox_sdk::credentials_exchange]
fn on_exchange(
    _client: Client,
    scope: Option<Vec<String>>,
    _audience: String,
    _context: ExchangeContext,
) -> Result<hookbox_sdk::Value, Error> {
    Ok(json!({ "scope": scope.unwrap_or_default() }))
}
