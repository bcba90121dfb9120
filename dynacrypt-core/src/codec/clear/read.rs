//! A serde deserializer whose input is an attribute. It never turns one type into another, and its
//! errors name types and fields alone.

use std::collections::hash_map;
use std::vec;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::map_key::KeyReader;
use super::{MAX_DEPTH, NUMBER};
use crate::codec::AttributeError;
use crate::codec::unfit::{Expected, type_of};
use crate::context::Number;

type Result<T, E = AttributeError> = std::result::Result<T, E>;

/// Reads one attribute, at some depth.
pub(super) struct Reader {
    attribute: AttributeValue,
    depth: usize,
}

impl Reader {
    pub(super) fn new(attribute: AttributeValue) -> Self {
        Self { attribute, depth: 0 }
    }

    fn refuse<T>(&self, expected: Expected) -> Result<T> {
        Err(AttributeError::type_mismatch(expected, type_of(&self.attribute)))
    }

    fn deeper(&self) -> Result<usize> {
        if self.depth < MAX_DEPTH {
            Ok(self.depth + 1)
        } else {
            Err(AttributeError::new("the attribute is nested too deeply"))
        }
    }

    /// The elements of a list or set.
    fn elements<'de, V: Visitor<'de>>(self, expected: Expected, visitor: V) -> Result<V::Value> {
        let depth = self.deeper()?;
        let elements: Vec<AttributeValue> = match self.attribute {
            AttributeValue::L(elements) => elements,
            AttributeValue::Ss(texts) => texts.into_iter().map(AttributeValue::S).collect(),
            AttributeValue::Ns(numbers) => numbers.into_iter().map(AttributeValue::N).collect(),
            AttributeValue::Bs(blobs) => blobs.into_iter().map(AttributeValue::B).collect(),
            _ => return self.refuse(expected),
        };
        let mut elements = Elements { rest: elements.into_iter(), depth };
        let value = visitor.visit_seq(&mut elements)?;
        if elements.rest.len() == 0 {
            Ok(value)
        } else {
            // Dropping them here would drop them from the table with the next put.
            Err(AttributeError::new("the attribute has more elements than the type"))
        }
    }

    /// The entries of a map, of a struct with these fields.
    fn entries<'de, V: Visitor<'de>>(
        self,
        expected: Expected,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let depth = self.deeper()?;
        let AttributeValue::M(entries) = self.attribute else { return self.refuse(expected) };
        let rest = entries.into_iter();
        visitor.visit_map(Entries { rest, fields, value: None, field: None, depth })
    }
}

/// A number as serde's model has it, without losing a digit.
fn visit_number<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value> {
    if let Ok(value) = text.parse::<i64>() {
        return visitor.visit_i64(value);
    }
    if let Ok(value) = text.parse::<u64>() {
        return visitor.visit_u64(value);
    }
    let float = text.parse::<f64>().ok().filter(|float| float.is_finite());
    let exact = float.filter(|float| Number::parse(&float.to_string()) == Number::parse(text));
    if let (None, Ok(value)) = (exact, text.parse::<i128>()) {
        return visitor.visit_i128(value);
    }
    match float {
        Some(float) => visitor.visit_f64(float),
        None => Err(AttributeError::range("f64", "N")),
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $ty:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let AttributeValue::N(text) = &self.attribute else {
                return self.refuse(Expected::Type(stringify!($ty)));
            };
            // DynamoDB's own form needs no closer look; another writer's may be `1.0` or `1E2`.
            let value = text.parse::<$ty>().ok().or_else(|| {
                Number::parse(text).and_then(|number| number.as_str().parse::<$ty>().ok())
            });
            match value {
                Some(value) => visitor.$visit(value),
                None => Err(AttributeError::range(stringify!($ty), "N")),
            }
        }
    )*};
}

macro_rules! floats {
    ($($method:ident $visit:ident $ty:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let AttributeValue::N(text) = &self.attribute else {
                return self.refuse(Expected::Type(stringify!($ty)));
            };
            match text.parse::<$ty>() {
                Ok(value) if value.is_finite() => visitor.$visit(value),
                _ => Err(AttributeError::range(stringify!($ty), "N")),
            }
        }
    )*};
}

const STRING: Expected = Expected::Type("String");
const BYTES: Expected = Expected::Shape("bytes");
const LIST: Expected = Expected::Shape("a list or set");
const MAP: Expected = Expected::Shape("a map");
const UNIT: Expected = Expected::Type("()");

impl<'de> Deserializer<'de> for Reader {
    type Error = AttributeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::S(text) => visitor.visit_string(text),
            AttributeValue::N(text) => visit_number(&text, visitor),
            AttributeValue::B(blob) => visitor.visit_byte_buf(blob.into_inner()),
            AttributeValue::Bool(value) => visitor.visit_bool(value),
            AttributeValue::Null(_) => visitor.visit_unit(),
            AttributeValue::M(_) => self.entries(MAP, &[], visitor),
            AttributeValue::L(_)
            | AttributeValue::Ss(_)
            | AttributeValue::Ns(_)
            | AttributeValue::Bs(_) => self.elements(LIST, visitor),
            _ => self.refuse(Expected::Shape("a type of attribute that is known")),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
    }

    floats! {
        deserialize_f32 visit_f32 f32;
        deserialize_f64 visit_f64 f64;
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::Bool(value) => visitor.visit_bool(value),
            _ => self.refuse(Expected::Type("bool")),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::S(text) => {
                // serde's own message would be of a value.
                visitor
                    .visit_string(text)
                    .map_err(|_: AttributeError| AttributeError::no_value("char", "S"))
            }
            _ => self.refuse(Expected::Type("char")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::S(text) => visitor.visit_string(text),
            _ => self.refuse(STRING),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_string(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::B(blob) => visitor.visit_byte_buf(blob.into_inner()),
            _ => self.refuse(BYTES),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::Null(_) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::Null(_) => visitor.visit_unit(),
            _ => self.refuse(UNIT),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::Null(_) => visitor.visit_unit(),
            _ => self.refuse(Expected::Type(name)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        if name != NUMBER {
            return visitor.visit_newtype_struct(self);
        }
        match self.attribute {
            AttributeValue::N(text) if Number::parse(&text).is_some() => visitor.visit_string(text),
            AttributeValue::N(_) => Err(AttributeError::range("Number", "N")),
            _ => self.refuse(Expected::Type("Number")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.elements(LIST, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.elements(LIST, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.elements(Expected::Type(name), visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.entries(MAP, &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.attribute {
            AttributeValue::L(_) => self.elements(Expected::Type(name), visitor),
            _ => self.entries(Expected::Type(name), fields, visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let depth = self.deeper()?;
        match self.attribute {
            AttributeValue::S(variant) => visitor.visit_enum(variant.into_deserializer()),
            AttributeValue::M(map) => {
                let mut entries = map.into_iter();
                match (entries.next(), entries.next()) {
                    (Some((variant, content)), None) => {
                        let content = Self { attribute: content, depth };
                        visitor.visit_enum(Variant { variant, content })
                    }
                    _ => Err(AttributeError::new("an enum is a map of one entry, its variant")),
                }
            }
            _ => self.refuse(Expected::Type(name)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }
}

/// The elements of a list or set, one after the other.
struct Elements {
    rest: vec::IntoIter<AttributeValue>,
    depth: usize,
}

impl<'de> SeqAccess<'de> for &mut Elements {
    type Error = AttributeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let depth = self.depth;
        self.rest
            .next()
            .map(|attribute| seed.deserialize(Reader { attribute, depth }))
            .transpose()
            .map_err(AttributeError::in_element)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The entries of a map, one after the other.
struct Entries {
    rest: hash_map::IntoIter<String, AttributeValue>,
    fields: &'static [&'static str],
    value: Option<AttributeValue>,
    /// The field that the value is of. A key that is no field is a value of the user's.
    field: Option<&'static str>,
    depth: usize,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = AttributeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.field = self.fields.iter().find(|field| **field == key).copied();
        self.value = Some(value);
        seed.deserialize(KeyReader { key }).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        let value = self.value.take();
        let attribute = value.ok_or(AttributeError::new("a map's value was read twice"))?;
        let read = seed.deserialize(Reader { attribute, depth: self.depth });
        match self.field {
            Some(field) => read.map_err(|error| error.inside(field)),
            None => read,
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A variant that holds something.
struct Variant {
    variant: String,
    content: Reader,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = AttributeError;
    type Variant = Reader;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Reader)> {
        Ok((seed.deserialize(KeyReader { key: self.variant })?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Reader {
    type Error = AttributeError;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.elements(LIST, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.entries(MAP, fields, visitor)
    }
}
