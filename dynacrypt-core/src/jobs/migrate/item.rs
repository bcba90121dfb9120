//! One item: open, seal anew, write where nothing changed. It never opens what is settled, and never
//! sends what would not open afterwards.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Run, Trouble};
use crate::codec;
use crate::error::{Error, ErrorKind};
use crate::item;
use crate::record::{Attributes, FieldKind, HEADER_ATTRIBUTE, Record, Schema};
use crate::store::{Reseal, Resealed, key_of};

/// How often an item is read that others keep changing.
const ATTEMPTS: u32 = 8;

/// What became of an item.
pub(super) enum Outcome {
    Sealed,
    Settled,
    OtherRecord,
    Gone,
}

impl<R: Record + Send + Sync> Run<'_, R> {
    /// Seals an item, unless there is nothing to do.
    pub(super) async fn seal(&self, mut item: Attributes) -> Result<Outcome, Trouble> {
        let mut sent: Option<Reseal> = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 1 {
                self.worker.repository.backoff().wait(attempt - 1).await;
            }
            if is_of_other_type(R::SCHEMA, &item) {
                return Ok(Outcome::OtherRecord);
            }
            if self.worker.sealer().is_settled::<R>(&item) {
                // An answer may have been lost, and what it was about have happened.
                let ours = sent.is_some_and(|write| write.made(&item));
                return Ok(if ours { Outcome::Sealed } else { Outcome::Settled });
            }
            let write = match self.prepare(&item).await {
                Err(Trouble::Item(error)) if error.is_other_record() => {
                    return Ok(Outcome::OtherRecord);
                }
                prepared => prepared?,
            };
            if !self.writes {
                return Ok(Outcome::Sealed);
            }
            item = match self.send(&write).await? {
                Resealed::Done(_) => return Ok(Outcome::Sealed),
                Resealed::Changed(Some(now)) => now,
                Resealed::Changed(None) => match self.read_again(write.key()).await? {
                    Some(now) => now,
                    None => return Ok(Outcome::Gone),
                },
            };
            sent = Some(write);
        }
        Err(Trouble::Item(Error::new(ErrorKind::VersionConflict)))
    }

    /// The write that seals an item, tried out in memory.
    async fn prepare(&self, item: &Attributes) -> Result<Reseal, Trouble> {
        let sealer = self.worker.sealer();
        let old = sealer.old_attributes(R::SCHEMA);
        check_unknown::<R>(item, &old)?;
        let seen = with_entity(R::SCHEMA, item);
        let open = || sealer.open::<R>(seen.clone());
        let record = self.worker.patiently(open).await.map_err(|error| match error.kind() {
            // The key of this item's old form; that of the new one is asked for next.
            ErrorKind::KeyAccessDenied
            | ErrorKind::KeyDisabled
            | ErrorKind::KeyNotFound
            | ErrorKind::InvalidKey => Trouble::Item(error),
            _ => Trouble::of(error),
        })?;
        let anew = self.worker.patiently(|| sealer.seal(&record)).await.map_err(Trouble::of)?;
        drop(record);
        let write = Reseal::new(item, anew, &old).map_err(Trouble::of)?;
        let after = || sealer.open::<R>(write.after().clone());
        drop(self.worker.patiently(after).await.map_err(Trouble::of)?);
        if !sealer.is_settled::<R>(write.after()) {
            return Err(Trouble::Item(
                Error::new(ErrorKind::InvalidItem)
                    .with_reason("sealed anew, something of its old form would be left"),
            ));
        }
        Ok(write)
    }

    async fn send(&self, write: &Reseal) -> Result<Resealed, Trouble> {
        let Run { worker, capacity, .. } = self;
        let estimate = write_units(write.after());
        let attempt = || async move {
            capacity.write.take(estimate).await;
            worker.store().reseal(&worker.proof, write).await
        };
        match worker.patiently(attempt).await {
            Ok(answer) => {
                if let Resealed::Done(units) = &answer {
                    capacity.write.correct(estimate, *units);
                }
                Ok(answer)
            }
            Err(error) if is_about_the_item(&error) => Err(Trouble::Item(error)),
            Err(error) => Err(Trouble::Job(error)),
        }
    }

    async fn read_again(&self, key: &Attributes) -> Result<Option<Attributes>, Trouble> {
        let Run { worker, capacity, .. } = self;
        let read = || async move {
            capacity.read.take(1.0).await;
            worker.store().raw_item(&worker.proof, key.clone()).await
        };
        let (item, units) = worker.patiently(read).await.map_err(Trouble::Job)?;
        capacity.read.correct(1.0, units);
        Ok(item)
    }

    /// Key attributes of an item, for who is told that it failed.
    pub(super) fn key_of(item: &Attributes) -> Attributes {
        key_of(R::SCHEMA, item).unwrap_or_default()
    }
}

/// Write capacity units of an item: one for each KB that was begun, without indexes.
fn write_units(item: &Attributes) -> f64 {
    let units = codec::item_len(item).div_ceil(1024).max(1);
    f64::from(u32::try_from(units).unwrap_or(u32::MAX))
}

/// Whether DynamoDB refused this write, rather than any.
fn is_about_the_item(error: &Error) -> bool {
    error.is_item_too_large()
        || error.service_error().and_then(|service| service.code()) == Some("ValidationException")
}

/// Whether an item says that it is of another record type: by its `entity` attribute, or by a key that
/// is not one of its template's. That it does not say which is another matter.
fn is_of_other_type(schema: &'static Schema, item: &Attributes) -> bool {
    schema.fields().iter().any(|spec| match (spec.kind(), item.get(spec.name())) {
        (FieldKind::Entity(entity), Some(AttributeValue::S(found))) => found != entity,
        (FieldKind::Entity(_), Some(_)) => true,
        (FieldKind::PartitionKey(_) | FieldKind::SortKey(_), found) => match spec.template() {
            Some(template) => {
                !matches!(found, Some(AttributeValue::S(key)) if template.parse(key).is_some())
            }
            None => false,
        },
        _ => false,
    })
}

/// The item, with the attribute that names its record type where it has none: before it was sealed,
/// it may have been told apart by its key alone, and where templates make every key attribute it is.
fn with_entity(schema: &'static Schema, item: &Attributes) -> Attributes {
    let mut item = item.clone();
    let mut keys = schema.fields().iter().filter(|spec| spec.is_key());
    if let Some(spec) = schema.entity()
        && let FieldKind::Entity(entity) = spec.kind()
        && !item.contains_key(HEADER_ATTRIBUTE)
        && keys.all(|spec| spec.template().is_some())
    {
        let named = item.entry(spec.name().to_owned());
        named.or_insert_with(|| AttributeValue::S(entity.to_owned()));
    }
    item
}

/// Refuses an item with a sealed attribute that the record does not know: it could not be opened any
/// more after the item was sealed anew, or would keep a `whole` item from being opened.
fn check_unknown<R: Record>(item: &Attributes, old: &[String]) -> Result<(), Trouble> {
    if !R::SCHEMA.is_whole() && !item.contains_key(HEADER_ATTRIBUTE) {
        return Ok(());
    }
    item::check_unknown_can_stay(R::SCHEMA, item, old).map_err(Trouble::Item)
}
