//! `fields` and `include_fields`: which keys of a row are shown.

use serde_json::{Map, Value};

use crate::api::Failure;
use crate::api::query::{Query, validation};

/// Which keys of a row are shown.
pub(super) struct Fields {
    named: Vec<String>,
    include: bool,
}

impl Fields {
    /// Reads what a query names, which must be among the keys `known`.
    pub(super) fn read(query: &Query, known: &[&str]) -> Result<Self, Failure> {
        let include = query.boolean("include_fields")?.unwrap_or(true);
        let mut named = Vec::new();
        // An empty list names nothing, and then everything is shown.
        for name in query.get("fields").unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !known.contains(&name) {
                let shown: String = name.chars().take(64).collect();
                return Err(validation(&format!("No such field: {shown} (the fields are {})", known.join(", "))));
            }
            named.push(name.to_owned());
        }
        Ok(Self { named, include })
    }

    /// A row without the keys that are not asked for.
    pub(super) fn of(&self, mut row: Map<String, Value>) -> Value {
        if !self.named.is_empty() {
            row.retain(|name, _| self.named.contains(name) == self.include);
        }
        Value::Object(row)
    }
}
