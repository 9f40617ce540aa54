//! The operator's word on what hooks may reach, as flags, variables and lines of a file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_egress::{HostPattern, Policy, PortPolicy, ResolveOverride, Url};
use ipnet::IpNet;
use serde::Deserialize;

use crate::text::{list_from_text, option_from_text};

/// What hooks may reach beyond, or short of, the public internet at the ports 80, 443 and 1024 upward.
#[derive(Debug, Clone, Default, PartialEq, clap::Args, Deserialize)]
#[command(next_help_heading = "Outgoing calls of hooks")]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EgressSettings {
    /// Where a host is, for tests and private networks; the address may be a private one
    #[arg(long = "egress-resolve", value_name = "HOST[:PORT]=ADDR:PORT")]
    #[arg(env = "HOOKBOX_EGRESS_RESOLVE", hide_env_values = true, value_delimiter = ',')]
    #[serde(deserialize_with = "list_from_text")]
    pub(crate) resolve: Vec<ResolveOverride>,
    /// A PEM file with a certificate authority to trust beside the public ones
    #[arg(long = "egress-ca", value_name = "FILE")]
    #[arg(env = "HOOKBOX_EGRESS_CA", hide_env_values = true, value_delimiter = ',')]
    pub(crate) ca: Vec<PathBuf>,
    /// Addresses that hooks may reach although they are not public
    #[arg(long = "egress-allow", value_name = "CIDR")]
    #[arg(env = "HOOKBOX_EGRESS_ALLOW", hide_env_values = true, value_delimiter = ',')]
    #[serde(deserialize_with = "list_from_text")]
    pub(crate) allow: Vec<IpNet>,
    /// Addresses that hooks may not reach although they are public
    #[arg(long = "egress-deny", value_name = "CIDR")]
    #[arg(env = "HOOKBOX_EGRESS_DENY", hide_env_values = true, value_delimiter = ',')]
    #[serde(deserialize_with = "list_from_text")]
    pub(crate) deny: Vec<IpNet>,
    /// The only hosts that hooks may name, such as api.example.com or *.example.com
    #[arg(long = "egress-allow-host", value_name = "HOST")]
    #[arg(env = "HOOKBOX_EGRESS_ALLOW_HOST", hide_env_values = true, value_delimiter = ',')]
    #[serde(deserialize_with = "list_from_text")]
    pub(crate) allow_host: Vec<HostPattern>,
    /// Hosts that hooks may not name
    #[arg(long = "egress-deny-host", value_name = "HOST")]
    #[arg(env = "HOOKBOX_EGRESS_DENY_HOST", hide_env_values = true, value_delimiter = ',')]
    #[serde(deserialize_with = "list_from_text")]
    pub(crate) deny_host: Vec<HostPattern>,
    /// The ports that hooks may name, such as 443 or 80,443,1024-65535
    #[arg(long = "egress-ports", value_name = "PORTS", env = "HOOKBOX_EGRESS_PORTS", hide_env_values = true)]
    #[serde(deserialize_with = "option_from_text")]
    pub(crate) ports: Option<PortPolicy>,
    /// A proxy for all calls; it must refuse inner addresses too
    #[arg(long = "egress-proxy", value_name = "URL", env = "HOOKBOX_EGRESS_PROXY", hide_env_values = true)]
    #[serde(deserialize_with = "option_from_text")]
    pub(crate) proxy: Option<Url>,
}

impl EgressSettings {
    /// These settings, and `file`'s where these say nothing.
    pub(crate) fn or(self, file: Self) -> Self {
        fn list<T>(own: Vec<T>, other: Vec<T>) -> Vec<T> {
            if own.is_empty() { other } else { own }
        }
        Self {
            resolve: list(self.resolve, file.resolve),
            ca: list(self.ca, file.ca),
            allow: list(self.allow, file.allow),
            deny: list(self.deny, file.deny),
            allow_host: list(self.allow_host, file.allow_host),
            deny_host: list(self.deny_host, file.deny_host),
            ports: self.ports.or(file.ports),
            proxy: self.proxy.or(file.proxy),
        }
    }

    /// Paths in a file are meant from the file's folder.
    pub(crate) fn relative_to(mut self, folder: &Path) -> Self {
        self.ca = self.ca.into_iter().map(|path| folder.join(path)).collect();
        self
    }

    /// The policy, with the certificates read.
    pub(crate) fn policy(self) -> anyhow::Result<Policy> {
        let read = |path: &PathBuf| {
            fs::read(path).with_context(|| format!("cannot read the CA file {} for outgoing calls", path.display()))
        };
        let extra_ca_pem = self.ca.iter().map(read).collect::<anyhow::Result<_>>()?;
        Ok(Policy {
            allow: self.allow,
            deny: self.deny,
            allowed_hosts: self.allow_host,
            denied_hosts: self.deny_host,
            ports: self.ports.unwrap_or_default(),
            resolve: self.resolve,
            extra_ca_pem,
            proxy: self.proxy,
        })
    }
}
