//! `hookbox build [DIR]`

use std::path::{Path, PathBuf};

use hookbox_javascript::{CompileError, Engine};
use hookbox_protocol::Trigger;
use hookbox_runtime::{Refusal, Runtime};
use serde_json::json;

use crate::code::{Code, Kind};
use crate::failure::{Exit, Failure};
use crate::local;
use crate::output::quantity::{self, number};
use crate::output::{FAINT, Output, STRONG, WAITING, printable};
use crate::project::Project;

/// Builds a hook and checks it as a daemon would
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A hook in Rust is built with your own cargo, for wasm32-wasip1; a script is compiled to see whether it \
                  can be.\n\nExample:\n  hookbox build my-hook"
)]
pub(crate) struct Args {
    /// The folder with the hook.toml
    #[arg(default_value = ".")]
    folder: PathBuf,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let project = Project::load(&args.folder)?;
    let code = Code::build(&project).await?;
    let path = shown_from_here(&code.path);
    let runtime = local::runtime()?;
    match &code.kind {
        Kind::Module(wasm) => check_module(&runtime, path, wasm, project.trigger, output)?,
        Kind::Script(source) => check_script(&runtime, path, source, output).await?,
    }
    if !output.is_json() {
        output.line(format_args!("{FAINT}Next: hookbox run, hookbox deploy{FAINT:#}"))?;
    }
    Ok(Exit::Done)
}

fn check_module(runtime: &Runtime, path: &Path, wasm: &[u8], trigger: Trigger, output: Output) -> anyhow::Result<()> {
    let info = runtime.check(wasm, trigger).map_err(|refusal| refused(&refusal, trigger))?;
    if output.is_json() {
        return output.json(&json!({
            "path": path, "bytes": info.bytes, "digest": info.digest, "imports": info.imports,
            "triggers": info.triggers, "memory_bytes_min": info.memory_bytes_min,
        }));
    }
    output.line(format_args!("{STRONG}{}{STRONG:#}", path.display()))?;
    output.line(format_args!("size    {}", quantity::bytes(info.bytes)))?;
    output.line(format_args!("digest  {}", info.digest))
}

async fn check_script(runtime: &Runtime, path: &Path, source: &str, output: Output) -> anyhow::Result<()> {
    let engine = Engine::start(runtime, local::cache_dir().as_deref()).await?;
    let bytecode = engine.compile(source).await.map_err(|error| match error {
        CompileError::Script(found) => {
            let excerpt = found.excerpt.as_deref().map_or(String::new(), |excerpt| format!("\n{}", lines(excerpt)));
            anyhow::Error::from(Failure::new(format!("{}: {found}{excerpt}", path.display())))
        }
        CompileError::Host(error) => error.into(),
    })?;
    let warnings: Vec<String> =
        Engine::warnings(source, None::<&str>).into_iter().map(|warning| warning.message).collect();
    if output.is_json() {
        return output.json(&json!({
            "path": path, "bytes": source.len(), "bytecode_bytes": bytecode.len(), "warnings": warnings,
        }));
    }
    output.line(format_args!("{STRONG}{}{STRONG:#}", path.display()))?;
    output.line(format_args!("size      {} bytes", number(source.len().try_into()?)))?;
    output.line(format_args!("compiled  {} bytes", number(bytecode.len().try_into()?)))?;
    warnings.iter().try_for_each(|text| output.line(format_args!("{WAITING}warning{WAITING:#}  {}", printable(text))))
}

/// Each line made safe for a terminal.
fn lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// What a daemon would say to that module.
pub(crate) fn refused(refusal: &Refusal, trigger: Trigger) -> anyhow::Error {
    let export = trigger.export();
    Failure::new(format!("{} ({})", refusal.message, refusal.code.name()))
        .hint(format!(
            "a hook for {trigger} exports memory, hookbox_alloc and {export}; with the SDK, #[hookbox_sdk::{export}] \
             makes them"
        ))
        .into()
}

/// The path without the current folder in front.
fn shown_from_here(path: &Path) -> &Path {
    std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}
