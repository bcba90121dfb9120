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
            let fix = sentence(finding.rule().fix());
            let locations = tally.first.iter().map(|at| location(at, finding)).collect();
            let print = fingerprint(report, finding);
            result(finding.rule(), &format!("{finding}. {fix}."), tally.count, &print, locations)
        })
        .collect();
    for (rule, count) in &report.others {
        let text = format!("{}: {}, in further attributes.", rule.id(), rule.meaning());
        let print = hash(&[report.source.kind(), lasting_name(report), rule.id(), "further"]);
        let source = json!({ "physicalLocation": physical(report.source.name(), 1) });
        results.push(result(*rule, &text, *count, &print, vec![source]));
    }
    let notices: Vec<Value> = report
        .first_unreadable
        .iter()
        .map(|(at, why)| {
            json!({
                "level": "error",
                "message": { "text": format!("{}.", sentence(why.reason())) },
                "locations": [{ "physicalLocation": place(at) }],
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

/// The first location is where it is; the others are further ones.
fn result(
    rule: Rule,
    message: &str,
    count: u64,
    fingerprint: &str,
    mut locations: Vec<Value>,
) -> Value {
    let related = locations.split_off(locations.len().min(1));
    present(json!({
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
        "locations": locations,
        "relatedLocations": (!related.is_empty()).then_some(related),
    }))
}

fn location(location: &Location, finding: &Finding) -> Value {
    let mut properties = place_members(&location.place);
    properties.insert("image".to_owned(), json!(location.image.name()));
    properties.extend(location.key.as_ref().map(|key| ("key".to_owned(), json!(key))));
    json!({
        "physicalLocation": place(&location.place),
        "logicalLocations": [{ "fullyQualifiedName": finding.place(), "kind": "member" }],
        "message": { "text": location.to_string() },
        "properties": properties,
    })
}

/// An object without the members that are null.
fn present(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
        }
        other => other,
    }
}

/// GitHub shows a result only at a file and a line: what is none gets a name like one.
fn place(place: &Place) -> Value {
    match place {
        Place::Export { file, line } => physical(file, *line),
        Place::Table { table, segment, page, item } => {
            physical(&format!("dynamodb/{table}/segment-{segment}/page-{page}"), *item)
        }
        Place::Stream { stream, .. } => physical(&stream.replace(':', "/"), 1),
    }
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
    let path = path.trim_start_matches("./");
    for byte in if path.is_empty() { "." } else { path }.bytes() {
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
