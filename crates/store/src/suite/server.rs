//! A real PostgreSQL for tests: made with `initdb` in a temporary directory, reached by a Unix socket, ended with the
//! test process however that ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Runs as the user that the server runs as. The directory is gone after the end of standard input, and so is the server.
const SCRIPT: &str = r#"
    set -eu
    dir=$(mktemp -d "${TMPDIR:-/tmp}/hookbox-postgres.XXXXXX")
    trap '"$BIN/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT
    trap '' INT TERM HUP
    cd "$dir"
    "$BIN/initdb" -D "$dir/data" -U hookbox -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
    cat >>"$dir/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 200
fsync = $FSYNC
END
    if [ -n "${TLS_PORT:-}" ]; then
        (umask 077; printf '%s\n' "$TLS_KEY" >"$dir/key.pem")
        printf '%s\n' "$TLS_CERTIFICATE" >"$dir/certificate.pem"
        cat >>"$dir/data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
port = $TLS_PORT
ssl = on
ssl_cert_file = '$dir/certificate.pem'
ssl_key_file = '$dir/key.pem'
END
        echo 'hostssl all all 127.0.0.1/32 trust' >"$dir/data/pg_hba.conf"
    fi
    "$BIN/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 120 start >/dev/null || { cat "$dir/log" >&2; exit 1; }
    echo "$dir"
    cat >/dev/null
"#;

/// A server that runs.
pub(crate) struct Server {
    bin: PathBuf,
    dir: PathBuf,
    /// Ends the server when its standard input is closed.
    guard: Child,
}

impl Server {
    /// Where the server's programs are; `None` where they are not installed.
    pub(crate) fn programs() -> Option<PathBuf> {
        let has_all = |bin: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| bin.join(name).is_file());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
            .unwrap_or_default();
        versions.sort();
        versions.into_iter().rev().chain(std::env::split_paths(&path)).find(has_all)
    }

    /// Starts a server. With `durable` it flushes to disk, as tests that kill it want.
    pub(crate) fn start(durable: bool) -> Result<Self, String> {
        Self::start_with(&[("FSYNC", if durable { "on" } else { "off" })])
    }

    /// Starts a server that takes connections over TLS only, at that port of 127.0.0.1, with a key and a certificate in PEM.
    #[allow(dead_code, reason = "one of the two test programs that have this file wants it")]
    pub(crate) fn start_with_tls(port: u16, key: &str, certificate: &str) -> Result<Self, String> {
        let port = port.to_string();
        Self::start_with(&[("FSYNC", "off"), ("TLS_PORT", &port), ("TLS_KEY", key), ("TLS_CERTIFICATE", certificate)])
    }

    fn start_with(variables: &[(&str, &str)]) -> Result<Self, String> {
        let bin = Self::programs().ok_or("there is no initdb: install postgresql")?;
        let mut guard = unprivileged("sh")
            .args(["-c", SCRIPT])
            .env("BIN", &bin)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("sh cannot be run: {e}"))?;
        let mut line = String::new();
        if let Some(out) = guard.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(|e| e.to_string())?;
        }
        let dir = PathBuf::from(line.trim_end());
        if dir.as_os_str().is_empty() {
            return Err("PostgreSQL did not start; what it said is above".to_owned());
        }
        Ok(Self { bin, dir, guard })
    }

    /// The address of a database on it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=hookbox", self.dir.display())
    }

    /// Where its socket is.
    #[allow(dead_code, reason = "one of the two test programs that have this file wants it")]
    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.join(".s.PGSQL.5432")
    }

    /// Ends the server as a loss of power would, and waits until it is gone.
    pub(crate) fn kill(&self) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let pid = pid.lines().next().unwrap_or_default().to_owned();
        // Its children end when they notice; a new server waits for them.
        drop(Command::new("kill").args(["-9", &pid]).status());
    }

    /// Ends the server at once, as an orchestrator that is out of patience does, and waits until it is gone.
    #[allow(dead_code, reason = "one of the two test programs that have this file wants it")]
    pub(crate) fn stop_at_once(&self) {
        let mut stop = unprivileged(&self.bin.join("pg_ctl").to_string_lossy());
        stop.arg("-D").arg(self.data()).args(["-w", "-m", "immediate", "stop"]).stdout(Stdio::null());
        assert!(stop.status().is_ok_and(|status| status.success()), "PostgreSQL stops");
    }

    /// Starts the server again.
    pub(crate) fn start_again(&self) {
        let log = self.dir.join("log");
        let mut start = unprivileged(&self.bin.join("pg_ctl").to_string_lossy());
        start.arg("-D").arg(self.data()).arg("-l").arg(log).args(["-w", "-t", "120", "start"]);
        // Until the children of the last one are gone, it refuses.
        let started =
            (0..100).any(|_| start.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success()));
        assert!(started, "PostgreSQL does not start again");
    }

    /// Stops the server in order and starts it again.
    #[allow(dead_code, reason = "one of the two test programs that have this file wants it")]
    pub(crate) fn restart(&self) {
        let mut restart = unprivileged(&self.bin.join("pg_ctl").to_string_lossy());
        restart.arg("-D").arg(self.data()).arg("-l").arg(self.dir.join("log"));
        let status = restart.args(["-w", "-m", "fast", "restart"]).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "PostgreSQL restarts");
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

/// Says on the terminal that a test did not run, and why; a test that must run fails instead.
#[allow(dead_code, reason = "one of the two test programs that have this file wants it")]
pub(crate) fn skip(name: &str) {
    let reason = "there is no initdb: install postgresql";
    let all = std::env::var_os("HOOKBOX_TESTS").is_some_and(|value| value == "all");
    assert!(!all, "{name}: {reason}");
    // Past the capturing of what passing tests print.
    drop(writeln!(std::io::stderr(), "skipped: {name}: {reason}"));
}

/// A command as somebody who is not root, which PostgreSQL refuses to run as.
fn unprivileged(program: &str) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return Command::new(program);
    }
    let users = std::fs::read_to_string(Path::new("/etc/passwd")).unwrap_or_default();
    let has_own = users.lines().any(|line| line.starts_with("postgres:"));
    let mut command = Command::new("setpriv");
    let user = if has_own { "postgres" } else { "nobody" };
    command.args([&format!("--reuid={user}"), "--regid=65534", "--clear-groups", program]);
    command
}
