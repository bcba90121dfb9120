//! An item on its way: clear attributes beside the plaintexts of the encrypted ones. It never holds
//! a key, and it wipes the plaintexts that nobody took.

use std::any::type_name;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::schema::{FieldKind, FieldSpec, Schema};
use crate::codec::{self, AttributeError, LegacyPlaintext, Plaintext, ScalarValue};
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result};

/// Attributes by name.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// Room that a plaintext gets before and after it, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) before: usize,
    pub(crate) after: usize,
}

/// Where a record's `write` puts its fields.
#[derive(Debug)]
pub struct ItemWriter {
    schema: &'static Schema,
    room: Option<Room>,
    attributes: Attributes,
    plaintexts: Vec<(&'static FieldSpec, Plaintext)>,
    stamp: Option<Stamp>,
}

/// What the repository sets in an item that it stores: the next version, the time.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// Milliseconds since 1970, UTC.
    pub(crate) now: i64,
}

impl ItemWriter {
    /// Takes every field.
    pub(crate) fn new(schema: &'static Schema, room: Room) -> Self {
        Self::with(schema, Some(room))
    }

    /// Takes the key and the owner alone, and leaves everything else where it is.
    pub(crate) fn identity_only(schema: &'static Schema) -> Self {
        Self::with(schema, None)
    }

    /// Takes secrets that are sealed by themselves.
    pub(crate) fn of_secrets(schema: &'static Schema, room: Room) -> Self {
        Self { room: Some(room), ..Self::with(schema, None) }
    }

    /// Takes clear values, to look at them: for conditions and updates.
    pub(crate) fn clear_only(schema: &'static Schema) -> Self {
        Self { room: Some(Room { before: 0, after: 0 }), ..Self::with(schema, None) }
    }

    fn with(schema: &'static Schema, room: Option<Room>) -> Self {
        let fields = if room.is_some() { schema.fields().len() } else { 0 };
        Self {
            schema,
            room,
            attributes: HashMap::with_capacity(fields + 1),
            plaintexts: Vec::with_capacity(fields),
            stamp: None,
        }
    }

    /// As the repository stores it: with the next version, and the time.
    pub(crate) fn stamped(mut self, stamp: Option<Stamp>) -> Self {
        self.stamp = stamp;
        self
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }

    /// The attribute that `write` gave a field, taken out again.
    pub(crate) fn take(&mut self, field: usize) -> Option<AttributeValue> {
        self.attributes.remove(self.schema.fields().get(field)?.name())
    }

    /// Writes a key attribute that a template makes, of these values of its fields.
    #[doc(hidden)]
    pub fn template(&mut self, field: usize, values: &[Scalar<'_>]) -> Result<()> {
        let spec = spec::<String>(self.schema, field)?;
        if let Some(template) = spec.template() {
            let key = template.render(values);
            self.attributes.insert(spec.name().to_owned(), AttributeValue::S(key));
        }
        Ok(())
    }

    /// Writes the attribute that names the record type.
    #[doc(hidden)]
    pub fn entity(&mut self, field: usize) -> Result<()> {
        let spec = spec::<String>(self.schema, field)?;
        if let (FieldKind::Entity(entity), Some(_)) = (spec.kind(), self.room) {
            self.attributes.insert(spec.name().to_owned(), AttributeValue::S(entity.to_owned()));
        }
        Ok(())
    }

    pub(crate) fn into_parts(self) -> (Attributes, Vec<(&'static FieldSpec, Plaintext)>) {
        (self.attributes, self.plaintexts)
    }

    pub(super) fn check<T: ScalarValue>(&self, field: usize, value: &T) -> Result<()> {
        if value.is_in_range() {
            return Ok(());
        }
        Err(invalid_record::<T>(spec::<T>(self.schema, field)?, &codec::out_of_range()))
    }

    pub(super) fn scalar<T: ScalarValue>(&mut self, field: usize, value: &T) -> Result<()> {
        let spec = spec::<T>(self.schema, field)?;
        if self.room.is_none() && !spec.is_key() && !spec.is_owner() {
            return Ok(());
        }
        self.check(field, value)?;
        self.attributes.insert(spec.name().to_owned(), codec::attribute_of(value.to_scalar()));
        Ok(())
    }

    pub(super) fn clear<T>(
        &mut self,
        field: usize,
        attribute: impl FnOnce() -> Result<Option<AttributeValue>, AttributeError>,
    ) -> Result<()> {
        let spec = spec::<T>(self.schema, field)?;
        if self.room.is_none() {
            return Ok(());
        }
        let attribute = attribute().map_err(|error| invalid_record::<T>(spec, &error))?;
        let null = spec.is_null_stored().then_some(AttributeValue::Null(true));
        if let Some(attribute) = attribute.or(null) {
            self.attributes.insert(spec.name().to_owned(), attribute);
        }
        Ok(())
    }

    pub(super) fn secret<T: serde::Serialize + 'static>(
        &mut self,
        field: usize,
        value: &T,
    ) -> Result<()> {
        let spec = spec::<T>(self.schema, field)?;
        let Some(room) = self.room else { return Ok(()) };
        let plaintext = Plaintext::encode(value, spec.padding(), room.before, room.after)
            .map_err(|error| error.at(spec.name(), type_name::<T>()))?;
        self.plaintexts.push((spec, plaintext));
        Ok(())
    }
}

/// Where a record's `read` takes its fields from.
#[derive(Debug)]
pub struct ItemReader {
    schema: &'static Schema,
    attributes: Attributes,
    /// By the number of their field.
    plaintexts: Vec<(usize, Plaintext)>,
    /// What was read in its old form, likewise.
    old: Vec<(usize, LegacyPlaintext)>,
}

impl ItemReader {
    pub(crate) fn new(
        schema: &'static Schema,
        attributes: Attributes,
        plaintexts: Vec<(usize, Plaintext)>,
    ) -> Self {
        Self { schema, attributes, plaintexts, old: Vec::new() }
    }

    /// The same item, with fields that were read in their old form.
    pub(crate) fn with_old(mut self, old: Vec<(usize, LegacyPlaintext)>) -> Self {
        self.old = old;
        self
    }

    /// Whether the item holds this field: as an attribute, or as ciphertext.
    #[doc(hidden)]
    #[must_use]
    pub fn has(&self, field: usize) -> bool {
        self.schema.fields().get(field).is_some_and(|spec| {
            self.attributes.contains_key(spec.name())
                || self.plaintexts.iter().any(|(of, _)| *of == field)
                || self.old.iter().any(|(of, _)| *of == field)
        })
    }

    /// Reads a field from the key attribute whose template holds it, as the field of this number.
    #[doc(hidden)]
    pub fn segment<T: ScalarValue>(&self, field: usize, segment: usize) -> Result<T> {
        let spec = spec::<T>(self.schema, field)?;
        let key = self.attributes.get(spec.name());
        match (key, spec.template()) {
            (Some(AttributeValue::S(key)), Some(template)) => template
                .value(key, segment)
                .map_err(|_| invalid_item::<T>(spec, "the key does not match its template")),
            _ => Err(invalid_item::<T>(spec, "the attribute is missing")),
        }
    }

    /// Whether a key attribute is one of its template's, where no field is read from it.
    #[doc(hidden)]
    pub fn template(&self, field: usize) -> Result<()> {
        let spec = spec::<String>(self.schema, field)?;
        match (self.attributes.get(spec.name()), spec.template()) {
            (Some(AttributeValue::S(key)), Some(template)) if template.parse(key).is_some() => {
                Ok(())
            }
            _ => Err(invalid_item::<String>(spec, "the key does not match its template")),
        }
    }

    /// Whether every key attribute that a template makes is one of its template's.
    pub(crate) fn check_templates(&self) -> Result<()> {
        let fields = self.schema.fields().iter().enumerate();
        fields
            .filter(|(_, spec)| spec.template().is_some())
            .try_for_each(|(number, _)| self.template(number))
    }

    pub(super) fn disagreement<T>(&self, field: usize) -> Error {
        match spec::<T>(self.schema, field) {
            Ok(spec) => invalid_item::<T>(spec, "the two keys hold different values of one field"),
            Err(error) => error,
        }
    }

    pub(super) fn scalar<T: ScalarValue>(&mut self, field: usize) -> Result<T> {
        self.clear(field, codec::read_scalar)
    }

    pub(super) fn optional_scalar<T: ScalarValue>(&mut self, field: usize) -> Result<Option<T>> {
        self.clear(field, |attribute| match attribute {
            Some(attribute) => codec::read_scalar(Some(attribute)).map(Some),
            None => Ok(None),
        })
    }

    pub(super) fn clear<T>(
        &mut self,
        field: usize,
        read: impl FnOnce(Option<AttributeValue>) -> Result<T, AttributeError>,
    ) -> Result<T> {
        let spec = spec::<T>(self.schema, field)?;
        read(self.attributes.remove(spec.name())).map_err(|error| {
            Error::new(ErrorKind::InvalidItem)
                .with_composed_reason(error.to_string())
                .at(spec.name(), type_name::<T>())
        })
    }

    pub(super) fn secret<T: serde::de::DeserializeOwned + zeroize::Zeroize + 'static>(
        &mut self,
        field: usize,
    ) -> Result<Option<T>> {
        let spec = spec::<T>(self.schema, field)?;
        if let Some(at) = self.old.iter().position(|(of, _)| *of == field) {
            let (_, old) = self.old.swap_remove(at);
            return old.value().map(Some).map_err(|error| error.at(spec.name(), type_name::<T>()));
        }
        let Some(at) = self.plaintexts.iter().position(|(of, _)| *of == field) else {
            return Ok(None);
        };
        let (_, plaintext) = self.plaintexts.swap_remove(at);
        plaintext
            .decode()
            .map(Some)
            .map_err(|unreadable| invalid_item::<T>(spec, unreadable.reason()))
    }

    pub(super) fn missing<T>(&self, field: usize) -> Error {
        match spec::<T>(self.schema, field) {
            Ok(spec) => invalid_item::<T>(spec, "the attribute is missing"),
            Err(error) => error,
        }
    }
}

fn invalid_record<T>(spec: &FieldSpec, error: &AttributeError) -> Error {
    Error::new(ErrorKind::InvalidRecord)
        .with_composed_reason(error.to_string())
        .at(spec.name(), type_name::<T>())
}

fn invalid_item<T>(spec: &FieldSpec, reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidItem).with_reason(reason).at(spec.name(), type_name::<T>())
}

/// The derive macro numbers fields as it lists them; a number beyond the list comes from an
/// implementation by hand.
fn spec<T>(schema: &'static Schema, field: usize) -> Result<&'static FieldSpec> {
    schema.fields().get(field).ok_or_else(|| {
        Error::new(ErrorKind::InvalidRecord)
            .with_reason("the schema has no such field")
            .at("?", type_name::<T>())
    })
}
