//! Reads what the server sends, with little code.
//!
//! Serde compiles a state machine for every type and every way to write it, which made up an eighth of the page's wasm.
//! Here a text is parsed into a [`Value`] once, and every type takes its fields from it. The server reads its journal with
//! serde; `tests/it/fold.rs` holds both to reading the same.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;
use serde_json::{Map, Value};

/// Why a value cannot be read: the innermost field that is missing or of another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the field `{0}` is missing or invalid")]
pub struct Fault(pub &'static str);

/// A type that can be read from a JSON value.
pub trait FromJson: Sized {
    fn from_json(value: Value) -> Result<Self, Fault>;

    /// The value of an absent field.
    fn absent() -> Option<Self> {
        None
    }
}

/// The fields of an object, to be taken one by one.
pub struct Fields(Map<String, Value>);

impl Fields {
    pub fn of(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Fault("")),
        }
    }

    pub fn take<T: FromJson>(&mut self, name: &'static str) -> Result<T, Fault> {
        match self.0.remove(name) {
            Some(value) => T::from_json(value).map_err(|fault| if fault.0.is_empty() { Fault(name) } else { fault }),
            None => T::absent().ok_or(Fault(name)),
        }
    }

    /// The unchanged value, null included.
    pub fn raw(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }
}

/// Reads a struct by the names of its fields.
#[macro_export]
macro_rules! from_fields {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::from_json::FromJson for $name {
            fn from_json(value: serde_json::Value) -> Result<Self, $crate::from_json::Fault> {
                let mut fields = $crate::from_json::Fields::of(value)?;
                Ok(Self { $($field: fields.take(stringify!($field))?),+ })
            }
        }
    };
}

/// Reads enums without fields by the names that serde gives their variants.
macro_rules! from_name {
    ($($name:ident),+) => {
        $(impl $crate::from_json::FromJson for $name {
            fn from_json(value: serde_json::Value) -> Result<Self, $crate::from_json::Fault> {
                $crate::from_json::named(&value)
            }
        })+
    };
}

pub use from_fields;
pub(crate) use from_name;

pub fn named<'de, T: Deserialize<'de>>(value: &Value) -> Result<T, Fault> {
    let name = value.as_str().ok_or(Fault(""))?;
    T::deserialize(IntoDeserializer::<Error>::into_deserializer(name)).map_err(|_| Fault(""))
}

impl FromJson for Fields {
    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::of(value)
    }
}

impl FromJson for Value {
    fn from_json(value: Value) -> Result<Self, Fault> {
        Ok(value)
    }

    fn absent() -> Option<Self> {
        Some(Self::Null)
    }
}

impl FromJson for Map<String, Value> {
    fn from_json(value: Value) -> Result<Self, Fault> {
        Fields::of(value).map(|fields| fields.0)
    }
}

impl FromJson for String {
    fn from_json(value: Value) -> Result<Self, Fault> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(Fault("")),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl FromJson for bool {
    fn from_json(value: Value) -> Result<Self, Fault> {
        value.as_bool().ok_or(Fault(""))
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl FromJson for f64 {
    fn from_json(value: Value) -> Result<Self, Fault> {
        value.as_f64().ok_or(Fault(""))
    }
}

impl FromJson for i64 {
    fn from_json(value: Value) -> Result<Self, Fault> {
        value.as_i64().ok_or(Fault(""))
    }
}

impl FromJson for u64 {
    fn from_json(value: Value) -> Result<Self, Fault> {
        value.as_u64().ok_or(Fault(""))
    }
}

macro_rules! smaller_numbers {
    ($($number:ident),+) => {
        $(impl FromJson for $number {
            fn from_json(value: Value) -> Result<Self, Fault> {
                Self::try_from(u64::from_json(value)?).map_err(|_| Fault(""))
            }
        })+
    };
}

smaller_numbers!(u16, u32, usize);

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Null => Ok(None),
            value => T::from_json(value).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(value: Value) -> Result<Self, Fault> {
        T::from_json(value).map(Self::new)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Array(items) => {
                let mut list = Self::with_capacity(items.len());
                for item in items {
                    list.push(T::from_json(item)?);
                }
                Ok(list)
            }
            _ => Err(Fault("")),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: FromJson> FromJson for VecDeque<T> {
    fn from_json(value: Value) -> Result<Self, Fault> {
        Vec::from_json(value).map(Self::from)
    }
}

impl<T: FromJson, const N: usize> FromJson for [T; N] {
    fn from_json(value: Value) -> Result<Self, Fault> {
        Vec::from_json(value)?.try_into().map_err(|_| Fault(""))
    }
}

impl<K: FromJson + Ord, V: FromJson> FromJson for BTreeMap<K, V> {
    fn from_json(value: Value) -> Result<Self, Fault> {
        // One by one: collecting them would sort them first, by a sort of its own for each type of map.
        let mut map = Self::new();
        for (key, value) in Fields::of(value)?.0 {
            map.insert(K::from_json(Value::String(key))?, V::from_json(value)?);
        }
        Ok(map)
    }
}

impl<A: FromJson, B: FromJson> FromJson for (A, B) {
    fn from_json(value: Value) -> Result<Self, Fault> {
        let [a, b] = <[Value; 2]>::from_json(value)?;
        Ok((A::from_json(a)?, B::from_json(b)?))
    }
}

impl<A: FromJson, B: FromJson, C: FromJson> FromJson for (A, B, C) {
    fn from_json(value: Value) -> Result<Self, Fault> {
        let [a, b, c] = <[Value; 3]>::from_json(value)?;
        Ok((A::from_json(a)?, B::from_json(b)?, C::from_json(c)?))
    }
}
