//! Tenants are kept apart: in items, in data keys, in the encryption context.

use dynacrypt::testing::FaultyKeyProvider;
use dynacrypt::{LocalKeyProvider, Sealer};

use crate::world::{Profile, profile};

#[tokio::test]
async fn an_item_opens_for_its_own_tenant_alone() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let none = Sealer::new(keys);
    let (a, b) = (none.clone().for_tenant("tenant-a"), none.clone().for_tenant("tenant-b"));
    let item = a.seal(&profile("alice")).await.unwrap().into_item();
    assert!(a.open::<Profile>(item.clone()).await.is_ok());
    for other in [&b, &none] {
        assert!(other.open::<Profile>(item.clone()).await.unwrap_err().is_decrypt());
    }
    let empty = none.clone().for_tenant("");
    assert!(empty.seal(&profile("alice")).await.unwrap_err().is_not_capable());
    b.seal(&profile("alice")).await.unwrap();
    none.seal(&profile("alice")).await.unwrap();
    a.seal(&profile("alice")).await.unwrap();
    assert_eq!(counted.generate_calls(), 3, "one data key for each");
}

#[tokio::test]
async fn capabilities_can_be_split() {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let (reader, writer) = (sealer.clone().read_only(), sealer.write_only());
    let item = writer.seal(&profile("alice")).await.unwrap().into_item();
    assert!(reader.seal(&profile("alice")).await.unwrap_err().is_not_capable());
    assert!(writer.open::<Profile>(item.clone()).await.unwrap_err().is_not_capable());
    assert!(reader.open::<Profile>(item).await.is_ok());
}
