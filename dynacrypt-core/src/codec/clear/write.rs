//! A serde serializer whose output is an attribute. It never writes a number that DynamoDB would
//! change or refuse, and never keeps what serde says of a value.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::ser::{self, Serialize};

use super::map_key::KeyWriter;
use super::{MAX_DEPTH, NUMBER, SETS};
use crate::codec::{AttributeError, set_repeats};
use crate::context::Number;

type Result<T, E = AttributeError> = std::result::Result<T, E>;

/// Writes one value, at some depth.
pub(super) struct Writer {
    depth: usize,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { depth: 0 }
    }

    fn deeper(&self) -> Result<usize> {
        if self.depth < MAX_DEPTH {
            Ok(self.depth + 1)
        } else {
            Err(AttributeError::new("nested too deeply for an attribute"))
        }
    }

    fn map(&self, variant: Option<&'static str>, len: usize) -> Result<Entries> {
        // A caller's word is no reason to take memory.
        let map = HashMap::with_capacity(len.min(1024));
        Ok(Entries { depth: self.deeper()?, variant, map, key: None })
    }

    fn list(&self, variant: Option<&'static str>, len: usize) -> Result<Elements> {
        let list = Vec::with_capacity(len.min(1024));
        Ok(Elements { depth: self.deeper()?, variant, list })
    }
}

/// The number of a text that Rust printed, where DynamoDB keeps it exactly.
fn number(text: String) -> Result<AttributeValue> {
    // Most are short integers, which need no closer look.
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let short = digits.len() <= 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if short || Number::parse(&text).is_some() {
        Ok(AttributeValue::N(text))
    } else {
        Err(AttributeError::new("holds a number that DynamoDB does not keep exactly"))
    }
}

fn of_variant(variant: Option<&'static str>, value: AttributeValue) -> AttributeValue {
    match variant {
        Some(name) => AttributeValue::M(HashMap::from([(name.to_owned(), value)])),
        None => value,
    }
}

/// The set of a list's elements. An empty one stays a list: DynamoDB has no empty sets.
fn set(list: AttributeValue) -> Result<AttributeValue> {
    let mixed = || AttributeError::new("a set holds strings, numbers or binaries, of one kind");
    let AttributeValue::L(elements) = list else { return Err(mixed()) };
    if set_repeats(&elements) {
        return Err(AttributeError::new("a set holds each value once"));
    }
    macro_rules! all {
        ($kind:ident, $set:ident) => {{
            let inner = |element| match element {
                AttributeValue::$kind(value) => Ok(value),
                _ => Err(mixed()),
            };
            elements.into_iter().map(inner).collect::<Result<_>>().map(AttributeValue::$set)
        }};
    }
    match elements.first() {
        None => Ok(AttributeValue::L(elements)),
        Some(AttributeValue::S(_)) => all!(S, Ss),
        Some(AttributeValue::N(_)) => all!(N, Ns),
        Some(AttributeValue::B(_)) => all!(B, Bs),
        Some(_) => Err(mixed()),
    }
}

macro_rules! numbers {
    ($($method:ident $ty:ty;)*) => {$(
        fn $method(self, value: $ty) -> Result<AttributeValue> {
            number(value.to_string())
        }
    )*};
}

impl ser::Serializer for Writer {
    type Ok = AttributeValue;
    type Error = AttributeError;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Elements;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    numbers! {
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_i128 i128;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
        serialize_u128 u128;
        serialize_f32 f32;
        serialize_f64 f64;
    }

    fn serialize_bool(self, value: bool) -> Result<AttributeValue> {
        Ok(AttributeValue::Bool(value))
    }

    fn serialize_char(self, value: char) -> Result<AttributeValue> {
        Ok(AttributeValue::S(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<AttributeValue> {
        Ok(AttributeValue::S(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<AttributeValue> {
        Ok(AttributeValue::B(Blob::new(value)))
    }

    fn serialize_none(self) -> Result<AttributeValue> {
        Ok(AttributeValue::Null(true))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<AttributeValue> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<AttributeValue> {
        Ok(AttributeValue::Null(true))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<AttributeValue> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<AttributeValue> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<AttributeValue> {
        let attribute = value.serialize(self)?;
        match attribute {
            AttributeValue::S(text) if name == NUMBER => number(text),
            list if SETS.contains(&name) => set(list),
            other => Ok(other),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<AttributeValue> {
        let depth = self.deeper()?;
        Ok(of_variant(Some(variant), value.serialize(Self { depth })?))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Elements> {
        self.list(None, len.unwrap_or_default())
    }

    fn serialize_tuple(self, len: usize) -> Result<Elements> {
        self.list(None, len)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Elements> {
        self.list(None, len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Elements> {
        self.list(Some(variant), len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Entries> {
        self.map(None, len.unwrap_or_default())
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Entries> {
        self.map(None, len)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Entries> {
        self.map(Some(variant), len)
    }
}

/// A list that grows.
pub(super) struct Elements {
    depth: usize,
    variant: Option<&'static str>,
    list: Vec<AttributeValue>,
}

impl Elements {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let written = value.serialize(Writer { depth: self.depth });
        self.list.push(written.map_err(AttributeError::in_element)?);
        Ok(())
    }

    fn done(self) -> AttributeValue {
        of_variant(self.variant, AttributeValue::L(self.list))
    }
}

macro_rules! elements {
    ($($compound:ident $method:ident;)*) => {$(
        impl ser::$compound for Elements {
            type Ok = AttributeValue;
            type Error = AttributeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.push(value)
            }

            fn end(self) -> Result<AttributeValue> {
                Ok(self.done())
            }
        }
    )*};
}
elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// A map that grows.
pub(super) struct Entries {
    depth: usize,
    variant: Option<&'static str>,
    map: HashMap<String, AttributeValue>,
    key: Option<String>,
}

impl Entries {
    fn insert<T: Serialize + ?Sized>(&mut self, key: String, value: &T) -> Result<()> {
        let value = value.serialize(Writer { depth: self.depth })?;
        match self.map.insert(key, value) {
            None => Ok(()),
            Some(_) => Err(AttributeError::new("a map has one key twice")),
        }
    }

    fn done(self) -> AttributeValue {
        of_variant(self.variant, AttributeValue::M(self.map))
    }
}

impl ser::SerializeMap for Entries {
    type Ok = AttributeValue;
    type Error = AttributeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = Some(key.serialize(KeyWriter)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let key = self.key.take().ok_or(AttributeError::new("a map has a value without a key"))?;
        self.insert(key, value)
    }

    fn end(self) -> Result<AttributeValue> {
        Ok(self.done())
    }
}

macro_rules! entries {
    ($($compound:ident;)*) => {$(
        impl ser::$compound for Entries {
            type Ok = AttributeValue;
            type Error = AttributeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<()> {
                self.insert(key.to_owned(), value).map_err(|error| error.inside(key))
            }

            fn end(self) -> Result<AttributeValue> {
                Ok(self.done())
            }
        }
    )*};
}
entries! {
    SerializeStruct;
    SerializeStructVariant;
}
