//! Reports: bounded, in order, the same in every form. It calls no service.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use super::*;

fn item(name: &str, value: &str) -> Item {
    Item::from([(name.to_owned(), AttributeValue::S(value.to_owned()))])
}

fn place(line: u64) -> Place {
    Place::Export { file: Arc::from("dir/a file.json"), line }
}

fn report() -> Report {
    Report::new(Source::Export("dir".to_owned())).with_locations(2)
}

#[test]
fn a_report_does_not_grow_with_the_table() {
    let auditor = Auditor::new();
    let mut report = report();
    for line in 1..=1_000 {
        report.item(&auditor, &place(line), &item("password", "x"));
        report.unreadable(&place(line), Malformed::NotJson);
    }
    let small = report.to_json().len() + report.to_sarif().len() + report.to_text().len();
    assert!(report.to_text().contains("and 998 more"));
    for line in 1..=10_000 {
        report.item(&auditor, &place(line), &item("password", "x"));
    }
    let large = report.to_json().len() + report.to_sarif().len() + report.to_text().len();
    assert!(large < small + 20, "{large} after {small}");
    assert_eq!((report.items(), report.count(), report.findings().len()), (11_000, 11_000, 1));
}

#[test]
fn nor_with_the_names_of_attributes() {
    let auditor = Auditor::new();
    let mut report = report();
    for number in 0..3_000 {
        report.item(&auditor, &place(1), &item(&format!("user{number}_password"), "x"));
    }
    assert_eq!((report.count(), report.findings().len()), (3_000, MAX_KINDS));
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["further"]["sensitive-name"], 2_000);
    assert!(report.to_text().contains("in further attributes, 2000 in all"));
    let sarif: Value = serde_json::from_str(&report.to_sarif()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), MAX_KINDS + 1);
    assert_eq!(results[MAX_KINDS]["occurrenceCount"], 2_000);
}

#[test]
fn the_worst_is_first_and_counts() {
    let auditor = Auditor::new();
    let mut report = report();
    assert_eq!(report.worst(), None);
    report.item(&auditor, &place(1), &item("a_password", "x"));
    assert_eq!(report.worst(), Some(Severity::Warning));
    report.item(&auditor, &place(2), &item("z", "4111 1111 1111 1111"));
    assert_eq!(report.worst(), Some(Severity::Error));
    let text = report.to_text();
    assert!(text.find("secret-shape").unwrap() < text.find("sensitive-name").unwrap(), "{text}");
    assert!(text.ends_with("2 findings in 2 items: 1 error, 1 warning, 0 notes\n"), "{text}");
}

#[test]
fn fingerprints_last_and_tell_findings_apart() {
    let prints = |file: &str, first: u64| {
        let mut report = Report::new(Source::Export(file.to_owned()));
        for (line, name) in (first..).zip(["password", "token", "password"]) {
            report.item(&Auditor::new(), &place(line), &item(name, "x"));
        }
        let sarif: Value = serde_json::from_str(&report.to_sarif()).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap().clone();
        let print = |result: &Value| {
            result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned()
        };
        results.iter().map(print).collect::<Vec<_>>()
    };
    let prints_of_one = prints("export-1", 1);
    assert_eq!(prints_of_one.len(), 2);
    assert_ne!(prints_of_one[0], prints_of_one[1]);
    assert_eq!(prints_of_one, prints("export-2", 7));
}

#[test]
fn a_report_that_is_not_of_the_whole_says_so() {
    let mut report = report();
    assert!(report.is_complete() && report.to_text().contains("nothing found"));
    report.unreadable(&place(3), Malformed::TooLong);
    assert!(!report.is_complete());
    assert!(report.to_text().contains("dir/a file.json:3: longer than any line of an export"));
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!((&json["complete"], &json["unreadable"]["count"]), (&false.into(), &1.into()));
    let sarif: Value = serde_json::from_str(&report.to_sarif()).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notice = &invocation["toolExecutionNotifications"][0];
    let uri = &notice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "dir/a%20file.json");
}

#[test]
fn keys_alone_are_not_taken_for_whole_items() {
    let schema = r#"{"dynacrypt_schema":1,"record":"R","table":"t","fields":[
        {"name":"id","kind":"partition_key","type":"S"},{"name":"ssn","kind":"encrypted"}]}"#;
    let schema = crate::schema::SchemaDescription::from_json(schema).unwrap();
    let auditor = Auditor::new().schema(schema);
    let mut report = report();
    let line = |id: &str| format!(r#"{{"Keys":{{"id":{{"S":"{id}"}}}}}}"#);
    let record = ExportRecord::from_line(line("user-1").as_bytes()).unwrap();
    report.record(&auditor, &place(1), &record);
    assert_eq!((report.items(), report.count()), (1, 0));
    let record = ExportRecord::from_line(line("4111 1111 1111 1111").as_bytes()).unwrap();
    report.record(&auditor, &place(2), &record);
    assert_eq!(report.count(), 1);
    assert!(report.to_text().contains("dir/a file.json:2 (Keys)"));
}
