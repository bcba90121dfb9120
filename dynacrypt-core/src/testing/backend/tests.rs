//! Tests of the choice of servers.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;

use super::*;
use crate::keys::{KeyProvider, KeyScope, KmsKeyProvider};
use crate::testing::tests::{Thing, thing};
use crate::testing::{create_table, delete_table, put_raw, raw_items, unique_table_name};

fn with(pairs: &[(&str, &str)]) -> Result<TestBackend> {
    TestBackend::from_variables(|name| {
        pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

#[tokio::test]
async fn nothing_named_is_an_embedded_database() {
    let backend = with(&[("DYNACRYPT_TEST_DYNAMODB_ENDPOINT", "")]).unwrap();
    assert_eq!(backend.describe(), "DynamoDB: dynoxide-3.2.0, embedded; KMS: none");
    assert!(backend.kms().is_none() && backend.kms_backend().is_none());
    assert_eq!(backend.create_kms_key().await.unwrap(), None);
    assert!(backend.is_dynamodb("dynoxide") && !backend.is_kms("moto"));
    create_table::<Thing>(backend.dynamodb(), "things").await.unwrap();
    put_raw(backend.dynamodb(), "things", thing("1")).await.unwrap();
    let again = Client::from_conf(backend.dynamodb_config().build());
    assert_eq!(raw_items(&again, "things").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_named_server_is_used_and_named() {
    let server = EmbeddedDynamo::start().unwrap();
    create_table::<Thing>(server.client(), "things").await.unwrap();
    let backend = with(&[
        ("DYNACRYPT_TEST_DYNAMODB_ENDPOINT", &server.endpoint_url()),
        ("DYNACRYPT_TEST_DYNAMODB_BACKEND", "ministack-1.5.33"),
        ("DYNACRYPT_TEST_KMS_ENDPOINT", "http://user:pass@127.0.0.1:9/"),
    ])
    .unwrap();
    assert_eq!(raw_items(backend.dynamodb(), "things").await.unwrap().len(), 0);
    let endpoint = server.endpoint_url();
    let expected =
        format!("DynamoDB: ministack-1.5.33 at {endpoint}; KMS: unnamed at 127.0.0.1:9/");
    assert_eq!(format!("{backend:?}"), format!("TestBackend({expected})"));
    assert!(backend.is_dynamodb("ministack") && !backend.is_dynamodb("mini"));
    assert!(backend.create_kms_key().await.unwrap_err().is_unavailable());
}

/// Keeps who signed a request, and for which region.
#[derive(Debug, Clone, Default)]
struct Signatures(Arc<Mutex<String>>);

impl Intercept for Signatures {
    fn name(&self) -> &'static str {
        "Signatures"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let header = context.request().headers().get("authorization").unwrap_or_default();
        self.0.lock().unwrap().push_str(header);
        Ok(())
    }
}

#[tokio::test]
async fn aws_itself_needs_real_credentials() {
    let endpoint = ("DYNACRYPT_TEST_KMS_ENDPOINT", "http://127.0.0.1:9");
    let name = ("DYNACRYPT_TEST_KMS_BACKEND", "aws");
    assert!(with(&[endpoint, name]).unwrap_err().is_unavailable());
    let dynamodb = ("DYNACRYPT_TEST_DYNAMODB_ENDPOINT", "http://127.0.0.1:9");
    let dynamodb_name = ("DYNACRYPT_TEST_DYNAMODB_BACKEND", "aws");
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "CANARY"),
        ("AWS_REGION", "eu-central-1"),
    ];
    let backend = with(&[&[endpoint, name, dynamodb, dynamodb_name], &keys[..]].concat()).unwrap();
    assert!(backend.is_kms("aws"));
    assert!(!format!("{backend:?}").contains("CANARY"));
    let signed = Signatures::default();
    let config = backend.dynamodb_config().interceptor(signed.clone());
    raw_items(&Client::from_conf(config.build()), "things").await.unwrap_err();
    let key = backend.kms().unwrap().create_key().customize().interceptor(signed.clone());
    key.send().await.unwrap_err();
    let signed = signed.0.lock().unwrap();
    for service in ["dynamodb", "kms"] {
        let scope = format!("/eu-central-1/{service}/aws4_request");
        assert!(signed.contains("Credential=AKID/") && signed.contains(&scope), "{signed}");
    }
    assert!(!signed.contains("Credential=test/"), "{signed}");
}

#[tokio::test]
async fn whatever_the_environment_names_works() {
    let backend = TestBackend::from_env().unwrap();
    let name = unique_table_name("backend");
    create_table::<Thing>(backend.dynamodb(), &name).await.unwrap();
    put_raw(backend.dynamodb(), &name, thing("1")).await.unwrap();
    assert_eq!(raw_items(backend.dynamodb(), &name).await.unwrap(), [thing("1")]);
    delete_table(backend.dynamodb(), &name).await.unwrap();
    let arn = backend.create_kms_key().await.unwrap();
    assert_eq!(arn.is_some(), backend.kms().is_some());
    if let (Some(kms), Some(arn)) = (backend.kms(), arn) {
        let provider = KmsKeyProvider::new(kms.clone(), arn);
        let scope = KeyScope::new("things");
        let generated = provider.generate_key(&scope).await.unwrap();
        provider.unwrap_key(generated.wrapped(), &scope).await.unwrap();
    }
}
