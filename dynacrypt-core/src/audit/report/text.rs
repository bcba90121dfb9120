//! A report for people. It never colors, and prints no character that a terminal obeys.

use std::fmt::Write;

use super::Report;
use crate::audit::rules::Severity;

pub(super) fn report(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    let (items, sealed) = (counted(report.items, "item"), report.sealed);
    let name = plain(report.source.name());
    writeln!(out, "audit of {} {name}: {items}, {sealed} sealed", report.source.kind())?;
    for (finding, tally) in report.ordered() {
        writeln!(
            out,
            "\n{} {}: {}, {}",
            finding.severity().name(),
            finding.rule().id(),
            plain(&finding.place()),
            counted(tally.count, "item"),
        )?;
        writeln!(out, "  {}", finding.rule().meaning())?;
        let details = finding.details();
        if !details.is_empty() {
            writeln!(out, "  {details}")?;
        }
        for location in &tally.first {
            writeln!(out, "  at {}", plain(&location.to_string()))?;
        }
        let more = tally.count - u64::try_from(tally.first.len()).unwrap_or(tally.count);
        if more > 0 {
            writeln!(out, "  and {more} more")?;
        }
        writeln!(out, "  fix: {}", finding.rule().fix())?;
    }
    for (rule, count) in &report.others {
        let severity = rule.severity().name();
        writeln!(out, "\n{severity} {}: in further attributes, {count} in all", rule.id())?;
    }
    if report.unreadable > 0 {
        writeln!(out, "\nnot read, {}: the report is not of the whole", report.unreadable)?;
        for (place, why) in &report.first_unreadable {
            writeln!(out, "  {}: {why}", plain(&place.to_string()))?;
        }
    }
    let of = |severity| {
        let told = report.found.iter().filter(|(finding, _)| finding.severity() == severity);
        let others = report.others.iter().filter(|(rule, _)| rule.severity() == severity);
        told.map(|(_, tally)| tally.count).sum::<u64>() + others.map(|(_, n)| n).sum::<u64>()
    };
    if report.count() == 0 {
        return writeln!(out, "\nnothing found");
    }
    writeln!(
        out,
        "\n{} in {}: {}, {}, {}",
        counted(report.count(), "finding"),
        counted(report.affected, "item"),
        counted(of(Severity::Error), "error"),
        counted(of(Severity::Warning), "warning"),
        counted(of(Severity::Note), "note"),
    )
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Names of files and tables are not ours.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
