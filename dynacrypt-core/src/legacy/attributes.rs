//! Which attributes a field of a legacy format is in. It never decodes what they hold, and never
//! guesses a name.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Found, Item};
use crate::envelope::{self, FieldForm, Header};
use crate::record::HEADER_ATTRIBUTE;

/// No attribute is longer: an item has 400 KB. What is longer did not come from a table, and is not
/// looked at.
pub(super) const MAX_LEN: usize = 400 * 1024;

/// The attribute of a field, unless it is absent or sealed by this crate.
pub(super) fn own<'a>(item: &'a Item, field: &str) -> Result<&'a AttributeValue, Found<()>> {
    match item.get(field) {
        None | Some(AttributeValue::Null(_)) => Err(Found::Absent),
        Some(AttributeValue::B(blob)) if is_sealed(item, blob.as_ref()) => Err(Found::Sealed),
        Some(AttributeValue::B(blob)) if blob.as_ref().len() > MAX_LEN => Err(TOO_LONG),
        Some(AttributeValue::S(text)) if text.len() > MAX_LEN => Err(TOO_LONG),
        Some(found) => Ok(found),
    }
}

const TOO_LONG: Found<()> = Found::Other("longer than an item can be");

/// Whether this crate sealed the blob (docs/format.md section 6). Random bytes begin as a field
/// sealed with its item does once in 65,536 times, so that counts only beside an item's header.
fn is_sealed(item: &Item, blob: &[u8]) -> bool {
    match envelope::field_form(blob) {
        Some(FieldForm::SelfContained { .. }) => true,
        Some(FieldForm::InItem) => {
            let header = item.get(HEADER_ATTRIBUTE).and_then(|header| header.as_b().ok());
            header.is_some_and(|header| Header::parse(header.as_ref()).is_some())
        }
        None => false,
    }
}

impl Found<()> {
    /// The same for another type, where nothing was found.
    pub(super) fn without<T>(self) -> Found<T> {
        match self {
            Self::Absent => Found::Absent,
            Self::Sealed => Found::Sealed,
            Self::Legacy(()) => Found::Other("nothing was found"),
            Self::Other(reason) => Found::Other(reason),
        }
    }
}

/// Bytes of standard base64 with padding, in its one form; `None` for anything else, and for what
/// is longer than any attribute.
#[cfg(any(feature = "legacy-json-gcm", feature = "legacy-split-gcm", feature = "legacy-aws-esdk"))]
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    use base64ct::{Base64, Encoding};
    if text.len() > MAX_LEN {
        return None;
    }
    Base64::decode_vec(text).ok()
}
