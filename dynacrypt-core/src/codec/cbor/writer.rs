//! A serde serializer over a sink, for both passes: scalars, and the beginning of sequences, maps
//! and variants. It never keeps a value, nor what serde says of one.

use std::fmt;

use half::f16;
use minicbor::encode::Encoder;
use serde::ser::{self, Serialize};

use super::compound::Compound;
use super::sink::Sink;

/// Nested deeper than this, a value has no CBOR form here: it would otherwise exhaust the stack.
const MAX_DEPTH: usize = 128;

/// Both passes: a serde serializer over a sink.
pub(super) struct Writer<S> {
    pub(super) out: S,
    /// Elements of the sequences and maps whose length serde did not tell, in the order they
    /// begin.
    pub(super) counts: Vec<u64>,
    next: usize,
    pub(super) depth: usize,
}

/// The value has no CBOR form, and why. The reason is ours: serde's texts quote values.
#[derive(Debug)]
pub(super) struct NoForm(pub(super) &'static str);

impl NoForm {
    pub(super) const UNSAID: Self = Self("the value has no CBOR form");
    const TOO_DEEP: Self = Self("the value is nested too deeply to be sealed");
    const TOO_WIDE: Self =
        Self("an integer of 128 bits has no sealed form: seal its text, or a `Number`");
}

impl fmt::Display for NoForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NoForm {}

impl ser::Error for NoForm {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::UNSAID
    }
}

impl<S: Sink> Writer<S> {
    pub(super) fn new(out: S, counts: Vec<u64>) -> Self {
        Self { out, counts, next: 0, depth: 0 }
    }

    fn put<F>(&mut self, put: F) -> Result<(), NoForm>
    where
        F: for<'e, 's> FnOnce(
            &'e mut Encoder<&'s mut S>,
        ) -> Result<
            &'e mut Encoder<&'s mut S>,
            minicbor::encode::Error<S::Error>,
        >,
    {
        put(&mut Encoder::new(&mut self.out)).map(drop).map_err(|_| NoForm::UNSAID)
    }

    fn head(&mut self, is_map: bool, len: u64) -> Result<(), NoForm> {
        if is_map { self.put(|e| e.map(len)) } else { self.put(|e| e.array(len)) }
    }

    fn enter(&mut self) -> Result<(), NoForm> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(NoForm::TOO_DEEP) } else { Ok(()) }
    }

    /// Begins a sequence or map.
    fn begin(&mut self, is_map: bool, len: Option<usize>) -> Result<Compound<'_, S>, NoForm> {
        self.enter()?;
        let told = len.and_then(|len| u64::try_from(len).ok());
        let mut slot = None;
        match told {
            Some(len) => self.head(is_map, len)?,
            None if S::COUNTS => {
                slot = Some(self.counts.len());
                self.counts.push(0);
            }
            None => {
                let len = *self.counts.get(self.next).ok_or(NoForm::UNSAID)?;
                self.next += 1;
                self.head(is_map, len)?;
            }
        }
        Ok(Compound { writer: self, told, slot, seen: 0, entries: Vec::new(), levels: 1 })
    }

    /// Begins the content of an enum variant: a map of one entry, the variant's name.
    fn variant(&mut self, name: &'static str) -> Result<(), NoForm> {
        self.enter()?;
        self.put(|e| e.map(1)?.str(name))
    }
}

impl<'a, S: Sink> ser::Serializer for &'a mut Writer<S> {
    type Ok = ();
    type Error = NoForm;
    type SerializeSeq = Compound<'a, S>;
    type SerializeTuple = Compound<'a, S>;
    type SerializeTupleStruct = Compound<'a, S>;
    type SerializeTupleVariant = Compound<'a, S>;
    type SerializeMap = Compound<'a, S>;
    type SerializeStruct = Compound<'a, S>;
    type SerializeStructVariant = Compound<'a, S>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, v: bool) -> Result<(), NoForm> {
        self.put(|e| e.bool(v))
    }

    fn serialize_i8(self, v: i8) -> Result<(), NoForm> {
        self.serialize_i64(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<(), NoForm> {
        self.serialize_i64(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<(), NoForm> {
        self.serialize_i64(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<(), NoForm> {
        self.put(|e| e.i64(v))
    }

    fn serialize_i128(self, _: i128) -> Result<(), NoForm> {
        Err(NoForm::TOO_WIDE)
    }

    fn serialize_u128(self, _: u128) -> Result<(), NoForm> {
        Err(NoForm::TOO_WIDE)
    }

    fn serialize_u8(self, v: u8) -> Result<(), NoForm> {
        self.serialize_u64(v.into())
    }

    fn serialize_u16(self, v: u16) -> Result<(), NoForm> {
        self.serialize_u64(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<(), NoForm> {
        self.serialize_u64(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<(), NoForm> {
        self.put(|e| e.u64(v))
    }

    fn serialize_f32(self, v: f32) -> Result<(), NoForm> {
        self.serialize_f64(v.into())
    }

    #[expect(clippy::float_cmp, reason = "the question is whether the value is exactly kept")]
    fn serialize_f64(self, v: f64) -> Result<(), NoForm> {
        // RFC 8949 section 4.2.1: the shortest form that keeps the value; one NaN.
        let half = f16::from_f64(v);
        if v.is_nan() || half.to_f64() == v {
            let half = if v.is_nan() { f16::from_bits(0x7e00) } else { half };
            return self.put(|e| e.f16(half.to_f32()));
        }
        #[expect(clippy::cast_possible_truncation, reason = "compared right after")]
        let single = v as f32;
        if f64::from(single) == v { self.put(|e| e.f32(single)) } else { self.put(|e| e.f64(v)) }
    }

    fn serialize_char(self, v: char) -> Result<(), NoForm> {
        self.put(|e| e.char(v))
    }

    fn serialize_str(self, v: &str) -> Result<(), NoForm> {
        self.put(|e| e.str(v))
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), NoForm> {
        self.put(|e| e.bytes(v))
    }

    fn serialize_none(self) -> Result<(), NoForm> {
        self.put(|e| e.null())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NoForm> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NoForm> {
        self.put(|e| e.array(0))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NoForm> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NoForm> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NoForm> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NoForm> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.depth -= 1;
        Ok(())
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Compound<'a, S>, NoForm> {
        self.begin(false, len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Compound<'a, S>, NoForm> {
        self.begin(false, Some(len))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        len: usize,
    ) -> Result<Compound<'a, S>, NoForm> {
        self.begin(false, Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Compound<'a, S>, NoForm> {
        self.variant(variant)?;
        self.begin(false, Some(len)).map(|inner| Compound { levels: 2, ..inner })
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Compound<'a, S>, NoForm> {
        self.begin(true, len)
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Compound<'a, S>, NoForm> {
        self.begin(true, Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Compound<'a, S>, NoForm> {
        self.variant(variant)?;
        self.begin(true, Some(len)).map(|inner| Compound { levels: 2, ..inner })
    }
}
