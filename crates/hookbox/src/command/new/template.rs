//! The files of a new project, but for the SDK.

mod typescript;

use hookbox_protocol::Trigger;

use crate::bundle::{SCRIPT_FILE, TYPESCRIPT_FILE};
use crate::project::Language;

/// Paths and contents, but for what the binary carries anyway: the SDK and the types.
pub(super) fn files(name: &str, trigger: Trigger, language: Language) -> Vec<(&'static str, String)> {
    let spec = trigger.spec();
    let fill = |text: &str, language: &str| {
        text.replace("{name}", name).replace("{trigger}", spec.name).replace("{language}", language)
    };
    let mut files = vec![("event.json", spec.sample.to_owned())];
    match language {
        Language::Rust => {
            let tests = TESTS.replace("{function}", function(spec.starter_rust));
            files.extend([
                ("Cargo.toml", fill(CARGO_TOML, "")),
                ("hook.toml", fill(HOOK_TOML, "rust")),
                ("src/lib.rs", format!("{}{tests}", spec.starter_rust)),
                ("README.md", fill(README_RUST, "")),
                (".cargo/config.toml", CARGO_CONFIG.to_owned()),
                (".gitignore", "/target\n/secrets\n".to_owned()),
            ]);
        }
        Language::Js => files.extend([
            (SCRIPT_FILE, spec.starter_javascript.to_owned()),
            ("hook.toml", fill(HOOK_TOML, "js")),
            ("package.json", fill(PACKAGE_JSON, "")),
            ("jsconfig.json", JSCONFIG_JSON.to_owned()),
            ("README.md", fill(README_JS, "")),
            (".gitignore", "/dist\n/node_modules\n/secrets\n".to_owned()),
        ]),
        Language::Ts => files.extend([
            (TYPESCRIPT_FILE, typescript::starter(trigger).to_owned()),
            ("hook.toml", fill(HOOK_TOML, "ts")),
            ("package.json", fill(typescript::PACKAGE_JSON, "")),
            ("tsconfig.json", typescript::TSCONFIG_JSON.to_owned()),
            ("README.md", fill(typescript::README, "")),
            (".gitignore", "/dist\n/node_modules\n/secrets\n".to_owned()),
        ]),
    }
    files
}

/// The name of the starter's function.
fn function(source: &str) -> &str {
    let after = source.split("\nfn ").nth(1).unwrap_or_default();
    after.split('(').next().unwrap_or_default()
}

const CARGO_TOML: &str = r#"[package]
name = "{name}"
version = "0.1.0"
edition = "2024"
publish = false

[lib]
crate-type = ["cdylib"]

[dependencies]
hookbox-sdk = { path = "vendor/hookbox-sdk" }

[profile.release]
opt-level = 3
lto = true
codegen-units = 1
panic = "abort"
# The names stay: they make the backtrace of a trap readable.
strip = "debuginfo"

# A project of its own, wherever it is.
[workspace]
"#;

const CARGO_CONFIG: &str = r#"# Memory to begin with: 1 MiB of stack and 1 MiB of heap. A hook that stays within it never grows its memory, which would
# cost the host time in each run.
[target.wasm32-wasip1]
rustflags = ["-C", "link-arg=--initial-memory=2097152"]
"#;

const HOOK_TOML: &str = r#"name = "{name}"
trigger = "{trigger}"
language = "{language}"

# The hosts that the hook may call. Without this line the operator's policy alone decides.
# allowed_hosts = ["api.example.com"]

# What happens after a failed attempt: "safe" (again, unless a call other than GET and HEAD was answered 2xx), "always", "none".
# retry = "safe"

# Where the hook stands where a trigger has several: the lower ones run first.
# order = 0

# Whether events reach the hook. Without this line a new hook is enabled if it is the first of its trigger, and one that is
# there stays as it is.
# enabled = true

# Limits that differ from the defaults; `hookbox run` shows what a run uses.
# [limits]
# wall_ms = 10000

# Secrets never stand here: name where the value is.
# [secrets]
# API_KEY = { env = "API_KEY" }
# OTHER_KEY = { file = "secrets/other-key" }
# A sealed one reaches the hook as a placeholder only; its value goes out in calls to these hosts, and to no others.
# SENDGRID_API_KEY = { env = "SENDGRID_API_KEY", sealed = ["api.sendgrid.com"] }
"#;

const TESTS: &str = r#"
#[cfg(test)]
mod tests {
    use hookbox_sdk::testing::Host;

    #[test]
    fn the_sample_event_completes() {
        let run = Host::new().run(super::{function}, include_str!("../event.json"));
        assert!(run.result.is_ok(), "{:?}", run.result);
    }
}
"#;

const README_RUST: &str = r#"# {name}

A hook for `{trigger}`.

| command | what it does |
|---|---|
| `cargo test` | runs the tests on this machine, with a fake host that records calls |
| `hookbox run` | builds the hook and runs it in the sandbox, on `event.json` |
| `hookbox deploy` | puts it on the daemon of `hookbox login`; `--dry-run` shows first what would change |
| `hookbox events`, `hookbox logs -f` | shows what became of it |

`hook.toml` names the hook, its trigger, its limits, and where its secrets come from. `vendor/hookbox-sdk` is the SDK.
"#;

/// It keeps what `npm install` brings in this folder; without dependencies nothing is bundled.
const PACKAGE_JSON: &str = r#"{
  "name": "{name}",
  "private": true,
  "type": "commonjs"
}
"#;

const JSCONFIG_JSON: &str = r#"{
  "compilerOptions": {
    "checkJs": false,
    "module": "commonjs",
    "target": "es2020"
  },
  "exclude": ["dist", "node_modules"]
}
"#;

const README_JS: &str = r#"# {name}

A hook for `{trigger}`, in JavaScript: `hook.js`.

| command | what it does |
|---|---|
| `hookbox build` | says whether the script compiles, and which modules it will not find |
| `hookbox run` | runs it in the sandbox, on `event.json` |
| `hookbox dev` | does the same each time that you save a file |
| `hookbox deploy` | puts it on the daemon of `hookbox login`; `--dry-run` shows first what would change |
| `hookbox events`, `hookbox logs -f` | shows what became of it |

`hook.toml` names the hook, its trigger, its limits, and where its secrets come from; a script reads them as
`context.webtask.secrets.NAME`.

Many modules are built in, such as axios, lodash, request and crypto. For any other npm package: `npm install NAME`, and
`hookbox build` bundles it, with esbuild, into one script, `dist/hook.js`. Files beside `hook.js` that it requires are bundled
too. `hookbox new NAME --lang ts` makes the same in TypeScript.
"#;

#[cfg(test)]
mod tests {
    use hookbox_protocol::trigger::TABLE;

    use super::*;

    #[test]
    fn the_test_calls_the_starters_function() {
        let names: Vec<&str> = TABLE.iter().map(|spec| function(spec.starter_rust)).collect();
        assert_eq!(names, ["on_password_changed", "on_sign_up", "before_sign_up", "on_exchange", "on_send"]);
    }

    #[test]
    fn no_place_is_left_unfilled() {
        for (language, places) in [
            (Language::Rust, &["{name}", "{trigger}", "{language}", "{function}"][..]),
            (Language::Js, &["{name}", "{trigger}", "{language}"]),
            (Language::Ts, &["{name}", "{trigger}", "{language}"]),
        ] {
            for (path, text) in files("my-hook", Trigger::PostChangePassword, language) {
                let left = places.iter().find(|place| text.contains(**place));
                assert_eq!(left, None, "{path}:\n{text}");
            }
        }
    }
}
