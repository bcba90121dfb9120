//! What servers do on a bad day: throttling, failures, broken connections, lying or failing key
//! providers.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use dynacrypt::keys::{CacheLimits, KeyProvider, KeyScope};
use dynacrypt::material::{ProviderId, WrappedDataKey};
use dynacrypt::testing::{FaultyHttp, FaultyKeyProvider, HttpFault, KeyFault};
use dynacrypt::{
    DynamoRepository, ErrorKind, KmsKeyProvider, LocalKeyProvider, Repository, Sealer,
};

use crate::world::{Profile, World, alice, profile};

async fn faulty(retries: bool) -> (World, FaultyHttp, DynamoRepository<Profile>) {
    let world = World::new::<Profile>().await;
    let http = FaultyHttp::new();
    let retry = if retries { RetryConfig::standard() } else { RetryConfig::disabled() };
    let config =
        world.backend.dynamodb_config().http_client(http.clone()).retry_config(retry).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let profiles =
        DynamoRepository::new(client, world.sealer.clone()).with_table_name(&world.table);
    (world, http, profiles)
}

#[tokio::test]
async fn faults_have_kinds() {
    let (_world, http, profiles) = faulty(false).await;
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    for (fault, throttled) in [
        (HttpFault::ThroughputExceeded, true),
        (HttpFault::Throttled, true),
        (HttpFault::ServerError, false),
        (HttpFault::Reset, false),
        (HttpFault::AnswerLost, false),
        (HttpFault::Timeout, false),
    ] {
        for (operation, requests) in [("GetItem", 2), ("PutItem", 1), ("DeleteItem", 1)] {
            http.plan(operation, requests, fault.clone());
        }
        for error in [
            profiles.get(&alice(), "alice").await.unwrap_err(),
            profiles.exists(&alice(), "alice").await.unwrap_err(),
            profiles.put(&alice(), &profile("alice")).await.unwrap_err(),
            profiles.delete(&alice(), "alice").await.unwrap_err(),
        ] {
            assert_eq!(error.is_throttled(), throttled, "{fault:?}: {error}");
            assert_eq!(error.is_unavailable(), !throttled, "{fault:?}: {error}");
            assert!(error.is_retryable() && error.service_error().is_some());
        }
    }
    assert!(http.is_done());
}

#[tokio::test]
async fn a_short_throttling_is_ridden_out() {
    let (_world, http, profiles) = faulty(true).await;
    http.plan("PutItem", 2, HttpFault::ThroughputExceeded);
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    assert_eq!(http.requests_of("PutItem").len(), 3);
    let bodies: Vec<_> =
        http.requests_of("PutItem").iter().map(|request| request.body().to_owned()).collect();
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "a retry sends the same sealed item");
}

#[tokio::test]
async fn expressions_are_made_of_placeholders() {
    #[derive(Debug, dynacrypt::Record)]
    #[dynacrypt(table = "names")]
    struct Awkward {
        #[dynacrypt(partition_key, rename = "a-b.c#d")]
        id: String,
        #[dynacrypt(owner, rename = "name = :x OR size")]
        owner_id: String,
    }
    let world = World::new::<Awkward>().await;
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    let records = DynamoRepository::<Awkward>::new(
        aws_sdk_dynamodb::Client::from_conf(config),
        world.sealer.clone(),
    )
    .with_table_name(&world.table);
    let record = Awkward { id: ":owner".to_owned(), owner_id: "alice".to_owned() };
    records.create(&alice(), &record).await.unwrap();
    records.replace(&alice(), &record).await.unwrap();
    records.put(&alice(), &record).await.unwrap();
    assert!(records.exists(&alice(), ":owner").await.unwrap());
    assert_eq!(records.get(&alice(), ":owner").await.unwrap().unwrap().id, ":owner");
    assert!(records.delete(&alice(), ":owner").await.unwrap());
    let mut expressions = 0;
    for request in http.requests() {
        let body: serde_json::Value = serde_json::from_str(request.body()).unwrap();
        for (name, value) in
            body.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("Expression"))
        {
            let text = value.as_str().unwrap();
            assert!(
                !text.contains("a-b") && !text.contains("size") && !text.contains("alice"),
                "{name}: {text}"
            );
            expressions += 1;
        }
    }
    assert_eq!(expressions, 5, "create, replace, put, exists, delete");
}

#[tokio::test]
async fn a_plain_http_endpoint_is_refused() {
    let world = World::new::<Profile>().await;
    let at = |url: &str| {
        let http = FaultyHttp::canned();
        http.plan_any(9, HttpFault::ServerError);
        let config = world
            .backend
            .dynamodb_config()
            .endpoint_url(url)
            .http_client(http.clone())
            .retry_config(RetryConfig::disabled());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        (http, DynamoRepository::<Profile>::new(client, world.sealer.clone()))
    };
    let (http, profiles) = at("http://192.0.2.1:8000");
    for error in [
        profiles.get(&alice(), "alice").await.unwrap_err(),
        profiles.put(&alice(), &profile("alice")).await.unwrap_err(),
        profiles.delete(&alice(), "alice").await.unwrap_err(),
        profiles.exists(&alice(), "alice").await.unwrap_err(),
    ] {
        assert!(error.is_insecure_endpoint(), "{error}");
    }
    assert_eq!(http.requests().len(), 0, "nothing was sent");
    let allowed = profiles.danger_allow_plain_http();
    assert!(allowed.get(&alice(), "alice").await.unwrap_err().is_unavailable());
    assert_eq!(http.requests().len(), 1);
    let (http, profiles) = at("https://192.0.2.1:8000");
    assert!(profiles.get(&alice(), "alice").await.unwrap_err().is_unavailable());
    assert_eq!(http.requests().len(), 1);
}

#[tokio::test]
async fn key_providers_fail_in_kinds_and_recover() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    let sealer = Sealer::with_cache_limits(keys, CacheLimits::default().max_age(Duration::ZERO));
    let world = World::with_sealer::<Profile>(sealer).await;
    let profiles = world.repository::<Profile>();
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    for kind in [
        ErrorKind::Throttled,
        ErrorKind::KeyDisabled,
        ErrorKind::KeyAccessDenied,
        ErrorKind::KeyNotFound,
        ErrorKind::Unavailable,
    ] {
        faults.on_generate(1, KeyFault::Fail(kind));
        assert_eq!(profiles.put(&alice(), &profile("alice")).await.unwrap_err().kind(), kind);
        faults.on_unwrap(1, KeyFault::Fail(kind));
        assert_eq!(profiles.get(&alice(), "alice").await.unwrap_err().kind(), kind);
    }
    // A provider that unwraps to something else, without an error, as one emulator does.
    faults.on_unwrap(1, KeyFault::WrongKey);
    assert!(profiles.get(&alice(), "alice").await.unwrap_err().is_decrypt());
    assert!(profiles.get(&alice(), "alice").await.unwrap().is_some());
}

#[tokio::test]
async fn the_warm_path_calls_no_key_provider() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    let world = World::with_sealer::<Profile>(Sealer::new(keys)).await;
    let profiles = world.repository::<Profile>();
    for _ in 0..20 {
        profiles.put(&alice(), &profile("alice")).await.unwrap();
        assert!(profiles.get(&alice(), "alice").await.unwrap().is_some());
    }
    assert_eq!((faults.generate_calls(), faults.unwrap_calls()), (1, 1));
}

#[tokio::test]
async fn a_cold_start_under_load_is_one_call() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    faults.delay(Duration::from_millis(50));
    let world = World::with_sealer::<Profile>(Sealer::new(keys)).await;
    let profiles = world.repository::<Profile>();
    let owners: Vec<_> = (0..30).map(|at| format!("user-{at}")).collect();
    let puts = owners.iter().map(|id| {
        let profiles = &profiles;
        async move { profiles.put(&dynacrypt::Principal::owner(id.as_str()), &profile(id)).await }
    });
    assert!(futures_util::future::join_all(puts).await.iter().all(Result::is_ok));
    assert_eq!(faults.generate_calls(), 1);
}

/// A KMS client whose answers are made up, at this endpoint.
fn canned_kms(url: &str) -> (FaultyHttp, KmsKeyProvider) {
    let http = FaultyHttp::canned();
    let config = aws_sdk_kms::Config::builder()
        .behavior_version_latest()
        .region(aws_sdk_kms::config::Region::new("us-east-1"))
        .credentials_provider(aws_sdk_kms::config::Credentials::new(
            "id", "secret", None, None, "test",
        ))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(url)
        .http_client(http.clone());
    let client = aws_sdk_kms::Client::from_conf(config.build());
    (http, KmsKeyProvider::new(client, "arn:aws:kms:us-east-1:111122223333:key/ab-cd"))
}

#[tokio::test]
async fn kms_errors_have_kinds() {
    let (http, provider) = canned_kms("https://kms.invalid");
    let scope = KeyScope::new("profiles");
    let arn_id = [0x4f, 0x8a, 0, 0, 0, 0, 0, 0];
    let unknown = WrappedDataKey::new(ProviderId::AWS_KMS, arn_id, vec![1; 184]).unwrap();
    assert!(provider.unwrap_key(&[unknown], &scope).await.unwrap_err().is_decrypt());
    assert_eq!(http.requests().len(), 0, "a key that is not on the list is not asked for");

    for (status, code, kind) in [
        (400, "ThrottlingException", ErrorKind::Throttled),
        (400, "LimitExceededException", ErrorKind::Throttled),
        (400, "DisabledException", ErrorKind::KeyDisabled),
        (400, "KMSInvalidStateException", ErrorKind::KeyDisabled),
        (400, "AccessDeniedException", ErrorKind::KeyAccessDenied),
        (400, "NotFoundException", ErrorKind::KeyNotFound),
        (400, "InvalidKeyUsageException", ErrorKind::InvalidKey),
        (500, "KMSInternalException", ErrorKind::Unavailable),
        (500, "KeyUnavailableException", ErrorKind::Unavailable),
        (503, "DependencyTimeoutException", ErrorKind::Unavailable),
        (400, "SomethingNewException", ErrorKind::Service),
        (500, "SomethingNewException", ErrorKind::Unavailable),
    ] {
        http.plan("GenerateDataKey", 1, HttpFault::Refused { status, code: code.to_owned() });
        let error = provider.generate_key(&scope).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{code}: {error}");
        let answer = error.service_error().unwrap();
        assert_eq!((answer.operation(), answer.code()), ("kms:GenerateDataKey", Some(code)));
    }
    http.plan("GenerateDataKey", 1, HttpFault::Timeout);
    assert!(provider.generate_key(&scope).await.unwrap_err().is_unavailable());

    // What KMS is asked for, and what it is not told.
    let request = http.requests_of("GenerateDataKey").remove(0);
    let body: serde_json::Value = serde_json::from_str(request.body()).unwrap();
    let context =
        serde_json::json!({ "dynacrypt:purpose": "data-key", "dynacrypt:table": "profiles" });
    assert_eq!(body["EncryptionContext"], context);
    assert_eq!(
        (&body["KeySpec"], &body["NumberOfBytes"]),
        (&"AES_256".into(), &serde_json::Value::Null)
    );
}

#[tokio::test]
async fn answers_of_kms_that_are_no_data_key_are_refused() {
    let (http, provider) = canned_kms("https://kms.invalid");
    let scope = KeyScope::new("profiles");
    let arn = "arn:aws:kms:us-east-1:111122223333:key/ab-cd";
    let (long, short) = ("A".repeat(43) + "=", "A".repeat(22) + "==");
    for body in [
        serde_json::json!({}),
        serde_json::json!({ "KeyId": arn, "Plaintext": long }),
        serde_json::json!({ "KeyId": arn, "Plaintext": short, "CiphertextBlob": "AAAA" }),
        serde_json::json!({ "KeyId": "arn:aws:kms:us-east-1:1:key/other", "Plaintext": long, "CiphertextBlob": "AAAA" }),
    ] {
        http.plan("GenerateDataKey", 1, HttpFault::Reply { status: 200, body: body.to_string() });
        assert!(provider.generate_key(&scope).await.unwrap_err().is_invalid_key(), "{body}");
    }
    let good = serde_json::json!({ "KeyId": arn, "Plaintext": long, "CiphertextBlob": "AAAA" });
    http.plan("GenerateDataKey", 1, HttpFault::Reply { status: 200, body: good.to_string() });
    let generated = provider.generate_key(&scope).await.unwrap();

    for code in ["InvalidCiphertextException", "IncorrectKeyException"] {
        http.plan("Decrypt", 1, HttpFault::Refused { status: 400, code: code.to_owned() });
        let error = provider.unwrap_key(generated.wrapped(), &scope).await.unwrap_err();
        assert!(error.is_decrypt() && error.service_error().is_none(), "{error}");
    }
    let other =
        serde_json::json!({ "KeyId": "arn:aws:kms:us-east-1:1:key/other", "Plaintext": long });
    http.plan("Decrypt", 1, HttpFault::Reply { status: 200, body: other.to_string() });
    assert!(provider.unwrap_key(generated.wrapped(), &scope).await.unwrap_err().is_decrypt());
    let body: serde_json::Value =
        serde_json::from_str(http.requests_of("Decrypt").remove(0).body()).unwrap();
    assert_eq!(body["KeyId"], arn, "the key is named by us");
}

#[tokio::test]
async fn kms_over_plain_http_is_refused() {
    let (http, provider) = canned_kms("http://192.0.2.1:8080");
    let scope = KeyScope::new("profiles");
    assert!(provider.generate_key(&scope).await.unwrap_err().is_insecure_endpoint());
    assert_eq!(http.requests().len(), 0);
    http.plan_any(1, HttpFault::ServerError);
    let allowed = provider.danger_allow_plain_http();
    assert!(allowed.generate_key(&scope).await.unwrap_err().is_unavailable());
}
