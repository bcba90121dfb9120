//! `dynacrypt audit stream`: a stream by its ARN, or events of it in a file. It never marks how far it
//! read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use dynacrypt::audit::{
    LambdaRecord, MAX_LINE_LEN, Malformed, Place, Source, StartAt, StreamReading, lambda_records,
};
use zeroize::Zeroizing;

use super::lines::{Line, Lines};
use super::{Audit, Common};
use crate::Outcome;
use crate::input::Failure;

/// Region and credentials are those of the environment, as the AWS command line takes them; SSO and
/// credential processes are not supported. An endpoint in plain HTTP must be on this machine.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ARN of a stream, or a file with events as AWS Lambda gets them: one, or one a line; `-` for
    /// standard input.
    #[arg(value_name = "ARN|FILE")]
    stream: String,
    /// Where to begin in a stream.
    #[arg(long, value_enum, default_value_t = From::TrimHorizon)]
    from: From,
    /// Goes on for so many seconds, in place of ending where the stream is drained.
    #[arg(long = "for", value_name = "SECONDS", required_if_eq("from", "latest"))]
    seconds: Option<u64>,
    /// Another endpoint of DynamoDB Streams'.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum From {
    /// The oldest record.
    TrimHorizon,
    /// After the newest.
    Latest,
}

pub(crate) fn run(args: Args) -> Result<Outcome, Failure> {
    if !args.stream.starts_with("arn:") {
        let path = PathBuf::from(args.stream);
        let is_stdin = path == Path::new("-");
        let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
        let mut audit = args.common.begin(Source::Stream(name.clone()))?;
        let lines = Lines::open(&path).map_err(|error| Failure::at(&path, &error))?;
        events(&mut audit, &name, lines);
        return audit.end();
    }
    let mut audit = args.common.begin(Source::Stream(args.stream.clone()))?;
    super::with_aws(args.endpoint_url, async |config| {
        let client = aws_sdk_dynamodbstreams::Client::new(config);
        let start = match args.from {
            From::TrimHorizon => StartAt::TrimHorizon,
            From::Latest => StartAt::Latest,
        };
        let mut reading = StreamReading::new(client, args.stream, start);
        if let Some(seconds) = args.seconds {
            reading = reading.for_duration(Duration::from_secs(seconds));
        }
        let answer = reading.run(&super::principal(), &audit.auditor, &mut audit.report).await;
        audit.end_of_calls(answer)
    })
}

/// One event, of however many lines; or one a line. Lambda's are of at most 6 MB.
fn events(audit: &mut Audit, name: &str, mut lines: Lines) {
    let place = |line| Place::Export { file: name.into(), line };
    let mut event = Begun::new();
    for number in 1.. {
        let text = match lines.next() {
            Ok(None) => break,
            Ok(Some(Line::Text([]))) => continue,
            Ok(Some(Line::Text(text))) => text,
            Ok(Some(Line::TooLong)) => {
                audit.report.unreadable(&place(number), Malformed::TooLong);
                event.clear();
                continue;
            }
            Err(_) => return audit.report.unreadable(&place(number), Malformed::Broken),
        };
        if !event.text.is_empty() && text.starts_with(b"{\"Records\"") {
            audit.report.unreadable(&place(event.from), Malformed::NotJson);
            event.clear();
        }
        event.take(number, text);
        if event.text.len() > MAX_LINE_LEN {
            audit.report.unreadable(&place(event.from), Malformed::TooLong);
            event.clear();
        } else if event.is_whole() {
            match lambda_records(&event.text) {
                Ok(records) => take(audit, name, &records),
                Err(why) => audit.report.unreadable(&place(event.from), why),
            }
            event.clear();
        }
    }
    if !event.text.is_empty() {
        audit.report.unreadable(&place(event.from), Malformed::NotJson);
    }
}

/// A JSON document that has begun, and how deep it is: read once, where it may be whole.
struct Begun {
    /// Of one size from the beginning: growing would leave copies of what it held behind.
    text: Zeroizing<Vec<u8>>,
    from: u64,
    depth: usize,
    in_string: bool,
}

impl Begun {
    fn new() -> Self {
        let text = Zeroizing::new(Vec::with_capacity(2 * MAX_LINE_LEN + 2));
        Self { text, from: 0, depth: 0, in_string: false }
    }

    fn clear(&mut self) {
        self.text.clear();
        (self.depth, self.in_string) = (0, false);
    }

    fn take(&mut self, number: u64, line: &[u8]) {
        if self.text.is_empty() {
            self.from = number;
        }
        let mut escaped = false;
        for byte in line {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if self.in_string => escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'{' | b'[' if !self.in_string => self.depth += 1,
                b'}' | b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
    }

    /// Whether it ends here; no string of JSON's goes over a line end.
    fn is_whole(&self) -> bool {
        self.depth == 0 || self.in_string
    }
}

fn take(audit: &mut Audit, name: &str, records: &[LambdaRecord]) {
    for record in records {
        let place = Place::Stream {
            stream: name.into(),
            shard: None,
            event: record.event_id().map(str::to_owned),
            sequence: record.sequence_number().map(str::to_owned),
        };
        audit.report.record(&audit.auditor, &place, record.record());
    }
}
