//! The benchmark suite: each figure beside its floor, as ratios measured in one run.
//!
//! `cargo bench -p hookbox` runs all of it, `cargo bench -p hookbox -- run accept` two sections. An absolute time says
//! little on a shared machine; a ratio of two medians that were measured in turns says a lot.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod accept;
mod guests;
mod measure;
mod run;
mod scale;
mod script;

/// A part of the suite: its name, and what measures and prints it.
type Section = (&'static str, fn() -> anyhow::Result<()>);

fn main() -> anyhow::Result<()> {
    accept::serve_bare_if_asked()?;
    drop(rustls::crypto::ring::default_provider().install_default());
    let sections: [Section; 4] =
        [("run", run::measure), ("scale", scale::measure), ("script", script::measure), ("accept", accept::measure)];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some(unknown) = wanted.iter().find(|name| !sections.iter().any(|(section, _)| section == name)) {
        anyhow::bail!(
            "there is no section '{unknown}'; the sections are {}",
            sections.map(|(name, _)| name).join(", ")
        );
    }
    for (name, section) in sections {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            section()?;
        }
    }
    Ok(())
}
