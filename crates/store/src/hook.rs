//! Hooks and their versions.

use std::collections::BTreeMap;

use hookbox_protocol::api::CodeKind;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{HookId, ModuleDigest, Timestamp, Trigger};

use crate::Error;

/// What a version runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A WebAssembly module that was put into the store before.
    Module {
        /// The SHA-256 of its bytes.
        digest: ModuleDigest,
    },
    /// A script.
    Script {
        /// Its text.
        source: String,
    },
}

impl Code {
    /// What the code is written as.
    pub fn kind(&self) -> CodeKind {
        match self {
            Self::Module { .. } => CodeKind::Module,
            Self::Script { .. } => CodeKind::Script,
        }
    }
}

/// A hook that is to be made.
#[derive(Debug, Clone)]
pub struct NewHook {
    /// Its name in kebab case; [`hookbox_protocol::name::hook`] makes it.
    pub name: String,
    /// What it is bound to, for good.
    pub trigger: Trigger,
    /// The code of its first version.
    pub code: Code,
    /// Whether events reach it; where absent, they do if it is the first hook of its trigger.
    pub enabled: Option<bool>,
    /// npm packages by name, as the original keeps them.
    pub dependencies: BTreeMap<String, String>,
}

impl NewHook {
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_name(&self.name)
    }
}

/// What is to be changed in a hook; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct HookChange {
    /// A new name in kebab case.
    pub name: Option<String>,
    /// Whether events reach it. Turning it on turns the others of its trigger off, unless the tenant wants several: see
    /// [`crate::TenantStore::set_several_hooks`].
    pub enabled: Option<bool>,
    /// All of its npm packages.
    pub dependencies: Option<BTreeMap<String, String>>,
    /// Code that becomes a new version and goes live; the code of the live version changes nothing.
    pub code: Option<Code>,
}

impl HookChange {
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.name.as_deref().map_or(Ok(()), check_name)
    }
}

/// Names arrive in kebab case; a caller that forgot would make two names of one.
fn check_name(name: &str) -> Result<(), Error> {
    let kebab = hookbox_protocol::name::hook(name)?;
    if kebab == name {
        return Ok(());
    }
    Err(Error::Invalid(format!("'{name}' is not in kebab case: expected '{kebab}'")))
}

/// A hook with its live code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRow {
    /// The hook at the edge.
    pub id: HookId,
    /// The hook in rows and in delivery ids.
    pub number: HookNumber,
    /// Its name.
    pub name: String,
    /// What it is bound to.
    pub trigger: Trigger,
    /// Whether events reach it.
    pub enabled: bool,
    /// The version that runs.
    pub version: u32,
    /// The code of that version.
    pub code: Code,
    /// npm packages by name.
    pub dependencies: BTreeMap<String, String>,
    /// When the hook was made.
    pub created_at: Timestamp,
    /// When the live version was made.
    pub updated_at: Timestamp,
}

/// A version in a list: what it is, without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// 1 for the first.
    pub number: u32,
    /// Whether it is the one that runs.
    pub live: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it is written as.
    pub kind: CodeKind,
    /// The module's digest; `None` for a script.
    pub digest: Option<ModuleDigest>,
    /// Bytes of the module or the script.
    pub bytes: u64,
}

/// A version with its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What it is.
    pub row: VersionRow,
    /// What it runs.
    pub code: Code,
}
