//! Fields that were in the clear, as a form to move away from. It never takes what this crate sealed
//! for clear text, and nothing reads it that does not name it.

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::own;
use super::{Found, Item, LegacyFormat, LegacyPlaintext, StoredForm, settle};
use crate::error::Result;
use crate::keys::BoxFuture;

/// A value in the clear, as a clear field of the type would be stored: text for a
/// `Secret<String>`, binary for a `Secret<Vec<u8>>`, through serde for any other.
///
/// # Examples
/// ```
/// # extern crate dynacrypt_core as dynacrypt;
/// use dynacrypt::legacy::ClearText;
/// use dynacrypt::secret::Secret;
/// use dynacrypt_derive::Record;
///
/// #[derive(Record)]
/// #[dynacrypt(table = "profiles")]
/// struct Profile {
///     #[dynacrypt(partition_key, owner)]
///     user_id: String,
///     #[encrypted(legacy = ClearText)]
///     ssn: Secret<String>,
/// }
/// ```
///
/// # Security
/// While such values are read, whoever can write to the table can set the field to anything: nothing
/// authenticates it. Each one read is counted, and an event; see
/// [`LegacyReading`](super::LegacyReading).
#[derive(Debug, Clone, Copy, Default)]
pub struct ClearText;

impl ClearText {
    fn find<'a>(item: &'a Item, field: &str) -> Found<&'a AttributeValue> {
        match own(item, field) {
            Ok(attribute) => Found::Legacy(attribute),
            Err(found) => found.without(),
        }
    }
}

impl LegacyFormat for ClearText {
    fn name(&self) -> &'static str {
        "clear-text"
    }

    fn companions(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn recognize(&self, item: &Item, field: &str) -> StoredForm {
        Self::find(item, field).form()
    }

    fn open<'a>(
        &'a self,
        item: &'a Item,
        field: &'a str,
    ) -> BoxFuture<'a, Result<Option<LegacyPlaintext>>> {
        let found = settle(Self::find(item, field));
        let opened = found.map(|found| found.cloned().map(LegacyPlaintext::in_the_clear));
        Box::pin(std::future::ready(opened))
    }
}

/// A format, for a field that not every item has in it: what is not recognized is read as
/// [`ClearText`].
///
/// # Examples
/// ```
/// # extern crate dynacrypt_core as dynacrypt;
/// # #[cfg(feature = "legacy-fernet")]
/// # mod demo {
/// use dynacrypt::legacy::{Fernet, OrClearText};
/// use dynacrypt::secret::Secret;
/// use dynacrypt_derive::Record;
///
/// #[derive(Record)]
/// #[dynacrypt(table = "users")]
/// struct User {
///     #[dynacrypt(partition_key, owner)]
///     user_id: String,
///     #[encrypted(legacy = OrClearText<Fernet>)]
///     email: Secret<String>,
/// }
/// # }
/// ```
///
/// # Security
/// A value of the format that was damaged beyond recognition is taken for clear text. Prefer the
/// format alone where every item has it.
#[derive(Debug, Clone, Default)]
pub struct OrClearText<F>(pub F);

impl<F: LegacyFormat> LegacyFormat for OrClearText<F> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn companions(&self, field: &str) -> Vec<String> {
        self.0.companions(field)
    }

    fn recognize(&self, item: &Item, field: &str) -> StoredForm {
        match self.0.recognize(item, field) {
            StoredForm::Other => ClearText.recognize(item, field),
            known => known,
        }
    }

    fn open<'a>(
        &'a self,
        item: &'a Item,
        field: &'a str,
    ) -> BoxFuture<'a, Result<Option<LegacyPlaintext>>> {
        match self.0.recognize(item, field) {
            StoredForm::Other => ClearText.open(item, field),
            _ => self.0.open(item, field),
        }
    }
}
