//! `hookbox tenants quota NAME [QUOTA=VALUE…]`

use hookbox_protocol::api::{Quotas, TenantPatch};
use reqwest::Method;

use crate::client::{Body, Client};
use crate::output::quantity::{bytes, number};
use crate::output::{Cell, Output, Table};

/// A quota, and its value; `None` for the default.
pub(super) type Change = (String, Option<u64>);

/// A quota: its name, what it bounds, and where its value is.
type Row = (&'static str, &'static str, fn(&Quotas) -> u64);

const TABLE: [Row; 5] = [
    ("hooks", "hooks", |quotas| quotas.hooks),
    ("backlog", "deliveries that have not ended", |quotas| quotas.backlog),
    ("in_flight", "deliveries that run at the same time", |quotas| quotas.in_flight),
    ("retention_days", "days that events, their attempts and log lines are kept", |quotas| quotas.retention_days),
    ("retention_bytes", "bytes of events, their attempts and log lines that are kept", |quotas| quotas.retention_bytes),
];

/// Reads `backlog=100000` or `backlog=default`.
pub(super) fn parse(text: &str) -> Result<Change, String> {
    let (name, value) =
        text.split_once('=').ok_or("expected QUOTA=VALUE, such as backlog=100000 or backlog=default")?;
    if !TABLE.iter().any(|(known, ..)| *known == name) {
        let names = TABLE.map(|(name, ..)| name).join(", ");
        return Err(format!("there is no quota '{name}'; the quotas are {names}"));
    }
    let value = match value {
        "default" => None,
        value => {
            let number = value.replace('_', "").parse();
            Some(number.map_err(|_| format!("'{value}' is neither a whole number nor 'default'"))?)
        }
    };
    Ok((name.to_owned(), value))
}

/// Shows the quotas, after the changes.
pub(super) async fn run(client: &Client, tenant: &str, changes: &[Change], output: Output) -> anyhow::Result<()> {
    let tenant = if changes.is_empty() {
        super::of(client, Method::GET, tenant, Body::Empty).await?
    } else {
        let patch = TenantPatch { suspended: None, quotas: Some(changes.iter().cloned().collect()) };
        super::of(client, Method::PATCH, tenant, Body::json(&patch)?).await?
    };
    if output.is_json() {
        return output.json(&tenant.quotas);
    }
    output.line(table(&tenant.quotas).render())
}

/// Every quota with its value.
pub(super) fn table(quotas: &Quotas) -> Table {
    let mut table = Table::new(&["QUOTA", "VALUE", "OF"]);
    for (name, what, value) in TABLE {
        let value = value(quotas);
        let shown = if name.ends_with("_bytes") { bytes(value) } else { number(value) };
        table.row([Cell::new(name), Cell::new(shown).right(), Cell::new(what)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_number_or_the_default() {
        assert_eq!(parse("backlog=100_000"), Ok(("backlog".to_owned(), Some(100_000))));
        assert_eq!(parse("hooks=default"), Ok(("hooks".to_owned(), None)));
        for (text, part) in [
            ("backlog", "expected QUOTA=VALUE"),
            ("gas=1", "the quotas are hooks, backlog, in_flight, retention_days, retention_bytes"),
            ("hooks=many", "neither a whole number"),
            ("hooks=-1", "neither a whole number"),
        ] {
            assert!(parse(text).is_err_and(|error| error.contains(part)), "{text}");
        }
    }
}
