//! The line that stands for a module where a script is shown: sent back, it changes nothing.

use hookbox_protocol::ErrorCode;
use hookbox_store::{Code, HookRow};

use super::Failure;

const PREFIX: &str = "// hookbox:module ";

/// The script that code is shown as.
pub(super) fn script_of(code: &Code) -> String {
    match code {
        Code::Script { source } => source.clone(),
        Code::Module { digest } => format!("{PREFIX}{digest}"),
    }
}

/// Whether a script is such a line, and no code.
pub(super) fn stands_for_a_module(script: &str) -> bool {
    script.starts_with(PREFIX)
}

/// The code that a script for a hook stands for; `None` where it stands for the module that is live.
pub(super) fn code_of(script: String, hook: &HookRow) -> Result<Option<Code>, Failure> {
    if !stands_for_a_module(&script) {
        return Ok(Some(Code::Script { source: script }));
    }
    // Editors end the last line of a file.
    if script.trim_end() == script_of(&hook.code) {
        return Ok(None);
    }
    let id = &hook.id;
    Err(Failure::new(
        ErrorCode::InvalidBody,
        format!(
            "the script stands for a module that is not the live one; upload it with PUT /v1/hooks/{id}/module, or go \
             back to it with POST /v1/hooks/{id}/versions/N/activate"
        ),
    ))
}
