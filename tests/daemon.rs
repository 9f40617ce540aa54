//! The real binary: started on a free port and a temporary directory, stopped or killed by the test.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal};

use crate::api::Api;

/// The binary that cargo built for this test.
pub(crate) const HOOKBOX: &str = env!("CARGO_BIN_EXE_hookbox");

/// The operator's token of every daemon here.
pub(crate) const OPERATOR_TOKEN: &str = "operator-token-of-the-tests-0123456789";

/// One cache for all daemons here: the JavaScript engine is prepared and compiled once, not by each.
pub(crate) const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/daemon-cache");

/// How a daemon is started.
pub(crate) struct Setup {
    data: PathBuf,
    listen: String,
    flags: Vec<String>,
    log: Option<(String, PathBuf)>,
    under: Vec<OsString>,
}

impl Setup {
    /// On that data directory, with nothing else said.
    pub(crate) fn new(data: &Path) -> Self {
        let listen = "127.0.0.1:0".to_owned();
        Self { data: data.to_owned(), listen, flags: Vec::new(), log: None, under: Vec::new() }
    }

    /// On that address instead of a free port.
    pub(crate) fn listen(mut self, address: &str) -> Self {
        address.clone_into(&mut self.listen);
        self
    }

    /// With a flag and its value.
    #[expect(clippy::needless_pass_by_value, reason = "a number or a text, as the caller has it")]
    pub(crate) fn flag(mut self, name: &str, value: impl ToString) -> Self {
        self.flags.extend([name.to_owned(), value.to_string()]);
        self
    }

    /// With everything from that level on, and whatever else it prints, written to a file.
    pub(crate) fn logged(mut self, level: &str, file: &Path) -> Self {
        self.log = Some((level.to_owned(), file.to_owned()));
        self
    }

    /// With guests' calls to `host` sent to `receiver`, whose certificate `ca` has signed.
    pub(crate) fn reach(self, host: &str, receiver: SocketAddr, ca: &Path) -> Self {
        self.flag("--egress-resolve", format!("{host}={receiver}")).flag("--egress-ca", ca.display())
    }

    /// Run by another program, which gets the daemon and its flags as its last arguments and becomes it.
    pub(crate) fn under<const N: usize>(mut self, program: [&OsStr; N]) -> Self {
        self.under = program.map(OsStr::to_owned).into();
        self
    }

    /// Starts the daemon and waits until it says where it listens.
    pub(crate) fn start(&self) -> Result<Daemon> {
        let (level, said) = match &self.log {
            Some((level, path)) => (level.as_str(), Some(File::create(path)?)),
            None => ("warn", None),
        };
        let stderr = said.as_ref().map_or_else(|| Ok(Stdio::inherit()), |file| file.try_clone().map(Stdio::from))?;
        let mut command = self.under.iter().map(OsString::as_os_str).chain([OsStr::new(HOOKBOX)]);
        let mut child = Command::new(command.next().context("a program")?)
            .args(command)
            .args(["serve", "--listen", &self.listen, "--operator-token", OPERATOR_TOKEN, "--data-dir"])
            .arg(&self.data)
            .args(["--cache-dir", CACHE])
            .args(&self.flags)
            .env("HOOKBOX_LOG", level)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let url = loop {
            let line = lines.next().context("the daemon ended before it listened")??;
            if let Some(url) = line.strip_prefix("hookbox is listening on ") {
                break url.to_owned();
            }
        };
        // Whatever else the daemon prints must not fill the pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(mut file) = said.as_ref() {
                    // The daemon has ended, and its folder with it, when this fails.
                    drop(writeln!(file, "{line}"));
                }
            }
        });
        Ok(Daemon { child, url })
    }
}

/// A running daemon; killed when dropped.
pub(crate) struct Daemon {
    child: Child,
    /// Where it listens, `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

impl Daemon {
    /// A client with the operator's token.
    pub(crate) fn operator(&self) -> Result<Api> {
        Api::new(&self.url, OPERATOR_TOKEN)
    }

    /// Makes a tenant and gives a client with its token.
    pub(crate) async fn tenant(&self, name: &str) -> Result<Api> {
        let answer = self.operator()?.post("/v1/tenants", &serde_json::json!({ "name": name })).await?;
        ensure!(answer.status == 201, "tenant {name}: {answer:?}");
        Api::new(&self.url, answer.json["token"].as_str().context("the answer has a token")?)
    }

    /// SIGKILL: nothing is flushed, nothing is said goodbye to.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.kill_now()
    }

    /// [`kill`](Self::kill), where the daemon's place is taken by another one later.
    pub(crate) fn kill_now(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGSTOP: it stands still, and its connections stay open.
    pub(crate) fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// SIGCONT: it goes on as if no time had passed.
    pub(crate) fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        Ok(rustix::process::kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// SIGTERM, and the status with which the daemon then ends.
    pub(crate) fn terminate(mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        Ok(self.child.wait()?)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Both fail only where the daemon has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
