//! Exchanging the keys of the vault while everything runs.

use hookbox_protocol::TenantId;
use hookbox_protocol::id::HookNumber;

use crate::engine::{Rekey, TenantVault};
use crate::{Error, MasterKeys, Store};

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeysRotated {
    /// Tenants that got a new data key.
    pub tenants: u64,
    /// Secrets that were encrypted anew.
    pub secrets: u64,
}

impl Store {
    /// Gives every tenant a fresh data key, wrapped by the first of `keys`, and encrypts its secrets anew: a transaction
    /// per tenant, so that everything can be read at every moment. From then on the store works with `keys`.
    ///
    /// `keys` must still have the key that was in use. When the process ends in the middle, the database opens with both
    /// keys and with no single one; call this again, and drop the old key once it answered.
    ///
    /// # Errors
    /// [`Error::WrongMasterKey`] when a key that is in use is missing in `keys`.
    pub async fn rotate_keys(&self, keys: MasterKeys) -> Result<KeysRotated, Error> {
        let shared = self.shared();
        let tenants = shared.engine.begin_rotation(keys.clone()).await?;
        shared.use_keys(keys.clone());
        let mut rotated = KeysRotated::default();
        for tenant in tenants {
            let rekey = rekey(tenant, keys.clone());
            if let Some(secrets) = shared.engine.rekey(tenant, rekey).await? {
                rotated.tenants += 1;
                rotated.secrets += secrets;
            }
        }
        shared.engine.end_rotation(keys).await?;
        Ok(rotated)
    }
}

/// Encrypts a tenant's vault under a fresh data key, wrapped by the first of the keys.
pub(crate) fn rekey(tenant: TenantId, keys: MasterKeys) -> Rekey {
    Box::new(move |vault: TenantVault| {
        let old = keys.data_key(tenant, &vault.data_key)?;
        let data_key = keys.first().new_data_key(tenant)?;
        let new = keys.first().data_key(tenant, &data_key)?;
        let seal = |(hook, name, sealed): (HookNumber, String, Vec<u8>)| match old.open(hook, &name, &sealed) {
            Ok(value) => new.seal(hook, &name, &value).map(|sealed| (hook, name, sealed)),
            // It could not be read before either; it must not keep the others under the old key.
            Err(error) => {
                tracing::error!(%tenant, %error, "a secret stays as unreadable as it was");
                Ok((hook, name, sealed))
            }
        };
        let secrets = vault.secrets.into_iter().map(seal).collect::<Result<_, Error>>()?;
        Ok(TenantVault { data_key, secrets })
    })
}
