//! Whether an item is done with the move from old forms. It never opens one.

use crate::envelope::{self, Header};
use crate::record::{Attributes, FieldKind, HEADER_ATTRIBUTE, Record};
use crate::seal::Sealer;

impl Sealer {
    /// Whether nothing is left to do for an item in the move from old forms: it has a header, what
    /// is encrypted is sealed, and nothing of an old form is left beside it.
    pub(crate) fn is_settled<R: Record>(&self, item: &Attributes) -> bool {
        let binary =
            |name: &str| item.get(name).and_then(|value| value.as_b().ok()).map(AsRef::as_ref);
        let header = binary(HEADER_ATTRIBUTE).is_some_and(|bytes| Header::parse(bytes).is_some());
        let is_sealed = |name: &str| {
            !item.contains_key(name)
                || binary(name).is_some_and(|blob| envelope::field_form(blob).is_some())
        };
        header
            && R::SCHEMA.fields().iter().filter(|spec| spec.kind() == FieldKind::Encrypted).all(
                |spec| {
                    is_sealed(spec.name())
                        && self
                            .old_attributes_of(R::SCHEMA, spec)
                            .iter()
                            .all(|name| !item.contains_key(name))
                },
            )
    }
}
