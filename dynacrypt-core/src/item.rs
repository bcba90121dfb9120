//! Records to sealed items and back: steps of docs/format.md section 7. It never talks to a table
//! and never decides who may see what.

mod fields;
mod old;
#[cfg(feature = "jobs")]
mod settled;

pub(crate) use fields::check_unknown_can_stay;

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::codec::{self, Plaintext};
use crate::context::{ContextBuilder, Element, Scalar};
use crate::crypto::{self, AeadKey, Purpose, SUITE, Salt, TAG_LEN};
use crate::envelope::{
    self, FIELD_PREFIX, FIELD_PREFIX_LEN, FLAG_WHOLE, FieldForm, Header, VERSION,
};
use crate::error::{Error, ErrorKind, Result};
use crate::keys::SealingKey;
use crate::observe;
use crate::record::{
    Attributes, FieldKind, FieldSpec, HEADER_ATTRIBUTE, ItemReader, ItemWriter, Key, Projection,
    Record, Room, Schema, Stamp,
};
use crate::seal::Sealer;
use crate::sealed::{Sealed, Unopened};

/// A sealed attribute on its way to plaintext.
struct SealedField {
    /// Its number in the schema.
    number: usize,
    spec: &'static FieldSpec,
    /// The attribute's bytes, as the table had them.
    blob: Vec<u8>,
    /// Where in them the ciphertext begins.
    start: usize,
    /// What a self-contained field says of itself.
    header: Option<Box<Header>>,
    /// A self-contained field's own key, once its commitment has been compared.
    key: Option<AeadKey>,
}

impl Sealer {
    /// Seals a record: encrypted fields become ciphertext, bound to table, key, owner and
    /// authenticated fields.
    ///
    /// # Errors
    /// `is_invalid_record` where a value has no stored form; `is_not_capable` from a read-only
    /// sealer; the key provider's errors.
    ///
    /// # Security
    /// Each call draws a fresh salt from the operating system, and so uses a fresh key: sealing the
    /// same record twice gives items that have nothing in common.
    pub async fn seal<R: Record + Sync>(&self, record: &R) -> Result<Sealed<R>> {
        self.seal_stamped(record, None).await
    }

    /// Seals a record as the repository stores it: with the next version, and the time.
    pub(crate) async fn seal_stamped<R: Record + Sync>(
        &self,
        record: &R,
        stamp: Option<Stamp>,
    ) -> Result<Sealed<R>> {
        let key = self.sealing_key(R::SCHEMA.table()).await?;
        seal_with(record, stamp, &key, self.tenant(), &crypto::random()?)
    }

    /// Opens an item that came from elsewhere than the repository: a stream, an export, a call of
    /// your own to DynamoDB.
    ///
    /// # Errors
    /// `is_not_sealed` where the header is missing or an attribute that must be ciphertext is not;
    /// `is_decrypt` where the item does not authenticate, for whatever reason;
    /// `is_other_record` where its `entity` attribute names another record type;
    /// `is_invalid_item` where it authenticates and does not have the record's shape;
    /// `is_not_capable` from a write-only sealer; the key provider's errors.
    ///
    /// # Security
    /// Nothing here checks who asks. Behind a request of a user's, use the repository.
    pub async fn open<R: Record>(&self, item: HashMap<String, AttributeValue>) -> Result<R> {
        R::read(&mut self.open_for::<R>(item, None, None).await?)
    }

    /// Opens the part of an item that a projection reads. Encrypted fields that it does not read may
    /// be missing, and are not decrypted.
    ///
    /// The item holds what [`Schema::attributes_of`] lists for [`Projection::fields`], or more.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// # Security
    /// The item is authenticated as a whole one is: header, key, owner and authenticated attributes.
    /// Nothing here checks who asks.
    pub async fn open_projection<P: Projection>(
        &self,
        item: HashMap<String, AttributeValue>,
    ) -> Result<P> {
        project(self.open_for::<P::Record>(item, None, Some(&P::fields())).await?)
    }

    /// Opens what the store returned for a key. An item of another key is refused, sealed or not.
    pub(crate) async fn open_unopened<R: Record>(&self, unopened: Unopened<R>) -> Result<R> {
        let (key, item) = unopened.into_parts();
        R::read(&mut self.open_for(item, Some(&key), None).await?)
    }

    /// The same for what a projection reads.
    pub(crate) async fn project_unopened<P: Projection>(
        &self,
        unopened: Unopened<P::Record>,
    ) -> Result<P> {
        let (key, item) = unopened.into_parts();
        project(self.open_for(item, Some(&key), Some(&P::fields())).await?)
    }

    async fn open_for<R: Record>(
        &self,
        item: Attributes,
        key: Option<&Key<R>>,
        wanted: Option<&[usize]>,
    ) -> Result<ItemReader> {
        self.open_now(item, key, wanted).await.inspect_err(|error| {
            if error.is_decrypt() || error.is_not_sealed() {
                let table = R::SCHEMA.table();
                tracing::warn!(target: observe::REFUSED, table, "an item did not open");
            }
        })
    }

    /// The opened item. Of the encrypted fields it has those that are wanted, by number; `None` for
    /// all.
    async fn open_now<R: Record>(
        &self,
        mut attributes: Attributes,
        expected: Option<&Key<R>>,
        wanted: Option<&[usize]>,
    ) -> Result<ItemReader> {
        let schema = R::SCHEMA;
        let refused = || Error::new(ErrorKind::Decrypt);
        check_entity(schema, &attributes)?;
        let old = self.take_old(schema, &mut attributes)?;
        let (header, old) = match (take_header(&mut attributes), old) {
            (Some(header), old) => (header?, old),
            (None, Some(old)) => {
                let fields = take_fields(schema, &mut attributes)?;
                return self.open_unsealed(old, (attributes, fields), expected, wanted).await;
            }
            (None, None) => return Err(Error::new(ErrorKind::NotSealed)),
        };
        let header = Header::parse(&header);
        let whole = header.as_ref().is_some_and(Header::is_whole);
        let names = whole.then(|| sealed_names(schema, &attributes));
        let mut fields = take_fields(schema, &mut attributes)?;

        // All that can be refused without a key is refused first.
        let header = header.ok_or_else(refused)?;
        for field in &mut fields {
            match envelope::field_form(&field.blob).ok_or_else(refused)? {
                FieldForm::InItem => {}
                FieldForm::SelfContained { .. } if whole => return Err(refused()),
                FieldForm::SelfContained { header, start } => {
                    (field.header, field.start) = (Some(header), start);
                }
            }
        }
        let names = match names {
            Some(names) => Some(names.ok_or_else(refused)?),
            None => None,
        };
        let (partition, sort) = key_scalars::<R>(&attributes).ok_or_else(refused)?;
        if expected.is_some_and(|expected| !expected.is(&partition, sort.as_ref())) {
            return Err(refused());
        }
        let context = item_context(schema, &attributes, self.tenant(), header.flags, names)
            .ok_or_else(refused)?;
        let item_key = self.committed_key(schema.table(), Purpose::Item, header, &context).await?;

        fields.retain(|field| wanted.is_none_or(|wanted| wanted.contains(&field.number)));

        // Every key is checked before the first byte is decrypted.
        for field in &mut fields {
            if let Some(header) = field.header.take() {
                let (tenant, flags) = (self.tenant(), header.flags);
                let context = field_context(schema, &attributes, tenant, flags, field.spec)
                    .ok_or_else(refused)?;
                let (table, purpose) = (schema.table(), Purpose::Field);
                field.key = Some(self.committed_key(table, purpose, *header, &context).await?);
            }
        }
        let mut plaintexts = Vec::with_capacity(fields.len());
        for SealedField { number, spec, mut blob, start, key, .. } in fields {
            let key = key.as_ref().unwrap_or(&item_key);
            key.decrypt(spec.field_nonce(), spec.bound_name().as_bytes(), &mut blob, start)?;
            plaintexts.push((number, Plaintext::from_decrypted(blob, start)));
        }
        let old = match old {
            Some(old) => self.open_old(schema, old, wanted).await?,
            None => Vec::new(),
        };
        Ok(ItemReader::new(schema, attributes, plaintexts).with_old(old))
    }

    /// Unwraps, derives, and compares the commitment: a wrong key, a wrong place, a changed owner or
    /// bound attribute all end here.
    async fn committed_key(
        &self,
        table: &'static str,
        purpose: Purpose,
        header: Header,
        context: &[u8],
    ) -> Result<AeadKey> {
        let data_key = self.opening_key(table, header.wrapped).await?;
        let (key, commitment) = data_key.prk().derive(purpose, &header.salt, context)?;
        if crypto::commitments_agree(&commitment, &header.commitment) {
            Ok(key)
        } else {
            Err(Error::new(ErrorKind::Decrypt))
        }
    }
}

/// Reads a projection. A record reads its keys, and so compares them with their templates; a
/// projection may not.
fn project<P: Projection>(mut item: ItemReader) -> Result<P> {
    item.check_templates()?;
    P::read(&mut item)
}

/// Seals with a given salt. Only `Sealer::seal` calls it, with a fresh one.
fn seal_with<R: Record>(
    record: &R,
    stamp: Option<Stamp>,
    data_key: &SealingKey,
    tenant: Option<&str>,
    salt: &Salt,
) -> Result<Sealed<R>> {
    let schema = R::SCHEMA;
    let room = Room { before: FIELD_PREFIX_LEN, after: TAG_LEN };
    let mut writer = ItemWriter::new(schema, room).stamped(stamp);
    record.write(&mut writer)?;
    let (mut item, plaintexts) = writer.into_parts();
    let incomplete =
        || Error::new(ErrorKind::InvalidRecord).with_reason("a key attribute was not written");
    let flags = if schema.is_whole() { FLAG_WHOLE } else { 0 };
    let names = schema.is_whole().then(|| {
        let mut names: Vec<String> =
            plaintexts.iter().map(|(spec, _)| spec.bound_name().to_owned()).collect();
        names.sort_unstable();
        names
    });
    let context = item_context(schema, &item, tenant, flags, names).ok_or_else(incomplete)?;
    let (item_key, commitment) = data_key.key().prk().derive(Purpose::Item, salt, &context)?;

    let mut bytes = 0;
    for (spec, plaintext) in plaintexts {
        let (mut buffer, start) = plaintext.into_buffer();
        bytes += buffer.len();
        if let Some(prefix) = buffer.first_chunk_mut() {
            *prefix = FIELD_PREFIX;
        }
        item_key.encrypt(spec.field_nonce(), spec.bound_name().as_bytes(), &mut buffer, start)?;
        item.insert(spec.name().to_owned(), AttributeValue::B(Blob::new(buffer)));
    }
    data_key.count_bytes(bytes);
    let header = Header::encode(flags, salt, &commitment, data_key.wrapped());
    item.insert(HEADER_ATTRIBUTE.to_owned(), AttributeValue::B(Blob::new(header)));
    Ok(Sealed::assemble(item))
}

/// Key and owner of a record, without touching its other fields.
pub(crate) fn identity<R: Record>(record: &R) -> Result<(Key<R>, Option<Scalar<'static>>)> {
    let mut writer = ItemWriter::identity_only(R::SCHEMA);
    record.write(&mut writer)?;
    let (item, _) = writer.into_parts();
    let key = key_of::<R>(&item).ok_or_else(|| {
        Error::new(ErrorKind::InvalidRecord).with_reason("a key attribute was not written")
    })?;
    Ok((key, owner_of(R::SCHEMA, &item).map(Scalar::into_owned)))
}

/// Key and owner of a sealed record.
pub(crate) fn identity_of<R: Record>(
    sealed: &Sealed<R>,
) -> Option<(Key<R>, Option<Scalar<'static>>)> {
    let item = sealed.attributes();
    Some((key_of::<R>(item)?, owner_of(R::SCHEMA, item).map(Scalar::into_owned)))
}

/// The header, where the attribute is there at all.
fn take_header(attributes: &mut Attributes) -> Option<Result<Vec<u8>>> {
    Some(match attributes.remove(HEADER_ATTRIBUTE)? {
        AttributeValue::B(header) => Ok(header.into_inner()),
        _ => Err(Error::new(ErrorKind::NotSealed)),
    })
}

/// Where several record types share a table, an item of another type is told apart before it is
/// opened. The attribute is bound, so that what says the right thing and lies does not open.
fn check_entity(schema: &'static Schema, attributes: &Attributes) -> Result<()> {
    let Some(spec) = schema.entity() else { return Ok(()) };
    let FieldKind::Entity(entity) = spec.kind() else { return Ok(()) };
    match attributes.get(spec.name()) {
        Some(AttributeValue::S(found)) if found == entity => Ok(()),
        _ => Err(Error::new(ErrorKind::OtherRecord).at(spec.name(), schema.record())),
    }
}

/// Takes out what must be ciphertext. An attribute that cannot be is an error here, before anything
/// is decrypted.
fn take_fields(schema: &'static Schema, attributes: &mut Attributes) -> Result<Vec<SealedField>> {
    let encrypted = schema.fields().iter().enumerate().filter(|(_, spec)| spec.is_encrypted());
    let mut fields = Vec::with_capacity(schema.fields().len());
    for (number, spec) in encrypted {
        match attributes.remove(spec.name()) {
            None => {}
            Some(AttributeValue::B(blob)) => fields.push(SealedField {
                number,
                spec,
                blob: blob.into_inner(),
                start: FIELD_PREFIX_LEN,
                header: None,
                key: None,
            }),
            Some(_) => {
                return Err(Error::new(ErrorKind::NotSealed).at(spec.name(), schema.record()));
            }
        }
    }
    Ok(fields)
}

fn scalar_at<'a>(attributes: &'a Attributes, spec: &FieldSpec) -> Option<Scalar<'a>> {
    attributes.get(spec.name()).and_then(codec::scalar_of)
}

/// The key as it stands in an item; `None` where an attribute is missing or of another type than the
/// schema's.
fn key_scalars<R: Record>(attributes: &Attributes) -> Option<(Scalar<'_>, Option<Scalar<'_>>)> {
    let partition = scalar_at(attributes, R::SCHEMA.partition_key()?)?;
    let sort = match R::SCHEMA.sort_key() {
        Some(spec) => Some(scalar_at(attributes, spec)?),
        None => None,
    };
    Key::<R>::has_types_of(&partition, sort.as_ref()).then_some((partition, sort))
}

/// The key of an item; `None` where it is not one of the record's.
pub(crate) fn key_of<R: Record>(attributes: &Attributes) -> Option<Key<R>> {
    let (partition, sort) = key_scalars::<R>(attributes)?;
    Some(Key::from_scalars(partition, sort))
}

/// The owner's value, wherever in the record it stands.
fn owner_of<'a>(schema: &Schema, attributes: &'a Attributes) -> Option<Scalar<'a>> {
    scalar_at(attributes, schema.owner()?)
}

/// Bound names of the sealed attributes present, sorted (docs/format.md section 4): of the schema's
/// encrypted fields, and of attributes that it does not know and that look sealed, which a newer
/// schema may have written.
///
/// `None` where an unknown attribute goes by the bound name of a field: it would pass for that
/// field.
fn sealed_names(schema: &'static Schema, attributes: &Attributes) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for (name, value) in attributes {
        let AttributeValue::B(blob) = value else { continue };
        if !envelope::looks_sealed(blob.as_ref()) {
            continue;
        }
        let mut fields = schema.fields().iter();
        match fields.clone().find(|spec| spec.name() == name) {
            Some(spec) if spec.is_encrypted() => names.push(spec.bound_name().to_owned()),
            Some(_) => {}
            None if fields.any(|spec| spec.is_encrypted() && spec.bound_name() == name) => {
                return None;
            }
            None => names.push(name.clone()),
        }
    }
    names.sort_unstable();
    Some(names)
}

/// Context of an item (docs/format.md section 4); `None` where a bound attribute is not a scalar,
/// or a key is missing.
fn item_context(
    schema: &'static Schema,
    attributes: &Attributes,
    tenant: Option<&str>,
    flags: u8,
    sealed_names: Option<Vec<String>>,
) -> Option<Vec<u8>> {
    let mut context = identity_context(schema, attributes, tenant, flags)?;
    let mut fields: Vec<&FieldSpec> =
        schema.fields().iter().filter(|spec| spec.is_authenticated()).collect();
    fields.sort_unstable_by_key(|spec| spec.bound_name());
    for spec in fields {
        if let Some(attribute) = attributes.get(spec.name()) {
            let value = codec::scalar_of(attribute)?;
            context.push_attribute(Element::Authenticated, spec.bound_name(), &value);
        }
    }
    for name in sealed_names.unwrap_or_default() {
        context.push(Element::SealedName, &[name.as_bytes()]);
    }
    Some(context.finish())
}

/// Context of a self-contained field.
fn field_context(
    schema: &'static Schema,
    attributes: &Attributes,
    tenant: Option<&str>,
    flags: u8,
    spec: &FieldSpec,
) -> Option<Vec<u8>> {
    let mut context = identity_context(schema, attributes, tenant, flags)?;
    context.push(Element::FieldName, &[spec.bound_name().as_bytes()]);
    Some(context.finish())
}

/// What the two have in common: version, table, key, owner, tenant.
fn identity_context(
    schema: &'static Schema,
    attributes: &Attributes,
    tenant: Option<&str>,
    flags: u8,
) -> Option<ContextBuilder> {
    let mut context = ContextBuilder::new(VERSION, SUITE, flags);
    context.push(Element::Table, &[schema.table().as_bytes()]);
    let owner = schema.owner().filter(|spec| !spec.is_key());
    let identity = [
        (Element::PartitionKey, schema.partition_key()),
        (Element::SortKey, schema.sort_key()),
        (Element::Owner, owner),
    ];
    for (element, spec) in identity {
        if let Some(spec) = spec {
            let value = scalar_at(attributes, spec)?;
            // A key's type was compared when the key was read.
            if matches!(spec.kind(), FieldKind::Owner(owner) if owner != value.scalar_type()) {
                return None;
            }
            context.push_attribute(element, spec.bound_name(), &value);
        }
    }
    if let Some(tenant) = tenant {
        context.push(Element::Tenant, &[tenant.as_bytes()]);
    }
    Some(context)
}

#[cfg(test)]
mod tests;
