//! A report in SARIF 2.1.0, within what GitHub's code scanning takes. It never names a place on this
//! machine beyond what it was given.

use std::fmt::Write;

use serde_json::{Value, json};

use super::json::place as place_members;
use super::{Location, Place, Report, Source};
use crate::audit::finding::Finding;
use crate::audit::rules::{Rule, Severity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const HOME: &str = "https://docs.rs/dynacrypt";

pub(super) fn report(report: &Report) -> String {
    let rules: Vec<Value> = Rule::ALL.iter().map(|rule| descriptor(*rule)).collect();
    let mut results: Vec<Value> = report
        .ordered()
        .into_iter()
        .map(|(finding, tally)| {
            let mut value = result(
                finding.rule(),
                &format!("{finding}. {}.", sentence(finding.rule().fix())),
                tally.count,
                &fingerprint(report, finding),
            );
            let mut locations = tally.first.iter().map(|at| location(at, Some(finding)));
            value["locations"] = Value::Array(locations.by_ref().take(1).collect());
            let related: Vec<Value> = locations.collect();
            if !related.is_empty() {
                value["relatedLocations"] = Value::Array(related);
            }
            value
        })
        .collect();
    for (rule, count) in &report.others {
        let text = format!("{}: {}, in further attributes.", rule.id(), rule.meaning());
        let print = hash(&[report.source.kind(), lasting_name(report), rule.id(), "further"]);
        let mut value = result(*rule, &text, *count, &print);
        value["locations"] = json!([{ "physicalLocation": physical(report.source.name(), 1) }]);
        results.push(value);
    }
    let notices: Vec<Value> = report
        .first_unreadable
        .iter()
        .map(|(place, why)| {
            json!({
                "level": "error",
                "message": { "text": format!("{}.", sentence(why.reason())) },
                "locations": [at(place)],
            })
        })
        .collect();
    let run = json!({
        "tool": { "driver": {
            "name": "dynacrypt",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": HOME,
            "rules": rules,
        } },
        "automationDetails": { "id": format!("dynacrypt-audit/{}/", report.source.kind()) },
        "invocations": [{
            "executionSuccessful": report.is_complete(),
            "toolExecutionNotifications": notices,
        }],
        "results": results,
        "properties": {
            "source": report.source.name(),
            "items": report.items,
            "sealed": report.sealed,
            "unreadable": report.unreadable,
        },
    });
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    format!("{log:#}\n")
}

fn descriptor(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "name": rule.name(),
        "shortDescription": { "text": format!("{}.", sentence(rule.meaning())) },
        "fullDescription": { "text": format!("{}.", sentence(rule.meaning())) },
        "help": { "text": format!("{}.", sentence(rule.fix())) },
        "defaultConfiguration": { "level": rule.severity().name() },
        "properties": {
            "tags": ["security"],
            "precision": if rule.severity() == Severity::Error { "high" } else { "medium" },
            "security-severity": match rule.severity() {
                Severity::Error => "8.0",
                Severity::Warning => "5.0",
                Severity::Note => "2.0",
            },
        },
    })
}

fn result(rule: Rule, message: &str, count: u64, fingerprint: &str) -> Value {
    json!({
        "ruleId": rule.id(),
        "ruleIndex": Rule::ALL.iter().position(|known| *known == rule),
        "level": rule.severity().name(),
        "message": { "text": message },
        "occurrenceCount": count,
        // The one that GitHub compares, and ours.
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{fingerprint}:1"),
            "dynacryptAudit/v1": fingerprint,
        },
    })
}

fn location(location: &Location, finding: Option<&Finding>) -> Value {
    let mut value = at(&location.place);
    if let Some(finding) = finding {
        value["logicalLocations"] =
            json!([{ "fullyQualifiedName": finding.place(), "kind": "member" }]);
    }
    value["message"] = json!({ "text": location.to_string() });
    value["properties"] = Value::Object(place_members(&location.place));
    value["properties"]["image"] = json!(location.image.name());
    if let Some(key) = &location.key {
        value["properties"]["key"] = json!(key);
    }
    value
}

/// GitHub shows a result only at a file and a line: what is none gets a name like one.
fn at(place: &Place) -> Value {
    let physical = match place {
        Place::Export { file, line } => physical(file, *line),
        Place::Table { table, segment, page, item } => {
            physical(&format!("dynamodb/{table}/segment-{segment}/page-{page}"), *item)
        }
        Place::Stream { stream, .. } => physical(&stream.replace(':', "/"), 1),
    };
    json!({ "physicalLocation": physical })
}

fn physical(path: &str, line: u64) -> Value {
    json!({ "artifactLocation": { "uri": uri(path) }, "region": { "startLine": line } })
}

/// A path as a URI reference (RFC 3986): relative ones stay so.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The same finding has the same fingerprint in every run over a table, or over exports of one, wherever it is met first.
fn fingerprint(report: &Report, finding: &Finding) -> String {
    hash(&[
        report.source.kind(),
        lasting_name(report),
        finding.rule().id(),
        finding.record().unwrap_or_default(),
        finding.path(),
        finding.shape().map_or("", crate::redact::Shape::name),
        finding.note().unwrap_or_default(),
    ])
}

/// A table keeps its name; each export and stream has another.
fn lasting_name(report: &Report) -> &str {
    match &report.source {
        Source::Table(name) => name,
        _ => "",
    }
}

/// FNV-1a over the parts, 64 bits: a name, which nothing relies on.
fn hash(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xFF]));
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    format!("{hash:016x}")
}

/// With a capital, as SARIF wants messages.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
