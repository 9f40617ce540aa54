//! Runs before a user is signed up, and may refuse or add metadata.

use hookbox_sdk::{Context, Error, User, json};

#[hookbox_sdk::pre_user_registration]
fn before_sign_up(_user: User, _context: Context) -> Result<hookbox_sdk::Value, Error> {
    Ok(json!({ "user": { "app_metadata": { "source": "hookbox" } } }))
}
