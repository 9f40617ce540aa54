//! The settings of `serve`: a flag wins over a variable, a variable over the file, the file over the default.

mod data;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_egress::Url;
use serde::Deserialize;

use crate::daemon::{MasterKeySource, Settings};
use crate::egress::EgressSettings;
use crate::environment;
use crate::failure::{Failure, Hint as _};
use crate::limits::{Moved, Setting};
use crate::secret::SecretText;
use crate::size::ByteSize;
use crate::text::{option_from_text, parse_toml};

pub(crate) use data::{Data, DataPlace};

const LISTEN: &str = "127.0.0.1:8080";
const DATA_DIR: &str = "hookbox-data";
const MASTER_KEY_VARIABLE: &str = "HOOKBOX_MASTER_KEY";
const LIMITS_VARIABLE: &str = "HOOKBOX_LIMITS";

const AFTER_HELP: &str = "\
Examples:
  hookbox serve --listen 127.0.0.1:8080 --data-dir /var/lib/hookbox
  hookbox serve --config hookbox.toml

Every setting is a flag, a variable and a line of the file that --config names; a flag wins over a variable, and a \
variable over the file. In the file a setting is called like its flag, with underscores; those of outgoing calls stand in \
[egress] without the prefix:

  listen = \"0.0.0.0:8443\"
  data_dir = \"/var/lib/hookbox\"
  tls_cert = \"cert.pem\"
  tls_key = \"key.pem\"
  [egress]
  allow = [\"10.1.0.0/16\"]
  [limits]
  event_bytes = \"512KiB\"
  cpu_ms = 20000

A limit has a name of the README's tables of limits. For a limit of a run (fuel, cpu_ms, …) the number is the ceiling for \
what tenants set, and where it is below the default, the default too; for the others it is what holds for all tenants. The \
bounds of the screen that modules pass are called shape_functions, shape_nesting and so on. Each limit counts where it is \
set first: by a flag, in HOOKBOX_LIMITS (NAME=VALUE,NAME=VALUE), in the file.

The master key wraps every secret. It is read from HOOKBOX_MASTER_KEY (32 bytes in base64), or from --master-key-file, or \
from the data directory, where the first start makes one. Back it up: without it all secrets are lost. `hookbox keys rotate` \
exchanges it.

When the daemon listens, it prints one line to stdout: hookbox is listening on http://127.0.0.1:8080";

/// Starts the daemon
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// A file with settings
    #[arg(long, value_name = "FILE", env = "HOOKBOX_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
}

/// What can be set, wherever it is set.
#[derive(Debug, Clone, Default, PartialEq, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    /// Where to listen; port 0 takes a free port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT", env = "HOOKBOX_LISTEN", hide_env_values = true)]
    listen: Option<String>,
    /// The folder of everything that the daemon keeps [default: hookbox-data]
    #[arg(long, value_name = "DIR", env = "HOOKBOX_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
    /// Where compiled code is kept; it can be deleted at any time [default: cache in the data directory]
    #[arg(long, value_name = "DIR", env = "HOOKBOX_CACHE_DIR", hide_env_values = true)]
    cache_dir: Option<PathBuf>,
    /// A PostgreSQL address, instead of SQLite in the data directory
    #[arg(long, value_name = "URL", env = "HOOKBOX_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The operator's token; better given as HOOKBOX_OPERATOR_TOKEN. Without it the first start makes one
    #[arg(long, value_name = "TOKEN", env = "HOOKBOX_OPERATOR_TOKEN", hide_env_values = true)]
    operator_token: Option<SecretText>,
    /// The certificate chain, a PEM file, to serve HTTPS
    #[arg(long, value_name = "FILE", env = "HOOKBOX_TLS_CERT", hide_env_values = true)]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, a PEM file
    #[arg(long, value_name = "FILE", env = "HOOKBOX_TLS_KEY", hide_env_values = true)]
    tls_key: Option<PathBuf>,
    /// How many deliveries run at the same time
    #[arg(long, value_name = "N", env = "HOOKBOX_RUNS_AT_ONCE", hide_env_values = true)]
    runs_at_once: Option<u32>,
    /// The file of the key that wraps all secrets; made if it is not there
    #[arg(long, value_name = "FILE", env = "HOOKBOX_MASTER_KEY_FILE", hide_env_values = true)]
    master_key_file: Option<PathBuf>,
    /// Calls a minute that one token may make to /api/v2 [default: 3000]
    #[arg(long, value_name = "CALLS", env = "HOOKBOX_MANAGEMENT_RATE", hide_env_values = true)]
    management_rate: Option<u32>,
    /// Days that a tenant's events, their attempts and log lines are kept, unless its own quota differs [default: 30]
    #[arg(long, value_name = "DAYS", env = "HOOKBOX_RETENTION_DAYS", hide_env_values = true)]
    retention_days: Option<u64>,
    /// Bytes of events, their attempts and log lines that a tenant keeps, such as 10GiB, unless its own quota differs
    /// [default: 1GiB]
    #[arg(long, value_name = "BYTES", env = "HOOKBOX_RETENTION_BYTES", hide_env_values = true)]
    retention_bytes: Option<ByteSize>,
    /// With fewer free bytes than this on the data directory's disk, such as 2GiB, events are refused
    /// [default: the smaller one of 256MiB and 2 % of the disk]
    #[arg(long, value_name = "BYTES", env = "HOOKBOX_DISK_FREE_MIN", hide_env_values = true)]
    disk_free_min: Option<ByteSize>,
    /// A limit for all tenants, such as cpu_ms=20000 or event_bytes=512KiB; also HOOKBOX_LIMITS, and [limits] in the file
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    #[serde(skip)]
    limit: Vec<Setting>,
    /// Those of the variable and of the file.
    #[arg(skip)]
    limits: Moved,
    /// Where traces go: a collector that speaks OTLP over HTTP, such as http://127.0.0.1:4318 [default: nowhere]
    #[arg(long, value_name = "URL", env = "HOOKBOX_OTLP_ENDPOINT", hide_env_values = true)]
    #[serde(deserialize_with = "option_from_text")]
    otlp_endpoint: Option<Url>,
    /// What this daemon is called among those of one database [default: host name and process id]
    #[arg(long, value_name = "NAME", env = "HOOKBOX_NODE_NAME", hide_env_values = true)]
    node_name: Option<String>,
    /// What goes to the log on stderr: a level, or levels by target [default: info]
    #[arg(long, value_name = "FILTER", env = "HOOKBOX_LOG", hide_env_values = true)]
    log: Option<String>,
    /// How the log is written [default: text]
    #[arg(long, value_name = "FORMAT", env = "HOOKBOX_LOG_FORMAT", hide_env_values = true)]
    log_format: Option<LogFormat>,
    #[command(flatten)]
    egress: EgressSettings,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The daemon's own log.
#[derive(Debug, PartialEq)]
pub(super) struct LogSettings {
    /// A level, or levels by target.
    pub(super) filter: String,
    /// How it is written.
    pub(super) format: LogFormat,
}

impl Args {
    /// Flags, variables and file settled into what the daemon is started with.
    pub(super) fn settle(self) -> anyhow::Result<(Settings, LogSettings)> {
        Given { limits: limits_of_variable()?, ..self.given }
            .or_file(self.config.as_deref())?
            .settle(environment::variable(MASTER_KEY_VARIABLE).map(SecretText::from))
    }
}

fn limits_of_variable() -> anyhow::Result<Moved> {
    let moved = environment::variable(LIMITS_VARIABLE).map_or(Ok(Moved::default()), |text| Moved::parse_list(&text));
    Ok(moved.map_err(|error| Failure::new(format!("{LIMITS_VARIABLE}: {error}")))?)
}

impl Given {
    /// These settings, and the file's where these say nothing.
    fn or_file(self, path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(self) };
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration {}", path.display()))
            .hint("--config or HOOKBOX_CONFIG names a TOML file; `hookbox serve --help` shows one")?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(self.or(Self::parse(&text, folder).with_context(|| path.display().to_string())?))
    }

    /// The text of a configuration file in that folder: paths in it are meant from there.
    fn parse(text: &str, folder: &Path) -> anyhow::Result<Self> {
        let file: Self = parse_toml(text).map_err(Failure::new)?;
        let from_folder = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        Ok(Self {
            data_dir: from_folder(file.data_dir),
            cache_dir: from_folder(file.cache_dir),
            tls_cert: from_folder(file.tls_cert),
            tls_key: from_folder(file.tls_key),
            master_key_file: from_folder(file.master_key_file),
            egress: file.egress.relative_to(folder),
            ..file
        })
    }

    /// These settings, and `file`'s where these say nothing.
    fn or(self, file: Self) -> Self {
        Self {
            listen: self.listen.or(file.listen),
            data_dir: self.data_dir.or(file.data_dir),
            cache_dir: self.cache_dir.or(file.cache_dir),
            database: self.database.or(file.database),
            operator_token: self.operator_token.or(file.operator_token),
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            runs_at_once: self.runs_at_once.or(file.runs_at_once),
            master_key_file: self.master_key_file.or(file.master_key_file),
            management_rate: self.management_rate.or(file.management_rate),
            retention_days: self.retention_days.or(file.retention_days),
            retention_bytes: self.retention_bytes.or(file.retention_bytes),
            disk_free_min: self.disk_free_min.or(file.disk_free_min),
            limit: self.limit,
            limits: self.limits.or(file.limits),
            otlp_endpoint: self.otlp_endpoint.or(file.otlp_endpoint),
            node_name: self.node_name.or(file.node_name),
            log: self.log.or(file.log),
            log_format: self.log_format.or(file.log_format),
            egress: self.egress.or(file.egress),
        }
    }

    /// Defaults filled in, contradictions refused.
    fn settle(self, master_key: Option<SecretText>) -> anyhow::Result<(Settings, LogSettings)> {
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (Some(_), None) => return Err(half_of_tls("tls_cert", "tls_key")),
            (None, Some(_)) => return Err(half_of_tls("tls_key", "tls_cert")),
        };
        let master_key = master_key_of(master_key, self.master_key_file)?;
        if self.runs_at_once == Some(0) {
            return Err(Failure::new("runs_at_once is 0: no hook would ever run").hint("give at least 1").into());
        }
        for (name, value) in
            [("management_rate", self.management_rate.map(u64::from)), ("retention_days", self.retention_days)]
        {
            if value == Some(0) {
                return Err(Failure::new(format!("{name} is 0")).hint("give at least 1, or leave it out").into());
            }
        }
        if let Some(url) = self.otlp_endpoint.as_ref().filter(|url| !matches!(url.scheme(), "http" | "https")) {
            return Err(Failure::new(format!("otlp_endpoint is '{url}', which is not an http or https address"))
                .hint("name the collector's OTLP over HTTP address, such as http://127.0.0.1:4318")
                .into());
        }
        let limits = Moved::new(&self.limit).map_err(|error| Failure::new(format!("--limit: {error}")))?;
        let settings = Settings {
            limits: limits.or(self.limits),
            listen: self.listen.unwrap_or_else(|| LISTEN.to_owned()),
            data_dir: self.data_dir.unwrap_or_else(|| DATA_DIR.into()),
            cache_dir: self.cache_dir,
            database: self.database,
            operator_token: self.operator_token,
            tls,
            runs_at_once: self.runs_at_once,
            management_rate: self.management_rate,
            retention_days: self.retention_days,
            retention_bytes: self.retention_bytes.map(|ByteSize(bytes)| bytes),
            disk_free_min: self.disk_free_min.map(|ByteSize(bytes)| bytes),
            otlp_endpoint: self.otlp_endpoint,
            node_name: self.node_name,
            master_key,
            policy: self.egress.policy()?,
        };
        // wasmtime-wasi opens a span for each of a guest's calls, which costs more than the call.
        let filter = self.log.unwrap_or_else(|| "info,wasmtime_wasi=off".to_owned());
        Ok((settings, LogSettings { filter, format: self.log_format.unwrap_or_default() }))
    }
}

/// Where the master key comes from, for commands beside `serve`.
fn master_key_source(file: Option<PathBuf>) -> anyhow::Result<MasterKeySource> {
    master_key_of(environment::variable(MASTER_KEY_VARIABLE).map(SecretText::from), file)
}

fn master_key_of(text: Option<SecretText>, file: Option<PathBuf>) -> anyhow::Result<MasterKeySource> {
    match (text, file) {
        (Some(_), Some(path)) => {
            let message = format!("the master key is given twice: {MASTER_KEY_VARIABLE} and {}", path.display());
            Err(Failure::new(message).hint("keep one of the two").into())
        }
        (Some(text), None) => Ok(MasterKeySource::Text(text)),
        (None, Some(path)) => Ok(MasterKeySource::File(path)),
        (None, None) => Ok(MasterKeySource::DataDir),
    }
}

fn half_of_tls(given: &str, missing: &str) -> anyhow::Error {
    Failure::new(format!("{given} is given without {missing}"))
        .hint("HTTPS needs both; without both the daemon serves plain HTTP")
        .into()
}

#[cfg(test)]
mod tests;
