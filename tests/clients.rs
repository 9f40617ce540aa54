//! Real clients of Auth0's Management API, unmodified, from their registries, over TLS with a private CA.

mod certificate;
mod packages;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::api::Api;
use crate::daemon::{Daemon, OPERATOR_TOKEN, Setup};
use crate::eventually::block_on;
use crate::{Case, Need, case_needing, guests};
use certificate::Certificate;
pub(crate) use packages::{npm_is_there, pip_is_there, python_packages};

pub(crate) const CASES: &[Case] = &[
    case_needing("clients: auth0 2 for Node drives hooks and secrets", &[Need::Npm], || node_sdk(2)),
    case_needing("clients: auth0 3 for Node drives hooks and secrets", &[Need::Npm], || node_sdk(3)),
    case_needing("clients: auth0 4 for Node drives hooks and secrets", &[Need::Npm], || node_sdk(4)),
    case_needing("clients: auth0 7 for Node drives hooks and secrets", &[Need::Npm], || node_sdk(7)),
    case_needing("clients: auth0-python 3 drives hooks and secrets", &[Need::Pip], || python_sdk(3, "older")),
    case_needing("clients: auth0-python 6 drives hooks and secrets", &[Need::Pip], || python_sdk(6, "newer")),
    case_needing("clients: auth0-deploy-cli 7 imports, changes, exports and deletes", &[Need::Npm], || deploy(7)),
    case_needing("clients: auth0-deploy-cli 8 imports, changes, exports and deletes", &[Need::Npm], || deploy(8)),
];

/// A daemon over TLS with one tenant.
struct House {
    daemon: Daemon,
    certificate: Certificate,
    tenant: Value,
    directory: tempfile::TempDir,
}

/// How a client shows who it is.
#[derive(Debug, Clone, Copy)]
enum Credentials {
    /// A token that does not end.
    Token,
    /// A client's id and secret, for which `/oauth/token` gives a token.
    Client,
}

impl House {
    async fn open() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let certificate = Certificate::write(directory.path())?;
        let daemon = Setup::new(&directory.path().join("data"))
            .flag("--tls-cert", certificate.certificate.display())
            .flag("--tls-key", certificate.key.display())
            .start()?;
        let operator = Api::trusting(&certificate.ca, &daemon.url, OPERATOR_TOKEN)?;
        let made = operator.post("/v1/tenants", &json!({ "name": "acme" })).await?;
        ensure!(made.status == 201, "{made:?}");
        Ok(Self { daemon, certificate, tenant: made.json, directory })
    }

    fn tenant(&self, key: &str) -> Result<&str> {
        self.tenant[key].as_str().with_context(|| format!("the tenant has a {key}"))
    }

    fn domain(&self) -> Result<String> {
        let (_, port) = self.daemon.url.rsplit_once(':').context("the daemon has a port")?;
        Ok(format!("localhost:{port}"))
    }

    /// Runs a client and gives what it printed. Its settings are named with a prefix.
    fn run(&self, program: &str, prefix: &str, credentials: Credentials, set: &dyn Fn(&mut Command)) -> Result<String> {
        let ca = &self.certificate.ca;
        let mut command = Command::new(program);
        command
            .stdin(Stdio::null())
            .env("NODE_EXTRA_CA_CERTS", ca)
            .env("REQUESTS_CA_BUNDLE", ca)
            .env("SSL_CERT_FILE", ca)
            .env("NO_PROXY", "localhost")
            .env(format!("{prefix}_DOMAIN"), self.domain()?);
        let variables: &[(&str, &str)] = match (credentials, prefix) {
            (Credentials::Token, "AUTH0") => &[("ACCESS_TOKEN", "token")],
            (Credentials::Token, _) => &[("TOKEN", "token")],
            (Credentials::Client, _) => &[("CLIENT_ID", "client_id"), ("CLIENT_SECRET", "client_secret")],
        };
        for (variable, key) in variables {
            command.env(format!("{prefix}_{variable}"), self.tenant(key)?);
        }
        set(&mut command);
        let output = command.output().with_context(|| format!("start {program}"))?;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{command:?} with {credentials:?}\n{out}\n{err}");
        Ok(out.into_owned())
    }
}

/// What every SDK sees of the life of two hooks, whatever its language and age.
fn life() -> Expect {
    expect![[r#"
        create: {"dependencies":{"auth0":"2.30.0"},"enabled":true,"id":"<one>","name":"test-hook-735","script":"module.exports = 1","triggerId":"post-change-password"}
        create another: {"dependencies":{},"enabled":false,"id":"<two>","name":"second-hook","script":"module.exports = 1","triggerId":"post-change-password"}
        create one of the same name: {"status":409,"told":true}
        list: [{"dependencies":{"auth0":"2.30.0"},"enabled":true,"id":"<one>","name":"test-hook-735","script":"module.exports = 1","triggerId":"post-change-password"},{"dependencies":{},"enabled":false,"id":"<two>","name":"second-hook","script":"module.exports = 1","triggerId":"post-change-password"}]
        get: {"dependencies":{"auth0":"2.30.0"},"enabled":true,"id":"<one>","name":"test-hook-735","script":"module.exports = 1","triggerId":"post-change-password"}
        update: {"dependencies":{"auth0":"2.30.0"},"enabled":true,"id":"<one>","name":"renamed","script":"module.exports = 2","triggerId":"post-change-password"}
        enable the other: {"dependencies":{},"enabled":true,"id":"<two>","name":"second-hook","script":"module.exports = 1","triggerId":"post-change-password"}
        list what is enabled: ["second-hook"]
        no secrets: {}
        secrets: {"KEY":"_VALUE_NOT_SHOWN_","OTHER":"_VALUE_NOT_SHOWN_"}
        secrets left: {"KEY":"_VALUE_NOT_SHOWN_"}
        get what is deleted: {"status":404,"told":true}
        list nothing: []
    "#]]
}

fn node_sdk(major: u32) -> Result<()> {
    let driver = packages::node()?.join("life.js");
    live("node", &|command| {
        command.arg(&driver).arg(format!("auth0-{major}"));
    })
}

fn python_sdk(major: u32, driver: &str) -> Result<()> {
    let packages = packages::python(major)?;
    live("python3", &|command| {
        command.arg(guests::root().join("tests/clients/python/life.py")).arg(driver);
        command.env("PYTHONPATH", &packages).env("PYTHONDONTWRITEBYTECODE", "1");
    })
}

fn live(program: &str, set: &dyn Fn(&mut Command)) -> Result<()> {
    let house = block_on(House::open())?;
    for credentials in [Credentials::Token, Credentials::Client] {
        life().assert_eq(&told(&house.run(program, "HOOKBOX", credentials, set)?)?);
    }
    Ok(())
}

/// A driver's lines, with the hooks' ids by the order in which they came, and keys in alphabetical order: clients that
/// read answers into types of their own keep no order.
fn told(lines: &str) -> Result<String> {
    let mut text = String::new();
    let mut names = ["<one>", "<two>"].into_iter();
    let mut ids = Vec::new();
    for line in lines.lines() {
        let said: Value = serde_json::from_str(line).with_context(|| format!("not a line of a driver: {line}"))?;
        let step = said["step"].as_str().with_context(|| format!("a step: {line}"))?;
        if step.starts_with("create") && said["answer"]["id"].is_string() {
            ids.push((said["answer"]["id"].clone(), names.next().context("two hooks")?));
        }
        let mut answer = said["answer"].clone();
        answer.sort_all_objects();
        let mut answer = answer.to_string();
        for (id, name) in &ids {
            answer = answer.replace(id.as_str().context("a text")?, name);
        }
        text += &format!("{step}: {answer}\n");
    }
    Ok(text)
}

fn deploy(major: u32) -> Result<()> {
    let cli = packages::node()?.join(format!("node_modules/deploy-{major}/lib/index.js"));
    let house = block_on(House::open())?;
    let folder = house.directory.path().join("tenant");
    let deploy = |credentials, arguments: &[&OsStr]| {
        house.run("node", "AUTH0", credentials, &|command| {
            command.arg(&cli).args(arguments).current_dir(house.directory.path());
            command.env("AUTH0_INCLUDED_ONLY", r#"["hooks"]"#).env("AUTH0_ALLOW_DELETE", "true");
        })
    };
    let import = |credentials| deploy(credentials, &["import".as_ref(), "--input_file".as_ref(), folder.as_ref()]);
    let export = |name: &str| -> Result<String> {
        let exported = house.directory.path().join(name);
        let arguments = ["export", "--format", "directory", "--output_folder"].map(OsStr::new);
        deploy(Credentials::Client, &[&arguments[..], &[exported.as_ref()]].concat())?;
        contents(&exported.join("hooks"))
    };

    write_hook(&folder, "notify", true, &json!({ "KEY": "value-1", "OTHER": "value-2" }), "cb();")?;
    write_hook(&folder, "second", false, &json!({}), "cb();")?;
    import(Credentials::Token)?;
    expect![[r#"
        notify.js: module.exports = function (user, context, cb) { cb(); };
        notify.json: {"name":"notify","script":"./notify.js","dependencies":{"auth0":"2.30.0"},"enabled":true,"triggerId":"post-change-password","secrets":{"KEY":"_VALUE_NOT_SHOWN_","OTHER":"_VALUE_NOT_SHOWN_"}}
        second.js: module.exports = function (user, context, cb) { cb(); };
        second.json: {"name":"second","script":"./second.js","dependencies":{},"enabled":false,"triggerId":"post-change-password","secrets":{}}
    "#]]
    .assert_eq(&export("imported")?);

    // One secret gets a value, one is as it was, one goes and one comes; a hook goes and another one comes.
    let secrets = json!({ "KEY": "_VALUE_NOT_SHOWN_", "NEW": "value-3" });
    write_hook(&folder, "notify", true, &secrets, "cb(null, 'changed');")?;
    for file in ["second.js", "second.json"] {
        std::fs::remove_file(folder.join("hooks").join(file))?;
    }
    write_hook(&folder, "third", false, &json!({}), "cb();")?;
    import(Credentials::Client)?;
    expect![[r#"
        notify.js: module.exports = function (user, context, cb) { cb(null, 'changed'); };
        notify.json: {"name":"notify","script":"./notify.js","dependencies":{"auth0":"2.30.0"},"enabled":true,"triggerId":"post-change-password","secrets":{"KEY":"_VALUE_NOT_SHOWN_","NEW":"_VALUE_NOT_SHOWN_"}}
        third.js: module.exports = function (user, context, cb) { cb(); };
        third.json: {"name":"third","script":"./third.js","dependencies":{},"enabled":false,"triggerId":"post-change-password","secrets":{}}
    "#]]
    .assert_eq(&export("changed")?);
    Ok(())
}

/// A hook in the folder that the deployment tool reads.
fn write_hook(folder: &Path, name: &str, enabled: bool, secrets: &Value, code: &str) -> Result<()> {
    let hooks = folder.join("hooks");
    std::fs::create_dir_all(&hooks)?;
    let dependencies = if secrets["KEY"].is_string() { json!({ "auth0": "2.30.0" }) } else { json!({}) };
    let described = json!({
        "triggerId": "post-change-password",
        "name": name,
        "script": format!("./{name}.js"),
        "enabled": enabled,
        "secrets": secrets,
        "dependencies": dependencies,
    });
    std::fs::write(hooks.join(format!("{name}.json")), described.to_string())?;
    std::fs::write(
        hooks.join(format!("{name}.js")),
        format!("module.exports = function (user, context, cb) {{ {code} }};"),
    )?;
    Ok(())
}

/// Every file of a folder, a line each; JSON without its white space.
fn contents(folder: &Path) -> Result<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("read {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let mut text = String::new();
    for file in files {
        let name = file.file_name().and_then(OsStr::to_str).context("a name")?;
        let content = std::fs::read_to_string(&file)?;
        let content = if name.ends_with(".json") {
            serde_json::from_str::<Value>(&content)?.to_string()
        } else {
            content.trim_end().to_owned()
        };
        text += &format!("{name}: {content}\n");
    }
    Ok(text)
}
