//! The example hooks, built from the sources that the binary carries.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;

use crate::embedded;
use crate::output::{FAINT, progress};
use crate::toolchain::{self, Show};

/// The modules.
#[derive(Debug)]
pub(super) struct ExampleHooks {
    /// `hooks/sendgrid-email`: sends a mail.
    pub(super) sendgrid_email: Bytes,
    /// `hooks/starter`: prints a line.
    pub(super) starter: Bytes,
}

/// Builds them; where the sources and what cargo makes of them go, is [`build_folder`].
pub(super) async fn build(temporary: &Path) -> anyhow::Result<ExampleHooks> {
    let folder = build_folder(temporary);
    let started = Instant::now();
    progress(format_args!(
        "{FAINT}Building the example hooks with cargo (the first time this takes a while) …{FAINT:#}"
    ));
    embedded::write(embedded::SDK, &folder.join(embedded::SDK))
        .with_context(|| format!("cannot write the sources of the SDK to {}", folder.display()))?;
    let sendgrid_email = build_one(&folder, "hooks/sendgrid-email").await?;
    let starter = build_one(&folder, "hooks/starter").await?;
    progress(format_args!("{FAINT}Built in {:.1} s.{FAINT:#}", started.elapsed().as_secs_f64()));
    Ok(ExampleHooks { sendgrid_email, starter })
}

async fn build_one(root: &Path, hook: &str) -> anyhow::Result<Bytes> {
    let folder = root.join(hook);
    embedded::write(hook, &folder).with_context(|| format!("cannot write the sources of {hook}"))?;
    let path = toolchain::build(&folder, Some(&root.join("target")), Show::Failures)
        .await
        .with_context(|| format!("cannot build the example {hook}"));
    let path = path?;
    let wasm = std::fs::read(&path).with_context(|| format!("cannot read the module {}", path.display()))?;
    Ok(wasm.into())
}

/// Where the examples are built: below cargo's target folder if this program is in one, so that the next demo has nothing
/// to build; else in the demo's own temporary folder.
fn build_folder(temporary: &Path) -> PathBuf {
    let program = std::env::current_exe().ok();
    let target = program.as_deref().and_then(Path::parent).and_then(Path::parent);
    match target {
        Some(target) if target.join("CACHEDIR.TAG").is_file() => target.join("hookbox-demo"),
        _ => temporary.join("examples"),
    }
}
