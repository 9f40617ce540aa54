//! What may be sealed: a value that is too long to be guessed from what an answer is without.

use hookbox_egress::SEALED_BYTES_MIN;
use hookbox_protocol::{ErrorCode, HookId};
use hookbox_store::{SecretValue, SettingsChange, TenantStore};

use super::{Failure, no_such_hook, store_failure};

/// Refuses to seal a secret whose value is too short. One that the hook does not have yet is held against this when it
/// gets it.
pub(super) async fn check_change(store: &TenantStore, id: &HookId, change: &SettingsChange) -> Result<(), Failure> {
    let is_sealed = |name: &String| change.sealed_secrets.get(name).is_some_and(Option::is_some);
    if !change.sealed_secrets.values().any(Option::is_some) {
        return Ok(());
    }
    let secrets = store.secrets(id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    check(secrets.iter().filter(|(name, _)| is_sealed(name)))
}

/// Refuses a value that is too short for a secret that is sealed.
pub(super) async fn check_values(
    store: &TenantStore,
    id: &HookId,
    secrets: &[(String, SecretValue)],
) -> Result<(), Failure> {
    if secrets.iter().all(|(_, value)| value.expose().len() >= SEALED_BYTES_MIN) {
        return Ok(());
    }
    let settings = store.settings(id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    check(secrets.iter().filter(|(name, _)| settings.sealed_secrets.contains_key(name)))
}

fn check<'s>(mut sealed: impl Iterator<Item = &'s (String, SecretValue)>) -> Result<(), Failure> {
    match sealed.find(|(_, value)| value.expose().len() < SEALED_BYTES_MIN) {
        Some((name, value)) => Err(Failure::new(
            ErrorCode::InvalidBody,
            format!(
                "secret '{name}' has {} bytes, and a sealed one at least {SEALED_BYTES_MIN}: a shorter one could be \
                 guessed; give it a longer value or unseal it",
                value.expose().len()
            ),
        )),
        None => Ok(()),
    }
}
