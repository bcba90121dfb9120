//! What a wrapped data key must be bound to, as the caller knows it. It never takes the data's word
//! for it.

use std::borrow::Cow;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;
use crate::keys::EncryptionContext;

/// The encryption context that fields of a legacy format were written under.
///
/// # Examples
/// ```
/// use dynacrypt_core::legacy::ExpectedContext;
///
/// // Written with `encryption_context={"purpose": "profile", "user": item["user_id"]}`.
/// let context = ExpectedContext::new().with("purpose", "profile").with_attribute("user", "user_id");
/// # let _ = context;
/// ```
///
/// # Security
/// A context with a value of the item's own, such as its key, is the one thing that binds a legacy
/// value to its item. Demand it wherever it was written.
#[derive(Clone, Default)]
pub struct ExpectedContext {
    pairs: Vec<(Cow<'static, str>, Source)>,
}

#[derive(Clone)]
enum Source {
    Fixed(Cow<'static, str>),
    Attribute(Cow<'static, str>),
}

impl ExpectedContext {
    /// No pair at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A pair that is the same for all items.
    #[must_use]
    pub fn with(
        mut self,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.pairs.push((key.into(), Source::Fixed(value.into())));
        self
    }

    /// A pair whose value is that of an attribute of the item, a string or a number. Where the item
    /// lacks it, nothing opens.
    #[must_use]
    pub fn with_attribute(
        mut self,
        key: impl Into<Cow<'static, str>>,
        attribute: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.pairs.push((key.into(), Source::Attribute(attribute.into())));
        self
    }

    /// The context of this item; `None` where an attribute is missing.
    pub(super) fn of(&self, item: &Item) -> Option<EncryptionContext> {
        self.pairs
            .iter()
            .map(|(key, source)| {
                let value = match source {
                    Source::Fixed(value) => value.clone().into_owned(),
                    Source::Attribute(name) => match item.get(name.as_ref())? {
                        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
                        _ => return None,
                    },
                };
                Some((key.clone().into_owned(), value))
            })
            .collect()
    }
}

impl fmt::Debug for ExpectedContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(key, _)| key)).finish()
    }
}
