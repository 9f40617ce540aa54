//! Auth0's Management API for hooks and logs: the same keys, codes, names, paging and oddities.

mod hook_body;
pub(crate) mod hooks;
mod log_query;
pub(crate) mod logs;
mod payload;
pub(crate) mod secrets;

use hookbox_protocol::{ErrorCode, HookId};

use super::{Failure, no_such_hook};

/// The hook that a path names, judged as the original does: a text that no id can be is a bad path, any other one that
/// is not an id of ours is a hook that does not exist.
fn hook_id(text: &str) -> Result<HookId, Failure> {
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let message = "Path validation error: 'String does not match pattern ^[A-Za-z0-9-]*$' on property id.";
        return Err(Failure::new(ErrorCode::InvalidUri, message));
    }
    text.parse().map_err(|_| no_such_hook())
}
