//! Runs after a user's password was changed.

use hookbox_sdk::{Context, Error, User, log};

#[hookbox_sdk::post_change_password]
fn on_password_changed(user: User, context: Context) -> Result<(), Error> {
    log::info!("password of {} changed in {}", user.email, context.connection.name);
    Ok(())
}
