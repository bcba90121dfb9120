//! Data keys in KMS: the allow-list, the context, what each answer of the service becomes; and,
//! where there is a KMS and `DYNACRYPT_TEST_LEGACY` names fresh fixtures, these under it.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_kms::types::DataKeySpec;
use dynacrypt::legacy::{
    AwsEsdk, EncryptionContext, ExpectedContext, Item, KmsGcm, KmsUnwrapper, LegacyFormat,
    UnwrapDataKey,
};
use dynacrypt::testing::{CapturedLogs, TestBackend};
use dynacrypt::{ErrorKind, ExposeSecret};

use super::fixtures::{Fixtures, expected, fresh, refused};

#[tokio::test]
async fn only_keys_of_the_list_unwrap() {
    let fixtures = Fixtures::read("aws-esdk");
    for (name, allowed, opens) in [
        ("default suite, short", vec![0], true),
        ("default suite, short", vec![1], false),
        ("default suite, short", vec![], false),
        ("two KMS keys", vec![0], true),
        ("two KMS keys", vec![1], true),
        ("two KMS keys", vec![], false),
        ("a raw key beside", vec![0], true),
        ("a raw key beside", vec![1], false),
    ] {
        let mut unwrapper = fixtures.known.clone();
        unwrapper.allowed = allowed.iter().map(|at: &usize| fixtures.arns[*at].clone()).collect();
        let reader = AwsEsdk::new(unwrapper);
        let fixture = fixtures.named(name);
        if opens {
            let opened = reader.open(&fixture.item, &fixture.field).await.unwrap().unwrap();
            assert_eq!(opened.into_bytes().unwrap().expose_secret(), &fixture.plaintext);
        } else {
            let error = refused(&reader, &fixture.item, &fixture.field, "not in the list").await;
            assert!(error.is_decrypt(), "{name}: {error}");
        }
    }
}

#[tokio::test]
async fn what_the_service_answers_is_passed_on() {
    for kind in [
        ErrorKind::Throttled,
        ErrorKind::Unavailable,
        ErrorKind::KeyAccessDenied,
        ErrorKind::KeyDisabled,
        ErrorKind::KeyNotFound,
    ] {
        let fixtures = Fixtures::read("aws-esdk");
        let mut unwrapper = fixtures.known.clone();
        unwrapper.allowed.clear();
        unwrapper.answer = Some(kind);
        let fixture = fixtures.named("two KMS keys");
        let reader = AwsEsdk::new(unwrapper);
        let error = refused(&reader, &fixture.item, &fixture.field, "no service").await;
        assert_eq!(error.kind(), kind);

        let fixtures = Fixtures::read("kms-gcm");
        let mut unwrapper = fixtures.known.clone();
        unwrapper.allowed.clear();
        unwrapper.answer = Some(kind);
        let fixture = &fixtures.all[0];
        let reader = KmsGcm::new(unwrapper);
        let error = refused(&reader, &fixture.item, &fixture.field, "no service").await;
        assert_eq!(error.kind(), kind);
    }
}

/// An answer that is no key of the suite's length opens nothing.
#[tokio::test]
async fn data_keys_of_another_length_are_refused() {
    #[derive(Debug)]
    struct Short(usize);
    impl UnwrapDataKey for Short {
        fn unwrap_data_key<'a>(
            &'a self,
            _: Option<&'a str>,
            _: &'a [u8],
            _: &'a EncryptionContext,
        ) -> dynacrypt::keys::BoxFuture<'a, Result<dynacrypt::Secret<Vec<u8>>, dynacrypt::Error>>
        {
            Box::pin(std::future::ready(Ok(dynacrypt::Secret::new(vec![0; self.0]))))
        }
    }
    let (esdk, gcm) = (Fixtures::read("aws-esdk"), Fixtures::read("kms-gcm"));
    for length in [0, 1, 15, 16, 24, 31, 32, 33, 64] {
        for fixture in &esdk.all {
            let reader = AwsEsdk::new(Short(length));
            assert!(
                refused(&reader, &fixture.item, &fixture.field, "a short key").await.is_decrypt()
            );
        }
        let fixture = &gcm.all[0];
        let reader = KmsGcm::new(Short(length));
        assert!(refused(&reader, &fixture.item, &fixture.field, "a short key").await.is_decrypt());
    }
}

fn backend() -> (TestBackend, aws_sdk_kms::Client) {
    let backend = TestBackend::from_env().unwrap();
    let client = backend.kms().expect("DYNACRYPT_TEST_KMS_ENDPOINT names a KMS").clone();
    (backend, client)
}

/// An item as the FastAPI article's code writes it.
async fn written(client: &aws_sdk_kms::Client, arn: &str, context: &[(&str, &str)]) -> Item {
    let request = client.generate_data_key().key_id(arn).key_spec(DataKeySpec::Aes256);
    let request = context.iter().fold(request, |r, (k, v)| r.encryption_context(*k, *v));
    let answer = request.send().await.unwrap();
    let cipher = Aes256Gcm::new_from_slice(answer.plaintext.unwrap().as_ref()).unwrap();
    let text = b"CANARY-secret".as_slice();
    let text = cipher.encrypt(&Nonce::try_from([7; 12].as_slice()).unwrap(), text).unwrap();
    let b = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    [
        ("item_id".to_owned(), AttributeValue::S("user-1".to_owned())),
        ("sensitive_field".to_owned(), b(&text)),
        ("encrypted_key".to_owned(), b(answer.ciphertext_blob.unwrap().as_ref())),
        ("nonce".to_owned(), b(&[7; 12])),
    ]
    .into()
}

#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn under_a_kms() {
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let (backend, client) = backend();
    let arn = backend.create_kms_key().await.unwrap().expect("a key");
    let other = backend.create_kms_key().await.unwrap().expect("a key");
    let context = [("purpose", "profile"), ("user", "user-1")];
    let item = written(&client, &arn, &context).await;
    let right = ExpectedContext::new().with("purpose", "profile").with_attribute("user", "item_id");
    let reader = |arns: &[&String]| {
        KmsGcm::new(KmsUnwrapper::new(client.clone(), arns.iter().copied()))
            .with_context(right.clone())
    };
    let opened = reader(&[&arn]).open(&item, "sensitive_field").await.unwrap().unwrap();
    assert_eq!(opened.into_bytes().unwrap().expose_secret(), b"CANARY-secret");
    if !backend.is_kms("ministack") {
        // Its key is the second of two. MiniStack decrypts under whichever is named, to something
        // else, without an error.
        reader(&[&other, &arn]).open(&item, "sensitive_field").await.unwrap().unwrap();
    }

    for wrong in [
        ExpectedContext::new(),
        ExpectedContext::new().with("purpose", "profile"),
        right.clone().with("more", "than there is"),
    ] {
        let reader = reader(&[&arn]).with_context(wrong);
        let error = refused(&reader, &item, "sensitive_field", "another context").await;
        assert!(error.is_decrypt(), "{error}");
    }
    let none: [&String; 0] = [];
    assert!(refused(&reader(&none), &item, "sensitive_field", "no key").await.is_decrypt());
    if backend.is_kms("moto") {
        // AWS says IncorrectKey; moto, denied.
        let error = refused(&reader(&[&other]), &item, "sensitive_field", "another key").await;
        assert!(error.is_key_access_denied() || error.is_decrypt(), "{error}");
    }
    let alias = "alias/app".to_owned();
    let error = refused(&reader(&[&alias]), &item, "sensitive_field", "an alias").await;
    assert!(error.is_invalid_key(), "{error}");
    let named = KmsUnwrapper::new(client.clone(), [&arn]);
    let blob = item["encrypted_key"].as_b().unwrap();
    let error = named.unwrap_data_key(Some(&other), blob.as_ref(), &EncryptionContext::new()).await;
    assert!(error.map(|_| ()).unwrap_err().is_decrypt(), "a name that is not in the list");
    drop(guard);
    logs.assert_absent(["CANARY-secret"]);
}

/// What the real libraries wrote a moment ago, under the KMS that they wrote it with.
#[tokio::test]
#[ignore = "needs a KMS: DYNACRYPT_TEST_KMS_ENDPOINT"]
async fn fresh_fixtures_under_their_kms() {
    if fresh().is_none() {
        println!("skipped: DYNACRYPT_TEST_LEGACY names no fresh fixtures");
        return;
    }
    let (_, client) = backend();
    for format in ["kms-gcm", "aws-esdk"] {
        let fixtures = Fixtures::read(format);
        for fixture in &fixtures.all {
            let unwrapper = KmsUnwrapper::new(client.clone(), &fixtures.arns);
            let opened = if format == "kms-gcm" {
                let context = expected(&fixture.context, "item_id");
                let reader = KmsGcm::new(unwrapper).with_context(context);
                reader.open(&fixture.item, &fixture.field).await
            } else {
                let context = expected(&fixture.context, "user_id");
                let reader = AwsEsdk::new(unwrapper).with_context(context);
                reader.open(&fixture.item, &fixture.field).await
            };
            let opened = opened.unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
            let opened = opened.expect("it is there").into_bytes().unwrap();
            assert_eq!(opened.expose_secret(), &fixture.plaintext, "{format}: {}", fixture.name);
        }
        println!("{format}: {} fixtures by {}", fixtures.all.len(), fixtures.made_by);
    }
}
