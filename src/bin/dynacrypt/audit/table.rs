//! `dynacrypt audit table`: a scan of a live table. It never writes to one.

use dynacrypt::audit::{Source, TableScan};

use super::Common;
use crate::Outcome;
use crate::input::Failure;

/// Region and credentials are those of the environment, as the AWS command line takes them; SSO and
/// credential processes are not supported. An endpoint in plain HTTP must be on this machine.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The physical name.
    name: String,
    /// How many segments are scanned at a time.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    segments: u32,
    /// At most as many read capacity units a second.
    #[arg(long, value_name = "RCU", value_parser = rate)]
    rate_limit: Option<f64>,
    /// Another endpoint of DynamoDB's.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: Args) -> Result<Outcome, Failure> {
    let mut audit = args.common.begin(Source::Table(args.name.clone()))?;
    super::with_aws(args.endpoint_url, async |config| {
        let client = aws_sdk_dynamodb::Client::new(config);
        let mut scan = TableScan::new(client, args.name).with_segments(args.segments);
        if let Some(units) = args.rate_limit {
            scan = scan.with_rate_limit(units);
        }
        let principal = super::principal();
        audit.auditor = audit.auditor.key_names(scan.key_names(&principal).await?);
        let answer = scan.run(&principal, &audit.auditor, &mut audit.report).await;
        audit.end_of_calls(answer)
    })
}

fn rate(text: &str) -> Result<f64, &'static str> {
    let units: Option<f64> = text.parse().ok();
    units.filter(|units| (0.1..=1e9).contains(units)).ok_or("a number of 0.1 or more")
}
