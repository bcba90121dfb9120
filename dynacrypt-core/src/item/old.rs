//! Items, or fields of items, in the form that they had before they were sealed. It never reads one
//! that the sealer was not told to, and never writes one.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{SealedField, key_scalars, seal_with};
use crate::codec::LegacyPlaintext;
use crate::crypto;
use crate::error::{Error, ErrorKind, Result};
use crate::legacy::OldField;
use crate::observe;
use crate::record::{Attributes, HEADER_ATTRIBUTE, ItemReader, Key, Record, Schema};
use crate::seal::Sealer;
use crate::sealed::Sealed;

/// What of an item is in its old form.
pub(super) struct OldForm {
    fields: Vec<OldField>,
    /// The item as it was: formats look beside a field's own attribute.
    item: Attributes,
}

impl Sealer {
    /// Takes out what is in its old form; `None` where nothing is, or none is read.
    ///
    /// # Errors
    /// `is_not_legacy` where the attribute of an old form holds something else; `is_not_sealed` where
    /// the time of old forms is over.
    pub(super) fn take_old(
        &self,
        schema: &'static Schema,
        attributes: &mut Attributes,
    ) -> Result<Option<OldForm>> {
        let Some(reading) = self.legacy().filter(|reading| reading.concerns(schema)) else {
            return Ok(None);
        };
        let fields = reading.find(schema, attributes)?;
        if !reading.is_over() {
            // Other mappers store what is absent as NULL.
            for spec in schema.fields().iter().filter(|spec| reading.reads(spec)) {
                if attributes.get(spec.name()).is_some_and(AttributeValue::is_null) {
                    attributes.remove(spec.name());
                }
            }
        }
        if fields.is_empty() && attributes.contains_key(HEADER_ATTRIBUTE) {
            return Ok(None);
        }
        if reading.is_over() {
            return Err(Error::new(ErrorKind::NotSealed)
                .with_reason("the time in which its old form is read is over"));
        }
        let item = attributes.clone();
        for field in &fields {
            attributes.remove(field.spec.name());
        }
        Ok(Some(OldForm { fields, item }))
    }

    /// Opens those of the fields that are wanted.
    pub(super) async fn open_old(
        &self,
        schema: &'static Schema,
        old: OldForm,
        wanted: Option<&[usize]>,
    ) -> Result<Vec<(usize, LegacyPlaintext)>> {
        let Some(reading) = self.legacy() else { return Ok(Vec::new()) };
        let mut opened = Vec::with_capacity(old.fields.len());
        for field in old.fields {
            if wanted.is_none_or(|wanted| wanted.contains(&field.number)) {
                opened.push((field.number, reading.open(schema, &old.item, field).await?));
            }
        }
        Ok(opened)
    }

    /// An item without a header: all that it holds of encrypted fields is in the old form.
    pub(super) async fn open_unsealed<R: Record>(
        &self,
        old: OldForm,
        (attributes, fields): (Attributes, Vec<SealedField>),
        expected: Option<&Key<R>>,
        wanted: Option<&[usize]>,
    ) -> Result<ItemReader> {
        let schema = R::SCHEMA;
        self.check_opens()?;
        if let Some(field) = fields.first() {
            return Err(Error::new(ErrorKind::NotSealed).at(field.spec.name(), schema.record()));
        }
        let refused = || Error::new(ErrorKind::Decrypt);
        let (partition, sort) = key_scalars::<R>(&attributes).ok_or_else(refused)?;
        if expected.is_some_and(|expected| !expected.is(&partition, sort.as_ref())) {
            return Err(refused());
        }
        if old.fields.is_empty() {
            let table = schema.table();
            tracing::info!(target: observe::LEGACY, table, "an item that is not sealed was read");
        }
        let opened = self.open_old(schema, old, wanted).await?;
        Ok(ItemReader::new(schema, attributes, Vec::new()).with_old(opened))
    }

    /// Whether it reads and replaces old forms of the record.
    pub(crate) fn replaces_old(&self, schema: &'static Schema) -> bool {
        self.seals()
            && self.legacy().is_some_and(|reading| reading.concerns(schema) && !reading.is_over())
    }

    /// Opens an item that may be in its old form, and seals what it holds.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`seal`](Self::seal).
    pub(crate) async fn seal_again<R: Record>(&self, item: Attributes) -> Result<Sealed<R>> {
        let mut opened = self.open_for::<R>(item, None, None).await?;
        let key = self.sealing_key(R::SCHEMA.table()).await?;
        seal_with(&R::read(&mut opened)?, None, &key, self.tenant(), &crypto::random()?)
    }
}
