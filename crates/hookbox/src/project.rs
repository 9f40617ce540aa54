//! `hook.toml`: what a hook project is called, what it is bound to, and what it may use.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_protocol::{RunLimits, Trigger, name};
use serde::Deserialize;
use toml::Spanned;

use crate::environment;
use crate::failure::{Failure, Hint as _};
use crate::text::{line_of, parse_toml};

/// The file's name.
pub(crate) const FILE: &str = "hook.toml";

/// A hook project, read from its `hook.toml`.
#[derive(Debug)]
pub(crate) struct Project {
    /// The folder with the `hook.toml`.
    pub(crate) folder: PathBuf,
    /// The hook's name on the daemon.
    pub(crate) name: String,
    /// What the hook is bound to.
    pub(crate) trigger: Trigger,
    /// What it is written in.
    pub(crate) language: Language,
    /// Limits that differ from the defaults.
    pub(crate) limits: BTreeMap<String, u64>,
    /// The hosts that the hook may call; `None` leaves it to the operator's policy.
    pub(crate) allowed_hosts: Option<Vec<String>>,
    /// When a failed attempt is tried again; `None` leaves it as it is.
    pub(crate) retry: Option<Retry>,
    secrets: BTreeMap<String, SecretSource>,
}

/// What a hook is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// Rust, built with cargo.
    #[default]
    Rust,
    /// JavaScript.
    Js,
}

/// When a failed attempt is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Retry {
    /// Unless it may have had an effect already.
    Safe,
    /// In every case.
    Always,
    /// Never.
    None,
}

impl Retry {
    /// The name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Always => "always",
            Self::None => "none",
        }
    }
}

/// Where a secret's value comes from. The value itself has no place in a file that is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SecretSource {
    Env(String),
    File(PathBuf),
}

impl SecretSource {
    /// Read by hand: serde's message would show a value that was written here by mistake.
    fn parse(value: &toml::Value) -> Option<Self> {
        let table = value.as_table().filter(|table| table.len() == 1)?;
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str).filter(|text| !text.is_empty());
        let env = text("env").map(|variable| Self::Env(variable.to_owned()));
        env.or_else(|| text("file").map(|path| Self::File(path.into())))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: Spanned<String>,
    trigger: Spanned<String>,
    #[serde(default)]
    language: Language,
    allowed_hosts: Option<Vec<String>>,
    retry: Option<Retry>,
    #[serde(default)]
    limits: BTreeMap<Spanned<String>, u64>,
    #[serde(default)]
    secrets: BTreeMap<Spanned<String>, toml::Value>,
}

impl Project {
    /// Reads the `hook.toml` of that folder.
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))
            .hint("give the folder of a hook project; `hookbox new NAME` makes one")?;
        let project = Self::parse(&text, folder).with_context(|| path.display().to_string())?;
        Ok(project)
    }

    fn parse(text: &str, folder: &Path) -> anyhow::Result<Self> {
        let at = |offset: usize, message: String| Failure::new(format!("line {}: {message}", line_of(text, offset)));
        let document: Document = parse_toml(text).map_err(Failure::new)?;
        let trigger = document.trigger;
        let offset = trigger.span().start;
        let trigger = trigger.into_inner().parse::<Trigger>().map_err(|error| at(offset, error.to_string()))?;
        let hook_name = document.name;
        let offset = hook_name.span().start;
        let hook_name = name::hook(&hook_name.into_inner()).map_err(|error| at(offset, error.to_string()))?;
        let mut limits = BTreeMap::new();
        for (key, value) in document.limits {
            // The operator may have set higher ceilings than the default ones, so only the daemon can judge the value.
            let offset = key.span().start;
            if RunLimits::default().get(key.get_ref()).is_none() {
                let names = RunLimits::names().join(", ");
                let name = key.get_ref();
                return Err(at(offset, format!("there is no limit '{name}'; the limits are {names}")).into());
            }
            limits.insert(key.into_inner(), value);
        }
        let mut secrets = BTreeMap::new();
        for (key, value) in document.secrets {
            let offset = key.span().start;
            let name = key.into_inner();
            name::check_secret(&name).map_err(|error| at(offset, error.to_string()))?;
            let source = SecretSource::parse(&value).ok_or_else(|| {
                at(
                    offset,
                    format!(
                        "secret {name} must say where its value is: {{ env = \"VARIABLE\" }} or {{ file = \"PATH\" }}"
                    ),
                )
            })?;
            secrets.insert(name, source);
        }
        Ok(Self {
            folder: folder.to_owned(),
            name: hook_name,
            trigger,
            language: document.language,
            limits,
            allowed_hosts: document.allowed_hosts,
            retry: document.retry,
            secrets,
        })
    }

    /// The names of the secrets.
    pub(crate) fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// The values of the secrets, from where the project says that they are.
    pub(crate) fn secrets(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let mut values = BTreeMap::new();
        for (name, source) in &self.secrets {
            let value = match source {
                SecretSource::Env(variable) => environment::variable(variable).ok_or_else(|| {
                    Failure::new(format!("secret {name} is to come from the variable {variable}, which is not set"))
                        .hint(format!("export {variable}=…, or change [secrets] in {FILE}"))
                })?,
                SecretSource::File(path) => {
                    let path = self.folder.join(path);
                    let text = fs::read_to_string(&path)
                        .with_context(|| format!("secret {name} is to come from {}", path.display()))
                        .hint(format!("write the value there, or change [secrets] in {FILE}"))?;
                    text.trim_end_matches(['\r', '\n']).to_owned()
                }
            };
            values.insert(name.clone(), value);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let shown = match Project::parse(text, Path::new("folder")) {
            Ok(p) => format!(
                "{} {} {:?} limits {:?} hosts {:?} retry {:?} secrets {:?}",
                p.name, p.trigger, p.language, p.limits, p.allowed_hosts, p.retry, p.secrets
            ),
            Err(error) => format!("{error:#}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_project_is_read() {
        check(
            "name = \"My Hook\"\ntrigger = \"post-change-password\"\n",
            &expect!["my-hook post-change-password Rust limits {} hosts None retry None secrets {}"],
        );
        check(
            r#"
name = "notify"
trigger = "post-change-password"
language = "rust"
allowed_hosts = ["api.sendgrid.com", "*.example.com"]
retry = "none"
[limits]
wall_ms = 5000
http_calls = 2
[secrets]
KEY = { env = "KEY" }
OTHER = { file = "other.txt" }
"#,
            &expect![[
                r#"notify post-change-password Rust limits {"http_calls": 2, "wall_ms": 5000} hosts Some(["api.sendgrid.com", "*.example.com"]) retry Some(None) secrets {"KEY": Env("KEY"), "OTHER": File("other.txt")}"#
            ]],
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let good = "name = \"a\"\ntrigger = \"post-change-password\"\n";
        check("trigger = \"post-change-password\"", &expect!["line 1: missing field `name`"]);
        check(
            "name = \"a\"\ntriger = \"post-change-password\"",
            &expect![
                "line 2: unknown field `triger`, expected one of `name`, `trigger`, `language`, `allowed_hosts`, `retry`, `limits`, `secrets`"
            ],
        );
        check(
            "name = \"a_b\"\ntrigger = \"post-change-password\"",
            &expect![
                "line 1: 'a_b' cannot be the name of a hook: use letters, digits, and spaces or hyphens between them"
            ],
        );
        check(
            "name = \"a\"\ntrigger = \"post-password\"",
            &expect![
                "line 2: there is no trigger 'post-password'; the triggers are post-change-password, post-user-registration, pre-user-registration, credentials-exchange, send-phone-message"
            ],
        );
        check(
            &format!("{good}retry = \"sometimes\""),
            &expect!["line 3: unknown variant `sometimes`, expected one of `safe`, `always`, `none`"],
        );
        check(
            &format!("{good}[limits]\nfuel = 5\ngas = 5"),
            &expect![
                "line 5: there is no limit 'gas'; the limits are fuel, cpu_ms, wall_ms, memory_bytes, result_bytes, log_bytes, log_line_bytes, log_lines, http_calls, http_calls_at_once, http_request_bytes, http_response_bytes"
            ],
        );
        check(
            &format!("{good}[limits]\nfuel = \"much\""),
            &expect![[r#"line 4: invalid type: string "much", expected u64"#]],
        );
        check(
            &format!("{good}[secrets]\nKEY = \"SG.value\""),
            &expect![[r#"line 4: secret KEY must say where its value is: { env = "VARIABLE" } or { file = "PATH" }"#]],
        );
        check(
            &format!("{good}[secrets]\nKEY = {{ value = \"x\" }}"),
            &expect![[r#"line 4: secret KEY must say where its value is: { env = "VARIABLE" } or { file = "PATH" }"#]],
        );
        check("name = ", &expect!["line 1: string values must be quoted, expected literal string"]);
    }

    #[test]
    fn secrets_come_from_where_the_project_says() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let text = "name = \"a\"\ntrigger = \"post-change-password\"\n[secrets]\nKEY = { file = \"key.txt\" }\n";
        let project = Project::parse(text, folder.path()).expect("parses");
        assert!(project.secrets().is_err(), "the file is not there");
        fs::write(folder.path().join("key.txt"), "value\n").expect("writes");
        assert_eq!(project.secrets().expect("reads")["KEY"], "value");
        let text = text.replace("{ file = \"key.txt\" }", "{ env = \"HOOKBOX_TEST_NEVER_SET\" }");
        let error = Project::parse(&text, folder.path()).and_then(|it| it.secrets()).expect_err("not set");
        assert!(error.to_string().contains("the variable HOOKBOX_TEST_NEVER_SET, which is not set"), "{error}");
    }
}
