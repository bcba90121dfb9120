//! What is left of an old form in an item, as the sealer reads it. It never opens anything.

use crate::record::{Attributes, Record};
use crate::seal::Sealer;

/// Whether nothing is left to do.
pub(super) fn is_settled<R: Record>(sealer: &Sealer, item: &Attributes) -> bool {
    let _ = sealer;
    item.contains_key(crate::record::HEADER_ATTRIBUTE)
}

/// Names of the attributes that the old form has beside the fields' own.
pub(super) fn old_attributes<R: Record>(sealer: &Sealer) -> Vec<String> {
    let _ = sealer;
    Vec::new()
}
