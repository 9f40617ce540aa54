//! `hookbox build [DIR|FILE]`

use std::path::{Path, PathBuf};

use hookbox_protocol::Trigger;
use hookbox_runtime::{Refusal, Runtime};
use serde_json::json;

use crate::code::{Code, Kind};
use crate::failure::{Exit, Failure};
use crate::local;
use crate::output::quantity::{self, number};
use crate::output::{FAINT, Output, STRONG, WAITING, printable};
use crate::project::Project;
use crate::script;

/// Builds a hook and checks it as a daemon would
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A hook in Rust is built with your own cargo, for wasm32-wasip1. A script is compiled to see whether \
                  it can be; with npm packages, files of its own or TypeScript it is bundled first, by esbuild. Of a file only that is checked which a daemon would \
                  check.\n\nExamples:\n  hookbox build my-hook\n  hookbox build notify.js"
)]
pub(crate) struct Args {
    /// The folder with the hook.toml, or a module, or a script (.js, .cjs)
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    path: PathBuf,
    /// What the hook is bound to, for a module [default: post-change-password]
    #[arg(long)]
    trigger: Option<Trigger>,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let (trigger, code) = if args.path.is_file() {
        (args.trigger.unwrap_or(Trigger::PostChangePassword), Code::read(&args.path)?)
    } else {
        let project = Project::load(&args.path)?;
        project.check_trigger(args.trigger)?;
        (project.trigger, Code::build(&project).await?)
    };
    let path = shown_from_here(&code.path);
    let runtime = local::runtime()?;
    match &code.kind {
        Kind::Module(wasm) => check_module(&runtime, path, wasm, trigger, output)?,
        Kind::Script(source) => check_script(&runtime, &code, source, output).await?,
    }
    if !output.is_json() {
        output.line(format_args!("{FAINT}Next: hookbox run, hookbox deploy{FAINT:#}"))?;
    }
    Ok(Exit::Done)
}

fn check_module(runtime: &Runtime, path: &Path, wasm: &[u8], trigger: Trigger, output: Output) -> anyhow::Result<()> {
    let info = runtime.check(wasm, trigger).map_err(|refusal| refused(&refusal, trigger))?;
    let warnings: Vec<String> = local::over_shipped(wasm, trigger).into_iter().collect();
    if output.is_json() {
        return output.json(&json!({
            "path": path, "bytes": info.bytes, "digest": info.digest, "imports": info.imports,
            "triggers": info.triggers, "memory_bytes_min": info.memory_bytes_min, "warnings": warnings,
        }));
    }
    output.line(format_args!("{STRONG}{}{STRONG:#}", path.display()))?;
    output.line(format_args!("size    {}", quantity::bytes(info.bytes)))?;
    output.line(format_args!("digest  {}", info.digest))?;
    warnings.iter().try_for_each(|text| warn(text, output))
}

async fn check_script(runtime: &Runtime, code: &Code, source: &str, output: Output) -> anyhow::Result<()> {
    let path = shown_from_here(&code.path);
    let compiled = script::compile(runtime, path, source).await?;
    let warnings = code.warnings();
    if output.is_json() {
        return output.json(&json!({
            "path": path, "bytes": source.len(), "compiled_bytes": compiled, "warnings": warnings,
        }));
    }
    output.line(format_args!("{STRONG}{}{STRONG:#}", path.display()))?;
    output.line(format_args!("size      {} bytes", number(source.len().try_into()?)))?;
    output.line(format_args!("compiled  {} bytes", number(compiled.try_into()?)))?;
    warnings.iter().try_for_each(|text| warn(text, output))
}

/// A line about something that will not work.
pub(crate) fn warn(text: &str, output: Output) -> anyhow::Result<()> {
    output.line(format_args!("{WAITING}warning{WAITING:#}  {}", printable(text)))
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

/// The path as it is from the current folder.
pub(crate) fn shown_from_here(path: &Path) -> &Path {
    let below = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok());
    below.or_else(|| path.strip_prefix(".").ok()).unwrap_or(path)
}
