//! Tests of the faulty HTTP client, through the AWS client that it is for.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest,
};

use super::*;
use crate::testing::tests::{Thing, thing};
use crate::testing::{EmbeddedDynamo, create_table, put_raw, raw_items};

/// A database with an empty table `things`; a client that does not retry; its faults.
async fn setup() -> (EmbeddedDynamo, Client, FaultyHttp) {
    let dynamodb = EmbeddedDynamo::start().unwrap();
    create_table::<Thing>(dynamodb.client(), "things").await.unwrap();
    let http = FaultyHttp::new();
    let config = dynamodb.config().http_client(http.clone()).retry_config(RetryConfig::disabled());
    (dynamodb, Client::from_conf(config.build()), http)
}

#[tokio::test]
async fn requests_are_recorded_and_go_on() {
    let (_dynamodb, client, http) = setup().await;
    put_raw(&client, "things", thing("recorded")).await.unwrap();
    assert_eq!(raw_items(&client, "things").await.unwrap(), [thing("recorded")]);
    let requests = http.requests();
    let operations: Vec<_> = requests.iter().map(RecordedRequest::operation).collect();
    assert_eq!(operations, ["PutItem", "Scan"]);
    let body: serde_json::Value = serde_json::from_str(requests[0].body()).unwrap();
    assert_eq!(body["Item"]["id"]["S"], "recorded");
    assert!(!format!("{http:?} {requests:?}").contains("recorded"));
}

#[tokio::test]
async fn errors_have_their_kind_strike_their_operation_and_end() {
    let (dynamodb, client, http) = setup().await;
    let refused = |status, code: &str| HttpFault::Refused { status, code: code.to_owned() };
    http.plan("PutItem", 1, HttpFault::ThroughputExceeded);
    http.plan("PutItem", 1, HttpFault::Throttled);
    http.plan("PutItem", 1, HttpFault::ServerError);
    http.plan("PutItem", 1, HttpFault::Timeout);
    http.plan("PutItem", 1, HttpFault::Reset);
    http.plan("PutItem", 1, refused(400, "ResourceNotFoundException"));
    http.plan("PutItem", 1, refused(400, "SomethingNew"));
    assert!(raw_items(&client, "things").await.unwrap().is_empty());
    for kind in [
        "throttled",
        "throttled",
        "unavailable",
        "unavailable",
        "unavailable",
        "table does not",
        "refused",
    ] {
        let error = put_raw(&client, "things", thing("CANARY")).await.unwrap_err();
        assert!(error.to_string().contains(kind), "{kind}: {error}");
        assert!(!format!("{error:?}").contains("CANARY"));
    }
    assert!(http.is_done());
    assert!(raw_items(dynamodb.client(), "things").await.unwrap().is_empty());
    put_raw(&client, "things", thing("1")).await.unwrap();
}

#[tokio::test]
async fn the_text_of_an_error_repeats_the_request() {
    let (_dynamodb, client, http) = setup().await;
    http.plan_any(1, HttpFault::ThroughputExceeded);
    let put = client.put_item().table_name("things").set_item(Some(thing("CANARY"))).send().await;
    let error = put.unwrap_err().into_service_error();
    assert!(error.is_provisioned_throughput_exceeded_exception());
    assert!(error.to_string().contains("CANARY"));
}

#[tokio::test]
async fn the_clients_own_retries_get_through() {
    let (dynamodb, _, _) = setup().await;
    let http = FaultyHttp::new();
    let client = Client::from_conf(dynamodb.config().http_client(http.clone()).build());
    http.plan_any(2, HttpFault::ThroughputExceeded);
    put_raw(&client, "things", thing("1")).await.unwrap();
    assert_eq!(http.requests_of("PutItem").len(), 3);
    http.reset();
    assert_eq!((http.requests().len(), http.is_done()), (0, true));
}

#[tokio::test]
async fn an_answer_may_be_lost_after_the_write() {
    let (dynamodb, client, http) = setup().await;
    http.plan("PutItem", 1, HttpFault::AnswerLost);
    assert!(put_raw(&client, "things", thing("1")).await.unwrap_err().is_unavailable());
    assert_eq!(raw_items(dynamodb.client(), "things").await.unwrap().len(), 1);
}

#[tokio::test]
async fn canned_replies_need_no_server_and_no_clock() {
    let http = FaultyHttp::canned();
    let config = crate::testing::embedded::configure("http://127.0.0.1:1")
        .http_client(http.clone())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(5)).build());
    let client = Client::from_conf(config.build());
    tokio::time::pause();
    let body = r#"{"Items":[{"id":{"S":"1"}}],"Count":1}"#.to_owned();
    http.plan("Scan", 1, HttpFault::Reply { status: 200, body });
    assert_eq!(raw_items(&client, "things").await.unwrap(), [thing("1")]);
    http.plan("Scan", 1, HttpFault::Hang);
    let begin = tokio::time::Instant::now();
    assert!(raw_items(&client, "things").await.unwrap_err().is_unavailable());
    assert_eq!(begin.elapsed().as_secs(), 5);
    // Without a plan there is no answer.
    raw_items(&client, "things").await.unwrap_err();
}

#[tokio::test]
async fn a_delay_delays() {
    let (_dynamodb, client, http) = setup().await;
    http.plan("Scan", 1, HttpFault::Delay(Duration::from_millis(80)));
    let begin = std::time::Instant::now();
    raw_items(&client, "things").await.unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn batches_are_answered_by_half() {
    let (dynamodb, client, http) = setup().await;
    let put = |n: usize| {
        let put = PutRequest::builder().set_item(Some(thing(&n.to_string()))).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let write = |writes: Vec<WriteRequest>| {
        client.batch_write_item().request_items("things", writes).send()
    };
    http.plan("BatchWriteItem", 1, HttpFault::Unprocessed { processed: 3 });
    http.plan("BatchWriteItem", 1, HttpFault::Unprocessed { processed: 0 });
    let answer = write((0..10).map(put).collect()).await.unwrap();
    let left = answer.unprocessed_items.unwrap().remove("things").unwrap();
    assert_eq!(left, (3..10).map(put).collect::<Vec<_>>());
    assert_eq!(raw_items(dynamodb.client(), "things").await.unwrap().len(), 3);
    let answer = write(left).await.unwrap();
    let left = answer.unprocessed_items.unwrap().remove("things").unwrap();
    assert_eq!(left.len(), 7);
    let answer = write(left).await.unwrap();
    assert!(answer.unprocessed_items.unwrap_or_default().is_empty());
    assert_eq!(raw_items(dynamodb.client(), "things").await.unwrap().len(), 10);

    http.plan("BatchGetItem", 1, HttpFault::Unprocessed { processed: 4 });
    let keys = (0..10).map(|n| thing(&n.to_string())).collect();
    let keys =
        KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().unwrap();
    let answer = client.batch_get_item().request_items("things", keys).send().await.unwrap();
    assert_eq!(answer.responses.unwrap()["things"].len(), 4);
    let left = answer.unprocessed_keys.unwrap().remove("things").unwrap();
    assert_eq!((left.keys().len(), left.consistent_read()), (6, Some(true)));
    assert_eq!(left.keys()[0]["id"], AttributeValue::S("4".to_owned()));

    let delete = DeleteRequest::builder().set_key(Some(thing("0"))).build().unwrap();
    write(vec![WriteRequest::builder().delete_request(delete).build()]).await.unwrap();
    http.plan("Scan", 1, HttpFault::Unprocessed { processed: 1 });
    raw_items(&client, "things").await.unwrap_err();
}
