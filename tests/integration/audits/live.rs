//! Live tables and streams: the program over the embedded database's endpoint. It never uses AWS.

use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::table::{StreamView, TableSpec};
use dynacrypt::testing::{EmbeddedDynamo, put_raw};
use dynacrypt::{DynamoRepository, LocalKeyProvider, Repository, Sealer};

use super::*;
use crate::world::{CANARIES, Profile, SSN, profile};

struct Live {
    dynamodb: EmbeddedDynamo,
    folder: tempfile::TempDir,
}

impl Live {
    /// A table with a stream, and sealed profiles in it.
    async fn new(profiles: usize) -> Self {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        let spec = TableSpec::of::<Profile>().unwrap().with_stream(StreamView::NewAndOldImages);
        spec.create(dynamodb.client()).await.unwrap();
        let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
        let repository = DynamoRepository::<Profile>::new(dynamodb.client().clone(), sealer);
        for number in 0..profiles {
            let id = format!("user-{number}");
            let owner = dynacrypt::Principal::owner(&id);
            repository.put(&owner, &profile(&id)).await.unwrap();
        }
        let folder = folder();
        let schema = dynacrypt::schema::SchemaDescription::of::<Profile>().to_json().unwrap();
        write(&folder, "profile.schema.json", schema);
        Self { dynamodb, folder }
    }

    async fn put(&self, id: &str, more: &[(&str, &str)]) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut item = HashMap::from([("user_id".to_owned(), text(id))]);
        item.extend(more.iter().map(|(name, value)| ((*name).to_owned(), text(value))));
        put_raw(self.dynamodb.client(), "profiles", item).await.unwrap();
    }

    async fn stream_arn(&self) -> String {
        let table = self.dynamodb.client().describe_table().table_name("profiles").send().await;
        table.unwrap().table.unwrap().latest_stream_arn.unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let url = self.dynamodb.endpoint_url();
        let arguments = [arguments, &["--endpoint-url", &url, "--format", "json"]].concat();
        let output = run(self.folder.path(), &arguments, b"");
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(CANARIES.iter().all(|canary| !all.contains(canary)), "{all}");
        output
    }
}

const SCHEMA: [&str; 2] = ["--schema", "profile.schema.json"];

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_table_is_clean_and_one_written_past_the_mapper_is_not() {
    let live = Live::new(3).await;
    let arguments = [&["table", "profiles"] as &[&str], &SCHEMA].concat();
    let output = live.run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        json(&output)["items"],
        serde_json::json!({"seen": 3, "sealed": 3, "with_findings": 0})
    );
    live.put("past", &[("ssn", SSN), ("role", "member")]).await;
    let output = live.run(&[&arguments[..], &["--show-keys"]].concat());
    let report = json(&output);
    assert_eq!(output.status.code(), Some(1));
    let expected = [finding("encrypted-in-the-clear", "ssn", 1), finding("not-sealed", "", 1)];
    assert_eq!(found(&report), expected);
    let first = &report["findings"][0]["first"][0];
    assert_eq!((&first["segment"], &first["page"]), (&0.into(), &1.into()));
    assert_eq!(first["key"], "user_id=past");
    assert_eq!(report["source"], serde_json::json!({"kind": "table", "name": "profiles"}));
    // Without a schema the table still tells which attributes are its key.
    let output = live.run(&["table", "profiles", "--show-keys"]);
    let report = json(&output);
    assert!(found(&report).contains(&finding("sensitive-name", "ssn", 1)), "{report:#}");
    assert_eq!(report["findings"][0]["first"][0]["key"], "user_id=past");
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_and_pages_see_every_item_once() {
    let live = Live::new(0).await;
    // Several pages of 1 MB.
    let long = "x".repeat(150_000);
    for number in 0..24 {
        live.put(&format!("user-{number}"), &[("password", "x"), ("long", &long)]).await;
    }
    for segments in ["1", "3"] {
        let output = live.run(&[
            "table",
            "profiles",
            "--segments",
            segments,
            "--rate-limit",
            "100000",
            "--locations",
            "30",
        ]);
        let report = json(&output);
        assert_eq!(found(&report), [finding("sensitive-name", "password", 24)], "{segments}");
        let first = report["findings"][0]["first"].as_array().unwrap();
        let places: std::collections::BTreeSet<String> = first
            .iter()
            .map(|place| format!("{} {} {}", place["segment"], place["page"], place["item"]))
            .collect();
        assert_eq!(places.len(), 24);
        assert!(first.iter().any(|place| place["page"].as_u64() > Some(1)), "one page alone");
        let of_others = first.iter().filter(|place| place["segment"] != 0).count();
        assert_eq!(of_others > 0, segments == "3");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_not_there_is_no_clean_one() {
    let live = Live::new(0).await;
    let output = live.run(&["table", "none"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let output =
        live.run(&["stream", "arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/1"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_read_to_its_end() {
    let live = Live::new(2).await;
    live.put("past", &[("ssn", SSN)]).await;
    live.put("past", &[("role", "member")]).await;
    let arn = live.stream_arn().await;
    let output = live.run(&[&["stream", &arn] as &[&str], &SCHEMA].concat());
    let report = json(&output);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    // Two inserts, one insert, and a change with two images.
    assert_eq!(report["items"], serde_json::json!({"seen": 5, "sealed": 2, "with_findings": 3}));
    let expected = [finding("encrypted-in-the-clear", "ssn", 2), finding("not-sealed", "", 3)];
    assert_eq!(found(&report), expected);
    let first = report["findings"][0]["first"].as_array().unwrap();
    assert_eq!((&first[0]["image"], &first[1]["image"]), (&"NewImage".into(), &"OldImage".into()));
    assert!(
        first
            .iter()
            .all(|place| place["sequence_number"].is_string() && place["shard"].is_string())
    );
    // After the newest there is nothing.
    let output = live.run(&["stream", &arn, "--from", "latest", "--for", "1"]);
    assert_eq!((output.status.code(), &json(&output)["items"]["seen"]), (Some(0), &0.into()));
}

#[test]
fn events_of_lambda_are_read_whole_and_line_by_line() {
    let folder = folder();
    let record = |number: u32, image: &str| {
        format!(
            r#"{{"eventID":"e{number}","eventName":"MODIFY","eventSource":"aws:dynamodb","dynamodb":{{"Keys":{{"id":{{"S":"1"}}}},"{image}":{{"id":{{"S":"1"}},"note":{{"S":"{{{CARD}\"[ "}}}},"SequenceNumber":"{number}"}}}}"#
        )
    };
    let event = format!(r#"{{"Records":[{},{}]}}"#, record(1, "NewImage"), record(2, "OldImage"));
    let parsed: Value = serde_json::from_str(&event).unwrap();
    let mut lines = format!("{event}\n\n{event}\n");
    for (name, events, input) in [
        ("one line", 1, event.clone()),
        ("pretty", 1, format!("{parsed:#}")),
        ("lines", 2, lines.clone()),
    ] {
        let output = run(folder.path(), &["stream", "-", "--format", "json"], input.as_bytes());
        let report = json(&output);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert_eq!(found(&report), [finding("secret-shape", "note", 2 * events)], "{name}");
        let first = &report["findings"][0]["first"][1];
        let place = (&first["event_id"], &first["sequence_number"], &first["image"]);
        assert_eq!(place, (&"e2".into(), &"2".into(), &"OldImage".into()));
    }
    // What is cut off, and what is no event, hides nothing after it.
    let _ = write!(lines, "{{\"Records\":[\n{event}\n{{\"a\":1}}\n{{\"Records\":\"\n{event}\n{{");
    let output = run(folder.path(), &["stream", "-", "--format", "json"], lines.as_bytes());
    let report = json(&output);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(found(&report), [finding("secret-shape", "note", 8)]);
    let at: Vec<u64> = report["unreadable"]["first"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["line"].as_u64().unwrap())
        .collect();
    assert_eq!(at, [4, 6, 7, 9]);
}
