//! A hook for every trigger in one module: what it does is what the input asks for, as `hooks.js` beside it does.

use hookbox_sdk::{Client, Context, Error, ExchangeContext, PhoneContext, User, Value, json, log};

#[hookbox_sdk::pre_user_registration]
fn before_sign_up(user: User, context: Context) -> Result<Value, Error> {
    match user.username.as_str() {
        "refused" => Err(Error::new("domain is blocked")
            .name("PreUserRegistrationError")
            .property("friendlyMessage", "Please use another address")),
        "broken" => Err(Error::new("no directory")),
        _ => Ok(json!({
            "user": {
                "user_metadata": { "greeted": true, "$dropped": 1 },
                "app_metadata": { "connection": context.connection.name },
                "email": "changed@example.com",
            },
        })),
    }
}

#[hookbox_sdk::credentials_exchange]
fn on_exchange(
    client: Client,
    scope: Option<Vec<String>>,
    audience: String,
    _context: ExchangeContext,
) -> Result<Value, Error> {
    let class = match audience.as_str() {
        "invalid scope" => "InvalidScopeError",
        "invalid request" => "InvalidRequestError",
        "server error" => "ServerError",
        "other error" => "Error",
        _ => {
            let mut scope = scope.unwrap_or_default();
            scope.push("extra".to_owned());
            return Ok(json!({ "scope": scope, "https://example.com/client": client.name, "sub": "dropped" }));
        }
    };
    Err(Error::new(format!("{audience} it is")).name(class))
}

#[hookbox_sdk::send_phone_message]
fn on_send(recipient: String, text: String, context: PhoneContext) -> Result<Value, Error> {
    match recipient.as_str() {
        "refused" => {
            Err(Error::new("no network").name("SendPhoneMessageError").property("friendlyMessage", "Try again later"))
        }
        "broken" => Err(Error::new("no line")),
        _ => Ok(json!({ "MessageID": format!("{recipient}/{text}/{}", context.message_type) })),
    }
}

#[hookbox_sdk::post_user_registration]
fn on_sign_up(user: User, context: Context) -> Result<(), Error> {
    told(&user, &context)
}

#[hookbox_sdk::post_change_password]
fn on_password_changed(user: User, context: Context) -> Result<(), Error> {
    told(&user, &context)
}

fn told(user: &User, context: &Context) -> Result<(), Error> {
    if user.username == "broken" {
        return Err(Error::new("no mail today").retryable(false));
    }
    log::info!("{} in {}", user.email, context.connection.name);
    Ok(())
}
