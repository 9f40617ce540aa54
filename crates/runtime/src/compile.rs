//! From WebAssembly to machine code: in this process, or in a child whose time and memory are limited.

mod child;

use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::ErrorCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use wasmtime::Engine;

use crate::{CompileError, Error, Refusal};

/// The argument that makes the `hookbox` program a compiler.
pub const ARGUMENT: &str = "__compile";

/// Compilations at a time, in this process or in children.
pub(crate) const AT_ONCE: usize = 2;

/// Real time for one compilation in a child; its CPU time has a limit of its own.
const WALL: Duration = Duration::from_secs(20);

/// Bytes of an artefact: many times what a module of the largest size compiles to.
const ARTEFACT_MAX: u64 = 1 << 30;

/// Bytes of the child's words that are read.
const WORDS_MAX: u64 = 8 << 10;

/// The exit code of a child whose compiler refused the module.
const REFUSED: u8 = 3;

/// The other end of [`crate::Compiler::Child`]: reads a module from standard input, writes the artefact to standard
/// output.
///
/// It exits with 0, with 3 where the compiler refused the module, or dies of its limits; what went wrong is on standard
/// error. It reads no settings and no environment.
pub fn child_main() -> ExitCode {
    child::main()
}

/// Compiles in this process, on a thread that may block.
pub(crate) async fn in_process(engine: Engine, wasm: Bytes) -> Result<Vec<u8>, CompileError> {
    let compiled = tokio::task::spawn_blocking(move || engine.precompile_module(&wasm)).await;
    match compiled {
        Ok(Ok(artefact)) => Ok(artefact),
        Ok(Err(error)) => Err(refused(&format!("{error:#}")).into()),
        Err(error) => Err(too_expensive(&format!("the compiler panicked: {error}")).into()),
    }
}

/// Compiles in a child, which does not outlive this call by more than it takes to kill it.
pub(crate) async fn in_child(program: &Path, wasm: Bytes) -> Result<Vec<u8>, CompileError> {
    let mut child = Command::new(program)
        .arg(ARGUMENT)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| Error::Compiler(format!("{} does not start: {e}", program.display())))?;
    let talked = tokio::time::timeout(WALL, talk(&mut child, &wasm)).await;
    let Ok(talked) = talked else {
        // `kill` also waits for the child, so that none stays behind as a zombie.
        child.kill().await.map_err(|e| Error::Compiler(format!("it cannot be ended: {e}")))?;
        return Err(too_expensive(&format!("compiling it took more than {} s", WALL.as_secs())).into());
    };
    let talked = talked.map_err(|e| Error::Compiler(format!("talking to it failed: {e}")))?;
    judged(talked)
}

struct Talked {
    status: std::process::ExitStatus,
    artefact: Vec<u8>,
    words: String,
}

/// Feeds the child and listens to it, both at once: either pipe may fill up while the other is waited for.
async fn talk(child: &mut Child, wasm: &[u8]) -> std::io::Result<Talked> {
    let (mut stdin, mut stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(stdin) = &mut stdin {
            // A child that dies early closes the pipe; its status says more than that.
            let _closed = stdin.write_all(wasm).await;
        }
        drop(stdin);
    };
    let mut artefact = Vec::new();
    let listen = async {
        match &mut stdout {
            Some(stdout) => stdout.take(ARTEFACT_MAX).read_to_end(&mut artefact).await,
            None => Ok(0),
        }
    };
    let mut words = Vec::new();
    let hear = async {
        match stderr {
            Some(stderr) => stderr.take(WORDS_MAX).read_to_end(&mut words).await,
            None => Ok(0),
        }
    };
    let ((), heard, listened) = tokio::join!(feed, hear, listen);
    heard?;
    listened?;
    let status = child.wait().await?;
    Ok(Talked { status, artefact, words: String::from_utf8_lossy(&words).trim().to_owned() })
}

fn judged(talked: Talked) -> Result<Vec<u8>, CompileError> {
    match talked.status.code() {
        Some(0) => Ok(talked.artefact),
        Some(code) if code == i32::from(REFUSED) => Err(refused(&talked.words).into()),
        Some(code) => Err(Error::Compiler(format!("it ended with code {code}: {}", talked.words)).into()),
        // Its limits end it with a signal: CPU time with SIGXCPU or SIGKILL, memory with SIGABRT.
        None => Err(too_expensive("the compiler reached its limits of time or memory").into()),
    }
}

fn refused(words: &str) -> Refusal {
    Refusal::new(ErrorCode::ModuleTooComplex, format!("the compiler does not take the module: {words}"))
}

fn too_expensive(why: &str) -> Refusal {
    let message = format!("the module is too expensive to compile: {why}; make its functions smaller and fewer");
    Refusal::new(ErrorCode::ModuleTooExpensive, message)
}
