//! What a field was stored as before it was sealed: a format, by its type, and an attribute. It never
//! holds a format, and reads nothing.

use std::any::TypeId;

/// What an encrypted field was stored as before: `#[encrypted(legacy = …)]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegacySpec {
    format: TypeId,
    name: &'static str,
}

impl LegacySpec {
    pub(super) const fn of<F: LegacyField>(name: &'static str) -> Self {
        Self { format: TypeId::of::<F>(), name }
    }

    /// The format's type.
    #[must_use]
    pub const fn format(&self) -> TypeId {
        self.format
    }

    /// The attribute that the field stood in.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// A format that a field may have been stored in before, as `#[encrypted(legacy = …)]` names it.
///
/// Implemented by every `dynacrypt::legacy::LegacyFormat`, and by nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a format that fields can be read from",
    label = "expected a legacy format",
    note = "formats are `JsonGcm`, `SplitGcm`, `AwsEsdk`, `KmsGcm`, `Fernet` and `ClearText` of `dynacrypt::legacy`, each behind a feature, or a type of yours that implements `dynacrypt::legacy::LegacyFormat`"
)]
pub trait LegacyField: 'static {}
