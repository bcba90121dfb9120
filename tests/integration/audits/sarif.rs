//! SARIF: what the standard (2.1.0) demands and what GitHub's code scanning takes. It checks structure,
//! not what was found.

use std::collections::BTreeSet;

use super::*;

/// Members that the standard's schema knows of the objects that are written, and those it demands.
const OBJECTS: [(&str, &[&str], &[&str]); 9] = [
    ("log", &["$schema", "version", "runs"], &["version", "runs"]),
    ("run", &["tool", "automationDetails", "invocations", "results", "properties"], &["tool"]),
    ("driver", &["name", "semanticVersion", "informationUri", "rules"], &["name"]),
    (
        "rule",
        &[
            "id",
            "name",
            "shortDescription",
            "fullDescription",
            "help",
            "defaultConfiguration",
            "properties",
        ],
        &["id", "shortDescription", "help"],
    ),
    (
        "invocation",
        &["executionSuccessful", "toolExecutionNotifications"],
        &["executionSuccessful"],
    ),
    ("notification", &["level", "message", "locations"], &["message"]),
    (
        "result",
        &[
            "ruleId",
            "ruleIndex",
            "level",
            "message",
            "occurrenceCount",
            "partialFingerprints",
            "locations",
            "relatedLocations",
        ],
        &["ruleId", "message", "locations", "partialFingerprints"],
    ),
    (
        "location",
        &["physicalLocation", "logicalLocations", "message", "properties"],
        &["physicalLocation"],
    ),
    ("message", &["text"], &["text"]),
];

fn check(kind: &str, value: &Value) {
    let (_, known, demanded) = OBJECTS.iter().find(|(name, ..)| *name == kind).unwrap();
    let members = value.as_object().unwrap_or_else(|| panic!("{kind} is no object: {value}"));
    for name in members.keys() {
        assert!(known.contains(&name.as_str()), "{kind} has {name}");
    }
    for name in *demanded {
        assert!(members.contains_key(*name), "{kind} lacks {name}");
    }
    if let Some(message) = members.get("message") {
        check("message", message);
        assert!(message["text"].as_str().unwrap().len() <= 1024);
    }
    for name in ["locations", "relatedLocations"] {
        for location in members.get(name).and_then(Value::as_array).into_iter().flatten() {
            check("location", location);
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.is_empty() && !uri.contains(['\\', ' ', ':']), "{uri}");
            assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
        }
    }
    if let Some(level) = members.get("level") {
        assert!(["none", "note", "warning", "error"].contains(&level.as_str().unwrap()));
    }
}

fn check_log(log: &Value) {
    check("log", log);
    assert_eq!(log["version"], "2.1.0");
    for run in log["runs"].as_array().unwrap() {
        check("run", run);
        check("driver", &run["tool"]["driver"]);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let mut ids = BTreeSet::new();
        for rule in rules {
            check("rule", rule);
            assert!(ids.insert(rule["id"].as_str().unwrap()), "two rules of one id");
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 20);
            let severity: f64 =
                rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap();
            assert!((0.1..=10.0).contains(&severity));
        }
        for invocation in run["invocations"].as_array().unwrap() {
            check("invocation", invocation);
            for notification in invocation["toolExecutionNotifications"].as_array().unwrap() {
                check("notification", notification);
            }
        }
        let results = run["results"].as_array().unwrap();
        assert!(results.len() <= 25_000);
        for result in results {
            check("result", result);
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert_eq!(result["locations"].as_array().unwrap().len(), 1);
            let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
            assert!(related < 1000);
            assert!(
                result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string)
            );
        }
    }
}

#[test]
fn every_report_is_sarif() {
    let folder = folder();
    let broken = "{\"Item\":\n";
    let many: String = (0..700)
        .map(|number| {
            line(&format!(r#""user {number} password":{{"S":"{CARD}"}},"ssn":{{"S":"x"}}"#))
        })
        .collect();
    for (input, more) in [
        (String::new(), &[] as &[&str]),
        (line(r#""id":{"S":"1"}"#), &[]),
        (broken.to_owned(), &[]),
        ([&many, broken].concat(), &["--locations", "500", "--show-keys", "--key", "ssn"]),
    ] {
        let arguments = [&["export", "-", "--format", "sarif"] as &[&str], more].concat();
        let log = json(&run(folder.path(), &arguments, input.as_bytes()));
        check_log(&log);
    }
    write(&folder, "an export/ä %:1.json", &many);
    let log = json(&run(folder.path(), &["export", "./an export", "--format", "sarif"], b""));
    check_log(&log);
    let uri = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        ["uri"];
    assert_eq!(uri, "an%20export/%C3%A4%20%25%3A1.json");
}

#[test]
fn the_reviewed_report_is_sarif() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/report.sarif");
    let log: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    check_log(&log);
    assert!(log["runs"][0]["results"].as_array().unwrap().len() > 5);
}
