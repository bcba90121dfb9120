//! `dynacrypt audit`: what its sources share. It never prints a value of an item.

mod export;
mod lines;
mod stream;
mod table;

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use aws_config::{BehaviorVersion, SdkConfig};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Subcommand, ValueEnum};
use dynacrypt::Principal;
use dynacrypt::audit::{Auditor, Report, Severity, Source};
use dynacrypt::redact::Shape;

use crate::Outcome;
use crate::input::{self, Failure};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Every item of a live table. Needs `dynamodb:Scan` and `dynamodb:DescribeTable`, no KMS key.
    Table(table::Args),
    /// Exports of tables to S3, full and incremental, in DynamoDB JSON, gzip or plain. Amazon Ion is
    /// not read.
    Export(export::Args),
    /// The records of a DynamoDB stream, or events of it as AWS Lambda gets them.
    Stream(stream::Args),
}

/// Exits with 0 where nothing is found that counts, 1 where something is, 2 where the input cannot be
/// used, 3 where a part of it cannot be read: the report is then not of the whole.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// A file with the schema, or schemas, of the records that are stored; `-` for standard input.
    /// May be given again.
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// A name that says secret, beside those that are known. May be given again.
    #[arg(long, value_name = "NAME")]
    sensitive: Vec<String>,
    /// Values of this shape are no secrets here. May be given again.
    #[arg(long, value_name = "SHAPE", value_parser = shapes())]
    without_shape: Vec<Shape>,
    /// The name of a key attribute, for items that no schema fits. May be given again.
    #[arg(long, value_name = "NAME")]
    key: Vec<String>,
    /// Tells the keys of items, and names of members of maps. Both are data.
    #[arg(long)]
    show_keys: bool,
    /// How many locations are told of each kind of finding.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=500))]
    locations: u16,
    /// How findings are told.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Writes the report there, in place of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The least severity that counts.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One document, whose form has a version.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    /// Findings do not count. What cannot be read does.
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

/// An audit that can begin: whatever is wrong with its options would have shown.
struct Audit {
    auditor: Auditor,
    report: Report,
    format: Format,
    output: Option<(PathBuf, File)>,
    fail_on: FailOn,
}

pub(crate) fn run(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Table(args) => table::run(args),
        Command::Export(args) => export::run(args),
        Command::Stream(args) => stream::run(args),
    }
}

impl Common {
    fn begin(self, source: Source) -> Result<Audit, Failure> {
        let mut auditor = Auditor::new().sensitive_names(&self.sensitive).key_names(self.key);
        for path in &self.schema {
            auditor = input::schemas(path)?.into_iter().fold(auditor, Auditor::schema);
        }
        auditor = self.without_shape.into_iter().fold(auditor, Auditor::without_shape);
        if self.show_keys {
            auditor = auditor.show_keys();
        }
        let open = |path: PathBuf| match File::create(&path) {
            Ok(file) => Ok((path, file)),
            Err(error) => Err(Failure::at(&path, &error)),
        };
        Ok(Audit {
            auditor,
            report: Report::new(source).with_locations(self.locations.into()),
            format: self.format,
            output: self.output.map(open).transpose()?,
            fail_on: self.fail_on,
        })
    }
}

impl Audit {
    fn end(self) -> Result<Outcome, Failure> {
        let text = match self.format {
            Format::Text => self.report.to_text(),
            Format::Json => self.report.to_json(),
            Format::Sarif => self.report.to_sarif(),
        };
        match self.output {
            None => input::print(&text)?,
            Some((path, mut file)) => {
                file.write_all(text.as_bytes()).map_err(|error| Failure::at(&path, &error))?;
            }
        }
        let counts = |severity| self.report.worst().is_some_and(|worst| worst >= severity);
        Ok(if !self.report.is_complete() {
            Outcome::Incomplete
        } else if self.fail_on.severity().is_some_and(counts) {
            Outcome::Found
        } else {
            Outcome::Clean
        })
    }

    /// The end of an audit that calls AWS: where it saw nothing at all, there is nothing to report.
    fn end_of_calls(self, answer: dynacrypt::error::Result<()>) -> Result<Outcome, Failure> {
        match answer {
            Err(error) if self.report.items() == 0 => Err(error.into()),
            Err(error) => {
                input::complain(&error.to_string());
                self.end()
            }
            Ok(()) => self.end(),
        }
    }
}

/// Runs what calls AWS, with the configuration of the environment.
fn with_aws<T>(
    endpoint: Option<String>,
    work: impl AsyncFnOnce(&SdkConfig) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure(error.to_string()))?;
    runtime.block_on(async {
        let mut config = aws_config::defaults(BehaviorVersion::latest());
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        work(&config.load().await).await
    })
}

/// Who asks, for whoever listens to the audit events of the library.
fn principal() -> Principal {
    Principal::service("dynacrypt audit", "looks for secrets that are stored in the clear")
}

/// The shapes by their names.
fn shapes() -> impl TypedValueParser<Value = Shape> {
    let names = Shape::ALL.into_iter().filter(|shape| *shape != Shape::Canary).map(Shape::name);
    PossibleValuesParser::new(names).try_map(|name| {
        let shape = Shape::ALL.into_iter().find(|shape| shape.name() == name);
        shape.ok_or("there is no such shape")
    })
}
