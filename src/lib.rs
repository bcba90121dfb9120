#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

// The derive macro writes `::dynacrypt::…`; this lets it be used inside this package too.
extern crate self as dynacrypt;

pub use dynacrypt_core::error::{Error, ErrorKind};
pub use dynacrypt_core::keys::{KeyProvider, KmsKeyProvider, LocalKeyProvider};
pub use dynacrypt_core::principal::Principal;
pub use dynacrypt_core::record::{Projection, Record};
pub use dynacrypt_core::repository::{DynamoRepository, Repository, Transaction};
pub use dynacrypt_core::seal::Sealer;
pub use dynacrypt_core::sealed::Sealed;
pub use dynacrypt_core::secret::{ExposeSecret, Secret};
pub use dynacrypt_derive::{Projection, Record};

#[cfg(feature = "audit")]
#[cfg_attr(docsrs, doc(cfg(feature = "audit")))]
pub use dynacrypt_core::audit;
#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
pub use dynacrypt_core::jobs;
#[cfg(feature = "policy")]
#[cfg_attr(docsrs, doc(cfg(feature = "policy")))]
pub use dynacrypt_core::policy;
#[cfg(feature = "redact")]
#[cfg_attr(docsrs, doc(cfg(feature = "redact")))]
pub use dynacrypt_core::redact;
#[cfg(feature = "schema")]
#[cfg_attr(docsrs, doc(cfg(feature = "schema")))]
pub use dynacrypt_core::schema;
#[cfg(any(feature = "lambda", feature = "streams"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "lambda", feature = "streams"))))]
pub use dynacrypt_core::stream;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub use dynacrypt_core::testing;
pub use dynacrypt_core::{
    access, codec, context, error, expr, keys, legacy, material, observe, principal, record,
    repository, reveal, seal, sealed, secret, store, table,
};

/// What generated code names. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use dynacrypt_core::__private::*;
}

/// The code in the guide is compiled and run with the documentation's tests.
#[cfg(doctest)]
mod guide {
    macro_rules! chapters {
        ($($name:ident: $file:literal;)*) => {$(
            #[doc = include_str!(concat!("../docs/guide/src/", $file))]
            mod $name {}
        )*};
    }
    chapters! {
        quickstart: "quickstart.md";
        modelling: "modelling.md";
        keys: "keys.md";
        updates: "updates.md";
        queries: "queries.md";
        transactions: "transactions.md";
        streams: "streams.md";
        tables: "tables.md";
        auditing: "auditing.md";
        testing: "testing.md";
        migrating: "migrating.md";
        legacy: "../../legacy.md";
    }
}
