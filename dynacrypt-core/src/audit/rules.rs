//! The rules: their names, how bad a break of each is, and what to do about it. It never looks at an
//! item.

/// How bad a finding is. In ascending order; the names are those of SARIF's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth a look.
    Note,
    /// Probably a secret in the clear, or something that does not open.
    Warning,
    /// A secret in the clear.
    Error,
}

impl Severity {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident, $id:literal, $severity:ident, $short:literal, $fix:literal;)+) => {
        /// What the audit looks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// Its name, such as `encrypted-in-the-clear`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$rule => $id),+ }
            }

            /// Its name in one word, as SARIF wants one.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$rule => stringify!($rule)),+ }
            }

            /// How bad a break of it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity),+ }
            }

            /// What a break of it means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$rule => $short),+ }
            }

            /// What to do about a break of it.
            #[must_use]
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$rule => $fix),+ }
            }
        }
    };
}

rules! {
    /// The schema says that the attribute is encrypted, and what is stored there is not ciphertext.
    EncryptedInTheClear, "encrypted-in-the-clear", Error,
    "an attribute that the schema encrypts is stored in the clear",
    "treat the value as disclosed, find who writes it past the mapper, and seal it by migrating the table";
    /// A value that looks like a secret, in the clear, wherever it stands.
    SecretShape, "secret-shape", Error,
    "a value has the shape of a secret",
    "treat it as disclosed, revoke it where that can be done, and give it an encrypted field";
    /// An attribute whose name says secret, in the clear, where no schema says that it may be.
    SensitiveName, "sensitive-name", Warning,
    "an attribute whose name says secret is stored in the clear",
    "give it an encrypted field, or declare it in a schema if it is no secret";
    /// A field as another program encrypted it.
    LegacyForm, "legacy-form", Warning,
    "a field has the form of another program's encryption, which binds it to no item",
    "migrate it: see docs/legacy.md";
    /// The item is of a schema's record type, and has no header.
    NotSealed, "not-sealed", Warning,
    "an item of the record has no header, and is not sealed",
    "write it through the mapper, or migrate the table";
    /// The header attribute holds something else.
    UnknownHeader, "unknown-header", Warning,
    "the header attribute of an item does not hold a header that this version knows",
    "restore the item from a backup, or read it with the release that wrote it";
    /// Ciphertext where nothing opens it: without a header, or in an attribute that no field has.
    StraySealed, "stray-sealed", Warning,
    "an attribute holds ciphertext that nothing opens",
    "look who copied it there: ciphertext opens in its own item and attribute alone";
    /// What stood beside a legacy field, in an item that is sealed by now.
    LeftoverCompanion, "leftover-companion", Note,
    "a sealed item still has the nonce, tag or wrapped key of a legacy field",
    "remove it, then the legacy key";
    /// Schemas were given, and the item is of none of them.
    UnknownRecord, "unknown-record", Note,
    "no schema fits the item, which was judged by shape and by name alone",
    "add the schema of its record type";
}
