//! `hook.toml`: what a hook project is called, what it is bound to, and what it may use.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_egress::HostPattern;
use hookbox_protocol::{RunLimits, Trigger, name};
use serde::Deserialize;
use toml::Spanned;

use crate::bundle::{SCRIPT_FILE, TYPESCRIPT_FILE};
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
    /// Where the hook stands among several of its trigger; `None` leaves it as it is.
    pub(crate) order: Option<i64>,
    /// Whether events reach the hook; `None` leaves it as it is.
    pub(crate) enabled: Option<bool>,
    secrets: BTreeMap<String, Secret>,
}

/// A secret of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Secret {
    source: SecretSource,
    /// The only hosts that the value may go to; then the hook gets a placeholder. Empty where it is not sealed.
    sealed: Vec<String>,
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
    /// TypeScript, bundled into a script by esbuild.
    Ts,
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

impl Secret {
    /// Read by hand: serde's message would show a value that was written here by mistake.
    fn parse(name: &str, value: &toml::Value) -> Result<Self, String> {
        let refused = || {
            format!(
                "secret {name} must say where its value is: {{ env = \"VARIABLE\" }} or {{ file = \"PATH\" }}, and may say \
                 which hosts alone it goes to: sealed = [\"HOST\"]"
            )
        };
        let table = value.as_table().ok_or_else(refused)?;
        let (mut source, mut sealed) = (None, Vec::new());
        for (key, value) in table {
            let text = value.as_str().filter(|text| !text.is_empty());
            match (key.as_str(), text, value.as_array()) {
                ("env", Some(variable), _) if source.is_none() => source = Some(SecretSource::Env(variable.to_owned())),
                ("file", Some(path), _) if source.is_none() => source = Some(SecretSource::File(path.into())),
                ("sealed", _, Some(hosts)) if !hosts.is_empty() => {
                    for host in hosts {
                        let host = host.as_str().ok_or_else(refused)?;
                        check_host(host)?;
                        sealed.push(host.to_owned());
                    }
                }
                _ => return Err(refused()),
            }
        }
        Ok(Self { source: source.ok_or_else(refused)?, sealed })
    }
}

fn check_host(host: &str) -> Result<(), String> {
    host.parse::<HostPattern>().map(drop).map_err(|error| error.to_string())
}

/// The language of a project that does not say: Rust, unless it is a script's, which has to say so.
fn implied_language(folder: &Path) -> anyhow::Result<Language> {
    let scripts = [(SCRIPT_FILE, "js"), (TYPESCRIPT_FILE, "ts")];
    let script = scripts.into_iter().find(|(file, _)| folder.join(file).is_file());
    match script {
        Some((file, language)) if !folder.join("Cargo.toml").exists() => {
            Err(Failure::new(format!("there is {file} and no Cargo.toml, and a hook without `language` is in Rust"))
                .hint(format!("write the line language = \"{language}\" into {FILE}"))
                .into())
        }
        _ => Ok(Language::default()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: Spanned<String>,
    trigger: Spanned<String>,
    language: Option<Language>,
    allowed_hosts: Option<Vec<Spanned<String>>>,
    retry: Option<Retry>,
    order: Option<i64>,
    enabled: Option<bool>,
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
            let secret = Secret::parse(&name, &value).map_err(|message| at(offset, message))?;
            secrets.insert(name, secret);
        }
        for host in document.allowed_hosts.iter().flatten() {
            check_host(host.get_ref()).map_err(|message| at(host.span().start, message))?;
        }
        let host = |hosts: Vec<Spanned<String>>| hosts.into_iter().map(Spanned::into_inner).collect();
        Ok(Self {
            folder: folder.to_owned(),
            name: hook_name,
            trigger,
            language: document.language.map_or_else(|| implied_language(folder), Ok)?,
            limits,
            allowed_hosts: document.allowed_hosts.map(host),
            retry: document.retry,
            order: document.order,
            enabled: document.enabled,
            secrets,
        })
    }

    /// Refuses a trigger that is given beside the project's own, and another one.
    pub(crate) fn check_trigger(&self, given: Option<Trigger>) -> anyhow::Result<()> {
        if given.is_none_or(|trigger| trigger == self.trigger) {
            return Ok(());
        }
        Err(Failure::new(format!("{FILE} binds this hook to {}", self.trigger))
            .hint(format!("leave --trigger out, or change {FILE}"))
            .into())
    }

    /// The names of the secrets.
    pub(crate) fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// The hosts that each sealed secret alone may go to; empty for one that is not sealed.
    pub(crate) fn sealed(&self) -> BTreeMap<String, Vec<String>> {
        self.secrets.iter().map(|(name, secret)| (name.clone(), secret.sealed.clone())).collect()
    }

    /// The values of the secrets, from where the project says that they are.
    pub(crate) fn secrets(&self) -> anyhow::Result<BTreeMap<String, String>> {
        self.secrets.iter().map(|(name, secret)| Ok((name.clone(), self.value(name, &secret.source)?))).collect()
    }

    /// The secrets whose value is not where the project says that it is, each with what is wrong.
    pub(crate) fn secrets_without_value(&self) -> BTreeMap<String, String> {
        let missing = |(name, secret): (&String, &Secret)| {
            self.value(name, &secret.source).err().map(|error| (name.clone(), format!("{error:#}")))
        };
        self.secrets.iter().filter_map(missing).collect()
    }

    fn value(&self, name: &str, source: &SecretSource) -> anyhow::Result<String> {
        match source {
            SecretSource::Env(variable) => environment::variable(variable).ok_or_else(|| {
                Failure::new(format!("secret {name} is to come from the variable {variable}, which is not set"))
                    .hint(format!("export {variable}=…, or change [secrets] in {FILE}"))
                    .into()
            }),
            SecretSource::File(path) => {
                let path = self.folder.join(path);
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("secret {name} is to come from {}", path.display()))
                    .hint(format!("write the value there, or change [secrets] in {FILE}"))?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let shown = match Project::parse(text, Path::new("folder")) {
            Ok(p) => format!(
                "{} {} {:?} limits {:?} hosts {:?} retry {:?} order {:?} enabled {:?} secrets {:?}",
                p.name, p.trigger, p.language, p.limits, p.allowed_hosts, p.retry, p.order, p.enabled, p.secrets
            ),
            Err(error) => format!("{error:#}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_project_is_read() {
        check(
            "name = \"My Hook\"\ntrigger = \"post-change-password\"\n",
            &expect![
                "my-hook post-change-password Rust limits {} hosts None retry None order None enabled None secrets {}"
            ],
        );
        check(
            r#"
name = "notify"
trigger = "post-change-password"
language = "rust"
allowed_hosts = ["api.sendgrid.com", "*.example.com"]
retry = "none"
order = -5
enabled = false
[limits]
wall_ms = 5000
http_calls = 2
[secrets]
KEY = { env = "KEY" }
OTHER = { file = "other.txt", sealed = ["api.sendgrid.com", "*.example.com"] }
"#,
            &expect![[
                r#"notify post-change-password Rust limits {"http_calls": 2, "wall_ms": 5000} hosts Some(["api.sendgrid.com", "*.example.com"]) retry Some(None) order Some(-5) enabled Some(false) secrets {"KEY": Secret { source: Env("KEY"), sealed: [] }, "OTHER": Secret { source: File("other.txt"), sealed: ["api.sendgrid.com", "*.example.com"] }}"#
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
                "line 2: unknown field `triger`, expected one of `name`, `trigger`, `language`, `allowed_hosts`, `retry`, `order`, `enabled`, `limits`, `secrets`"
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
            &expect![[
                r#"line 4: secret KEY must say where its value is: { env = "VARIABLE" } or { file = "PATH" }, and may say which hosts alone it goes to: sealed = ["HOST"]"#
            ]],
        );
        check(
            &format!("{good}[secrets]\nKEY = {{ value = \"x\" }}"),
            &expect![[
                r#"line 4: secret KEY must say where its value is: { env = "VARIABLE" } or { file = "PATH" }, and may say which hosts alone it goes to: sealed = ["HOST"]"#
            ]],
        );
        for sealed in ["true", "[]", "[5]"] {
            let text = format!("{good}[secrets]\nKEY = {{ env = \"KEY\", sealed = {sealed} }}");
            let error = Project::parse(&text, Path::new("folder")).expect_err(sealed).to_string();
            assert!(error.starts_with("line 4: secret KEY must say where"), "{error}");
        }
        check(
            &format!("{good}[secrets]\nKEY = {{ env = \"KEY\", sealed = [\"https://a.b\"] }}"),
            &expect![
                "line 4: 'https://a.b' is not a host: an address has more than the host; write a name such as 'api.example.com' or '*.example.com'"
            ],
        );
        check(
            &format!("{good}allowed_hosts = [\n\"a.example.com\",\n\"b/c\"]"),
            &expect![
                "line 5: 'b/c' is not a host: an address has more than the host; write a name such as 'api.example.com' or '*.example.com'"
            ],
        );
        check("name = ", &expect!["line 1: string values must be quoted, expected literal string"]);
    }

    #[test]
    fn a_script_without_its_language_is_told_what_to_write() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let text = "name = \"a\"\ntrigger = \"post-change-password\"\n";
        let language = || Project::parse(text, folder.path()).map(|project| project.language);
        assert_eq!(language().expect("the default"), Language::Rust);
        fs::write(folder.path().join("hook.ts"), "").expect("writes");
        expect![[r#"
            error: there is hook.ts and no Cargo.toml, and a hook without `language` is in Rust
            hint: write the line language = "ts" into hook.toml"#]]
        .assert_eq(&crate::failure::describe(&language().expect_err("is a script's")).0);
        fs::write(folder.path().join("Cargo.toml"), "").expect("writes");
        assert_eq!(language().expect("a script beside it"), Language::Rust);
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
