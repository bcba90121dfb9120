// Parameters with bounds, defaults and where clauses; const parameters; each field has the bound that it needs, and no more.
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use dynacrypt::record::{FieldKind, KeyAttribute, OwnerField};
use dynacrypt::{Record, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile<Id, T: Debug, S = String, const N: usize = 2>
where
    S: Zeroize,
{
    #[dynacrypt(partition_key, owner)]
    id: Id,
    extra: BTreeMap<String, Vec<T>>,
    matrix: Matrix<N>,
    #[encrypted]
    secret: Secret<S>,
    #[encrypted]
    maybe: Option<Secret<S>>,
    #[dynacrypt(authenticated)]
    bound: Option<Id>,
    #[dynacrypt(skip)]
    unbounded: PhantomData<(T, NotDefault)>,
    #[dynacrypt(default)]
    defaulted: Option<T>,
}

#[derive(Debug)]
struct NotDefault;

#[derive(Debug, Serialize, Deserialize)]
struct Matrix<const N: usize>;

// The parameter is the whole type, and may be a secret or not.
#[derive(Record)]
#[dynacrypt(table = "any")]
struct Any<K, O, C, E> {
    #[dynacrypt(partition_key)]
    key: K,
    #[dynacrypt(owner)]
    owner: O,
    clear: C,
    #[encrypted]
    encrypted: E,
}

// Usable in a generic context with the core's bounds alone.
fn table_of<K: KeyAttribute, O: OwnerField>() -> &'static str {
    <Any<K, O, u8, Secret<String>> as Record>::SCHEMA.table()
}

// A type that only exists as a parameter needs nothing.
struct Opaque;

#[derive(Record)]
#[dynacrypt(table = "tagged")]
struct Tagged<T> {
    #[dynacrypt(partition_key)]
    id: String,
    #[dynacrypt(skip)]
    tag: PhantomData<T>,
}

#[::core::prelude::v1::test]
fn passes() {
    assert_eq!(table_of::<String, i64>(), "any");
    assert_eq!(Tagged::<Opaque>::SCHEMA.fields().len(), 1);
    let kinds: Vec<FieldKind> =
        Profile::<u64, bool>::SCHEMA.fields().iter().map(|field| field.kind()).collect();
    assert_eq!(kinds.len(), 7);
    assert_eq!(kinds[0], FieldKind::PartitionKey(dynacrypt::context::ScalarType::N));
    assert_eq!((kinds[3], kinds[4]), (FieldKind::Encrypted, FieldKind::Encrypted));
    assert_eq!(
        Profile::<String, bool>::SCHEMA.fields()[0].kind(),
        FieldKind::PartitionKey(dynacrypt::context::ScalarType::S)
    );
}
