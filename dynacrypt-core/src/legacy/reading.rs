//! Which old forms a sealer reads beside sealed fields, until when, and how often it did. It never
//! writes one, and never reads one that a record's field does not name.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::{Item, LegacyFormat, LegacyPlaintext, StoredForm};
use crate::error::{Error, ErrorKind, Result};
use crate::observe;
use crate::record::{FieldSpec, Schema};

/// The formats that a [`Sealer`](crate::seal::Sealer) reads fields from that are not sealed yet, for
/// a time: what `#[encrypted(legacy = …)]` on a field allows, a sealer `with_legacy` does.
///
/// A field is read in its old form where its record names the format, this has a reader of that
/// type, and the time is not over. What is then written is sealed, always.
///
/// | the item holds | read |
/// |---|---|
/// | the old form alone | the old form |
/// | a sealed field alone | the sealed field |
/// | NULL in the place of either | nothing is there |
/// | both, in attributes of two names | the old form: every write of this crate removes it, so that a program of before wrote it since |
/// | in the old attribute, what the format does not know | nothing: `is_not_sealed` or `is_not_legacy` |
///
/// # Examples
/// ```
/// # #[cfg(feature = "legacy-fernet")]
/// # fn demo(sealer: dynacrypt_core::seal::Sealer) -> dynacrypt_core::error::Result<()> {
/// use std::time::{Duration, SystemTime};
///
/// use dynacrypt_core::legacy::{Fernet, KeyEncoding, LegacyKey, LegacyReading};
///
/// let key = LegacyKey::from_file("/run/secrets/old-key", KeyEncoding::Base64)?;
/// let end = SystemTime::UNIX_EPOCH + Duration::from_secs(1_798_761_600); // 2027-01-01
/// let reading = LegacyReading::until(end).with(Fernet::new(key));
/// let sealer = sealer.with_legacy(reading.clone());
/// // Later: how often, by attribute?
/// for (attribute, count) in reading.counts() {
///     println!("{attribute}: {count}");
/// }
/// # let _ = sealer;
/// # Ok(()) }
/// ```
///
/// # Security
/// Nothing binds a field in its old form to its item, and nothing authenticates the attributes of an
/// item that has no sealed header. While this is there, whoever can write to the table can put old
/// values back, and (with [`ClearText`](super::ClearText)) any value; or take the header off a sealed
/// item, change what it bound, and have the next write or the migration seal that. What is sealed then
/// vouches for what stood there, not for who put it there. It is for the time of a move:
/// hence the end, the counts, and an event for each field on the target
/// [`observe::LEGACY`]. (A migration counts too, and tells no event for each:
/// it has a summary.)
#[derive(Clone)]
pub struct LegacyReading {
    until: SystemTime,
    formats: Vec<(TypeId, Arc<dyn LegacyFormat>)>,
    counts: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    /// Whether each field read is an event.
    told: bool,
}

/// A field that an item holds in its old form.
#[derive(Clone, Copy)]
pub(crate) struct OldField {
    pub(crate) number: usize,
    pub(crate) spec: &'static FieldSpec,
}

impl LegacyReading {
    /// Reads no format yet, and none from this time on.
    #[must_use]
    pub fn until(end: SystemTime) -> Self {
        Self { until: end, formats: Vec::new(), counts: Arc::default(), told: true }
    }

    /// Reads fields that name this format, with this reader. One for each type: a second one takes
    /// the first one's place. For two readers of one type, with different keys, say, wrap one in a
    /// type of your own.
    #[must_use]
    pub fn with<F: LegacyFormat>(mut self, format: F) -> Self {
        let id = TypeId::of::<F>();
        self.formats.retain(|(known, _)| *known != id);
        self.formats.push((id, Arc::new(format)));
        self
    }

    /// The same, which counts with it and tells no event: for a job that reads every item of a table, and
    /// sums up.
    #[cfg(feature = "jobs")]
    pub(crate) fn untold(&self) -> Self {
        Self { told: false, ..self.clone() }
    }

    /// How many fields were read in their old form, by attribute name. Clones count together.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        SystemTime::now() >= self.until
    }

    /// The reader of a field's old form, and the attribute that it stood in.
    fn reader(&self, spec: &FieldSpec) -> Option<(&'static str, &dyn LegacyFormat)> {
        let legacy = spec.legacy()?;
        let (_, format) = self.formats.iter().find(|(id, _)| *id == legacy.format())?;
        Some((legacy.name(), &**format))
    }

    /// Whether the field may be read in an old form.
    pub(crate) fn reads(&self, spec: &FieldSpec) -> bool {
        self.reader(spec).is_some()
    }

    /// Whether any field of the record may be read in an old form.
    pub(crate) fn concerns(&self, schema: &'static Schema) -> bool {
        schema.fields().iter().any(|spec| self.reads(spec))
    }

    /// The attributes that hold a field in its old form, beside the one that it is sealed in. None of
    /// them is an attribute of the record.
    pub(crate) fn attributes_of(&self, schema: &'static Schema, spec: &FieldSpec) -> Vec<String> {
        let Some((name, format)) = self.reader(spec) else { return Vec::new() };
        let mut names = format.companions(name);
        names.push(name.to_owned());
        names.retain(|name| schema.fields().iter().all(|field| field.name() != name));
        names
    }

    /// The fields that the item holds in their old form.
    ///
    /// # Errors
    /// `is_not_legacy` where an attribute that is for an old form alone holds something else.
    pub(crate) fn find(&self, schema: &'static Schema, item: &Item) -> Result<Vec<OldField>> {
        let mut found = Vec::new();
        for (number, spec) in schema.fields().iter().enumerate() {
            let Some((name, format)) = self.reader(spec) else { continue };
            match format.recognize(item, name) {
                StoredForm::Legacy => found.push(OldField { number, spec }),
                StoredForm::Other if name != spec.name() => {
                    return Err(Error::new(ErrorKind::NotLegacy)
                        .with_reason("the attribute of its old form holds something else")
                        .at(spec.name(), schema.record()));
                }
                StoredForm::Absent | StoredForm::Sealed | StoredForm::Other => {}
            }
        }
        Ok(found)
    }

    /// Opens one of them.
    ///
    /// # Errors
    /// As [`LegacyFormat::open`], with the field.
    pub(crate) async fn open(
        &self,
        schema: &'static Schema,
        item: &Item,
        old: OldField,
    ) -> Result<LegacyPlaintext> {
        let spec = old.spec;
        let refused = || Error::new(ErrorKind::NotLegacy).at(spec.name(), schema.record());
        let (name, format) = self.reader(spec).ok_or_else(refused)?;
        let opened = format.open(item, name).await;
        let plaintext = opened
            .map_err(|error| {
                // A decryption that failed has no place either.
                if error.is_decrypt() { error } else { error.at(spec.name(), schema.record()) }
            })?
            .ok_or_else(refused)?;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(spec.name()).or_default() += 1;
        drop(counts);
        if !self.told {
            return Ok(plaintext);
        }
        tracing::info!(
            target: observe::LEGACY,
            table = schema.table(),
            attribute = spec.name(),
            format = format.name(),
            "a field was read in its old form"
        );
        Ok(plaintext)
    }
}

impl fmt::Debug for LegacyReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formats: Vec<_> = self.formats.iter().map(|(_, format)| format.name()).collect();
        f.debug_struct("LegacyReading")
            .field("until", &self.until)
            .field("formats", &formats)
            .finish_non_exhaustive()
    }
}
