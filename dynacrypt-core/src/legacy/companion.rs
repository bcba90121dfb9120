//! What the attributes are called that stand beside a field's own. It never looks at one.

use std::borrow::Cow;

/// How the attribute is called that a field needs beside its own, such as that of its nonce.
///
/// # Examples
/// ```
/// use dynacrypt_core::legacy::Companion;
///
/// let one_for_the_item = Companion::named("iv");
/// let one_for_each_field = Companion::suffixed("_iv"); // `ssn_iv` beside `ssn`
/// # let _ = (one_for_the_item, one_for_each_field);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion(Name);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Fixed(Cow<'static, str>),
    Prefix(Cow<'static, str>),
    Suffix(Cow<'static, str>),
}

impl Companion {
    /// Always of this name, whatever the field: such items have one encrypted field.
    #[must_use]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self(Name::Fixed(name.into()))
    }

    /// The field's name with this before it.
    #[must_use]
    pub fn prefixed(prefix: impl Into<Cow<'static, str>>) -> Self {
        Self(Name::Prefix(prefix.into()))
    }

    /// The field's name with this after it.
    #[must_use]
    pub fn suffixed(suffix: impl Into<Cow<'static, str>>) -> Self {
        Self(Name::Suffix(suffix.into()))
    }

    pub(super) fn of(&self, field: &str) -> String {
        match &self.0 {
            Name::Fixed(name) => name.clone().into_owned(),
            Name::Prefix(prefix) => format!("{prefix}{field}"),
            Name::Suffix(suffix) => format!("{field}{suffix}"),
        }
    }
}
