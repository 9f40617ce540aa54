//! `hookbox deploy --dry-run`: what is deployed, against what would be.

use std::collections::BTreeMap;

use hookbox_protocol::ModuleDigest;
use hookbox_protocol::api::{CodeKind, Hook};
use hookbox_server::diff::unified;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Wanted, ceiling, settings};
use crate::client::Client;
use crate::code::Kind;
use crate::command::{build, hooks, secrets};
use crate::diff;
use crate::failure::Exit;
use crate::output::quantity::bytes;
use crate::output::{BAD, FAINT, GOOD, Output, STRONG, WAITING, printable};

/// What a deployment would change.
#[derive(Debug, Serialize)]
struct Difference {
    hook: String,
    trigger: String,
    /// Whether there would be a new hook.
    creates: bool,
    /// Whether a deployment would change anything beside the values of secrets, which nobody can compare.
    changes: bool,
    code: CodeDifference,
    settings: Vec<String>,
    enabled: Option<Both<bool>>,
    dependencies: Option<Both<BTreeMap<String, String>>>,
    secrets: Secrets,
    /// Why the daemon would refuse the limits.
    refused: Vec<String>,
    warnings: Vec<String>,
}

/// A value that would change.
#[derive(Debug, Serialize)]
struct Both<T> {
    before: T,
    after: T,
}

#[derive(Debug, Serialize)]
struct CodeDifference {
    changes: bool,
    /// The number of the live version.
    version: Option<u32>,
    before: Option<CodeFacts>,
    after: CodeFacts,
    /// The lines that differ, where both are scripts.
    unified: Option<String>,
}

/// What can be said of code in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct CodeFacts {
    kind: CodeKind,
    bytes: u64,
    digest: Option<String>,
}

/// The secrets by name.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Secrets {
    /// On both sides; a deployment sets them again.
    present: Vec<String>,
    /// In `hook.toml` only; a deployment adds them.
    missing: Vec<String>,
    /// On the daemon only; a deployment leaves them.
    extra: Vec<String>,
    /// Those that a deployment could not set, since their value is not where `hook.toml` says.
    without_value: BTreeMap<String, String>,
}

/// What the daemon has of a hook.
struct Current {
    hook: Hook,
    version: LiveVersion,
    dependencies: BTreeMap<String, String>,
    settings: Map<String, Value>,
    secrets: Vec<String>,
}

#[derive(Deserialize)]
struct LiveVersion {
    kind: CodeKind,
    digest: Option<String>,
    bytes: u64,
    script: Option<String>,
}

#[derive(Deserialize)]
struct V2Hook {
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

/// Compares, and shows what differs. It fails where the deployment would.
pub(super) async fn show(client: &Client, wanted: &Wanted, output: Output) -> anyhow::Result<Exit> {
    let current = match hooks::find_for(client, &wanted.name, wanted.trigger).await? {
        Some(hook) => Some(Current::fetch(client, hook).await?),
        None => None,
    };
    let refused = match &wanted.project {
        Some(project) => ceiling::refused(client, project).await?,
        None => Vec::new(),
    };
    let difference = Difference { refused, ..Difference::between(current.as_ref(), wanted) };
    let exit = difference.exit();
    if output.is_json() {
        output.json(&difference)?;
        return Ok(exit);
    }
    difference.lines().iter().try_for_each(|line| output.line(line))?;
    difference.warnings.iter().try_for_each(|text| build::warn(text, output))?;
    let next = match (exit, difference.changes) {
        (Exit::Done, true) => "Nothing was changed. Next: hookbox deploy",
        (Exit::Done, false) => "Nothing was changed.",
        _ => "Nothing was changed, and a deployment would fail: see above.",
    };
    output.line(format_args!("{FAINT}{next}{FAINT:#}"))?;
    Ok(exit)
}

impl Current {
    async fn fetch(client: &Client, hook: Hook) -> anyhow::Result<Self> {
        let (id, number) = (hook.id.to_string(), hook.version.to_string());
        let version = client.get(&["v1", "hooks", &id, "versions", &number], &[]).await?;
        let V2Hook { dependencies } = client.get(&["api", "v2", "hooks", &id], &[]).await?;
        let settings = client.get(&["v1", "hooks", &id, "settings"], &[]).await?;
        let secrets = secrets::names(client, &hook).await?;
        Ok(Self { hook, version, dependencies, settings, secrets })
    }
}

impl CodeFacts {
    fn of(kind: &Kind) -> Self {
        let (kind, bytes, digest) = match kind {
            Kind::Module(wasm) => {
                (CodeKind::Module, wasm.len(), Some(ModuleDigest(Sha256::digest(wasm).into()).to_string()))
            }
            Kind::Script(source) => (CodeKind::Script, source.len(), None),
        };
        Self { kind, bytes: u64::try_from(bytes).unwrap_or(u64::MAX), digest }
    }

    fn line(&self) -> String {
        let digest = self.digest.as_deref().map_or(String::new(), |digest| format!(", {}", printable(digest)));
        format!("{}, {}{digest}", hooks::kind(self.kind), bytes(self.bytes))
    }
}

impl CodeDifference {
    fn between(current: Option<&Current>, wanted: &Wanted) -> Self {
        let after = CodeFacts::of(&wanted.code.kind);
        let Some(Current { hook, version, .. }) = current else {
            return Self { changes: true, version: None, before: None, after, unified: None };
        };
        let before = CodeFacts { kind: version.kind, bytes: version.bytes, digest: version.digest.clone() };
        let unified = match (&version.script, &wanted.code.kind) {
            (Some(script), Kind::Script(source)) if script != source => {
                let path = build::shown_from_here(&wanted.code.path).display().to_string();
                Some(unified(script, source, (&format!("version {}", hook.version), &path)))
            }
            _ => None,
        };
        let changes = unified.is_some() || before != after;
        Self { changes, version: Some(hook.version), before: Some(before), after, unified }
    }
}

impl Secrets {
    fn between(current: &[String], wanted: &Wanted) -> Self {
        let Some(project) = &wanted.project else {
            return Self { extra: current.to_vec(), ..Self::default() };
        };
        let names: Vec<String> = project.secret_names().map(str::to_owned).collect();
        let (present, missing) = names.iter().cloned().partition(|name| current.contains(name));
        let extra = current.iter().filter(|name| !names.contains(name)).cloned().collect();
        Self { present, missing, extra, without_value: project.secrets_without_value() }
    }
}

impl Difference {
    fn between(current: Option<&Current>, wanted: &Wanted) -> Self {
        let code = CodeDifference::between(current, wanted);
        let settings = match (wanted.settings(), current) {
            (Some(wanted), Some(current)) => wanted.change(&current.settings).words,
            (Some(wanted), None) => wanted.change(&settings::defaults()).words,
            (None, _) => Vec::new(),
        };
        let both = |before: bool, after: bool| (before != after).then_some(Both { before, after });
        let enabled = match (current, wanted.enabled()) {
            (Some(current), Some(enabled)) => both(current.hook.enabled, enabled),
            _ => None,
        };
        let before = current.map(|current| current.dependencies.clone()).unwrap_or_default();
        let after = wanted.dependencies().filter(|after| *after != before);
        let dependencies = after.map(|after| Both { before, after });
        let secrets = Secrets::between(current.map_or(&[], |current| &current.secrets), wanted);
        let changes = code.changes
            || !settings.is_empty()
            || enabled.is_some()
            || dependencies.is_some()
            || !secrets.missing.is_empty();
        Self {
            hook: wanted.name.clone(),
            trigger: wanted.trigger.to_string(),
            creates: current.is_none(),
            changes,
            code,
            settings,
            enabled,
            dependencies,
            secrets,
            refused: Vec::new(),
            warnings: wanted.code.warnings(),
        }
    }

    fn exit(&self) -> Exit {
        if self.refused.is_empty() && self.secrets.without_value.is_empty() { Exit::Done } else { Exit::Failed }
    }

    fn lines(&self) -> Vec<String> {
        let name = printable(&self.hook);
        let mut lines = vec![match (self.creates, self.changes) {
            (true, _) => format!("{GOOD}would create{GOOD:#} {STRONG}{name}{STRONG:#} for {}", self.trigger),
            (false, true) => format!("{WAITING}would update{WAITING:#} {STRONG}{name}{STRONG:#}"),
            (false, false) => format!("{STRONG}{name}{STRONG:#} is deployed as it is here"),
        }];
        self.code_lines(&mut lines);
        lines.extend(self.settings.iter().map(|change| format!("  {}", printable(change))));
        if let Some(Both { before, after }) = &self.enabled {
            lines.push(format!("  enabled: {before} → {after}"));
        }
        if let Some(Both { before, after }) = &self.dependencies {
            let shown = |map: &BTreeMap<String, String>| {
                let list: Vec<String> = map.iter().map(|(name, version)| format!("{name} {version}")).collect();
                if list.is_empty() { "none".to_owned() } else { printable(&list.join(", ")) }
            };
            lines.push(format!("  dependencies: {} → {}", shown(before), shown(after)));
        }
        let Secrets { present, missing, extra, without_value } = &self.secrets;
        for (names, style, what) in [
            (present, FAINT, "secrets present, would be set again"),
            (missing, GOOD, "secrets missing, would be added"),
            (extra, FAINT, "secrets extra, would stay"),
        ] {
            if !names.is_empty() {
                lines.push(format!("  {style}{what}: {}{style:#}", printable(&names.join(", "))));
            }
        }
        lines.extend(self.refused.iter().map(|why| format!("  {BAD}{}{BAD:#}", printable(why))));
        lines.extend(without_value.values().map(|why| format!("  {BAD}{}{BAD:#}", printable(why))));
        lines
    }

    fn code_lines(&self, lines: &mut Vec<String>) {
        let CodeDifference { changes, version, before, after, unified } = &self.code;
        match (version, before, unified) {
            (Some(version), ..) if !changes => lines.push(format!("  code: as version {version}")),
            (_, _, Some(unified)) => lines.push(diff::coloured(unified)),
            (Some(version), Some(before), None) => {
                lines.push(format!("  {BAD}- version {version}: {}{BAD:#}", before.line()));
                lines.push(format!("  {GOOD}+ {}{GOOD:#}", after.line()));
            }
            _ => lines.push(format!("  code: {}", after.line())),
        }
    }
}

#[cfg(test)]
mod tests;
