//! What an author should know of a script that was just saved: a line of the tenant log, since the answer's keys are fixed.

use std::time::Duration;

use hookbox_store::{Code, HookRow, LogEntry, TenantStore};
use serde_json::json;
use tokio::time::timeout;

use crate::App;

/// The log's code for a warning.
const CODE: &str = "w";

/// How long the answer waits, so that the log has the line once the author looks. The first look after a start waits for
/// the JavaScript engine, and the clients of the original give up after 5 s.
const WAIT_MAX: Duration = Duration::from_secs(1);

/// Compiles the script and looks for modules that it will not find, in the background where that takes longer. The script
/// is stored whatever comes of this, as in the original, and so a failure here is a line of the operator's log only.
pub(super) async fn of_script(app: &App, store: &TenantStore, row: &HookRow) {
    let Code::Script { source } = &row.code else { return };
    let look = look(app.clone(), store.clone(), row.clone(), source.clone());
    // Too late is no failure: the look goes on by itself.
    drop(timeout(WAIT_MAX, app.background().spawn(look)).await);
}

async fn look(app: App, store: TenantStore, row: HookRow, source: String) {
    let dependencies = row.dependencies.keys().map(String::as_str);
    let warnings = match app.scripts().warnings(&source, dependencies).await {
        Ok(warnings) => warnings,
        Err(error) => {
            tracing::warn!(hook = %row.id, %error, "a saved script cannot be looked at");
            return;
        }
    };
    for warning in warnings {
        let entry = LogEntry {
            code: CODE.to_owned(),
            description: format!("hook '{}': {warning}", row.name),
            details: json!({ "trigger": row.trigger.name(), "hook": { "id": row.id, "name": row.name }, "warning": warning }),
            ..LogEntry::default()
        };
        if let Err(error) = store.add_log(Some(&row.id), None, entry).await {
            tracing::warn!(hook = %row.id, %error, "a warning of a saved script cannot be logged");
        }
    }
}
