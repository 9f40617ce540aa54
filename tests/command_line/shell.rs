//! A user's shell with a home of its own: nothing of this machine's settings reaches the commands.

use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::daemon::HOOKBOX;

/// One cache for all commands here: the JavaScript engine is prepared once, not in each home.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/command-line-cache");

/// A user's home, and what is set in the shell there.
pub(crate) struct Shell {
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Shell {
    /// An empty home.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { home: tempfile::tempdir()?, variables: Vec::new() })
    }

    /// The home's folder, which is also where commands start.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file in the home, with its folders made.
    pub(crate) fn write(&self, path: &str, text: &str) -> Result<PathBuf> {
        let path = self.home().join(path);
        std::fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Sets a variable for the commands to come.
    pub(crate) fn export(&mut self, name: &str, value: impl Into<String>) {
        self.unset(name);
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Unsets a variable.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(HOOKBOX);
        command.args(line.split_whitespace()).current_dir(self.home());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HOOKBOX_") {
                command.env_remove(name);
            }
        }
        command.env_remove("COLUMNS").env_remove("XDG_CONFIG_HOME");
        command.env("HOME", self.home()).env("XDG_CACHE_HOME", CACHE);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs `hookbox` with these words, and that text on stdin.
    pub(crate) fn run_with(&self, line: &str, stdin: &str) -> Result<Done> {
        let mut child = self.command(line).spawn()?;
        // A command that does not read its stdin may have ended before it is written.
        drop(child.stdin.take().context("stdin is piped")?.write_all(stdin.as_bytes()));
        let output = child.wait_with_output()?;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).with_context(|| line.to_owned());
        let code = output.status.code().with_context(|| format!("{line}: {}", output.status))?;
        Ok(Done { code, stdout: text(output.stdout)?, stderr: text(output.stderr)? })
    }

    /// Runs it, and fails where it does; what it says on stdout.
    pub(crate) fn ok(&self, line: &str) -> Result<String> {
        self.ok_with(line, "")
    }

    /// The same with a text on stdin.
    pub(crate) fn ok_with(&self, line: &str, stdin: &str) -> Result<String> {
        let done = self.run_with(line, stdin)?;
        ensure!(done.code == 0, "hookbox {line}: {done:?}");
        Ok(done.stdout)
    }

    /// Runs it with `--json`; what it says as JSON.
    pub(crate) fn json(&self, line: &str) -> Result<Value> {
        let text = self.ok(&format!("{line} --json"))?;
        serde_json::from_str(&text).with_context(|| format!("hookbox {line} --json: {text}"))
    }

    /// Runs it, and fails unless it ends with that code and says each of those words on stderr.
    pub(crate) fn fails(&self, line: &str, code: i32, words: &[&str]) -> Result<()> {
        self.fails_with(line, "", code, words)
    }

    /// The same with a text on stdin.
    pub(crate) fn fails_with(&self, line: &str, stdin: &str, code: i32, words: &[&str]) -> Result<()> {
        let done = self.run_with(line, stdin)?;
        let says = |word: &&str| done.stderr.contains(*word);
        ensure!(done.code == code && words.iter().all(says), "hookbox {line}: {done:?}\nwanted {words:?}");
        // What cannot be parsed points at the help; everything else says what to do next.
        let way_out = if code == 2 { "--help" } else { "hint: " };
        ensure!(says(&way_out), "hookbox {line} names no way out: {done:?}");
        Ok(())
    }

    /// Starts it and leaves it running.
    pub(crate) fn start(&self, line: &str) -> Result<Running> {
        let mut child = self.command(line).spawn()?;
        let stdout = BufReader::new(child.stdout.take().context("stdout is piped")?);
        let stderr = BufReader::new(child.stderr.take().context("stderr is piped")?);
        Ok(Running { child, stdout, stderr })
    }
}

/// A command that runs; killed when dropped.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Running {
    /// Reads stderr until a line has these words.
    pub(crate) fn said(&mut self, words: &str) -> Result<String> {
        until(&mut self.stderr, words)
    }

    /// Reads stdout until a line has these words.
    pub(crate) fn wrote(&mut self, words: &str) -> Result<String> {
        until(&mut self.stdout, words)
    }

    /// Ctrl-C, and how the command then ends, with what was left to read on stdout.
    pub(crate) fn interrupt(mut self) -> Result<(i32, String)> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT)?;
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest)?;
        Ok((self.child.wait()?.code().context("it ended by itself")?, rest))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where the command has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn until(from: &mut impl std::io::BufRead, words: &str) -> Result<String> {
    let mut all = String::new();
    loop {
        let mut line = String::new();
        ensure!(from.read_line(&mut line)? > 0, "it ended without saying '{words}':\n{all}");
        if line.contains(words) {
            return Ok(line);
        }
        all.push_str(&line);
    }
}
