//! Runs after a user has signed up.

use hookbox_sdk::{Context, Error, User, log};

#[hookbox_sdk::post_user_registration]
fn on_sign_up(user: User, context: Context) -> Result<(), Error> {
    log::info!("{} signed up in {}", user.email, context.connection.name);
    Ok(())
}
