//! Data keys from a KMS: the round trip, the encryption context, the split of rights, and what each
//! error of KMS becomes. Ignored without a KMS; a test of what only some backend does says which.

use dynacrypt::keys::{CacheLimits, KeyProvider, KeyScope};
use dynacrypt::material::{ProviderId, WrappedDataKey};
use dynacrypt::testing::{CapturedLogs, TestBackend, assert_no_plaintext};
use dynacrypt::{ExposeSecret, KmsKeyProvider, Repository, Sealer};

use crate::world::{API_KEY, CANARIES, CODE, Profile, SSN, World, alice, profile};

struct Kms {
    backend: TestBackend,
    client: aws_sdk_kms::Client,
    arn: String,
}

async fn kms() -> Kms {
    let backend = TestBackend::from_env().unwrap();
    println!("running on {backend}");
    let client = backend.kms().expect("DYNACRYPT_TEST_KMS_ENDPOINT names a KMS").clone();
    let arn = backend.create_kms_key().await.unwrap().expect("a key");
    Kms { backend, client, arn }
}

fn scope() -> KeyScope {
    KeyScope::new("profiles")
}

impl Kms {
    fn provider(&self) -> KmsKeyProvider {
        KmsKeyProvider::new(self.client.clone(), &self.arn)
    }
}

#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn records_under_kms() {
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let kms = kms().await;
    let world = World::with_sealer::<Profile>(Sealer::new(kms.provider())).await;
    let profiles = world.repository::<Profile>();
    profiles.create(&alice(), &profile("alice")).await.unwrap();
    let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(read.ssn.expose_secret(), SSN);
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, [SSN, API_KEY, CODE]);
    drop(guard);
    logs.assert_absent(CANARIES);
}

/// The data key itself is in the answers of KMS: it must not be in the SDK's logs.
#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn data_keys_are_not_logged() {
    let kms = kms().await;
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    kms.provider().generate_key(&scope()).await.unwrap();
    drop(guard);
    let text = logs.text();
    assert!(text.contains("GenerateDataKey"), "the SDK was not heard");
    // What the field is called in KMS's JSON, quoted as the body would have it.
    assert!(!text.contains("\"Plaintext\""), "an answer of KMS was logged");
}

#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn the_scope_is_bound() {
    let kms = kms().await;
    let provider = kms.provider();
    let generated = provider.generate_key(&scope()).await.unwrap();
    assert_eq!(generated.wrapped()[0].provider(), ProviderId::AWS_KMS);
    provider.unwrap_key(generated.wrapped(), &scope()).await.unwrap();
    for other in [KeyScope::new("orders"), scope().with_tenant("t-1")] {
        assert!(provider.unwrap_key(generated.wrapped(), &other).await.unwrap_err().is_decrypt());
    }
}

#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn only_keys_of_the_list_unwrap() {
    let kms = kms().await;
    let other = kms.backend.create_kms_key().await.unwrap().unwrap();
    let generated = kms.provider().generate_key(&scope()).await.unwrap();
    let unwrap =
        async |provider: KmsKeyProvider| provider.unwrap_key(generated.wrapped(), &scope()).await;
    // Refused here, without a call to KMS: MiniStack would decrypt it.
    let elsewhere = KmsKeyProvider::new(kms.client.clone(), &other);
    assert!(unwrap(elsewhere).await.unwrap_err().is_decrypt());
    let both = KmsKeyProvider::new(kms.client.clone(), &other).also_decrypt_with(&kms.arn);
    unwrap(both).await.unwrap();
    let reader = KmsKeyProvider::decrypt_only(kms.client.clone(), [&kms.arn]);
    assert!(reader.generate_key(&scope()).await.unwrap_err().is_not_capable());
    unwrap(reader).await.unwrap();
}

/// A blob that KMS refuses (moto, AWS), or turns into another key without a word (MiniStack): the
/// item is refused either way.
#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn a_tampered_data_key_does_not_open_the_item() {
    let kms = kms().await;
    let limits = CacheLimits::default();
    let sealer = Sealer::with_cache_limits(kms.provider(), limits);
    let mut item = sealer.seal(&profile("alice")).await.unwrap().into_item();
    let Some(aws_sdk_dynamodb::types::AttributeValue::B(header)) = item.remove("_dc") else {
        panic!("a header")
    };
    let mut header = header.into_inner();
    *header.last_mut().unwrap() ^= 1;
    let blob = aws_sdk_dynamodb::primitives::Blob::new(header);
    item.insert("_dc".to_owned(), aws_sdk_dynamodb::types::AttributeValue::B(blob));
    let error = sealer.open::<Profile>(item).await.unwrap_err();
    assert!(error.is_decrypt(), "{error}");
    assert!(std::error::Error::source(&error).is_none(), "the reason leaked");
}

#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn unusable_keys_have_kinds() {
    let kms = kms().await;
    let missing = format!("{}0", kms.arn.get(..kms.arn.len() - 1).unwrap());
    let missing = if missing == kms.arn {
        format!("{}1", kms.arn.get(..kms.arn.len() - 1).unwrap())
    } else {
        missing
    };
    let error =
        KmsKeyProvider::new(kms.client.clone(), missing).generate_key(&scope()).await.unwrap_err();
    assert!(error.is_key_not_found(), "{error}");
    let error = KmsKeyProvider::new(kms.client.clone(), "alias/app")
        .generate_key(&scope())
        .await
        .unwrap_err();
    assert!(error.is_invalid_key(), "{error}");
    let junk = WrappedDataKey::new(ProviderId::LOCAL, [0; 8], vec![1]).unwrap();
    assert!(kms.provider().unwrap_key(&[junk], &scope()).await.unwrap_err().is_decrypt());

    let generated = kms.provider().generate_key(&scope()).await.unwrap();
    if kms.backend.is_kms("moto") {
        // moto uses disabled keys on; MiniStack and AWS do not.
        return;
    }
    kms.client.disable_key().key_id(&kms.arn).send().await.unwrap();
    assert!(kms.provider().generate_key(&scope()).await.unwrap_err().is_key_disabled());
    let error = kms.provider().unwrap_key(generated.wrapped(), &scope()).await.unwrap_err();
    assert!(error.is_key_disabled(), "{error}");
}
