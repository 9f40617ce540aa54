//! Whether the daemon takes the limits of a `hook.toml`, asked before anything is changed there.

use std::collections::BTreeMap;

use hookbox_protocol::RunLimits;
use serde::Deserialize;

use crate::client::Client;
use crate::project::Project;

/// What a daemon says that matters here.
#[derive(Deserialize)]
struct Offered {
    /// How far its operator lets each limit go; a daemon of an earlier version does not say.
    #[serde(default)]
    ceilings: BTreeMap<String, u64>,
}

/// What the daemon would refuse of the project's limits, in words.
pub(super) async fn refused(client: &Client, project: &Project) -> anyhow::Result<Vec<String>> {
    if project.limits.is_empty() {
        return Ok(Vec::new());
    }
    let Offered { ceilings } = client.get(&["v1", "triggers"], &[]).await?;
    Ok(over(&project.limits, &ceilings))
}

fn over(limits: &BTreeMap<String, u64>, ceilings: &BTreeMap<String, u64>) -> Vec<String> {
    let mut most = RunLimits::MOST;
    for (name, ceiling) in ceilings {
        // A limit that this command does not know is none of hook.toml's.
        let _ = most.set(name, *ceiling, &RunLimits::MOST);
    }
    let refusal = |(name, value): (&String, &u64)| RunLimits::default().set(name, *value, &most).err();
    limits.iter().filter_map(refusal).map(|error| error.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_judged_by_the_daemons_ceiling() {
        let map = |entries: &[(&str, u64)]| entries.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let check = |limits: &[(&str, u64)], ceilings: &[(&str, u64)]| over(&map(limits), &map(ceilings)).join("\n");
        let ceilings = [("wall_ms", 60_000), ("unheard_of", 1)];
        assert_eq!(check(&[("wall_ms", 60_000), ("fuel", 1)], &ceilings), "");
        expect_test::expect!["limit wall_ms is 999999 ms; it must be between 1 and 60000 (an operator can raise it: `hookbox serve --limit wall_ms=…`)"]
            .assert_eq(&check(&[("wall_ms", 999_999)], &ceilings));
        expect_test::expect!["limit wall_ms is 0 ms; it must be between 1 and 60000"]
            .assert_eq(&check(&[("wall_ms", 0)], &ceilings));
        assert_eq!(check(&[("wall_ms", 999_999)], &[]), "", "some operator may allow it");
        assert_ne!(check(&[("wall_ms", 99_999_999)], &[]), "", "and this none");
    }
}
