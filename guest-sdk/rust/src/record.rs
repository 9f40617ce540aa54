//! JSON objects with fields that are known and fields that are not.
//!
//! serde's `flatten` would do it, too. Going by way of a [`Map`] makes the modules smaller, says which field has the wrong
//! type, and takes `null` for a missing field without an attribute at each.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Defines a struct that is read from a JSON object. A field that is missing or `null` takes its default, one that no
/// field names is kept in `extra`; what has its default is not written.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty = $key:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
            /// Every other field, as it was sent.
            pub extra: ::serde_json::Map<String, ::serde_json::Value>,
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut fields = ::serde_json::Map::deserialize(deserializer)?;
                Ok(Self {
                    $($field: $crate::record::take(&mut fields, $key).map_err(::serde::de::Error::custom)?,)*
                    extra: fields,
                })
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $(if self.$field != <$type>::default() {
                    map.serialize_entry($key, &self.$field)?;
                })*
                for (key, value) in &self.extra {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    };
}
pub(crate) use record;

/// Takes a field out of an object, or says which field is not what it should be.
pub(crate) fn take<T: Default + DeserializeOwned>(fields: &mut Map<String, Value>, key: &str) -> Result<T, String> {
    match fields.remove(key) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(value) => serde_json::from_value(value).map_err(|error| format!("`{key}`: {error}")),
    }
}
