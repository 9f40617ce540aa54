//! A daemon in this process, from its settings to its graceful end: what `serve` and `demo` start.

mod keys;
mod operator;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_egress::{Egress, Policy, Url};
use hookbox_protocol::api::Quotas;
use hookbox_protocol::limits::{EVENT_BYTES, MODULE_BYTES, SCRIPT_BYTES, SECRET_VALUE_BYTES, SECRETS};
use hookbox_runtime::{Compiler, KeepResident, Runtime};
use hookbox_server::{CallRate, OperatorToken, Parts, ServerSettings, Tls};
use hookbox_store::{Location, SecretLimits};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::{Failure, Hint as _};
use crate::limits::Moved;
use crate::secret::SecretText;

pub(crate) use keys::{
    MASTER_KEY_FILE, MasterKeySource, check_place_of_master_key, keep_master_key, open_store, read_master_keys,
};
pub(crate) use operator::Given;

/// What a daemon needs to know.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// `ADDR:PORT`; port 0 gives a free one.
    pub(crate) listen: String,
    /// The folder of everything that the daemon keeps; made if it is not there.
    pub(crate) data_dir: PathBuf,
    /// Where compiled code is kept; `None` for `cache` in the data directory.
    pub(crate) cache_dir: Option<PathBuf>,
    /// A PostgreSQL address; `None` keeps the data in SQLite in the data directory.
    pub(crate) database: Option<String>,
    /// `None` makes one at the first start and keeps it in the data directory.
    pub(crate) operator_token: Option<SecretText>,
    /// Certificate chain and key, PEM files; `None` serves plain HTTP.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// Deliveries that run at the same time; `None` for the default.
    pub(crate) runs_at_once: Option<u32>,
    /// Calls a minute of one token to `/api/v2`; `None` for the default.
    pub(crate) management_rate: Option<u32>,
    /// Days that a tenant's events are kept; `None` for the default.
    pub(crate) retention_days: Option<u64>,
    /// Bytes of events that a tenant keeps; `None` for the default.
    pub(crate) retention_bytes: Option<u64>,
    /// The free bytes on the disk below which events are refused; `None` for the default.
    pub(crate) disk_free_min: Option<u64>,
    /// Where traces go; `None` makes none.
    pub(crate) otlp_endpoint: Option<Url>,
    /// What this daemon is called among those of one database; `None` for the host's name and the process's id.
    pub(crate) node_name: Option<String>,
    /// The limits that are not as they are shipped.
    pub(crate) limits: Moved,
    /// Where the key that wraps all secrets comes from.
    pub(crate) master_key: MasterKeySource,
    /// What hooks may reach.
    pub(crate) policy: Policy,
}

impl Settings {
    /// What a tenant may use for which nothing else was set.
    fn quotas(&self) -> Quotas {
        let mut quotas = Quotas::default();
        quotas.retention_days = self.retention_days.unwrap_or(quotas.retention_days);
        quotas.retention_bytes = self.retention_bytes.unwrap_or(quotas.retention_bytes);
        quotas
    }

    /// What the server needs of them, without its address.
    fn server(&self) -> ServerSettings {
        let limits = &self.limits;
        let default = ServerSettings::default();
        let CallRate { per_minute, burst } = default.management_rate;
        let per_minute = self.management_rate.unwrap_or(per_minute);
        ServerSettings {
            ceilings: limits.ceilings(),
            event_bytes_max: limits.of(&EVENT_BYTES),
            module_bytes_max: limits.of(&MODULE_BYTES),
            script_bytes_max: limits.of(&SCRIPT_BYTES),
            secrets: SecretLimits { count_max: limits.of(&SECRETS), value_bytes_max: limits.of(&SECRET_VALUE_BYTES) },
            cache_dir: Some(self.cache_dir.clone().unwrap_or_else(|| self.data_dir.join("cache"))),
            // The disk of a database elsewhere is not ours to watch.
            data_dir: self.database.is_none().then(|| self.data_dir.clone()),
            disk_free_min: self.disk_free_min,
            otlp_endpoint: self.otlp_endpoint.clone(),
            node_name: self.node_name.clone(),
            master_key_file: self.master_key.file(&self.data_dir),
            runs_at_once: self.runs_at_once.unwrap_or(default.runs_at_once),
            management_rate: CallRate { per_minute, burst: burst.min(per_minute) },
            ..default
        }
    }
}

/// This very program. A path would name another one as soon as an upgrade replaces the file under a running daemon.
fn own_program() -> anyhow::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe().context("cannot find this program's file")
}

/// A daemon that listens.
#[derive(Debug)]
pub(crate) struct Daemon {
    /// Its address: `http://127.0.0.1:8080`.
    pub(crate) url: String,
    /// The operator's token, and whether it was made just now.
    pub(crate) operator_token: Given,
    /// What the sandbox keeps resident.
    pub(crate) keep_resident: KeepResident,
    /// Deliveries that run at the same time.
    pub(crate) runs_at_once: u32,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Daemon {
    /// Opens the store, sets up the sandbox, and listens.
    pub(crate) async fn start(settings: Settings) -> anyhow::Result<Self> {
        raise_open_files();
        // What can fail without a data directory fails before there is one. Whoever connects early is answered once all is up.
        settings.operator_token.as_ref().map_or(Ok(()), operator::check)?;
        let tls = match &settings.tls {
            Some((cert, key)) => Some(Tls::load(cert, key).map_err(|error| {
                Failure::new(format!("cannot use the TLS certificate and key: {error}"))
                    .hint("--tls-cert and --tls-key name PEM files that belong together")
            })?),
            None => None,
        };
        let egress = Egress::new(settings.policy.clone()).context("cannot set up outgoing calls")?;
        let listener = TcpListener::bind(&settings.listen)
            .await
            .with_context(|| format!("cannot listen on {}", settings.listen))
            .hint("give another address with --listen ADDR:PORT; port 0 takes a free one")?;
        let address = listener.local_addr().context("cannot read the address that was bound")?;

        let data_dir = &settings.data_dir;
        make_private_dir(data_dir)?;
        let location = match &settings.database {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(data_dir.clone()),
        };
        let mut server = settings.server();
        let store = open_store(location, &settings.master_key, data_dir, settings.quotas(), server.secrets).await?;

        let runs_at_once = server.runs_at_once;
        let runtime = Runtime::new(hookbox_runtime::Settings {
            runs_at_once: server.slots(),
            cache_dir: server.cache_dir.clone(),
            compiler: Compiler::Child(own_program()?),
            memory_bytes_max: server.ceilings.memory_bytes,
            module_bytes_max: server.module_bytes_max,
            shape: settings.limits.shape(),
            ..hookbox_runtime::Settings::default()
        })
        .context("cannot set up the sandbox")
        .hint("`hookbox doctor` checks this machine; --runs-at-once with a smaller number needs less address space")?;
        let keep_resident = runtime.keep_resident();
        // A token that is made here is printed by whoever started us, so nothing may fail from here on; and the data directory is
        // ours, since the store has its lock.
        let operator_token = operator::token(settings.operator_token, data_dir)?;

        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        server.address = Some(url.clone());
        let parts = Parts {
            store,
            runtime,
            egress,
            operator_token: OperatorToken::new(operator_token.token().reveal()),
            settings: server,
        };
        let stop = CancellationToken::new();
        let task = TaskTracker::new().spawn(hookbox_server::serve(listener, tls, parts, stop.clone()));
        Ok(Self { url, operator_token, keep_resident, runs_at_once, stop, task })
    }

    /// Resolves when the daemon has ended by itself, which it does only on a failure.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        (&mut self.task).await.context("the daemon's task failed")?
    }

    /// Stops taking work, waits for what is running, and closes the store.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.task.await.context("the daemon's task failed")?
    }
}

/// Each connection and each outgoing call is an open file. The hard limit is what the operator granted.
fn raise_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}

/// Makes the folder for this user only; an existing one that others can write to is refused.
pub(crate) fn make_private_dir(path: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the data directory {}", path.display()))
        .hint("give a directory that this user can write to with --data-dir DIR")?;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o002 != 0 {
        return Err(Failure::new(format!("everybody can write to the data directory {}", path.display()))
            .hint(format!("chmod 700 {}", path.display()))
            .into());
    }
    Ok(())
}

/// Writes a file anew that nobody else can read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_directory_is_made_for_one_user_and_an_open_one_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("a/b");
        make_private_dir(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).expect("sets");
        let error = make_private_dir(&path).expect_err("open to all");
        assert!(error.to_string().contains("everybody can write"), "{error}");
    }
}
