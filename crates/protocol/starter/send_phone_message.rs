//! Sends a code to a phone.

use hookbox_sdk::{Error, PhoneContext, json, log};

#[hookbox_sdk::send_phone_message]
fn on_send(recipient: String, _text: String, _context: PhoneContext) -> Result<hookbox_sdk::Value, Error> {
    log::info!("would send to {recipient}");
    Ok(json!({ "MessageID": "none" }))
}
