//! What the quickstart prints. It never opens anything.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Debug;

use aws_sdk_dynamodb::types::AttributeValue;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn item(item: &Item) {
    let mut names: Vec<_> = item.keys().collect();
    names.sort_unstable();
    for name in names {
        match &item[name] {
            AttributeValue::S(text) => println!("     {name:<14} S  {text:?}"),
            AttributeValue::B(blob) => {
                let bytes = blob.as_ref();
                let start: String = bytes
                    .iter()
                    .take(16)
                    .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
                println!("     {name:<14} B  {start}… ({} bytes)", bytes.len());
            }
            other => println!("     {name:<14} {other:?}"),
        }
    }
}

/// Prints a refusal; an operation that succeeded, or failed otherwise, is an error of the
/// example's.
pub(crate) fn refusal<T: Debug>(
    what: &str,
    outcome: &Result<T, dynacrypt::Error>,
    expected: impl Fn(&dynacrypt::Error) -> bool,
) -> Result<(), Box<dyn Error>> {
    match outcome {
        Err(error) if expected(error) => {
            println!("   {what}: {error}");
            Ok(())
        }
        other => Err(format!("{what}: expected a refusal, got {other:?}").into()),
    }
}
