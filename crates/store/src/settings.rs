//! What a tenant sets for one hook beyond its code.

use std::collections::BTreeMap;

use hookbox_protocol::limits::{LimitError, RunLimits, SECRETS};
use hookbox_protocol::name;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The most hosts that a sealed secret is sent to.
const SEALED_HOSTS_MAX: usize = 64;

/// The settings of a hook. The default is what holds where nobody set anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Limits by name, only those that differ from the defaults.
    pub limits: BTreeMap<String, u64>,
    /// The hosts that the hook may call; `None` allows every host that the operator allows.
    pub allowed_hosts: Option<Vec<String>>,
    /// Which failed attempts are repeated.
    pub retry: Retry,
    /// Secrets whose value the hook never sees, by name, with the hosts that the value is sent to in its place. A host is
    /// written as in `allowed_hosts`.
    pub sealed_secrets: BTreeMap<String, Vec<String>>,
    /// Where several hooks of a trigger are enabled, the one with the lowest number runs first; of equals, the oldest.
    pub order: i64,
}

impl Settings {
    /// The limits of a run, with those of this hook in place of the defaults. What is over the operator's `ceilings`,
    /// a default or what was set before they were lowered, becomes the ceiling.
    pub fn run_limits(&self, ceilings: &RunLimits) -> RunLimits {
        RunLimits::default().with(|name, default| self.limits.get(name).copied().unwrap_or(default)).within(ceilings)
    }

    fn check(&self) -> Result<(), Error> {
        for (name, value) in &self.limits {
            if *value == 0 {
                return Err(Error::Invalid(format!("limit {name} is 0; leave it out for its default")));
            }
            if RunLimits::default().get(name).is_none() {
                return Err(Error::Invalid(LimitError::Unknown(name.chars().take(64).collect()).to_string()));
            }
        }
        for (name, hosts) in &self.sealed_secrets {
            name::check_secret(name)?;
            if hosts.is_empty() || hosts.len() > SEALED_HOSTS_MAX {
                return Err(Error::Invalid(format!(
                    "sealed secret '{name}' has {} hosts; it must have between 1 and {SEALED_HOSTS_MAX}",
                    hosts.len()
                )));
            }
        }
        if self.sealed_secrets.len() as u64 > SECRETS.ceiling {
            let (count, most) = (self.sealed_secrets.len(), SECRETS.ceiling);
            return Err(Error::Invalid(format!("{count} secrets are sealed; the limit `secrets` is {most} at most")));
        }
        Ok(())
    }
}

/// What somebody changes of a hook's settings; what it leaves out stays as it is at that moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Limits by name; `None` brings the default back.
    pub limits: BTreeMap<String, Option<u64>>,
    /// The hosts that the hook may call; an inner `None` allows every host.
    pub allowed_hosts: Option<Option<Vec<String>>>,
    /// Which failed attempts are repeated.
    pub retry: Option<Retry>,
    /// Secrets that are sealed, by name, with their hosts; `None` unseals.
    pub sealed_secrets: BTreeMap<String, Option<Vec<String>>>,
    /// Where the hook stands among those of its trigger.
    pub order: Option<i64>,
}

impl SettingsChange {
    /// What comes of settings that were there. Runs inside the transaction that reads and writes them: of two changes at
    /// the same time, the second one sees what the first one left.
    pub(crate) fn applied_to(self, mut settings: Settings) -> Result<Settings, Error> {
        put_all(&mut settings.limits, self.limits);
        put_all(&mut settings.sealed_secrets, self.sealed_secrets);
        if let Some(hosts) = self.allowed_hosts {
            settings.allowed_hosts = hosts;
        }
        settings.retry = self.retry.unwrap_or(settings.retry);
        settings.order = self.order.unwrap_or(settings.order);
        settings.check()?;
        Ok(settings)
    }
}

fn put_all<T>(values: &mut BTreeMap<String, T>, changes: BTreeMap<String, Option<T>>) {
    for (name, change) in changes {
        match change {
            Some(value) => drop(values.insert(name, value)),
            None => drop(values.remove(&name)),
        }
    }
}

/// Which failed attempts are repeated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Those that can have had no effect outside.
    #[default]
    Safe,
    /// All of them.
    Always,
    /// None.
    None,
}
