//! `dynacrypt policy lint`: findings as text or JSON. It never changes a file.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dynacrypt::policy::{Finding, Linter, Severity};
use serde_json::json;

use crate::Outcome;
use crate::input::{self, Failure};

/// Exits with 0 where nothing is found, 1 where something is, 2 where a file is no JSON.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Identity policies; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A file with the schema, or schemas, of the records that the policies are for. May be given
    /// again.
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// The role is meant to serve every owner.
    #[arg(long)]
    all_owners: bool,
    /// The role is meant to seal or to open, not both.
    #[arg(long)]
    split_keys: bool,
    /// The least severity that is told and counts.
    #[arg(long, value_enum, default_value_t = Least::Low)]
    severity: Least,
    /// How findings are told.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Least {
    Low,
    Medium,
    High,
    Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line each.
    Text,
    /// One list.
    Json,
}

impl Least {
    fn severity(self) -> Severity {
        match self {
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Error => Severity::Error,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut linter = Linter::new();
    for path in &args.schema {
        linter = input::schemas(path)?.into_iter().fold(linter, Linter::schema);
    }
    if args.all_owners {
        linter = linter.all_owners();
    }
    if args.split_keys {
        linter = linter.split_keys();
    }
    let mut all = Vec::new();
    for path in &args.files {
        let text = input::read(path)?;
        let findings = linter.lint(&text).map_err(|error| Failure::at(path, &error))?;
        let counted =
            findings.into_iter().filter(|finding| finding.severity() >= args.severity.severity());
        all.extend(counted.map(|finding| (path.as_path(), finding)));
    }
    input::print(&told(&all, args.format)?)?;
    Ok(if all.is_empty() { Outcome::Clean } else { Outcome::Found })
}

fn told(findings: &[(&Path, Finding)], format: Format) -> Result<String, Failure> {
    if format == Format::Text {
        let line = |(path, finding): &(&Path, Finding)| format!("{}: {finding}\n", path.display());
        return Ok(findings.iter().map(line).collect());
    }
    let list: Vec<_> = findings
        .iter()
        .map(|(path, finding)| {
            json!({
                "file": path.display().to_string(),
                "rule": finding.rule().id(),
                "severity": finding.severity().name(),
                "pointer": finding.pointer(),
                "message": finding.message(),
                "fix": finding.fix(),
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&list).map_err(|error| Failure(error.to_string()))?;
    Ok(text + "\n")
}
