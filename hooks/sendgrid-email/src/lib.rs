//! Sends the user a mail through SendGrid when their password was changed.

use hookbox_sdk::http::Response;
use hookbox_sdk::{Context, Error, User, Value, http, json};

#[hookbox_sdk::post_change_password]
fn send_notice(user: User, context: Context) -> Result<(), Error> {
    let connection = &context.connection.name;
    let response = http::post("https://api.sendgrid.com/v3/mail/send")
        .bearer(context.secret("SENDGRID_API_KEY")?)
        .header("accept", "application/json")
        .json(&json!({
            "personalizations": [{ "to": [{ "email": user.email }] }],
            "from": { "email": "admin@example.com" },
            "subject": "Your password was changed",
            "content": [{
                "type": "text/plain",
                "value": format!("The password for your {connection} account {} was recently changed.", user.email),
            }],
        }))
        .send()?;
    // 202 is SendGrid's "will be sent"; whatever else it answers, no mail is on its way.
    if response.status != 202 { Err(refusal(&response).into()) } else { Ok(()) }
}

/// SendGrid's own words where it gave some, and whether it makes sense to try again.
fn refusal(response: &Response) -> http::Error {
    let body: Value = response.json().unwrap_or_default();
    response.status_error(body["errors"][0]["message"].as_str())
}

#[cfg(test)]
mod tests;
