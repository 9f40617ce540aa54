//! A hook that tells a sink which attempt of which event runs.

use hookbox_sdk::{Context, Error, User, http, json};

#[hookbox_sdk::post_change_password]
fn report(user: User, context: Context) -> Result<(), Error> {
    let run = context.event().ok_or_else(|| Error::new("the host says nothing of the event"))?;
    let response = http::post("http://sink.example/executed")
        .json(&json!({ "event": run.id, "attempt": run.attempt, "label": user.email }))
        .send()?;
    if response.status != 200 { Err(response.status_error(None).into()) } else { Ok(()) }
}
