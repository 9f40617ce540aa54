//! Medians of rounds that take turns, so that a machine that slows down slows all of them.

use std::time::Duration;

/// One thing to measure: gives the cost of one unit of work in that round.
pub(crate) type Round<'a> = (&'a str, Box<dyn FnMut() -> anyhow::Result<Duration> + 'a>);

/// Runs the rounds in turn and prints each median beside the first one's, the floor.
pub(crate) fn compare(title: &str, rounds: usize, mut subjects: Vec<Round<'_>>) -> anyhow::Result<()> {
    let mut costs = vec![Vec::with_capacity(rounds); subjects.len()];
    for _ in 0..rounds {
        for ((_, round), costs) in subjects.iter_mut().zip(&mut costs) {
            costs.push(round()?);
        }
    }
    println!("\n{title}");
    for ((name, _), own) in subjects.iter().zip(&costs) {
        let ratios = own.iter().zip(&costs[0]).map(|(cost, floor)| cost.as_secs_f64() / floor.as_secs_f64());
        let ratio = median_of(ratios.collect());
        // Far from the median, it says that the core was not idle.
        let fastest = own.iter().min().copied().unwrap_or_default();
        println!("  {name:<44} {:>12} {ratio:>8.2} ×   fastest round {:>12}", show(median(own.clone())), show(fastest));
    }
    Ok(())
}

/// The middle one.
pub(crate) fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values[values.len() / 2]
}

/// The middle one.
pub(crate) fn median_of(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn show(duration: Duration) -> String {
    let us = duration.as_secs_f64() * 1e6;
    if us < 1_000.0 { format!("{us:.2} µs") } else { format!("{:.2} ms", us / 1e3) }
}

/// The value that a hundredth of them exceed.
pub(crate) fn percentile_99(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) * 99 / 100).copied().unwrap_or_default()
}

/// Says whether a ratio is as high as it should be.
pub(crate) fn at_least(ratio: f64, goal: f64) -> String {
    let verdict = if ratio >= goal { "met" } else { "MISSED" };
    format!("{ratio:.2} × (goal ≥ {goal:.2}: {verdict})")
}

/// Says whether a ratio is as low as it should be.
pub(crate) fn at_most(ratio: f64, goal: f64) -> String {
    let verdict = if ratio <= goal { "met" } else { "MISSED" };
    format!("{ratio:.2} × (goal ≤ {goal:.2}: {verdict})")
}

/// The median of the ratios of two figures that were measured in the same rounds.
pub(crate) fn ratio(ours: &[f64], floor: &[f64]) -> f64 {
    median_of(ours.iter().zip(floor).map(|(a, b)| a / b).collect())
}
