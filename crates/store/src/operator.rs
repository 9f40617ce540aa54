//! What the operator does to tenants: quotas, suspension, a way back in, the end.

use std::collections::BTreeMap;
use std::time::Duration;

use hookbox_protocol::api;

use crate::engine::{NewCredential, Purged};
use crate::token::{Kind, Secret};
use crate::{Error, NewToken, Store, TokenCreated};

/// Rows that one step of the end of a tenant removes, so that the writes of others go in between.
const PURGE_ROWS: u32 = 500;
/// How often, and how long after each time, is looked whether the writes have ended that do not know of the end of a tenant.
/// Most are over at once; for one that takes longer nobody waits.
const PURGE_LOOKS: u32 = 20;
const PURGE_PAUSE: Duration = Duration::from_millis(20);

/// What is to be changed in a tenant; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantChange {
    /// Whether it is suspended: its calls are refused, and its deliveries are held until it is resumed.
    pub suspended: Option<bool>,
    /// Quotas by name; `None` brings the default back.
    pub quotas: BTreeMap<String, Option<u64>>,
}

impl TenantChange {
    fn check(&self) -> Result<(), Error> {
        let mut quotas = api::Quotas::default();
        for (name, value) in &self.quotas {
            if quotas.get_mut(name).is_none() {
                let name: String = name.chars().take(64).collect();
                let names = api::Quotas::NAMES.join(", ");
                return Err(Error::Invalid(format!("there is no quota '{name}'; the quotas are {names}")));
            }
            // A day is 86.4 million milliseconds: more than this many days are no date any more.
            let most = if name == "retention_days" { 36_500 } else { i64::MAX.unsigned_abs() };
            if let Some(value) = value
                && (*value > most || *value == 0 && name != "hooks" && name != "backlog")
            {
                return Err(Error::Invalid(format!(
                    "quota {name} is {value}; it must be between 1 and {most}, or null for its default"
                )));
            }
        }
        Ok(())
    }
}

/// The quotas of a tenant: those that were set for it, and the operator's defaults for the rest.
pub(crate) fn effective(set: &BTreeMap<String, u64>, defaults: api::Quotas) -> api::Quotas {
    let mut quotas = defaults;
    for (name, value) in set {
        if let Some(quota) = quotas.get_mut(name) {
            *quota = *value;
        }
    }
    quotas
}

impl Store {
    /// A tenant by name.
    pub async fn find_tenant(&self, name: &str) -> Result<Option<api::Tenant>, Error> {
        self.shared().engine.find_tenant(name.to_owned()).await
    }

    /// Changes a tenant, all of the change or nothing of it; the tenant as it is then, `None` when there is none of that
    /// name. Quotas that are lowered take nothing away at once: what is over them ends by itself, and retention removes.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a quota that does not exist or a value that it cannot have.
    pub async fn change_tenant(&self, name: &str, change: TenantChange) -> Result<Option<api::Tenant>, Error> {
        change.check()?;
        self.shared().engine.change_tenant(name.to_owned(), change).await
    }

    /// Deletes a tenant with everything that it has; whether there was one. Its credentials are void and its name is free
    /// at once, the rest goes in small steps; [`Store::sweep`] ends what a process that is gone did not.
    pub async fn delete_tenant(&self, name: &str) -> Result<bool, Error> {
        let engine = &self.shared().engine;
        let Some(tenant) = engine.retire_tenant(name.to_owned()).await? else { return Ok(false) };
        let mut looks = 0;
        while looks < PURGE_LOOKS {
            match engine.purge_tenant(tenant, PURGE_ROWS).await? {
                Purged::All => break,
                Purged::Part => {}
                Purged::Waits => {
                    looks += 1;
                    tokio::time::sleep(PURGE_PAUSE).await;
                }
            }
        }
        Ok(true)
    }

    /// Makes a token for a tenant that lost its own; `None` when there is no such tenant.
    pub async fn tenant_token(&self, name: &str, token: NewToken) -> Result<Option<TokenCreated>, Error> {
        let secret = Secret::generate()?;
        let new = NewCredential { kind: Kind::Token, hash: secret.hash, token };
        let id = self.shared().engine.tenant_token(name.to_owned(), new).await?;
        Ok(id.map(|id| TokenCreated { id, token: secret.token(id) }))
    }

    /// Figures for the operator.
    pub async fn operator_stats(&self) -> Result<api::OperatorStats, Error> {
        self.shared().engine.operator_stats().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_has_a_name_and_bounds() {
        let check = |name: &str, value| {
            let change = TenantChange { quotas: BTreeMap::from([(name.to_owned(), value)]), ..Default::default() };
            change.check().err().map(|error| error.to_string()).unwrap_or_default()
        };
        for name in api::Quotas::NAMES {
            assert_eq!((check(name, Some(1)), check(name, None)), (String::new(), String::new()), "{name}");
        }
        assert!(check("disk", Some(1)).contains("there is no quota 'disk'; the quotas are hooks, backlog"));
        assert!(check("in_flight", Some(0)).contains("must be between 1 and"));
        assert!(check("retention_days", Some(36_501)).contains("must be between 1 and 36500"));
        assert_eq!(check("backlog", Some(0)), "", "no event at all");
    }
}
