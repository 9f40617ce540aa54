//! What `hook.toml` says beside the code, against what the daemon has.

use std::collections::BTreeMap;

use hookbox_protocol::RunLimits;
use serde_json::{Map, Value, json};

use crate::project::{Project, Retry};

/// What `hook.toml` says beside the code.
#[derive(Debug, Default)]
pub(super) struct Settings {
    limits: BTreeMap<String, u64>,
    allowed_hosts: Option<Vec<String>>,
    retry: Option<Retry>,
    order: Option<i64>,
    /// Every secret of the project; without hosts where it is not sealed.
    sealed: BTreeMap<String, Vec<String>>,
}

/// The way from what the daemon has to what is wanted.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Change {
    /// The body of the PATCH; empty where there is nothing to change.
    pub(super) body: Map<String, Value>,
    /// Each difference in words.
    pub(super) words: Vec<String>,
}

impl Settings {
    /// What that project says.
    pub(super) fn of(project: &Project) -> Self {
        Self {
            limits: project.limits.clone(),
            allowed_hosts: project.allowed_hosts.clone(),
            retry: project.retry,
            order: project.order,
            sealed: project.sealed(),
        }
    }

    /// What leads from `current`, the answer of `GET …/settings`, to these settings.
    ///
    /// A limit that `hook.toml` does not name goes back to its default, and a secret that it does not seal is unsealed:
    /// the file says all there is. A secret that it does not name stays as it is.
    pub(super) fn change(&self, current: &Map<String, Value>) -> Change {
        let mut change = Change::default();
        let current_of = |name: &str| current.get(name).unwrap_or(&Value::Null);
        let mut limits = Map::new();
        for limit in RunLimits::TABLE {
            let own = self.limits.get(limit.name).copied();
            // Where an operator's ceiling is below the default, it is the default.
            let ceiling = current_of("ceilings").get(limit.name).and_then(Value::as_u64).unwrap_or(limit.ceiling);
            let wanted = Value::from(own.unwrap_or(limit.default.min(ceiling)));
            let before = &current_of("limits")[limit.name];
            if *before != wanted {
                change.words.push(format!("{}: {before} → {wanted}", limit.name));
                limits.insert(limit.name.to_owned(), own.map_or(Value::Null, Value::from));
            }
        }
        if !limits.is_empty() {
            change.body.insert("limits".to_owned(), limits.into());
        }
        let mut others = vec![("allowed_hosts", json!(self.allowed_hosts))];
        others.extend(self.retry.map(|retry| ("retry", json!(retry.name()))));
        others.extend(self.order.map(|order| ("order", json!(order))));
        for (name, wanted) in others {
            let before = current_of(name);
            if *before != wanted {
                change.words.push(format!("{name}: {before} → {wanted}"));
                change.body.insert(name.to_owned(), wanted);
            }
        }
        self.change_sealed(current_of("sealed_secrets"), &mut change);
        change
    }

    fn change_sealed(&self, current: &Value, change: &mut Change) {
        let mut sealed = Map::new();
        for (name, hosts) in &self.sealed {
            let before = current.get(name).and_then(|secret| secret.get("hosts")).and_then(Value::as_array);
            let before: Vec<&str> = before.into_iter().flatten().filter_map(Value::as_str).collect();
            if before == *hosts {
                continue;
            }
            if hosts.is_empty() {
                change.words.push(format!("{name}: no longer sealed; before it was for {}", before.join(", ")));
                sealed.insert(name.clone(), Value::Null);
            } else {
                change.words.push(format!("{name}: sealed for {}", hosts.join(", ")));
                sealed.insert(name.clone(), json!({ "hosts": hosts }));
            }
        }
        if !sealed.is_empty() {
            change.body.insert("sealed_secrets".to_owned(), sealed.into());
        }
    }
}

/// The settings that a daemon gives a new hook.
pub(super) fn defaults() -> Map<String, Value> {
    let limits = RunLimits::TABLE.iter().map(|limit| (limit.name.to_owned(), Value::from(limit.default)));
    Map::from_iter([
        ("limits".to_owned(), Value::Object(limits.collect())),
        ("allowed_hosts".to_owned(), Value::Null),
        ("retry".to_owned(), "safe".into()),
        ("order".to_owned(), 0.into()),
        ("sealed_secrets".to_owned(), json!({})),
    ])
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn only_settings_that_differ_are_sent_and_named() {
        let mut current = defaults();
        let mut wanted = Settings { sealed: BTreeMap::from([("OPEN".to_owned(), vec![])]), ..Settings::default() };
        assert_eq!(wanted.change(&current), Change::default(), "an empty file changes nothing");

        current["limits"]["fuel"] = json!(7);
        wanted.limits.insert("wall_ms".to_owned(), 5_000);
        wanted.allowed_hosts = Some(vec!["api.example.com".to_owned()]);
        wanted.retry = Some(Retry::None);
        wanted.order = Some(0);
        let Change { body, words } = wanted.change(&current);
        expect![[r#"
            {"limits":{"fuel":null,"wall_ms":5000},"allowed_hosts":["api.example.com"],"retry":"none"}
            fuel: 7 → 1000000000
            wall_ms: 20000 → 5000
            allowed_hosts: null → ["api.example.com"]
            retry: "safe" → "none""#]]
        .assert_eq(&format!("{}\n{}", Value::Object(body), words.join("\n")));
    }

    #[test]
    fn a_default_above_the_operators_ceiling_is_the_ceiling() {
        let mut current = defaults();
        current["limits"]["wall_ms"] = json!(5_000);
        current.insert("ceilings".to_owned(), json!({ "wall_ms": 5_000 }));
        assert_eq!(Settings::default().change(&current), Change::default());
    }

    #[test]
    fn secrets_are_sealed_and_unsealed_as_the_file_says() {
        let mut current = defaults();
        current["sealed_secrets"] =
            json!({ "SAME": { "hosts": ["a"] }, "OPENED": { "hosts": ["b"] }, "OTHER": { "hosts": ["c"] } });
        let hosts = |host: &[&str]| host.iter().map(|host| (*host).to_owned()).collect();
        let sealed = [("SAME", hosts(&["a"])), ("OPENED", hosts(&[])), ("NEW", hosts(&["d", "e"]))];
        let sealed = sealed.into_iter().map(|(name, hosts)| (name.to_owned(), hosts)).collect();
        let Change { body, words } = Settings { sealed, ..Settings::default() }.change(&current);
        expect![[r#"
            {"sealed_secrets":{"NEW":{"hosts":["d","e"]},"OPENED":null}}
            NEW: sealed for d, e
            OPENED: no longer sealed; before it was for b"#]]
        .assert_eq(&format!("{}\n{}", Value::Object(body), words.join("\n")));
    }
}
