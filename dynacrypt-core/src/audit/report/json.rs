//! A report for programs. It never tells more than the text does.

use serde_json::{Map, Value, json};

use super::{Location, Place, Report};

/// The version of the form.
const VERSION: u32 = 1;

pub(super) fn report(report: &Report) -> String {
    let findings: Vec<Value> = report
        .ordered()
        .into_iter()
        .map(|(finding, tally)| {
            json!({
                "rule": finding.rule().id(),
                "severity": finding.severity().name(),
                "record": finding.record(),
                "attribute": finding.path(),
                "shape": finding.shape().map(crate::redact::Shape::name),
                "note": finding.note(),
                "count": tally.count,
                "first": tally.first.iter().map(location).collect::<Vec<_>>(),
            })
        })
        .collect();
    let others: Map<String, Value> =
        report.others.iter().map(|(rule, count)| (rule.id().to_owned(), json!(count))).collect();
    let unreadable: Vec<Value> = report
        .first_unreadable
        .iter()
        .map(|(at, why)| {
            let mut members = place(at);
            members.insert("reason".to_owned(), json!(why.reason()));
            Value::Object(members)
        })
        .collect();
    let whole = json!({
        "dynacrypt_audit": VERSION,
        "source": { "kind": report.source.kind(), "name": report.source.name() },
        "complete": report.is_complete(),
        "items": { "seen": report.items, "sealed": report.sealed, "with_findings": report.affected },
        "findings": findings,
        "further": others,
        "unreadable": { "count": report.unreadable, "first": unreadable },
    });
    format!("{whole:#}\n")
}

fn location(location: &Location) -> Value {
    let mut members = place(&location.place);
    members.insert("image".to_owned(), json!(location.image.name()));
    if let Some(key) = &location.key {
        members.insert("key".to_owned(), json!(key));
    }
    Value::Object(members)
}

/// The members that name a place. Those of SARIF's properties too.
pub(super) fn place(place: &Place) -> Map<String, Value> {
    let members = match place {
        Place::Export { file, line } => vec![("file", json!(&**file)), ("line", json!(line))],
        Place::Table { segment, page, item, .. } => {
            vec![("segment", json!(segment)), ("page", json!(page)), ("item", json!(item))]
        }
        Place::Stream { shard, event, sequence, .. } => vec![
            ("shard", json!(shard.as_deref())),
            ("event_id", json!(event)),
            ("sequence_number", json!(sequence)),
        ],
    };
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
