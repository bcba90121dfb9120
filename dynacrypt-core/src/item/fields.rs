//! Self-contained fields (docs/format.md sections 6.4 and 7.3): secrets of an update, sealed without
//! their item. It never reads an item, and never seals a field of a `whole` record.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::field_context;
use crate::codec;
use crate::context::Scalar;
use crate::crypto::{self, Purpose, Salt, TAG_LEN};
use crate::envelope::{self, Header};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::SecretSource;
use crate::keys::SealingKey;
use crate::record::{Attributes, FieldSpec, ItemWriter, Key, Record, Room, Schema};
use crate::seal::Sealer;
use crate::sealed::SealedFields;

impl Sealer {
    /// Seals the secrets of an update for the item of a key and, where the owner is not part of the
    /// key, of this owner. Each gets a salt, and so a key, of its own.
    ///
    /// Without secrets no key is asked for.
    pub(crate) async fn seal_fields<R: Record>(
        &self,
        key: &Key<R>,
        owner: Option<Scalar<'static>>,
        secrets: Vec<(usize, SecretSource)>,
    ) -> Result<SealedFields<R>> {
        if secrets.is_empty() {
            return Ok(SealedFields::assemble(key.clone(), Vec::new()));
        }
        let schema = R::SCHEMA;
        let identity = identity_of(schema, key, owner);
        let data_key = self.sealing_key(schema.table()).await?;
        let mut fields = Vec::with_capacity(secrets.len());
        for (number, secret) in secrets {
            let salt = crypto::random()?;
            fields.push(seal_field(
                schema,
                number,
                secret,
                &identity,
                &data_key,
                self.tenant(),
                &salt,
            )?);
        }
        Ok(SealedFields::assemble(key.clone(), fields))
    }
}

/// The attributes that a self-contained field is bound to.
fn identity_of<R>(
    schema: &'static Schema,
    key: &Key<R>,
    owner: Option<Scalar<'static>>,
) -> Attributes {
    let parts = [
        schema.partition_key().zip(Some(key.partition().clone())),
        schema.sort_key().zip(key.sort().cloned()),
        schema.owner().filter(|spec| !spec.is_key()).zip(owner),
    ];
    let attributes = parts.into_iter().flatten();
    attributes.map(|(spec, value)| (spec.name().to_owned(), codec::attribute_of(value))).collect()
}

/// Seals one secret with a given salt; `None` where there is none to seal, since it is a `None`.
pub(super) fn seal_field(
    schema: &'static Schema,
    number: usize,
    secret: SecretSource,
    identity: &Attributes,
    data_key: &SealingKey,
    tenant: Option<&str>,
    salt: &Salt,
) -> Result<(&'static FieldSpec, Option<AttributeValue>)> {
    let invalid = |reason| Error::new(ErrorKind::InvalidRecord).with_reason(reason);
    let spec = schema.fields().get(number).filter(|spec| spec.is_encrypted());
    let spec = spec.ok_or_else(|| invalid("the schema has no such encrypted field"))?;
    if schema.is_whole() {
        return Err(invalid("no field of a `whole` record is sealed on its own"));
    }
    let context = field_context(schema, identity, tenant, 0, spec)
        .ok_or_else(|| invalid("a key attribute or the owner is not known"))?;
    let (key, commitment) = data_key.key().prk().derive(Purpose::Field, salt, &context)?;
    let front = Header::encode_front(salt, &commitment, data_key.wrapped());

    let mut writer = ItemWriter::of_secrets(schema, Room { before: front.len(), after: TAG_LEN });
    secret(&mut writer)?;
    let (_, mut plaintexts) = writer.into_parts();
    let Some((written, plaintext)) = plaintexts.pop() else { return Ok((spec, None)) };
    if written.name() != spec.name() || !plaintexts.is_empty() {
        return Err(invalid("an update wrote another field than its own"));
    }
    let (mut buffer, start) = plaintext.into_buffer();
    data_key.count_bytes(buffer.len() - start);
    // As long as the room was asked to be.
    buffer.iter_mut().zip(&front).for_each(|(to, from)| *to = *from);
    key.encrypt(spec.field_nonce(), spec.bound_name().as_bytes(), &mut buffer, start)?;
    Ok((spec, Some(AttributeValue::B(Blob::new(buffer)))))
}

/// Refuses an item of which a put could not keep the attributes that the schema does not know: one of
/// them is ciphertext under the key of the item as it is, and would be lost with it.
/// What is in an old form does not stay.
pub(crate) fn check_unknown_can_stay(
    schema: &'static Schema,
    item: &Attributes,
    old: &[String],
) -> Result<()> {
    let lost = item.iter().any(|(name, value)| {
        let unknown =
            schema.fields().iter().all(|spec| spec.name() != name) && !old.contains(name);
        unknown
            && matches!(value, AttributeValue::B(blob) if envelope::is_sealed_with_item(blob.as_ref()))
    });
    if lost {
        return Err(Error::new(ErrorKind::InvalidItem)
            .with_reason("it holds a sealed attribute that the record does not know"));
    }
    Ok(())
}
