//! The operator's word on limits: which can be moved, how far, and what holds then.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use hookbox_protocol::RunLimits;
use hookbox_protocol::limits::{self, HOOKS, Limit, LimitError};
use hookbox_runtime::ShapeLimits;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::output::quantity::number;
use crate::size::ByteSize;

/// The limits that the operator set, by name. Each is within the bounds of its row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moved(BTreeMap<&'static str, u64>);

/// One limit that is set: `NAME=VALUE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setting {
    limit: Limit,
    value: u64,
}

/// Every limit that an operator can set.
fn movable() -> impl Iterator<Item = Limit> {
    limits::all().chain(ShapeLimits::TABLE.iter().copied()).filter(Limit::is_movable)
}

/// The row of that name, or why there is none that can be set.
fn row(name: &str) -> Result<Limit, String> {
    if let Some(limit) = movable().find(|limit| limit.name == name) {
        return Ok(limit);
    }
    if name == HOOKS.name {
        return Err(format!("the limit {name} is a quota of each tenant: `hookbox tenants quota TENANT {name}=…`"));
    }
    let names = movable().map(|limit| limit.name).collect::<Vec<_>>().join(", ");
    Err(match limits::all().find(|limit| limit.name == name) {
        Some(fixed) => format!("the limit {name} is fixed at {}; those that can be set are {names}", fixed.default),
        None => format!("there is no limit '{name}'; those that can be set are {names}"),
    })
}

impl Setting {
    /// A number for the limit of that name, within the bounds of its row.
    fn new(name: &str, value: u64) -> Result<Self, String> {
        let limit = row(name)?;
        if value == 0 || value > limit.most {
            return Err(LimitError::OutOfRange { limit, value, ceiling: limit.most }.to_string());
        }
        Ok(Self { limit, value })
    }

    /// The same for a number that is written as text.
    fn parse(name: &str, value: &str) -> Result<Self, String> {
        Self::new(name, parse_number(&row(name)?, value)?)
    }
}

/// A number for that limit; bytes may carry a unit.
pub(crate) fn parse_number(limit: &Limit, text: &str) -> Result<u64, String> {
    let number = if limit.unit == "bytes" {
        text.parse().map(|ByteSize(bytes)| bytes)
    } else {
        text.replace('_', "").parse().map_err(|_| format!("'{text}' is not a whole number"))
    };
    number.map_err(|error| format!("limit {}: {error}", limit.name))
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) =
            text.split_once('=').ok_or_else(|| format!("'{text}' is not NAME=VALUE, such as event_bytes=512KiB"))?;
        Self::parse(name.trim(), value.trim())
    }
}

impl Moved {
    /// The settings of one place, which may set each limit once.
    pub(crate) fn new(settings: &[Setting]) -> Result<Self, String> {
        let mut moved = BTreeMap::new();
        for Setting { limit, value } in settings {
            if moved.insert(limit.name, *value).is_some() {
                return Err(format!("the limit {} is set twice", limit.name));
            }
        }
        Ok(Self(moved))
    }

    /// The settings of a variable: `name=value,name=value`.
    pub(crate) fn parse_list(text: &str) -> Result<Self, String> {
        let settings = text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse);
        Self::new(&settings.collect::<Result<Vec<_>, _>>()?)
    }

    /// These settings, and `other`'s of the limits that these leave alone.
    pub(crate) fn or(mut self, other: Self) -> Self {
        for (name, value) in other.0 {
            self.0.entry(name).or_insert(value);
        }
        self
    }

    /// What holds of a limit that is not of a run.
    pub(crate) fn of(&self, limit: &Limit) -> u64 {
        self.0.get(limit.name).copied().unwrap_or(limit.default)
    }

    /// The ceilings of the limits of a run.
    pub(crate) fn ceilings(&self) -> RunLimits {
        RunLimits::CEILINGS.with(|name, ceiling| self.0.get(name).copied().unwrap_or(ceiling))
    }

    /// The bounds of the shape screen.
    pub(crate) fn shape(&self) -> ShapeLimits {
        let mut shape = ShapeLimits::default();
        for limit in ShapeLimits::TABLE {
            if let Some(bound) = self.0.get(limit.name).and_then(|bound| u32::try_from(*bound).ok()) {
                shape.set(limit.name, bound);
            }
        }
        shape
    }

    /// Those that differ from what is shipped.
    fn different(&self) -> impl Iterator<Item = (Limit, u64)> {
        let own = |limit: Limit| Some((limit, *self.0.get(limit.name)?));
        movable().filter_map(own).filter(|(limit, value)| shipped(limit) != *value)
    }

    /// Whether all is as it is shipped.
    pub(crate) fn is_as_shipped(&self) -> bool {
        self.different().next().is_none()
    }
}

/// What an operator's number stands in for: of a limit of a run its ceiling, of another one what holds.
fn shipped(limit: &Limit) -> u64 {
    RunLimits::CEILINGS.get(limit.name).unwrap_or(limit.default)
}

/// Each limit that is not as it is shipped, and what was shipped: `cpu_ms 20,000 (shipped 10,000)`.
impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (limit, value)) in self.different().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{} {} (shipped {})", limit.name, number(value), number(shipped(&limit)))?;
        }
        Ok(())
    }
}

/// The table `[limits]` of a file.
impl<'de> Deserialize<'de> for Moved {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = BTreeMap::<String, toml::Value>::deserialize(deserializer)?;
        let setting = |(name, value): (String, toml::Value)| match value {
            toml::Value::String(text) => Setting::parse(&name, &text),
            value => Setting::parse(&name, &value.to_string()),
        };
        let settings = table.into_iter().map(setting).collect::<Result<Vec<_>, _>>();
        settings.and_then(|settings| Self::new(&settings)).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
