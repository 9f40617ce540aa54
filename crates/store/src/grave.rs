//! Deliveries that end without an attempt that says why.

use hookbox_protocol::Trigger;

use crate::LogEntry;

/// A delivery that lost so many attempts with their leases is not tried again.
pub(crate) const CRASHES_MAX: u8 = 2;
/// What is said of such a one.
pub(crate) const POISON: &str =
    "the daemon ended, or lost the delivery, twice while this delivery ran; it is not tried again";
/// What is said of one whose tenant is on its way out.
pub(crate) const TENANT_DELETED: &str = "the tenant was deleted";

/// The line of the tenant log for a delivery that lost too many attempts.
pub(crate) fn entry(trigger: Trigger, crashes: impl Into<i64>) -> LogEntry {
    let spec = trigger.spec();
    LogEntry {
        code: spec.log_code.to_owned(),
        description: spec.log_description.to_owned(),
        details: serde_json::json!({"error": {"message": POISON}, "crashes": crashes.into()}),
        ..LogEntry::default()
    }
}
