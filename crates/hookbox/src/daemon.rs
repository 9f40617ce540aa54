//! A daemon in this process, from its settings to its graceful end: what `serve` and `demo` start.

mod operator;

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_egress::{Egress, Policy};
use hookbox_runtime::{Compiler, KeepResident, Runtime};
use hookbox_server::{OperatorToken, Parts, ServerSettings, Tls};
use hookbox_store::{Location, MasterKey, Options, Store};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::{Failure, Hint as _};
use crate::secret::SecretText;

pub(crate) use operator::Given;

/// The file of the master key in the data directory.
const MASTER_KEY_FILE: &str = "master.key";

/// What a daemon needs to know.
#[derive(Debug)]
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
    /// Where the key that wraps all secrets comes from.
    pub(crate) master_key: MasterKeySource,
    /// What hooks may reach.
    pub(crate) policy: Policy,
}

/// Where the key that wraps all secrets comes from.
#[derive(Debug, PartialEq)]
pub(crate) enum MasterKeySource {
    /// A file in the data directory, made at the first start.
    DataDir,
    /// This file, made at the first start.
    File(PathBuf),
    /// This text.
    Text(SecretText),
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
        let data_dir = &settings.data_dir;
        make_private_dir(data_dir)?;
        let tls = match &settings.tls {
            Some((cert, key)) => Some(Tls::load(cert, key).context("cannot use the TLS certificate and key")?),
            None => None,
        };
        let operator_token = operator::token(settings.operator_token, data_dir)?;
        let location = match settings.database {
            Some(url) => Location::Postgres(url),
            None => Location::Sqlite(data_dir.clone()),
        };
        let master_key = master_key(settings.master_key, data_dir)?;
        let store = Store::open(Options { location, master_key }).await.context("cannot open the store")?;

        let cache_dir = Some(settings.cache_dir.clone().unwrap_or_else(|| data_dir.join("cache")));
        let mut server = ServerSettings { cache_dir: cache_dir.clone(), ..ServerSettings::default() };
        if let Some(runs_at_once) = settings.runs_at_once {
            server.runs_at_once = runs_at_once;
        }
        let runs_at_once = server.runs_at_once;
        let runtime = Runtime::new(hookbox_runtime::Settings {
            runs_at_once: server.slots(),
            cache_dir,
            compiler: Compiler::Child(own_program()?),
            memory_bytes_max: server.ceilings.memory_bytes,
            module_bytes_max: server.module_bytes_max,
            ..hookbox_runtime::Settings::default()
        })
        .context("cannot set up the sandbox")
        .hint("`hookbox doctor` checks this machine; --runs-at-once with a smaller number needs less address space")?;
        let keep_resident = runtime.keep_resident();
        let egress = Egress::new(settings.policy).context("cannot set up outgoing calls")?;

        let listener = TcpListener::bind(&settings.listen)
            .await
            .with_context(|| format!("cannot listen on {}", settings.listen))
            .hint("give another address with --listen ADDR:PORT; port 0 takes a free one")?;
        let address = listener.local_addr().context("cannot read the address that was bound")?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let parts = Parts {
            store,
            runtime,
            egress,
            operator_token: OperatorToken::new(operator_token.token().reveal()),
            settings: server,
        };
        let stop = CancellationToken::new();
        let task = TaskTracker::new().spawn(hookbox_server::serve(listener, tls, parts, stop.clone()));
        let url = format!("{scheme}://{address}");
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
fn make_private_dir(path: &Path) -> anyhow::Result<()> {
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

fn master_key(source: MasterKeySource, data_dir: &Path) -> anyhow::Result<MasterKey> {
    let (path, hint) = match source {
        MasterKeySource::Text(text) => {
            return MasterKey::parse(text.reveal())
                .context("HOOKBOX_MASTER_KEY is not a master key")
                .hint("it is 32 random bytes in base64: openssl rand -base64 32");
        }
        MasterKeySource::File(path) => (path, "--master-key-file names a file with 32 random bytes in base64"),
        MasterKeySource::DataDir => (data_dir.join(MASTER_KEY_FILE), "restore the file from a backup"),
    };
    MasterKey::load_or_create(&path).with_context(|| format!("cannot use the master key {}", path.display())).hint(hint)
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
