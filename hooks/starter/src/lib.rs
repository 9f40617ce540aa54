//! Runs after a user's password was changed, and writes a line to the log: where to start from.

use hookbox_sdk::{Context, Error, User, log};

#[hookbox_sdk::post_change_password]
fn on_password_changed(user: User, context: Context) -> Result<(), Error> {
    log::info!("password of {} changed in {}", user.email, context.connection.name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use hookbox_sdk::json;
    use hookbox_sdk::testing::{Host, check_golden};

    use super::*;

    #[test]
    fn the_hook_does_what_the_golden_files_say() {
        check_golden(
            on_password_changed,
            include_str!("../tests/golden/input.json"),
            include_str!("../tests/golden/output.json"),
        );
    }

    #[test]
    fn a_user_without_an_email_address_is_no_error() {
        let run = Host::new().run(on_password_changed, json!({ "user": { "id": "abc123" }, "context": {} }));
        assert_eq!(run.result, Ok(hookbox_sdk::Value::Null));
        assert_eq!(run.logs.len(), 1);
    }
}
