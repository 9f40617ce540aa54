//! The benchmark suite: each figure beside its floor, as ratios measured in one run.
//!
//! `cargo bench -p hookbox` runs all of it, `cargo bench -p hookbox -- run accept` two sections, and `--quick` the short
//! form of those that have one. An absolute time says little on a shared machine; a ratio of two medians that were measured
//! in turns says a lot.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod accept;
mod daemon;
mod fairness;
mod floor;
mod footprint;
mod growth;
mod guests;
mod latency;
mod load;
mod measure;
mod nodes;
mod overload;
mod postgres;
mod queue;
mod queued;
mod run;
mod scale;
mod script;

/// A part of the suite: its name, and what measures and prints it.
type Section = (&'static str, fn(Form) -> anyhow::Result<()>);

const SECTIONS: [Section; 11] = [
    ("run", |_| run::measure()),
    ("scale", |_| scale::measure()),
    ("script", |_| script::measure()),
    ("footprint", footprint::measure),
    ("accept", accept::measure),
    ("latency", latency::measure),
    ("queue", queue::measure),
    ("growth", growth::measure),
    ("nodes", nodes::measure),
    ("fairness", fairness::measure),
    ("overload", overload::measure),
];

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Enough to see whether a change did harm: seconds for each figure.
    Quick,
    /// What a figure is quoted from: minutes.
    Full,
}

impl Form {
    /// The one that fits.
    pub(crate) fn of<T>(self, quick: T, full: T) -> T {
        match self {
            Self::Quick => quick,
            Self::Full => full,
        }
    }
}

fn main() -> anyhow::Result<()> {
    accept::serve_bare_if_asked()?;
    drop(rustls::crypto::ring::default_provider().install_default());
    let (flags, wanted): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with('-'));
    let form = if flags.iter().any(|flag| flag == "--quick") { Form::Quick } else { Form::Full };
    if let Some(unknown) = wanted.iter().find(|name| !SECTIONS.iter().any(|(section, _)| section == name)) {
        let names = SECTIONS.map(|(name, _)| name).join(", ");
        anyhow::bail!("there is no section '{unknown}'; the sections are {names}");
    }
    for (name, section) in SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            section(form)?;
        }
    }
    Ok(())
}
