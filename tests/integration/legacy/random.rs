//! Readers given random items: they keep to the table of `LegacyFormat`, and nothing panics. It
//! never gives them anything that should open.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use dynacrypt::legacy::Item;
use proptest::prelude::*;
use proptest::sample::Index;

use super::fixtures::{FORMATS, Fixtures, refused};

fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future);
}

/// Bytes that get past the first look, and bytes that do not.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let start = prop::sample::select(vec![
        vec![],
        vec![1, 0x80, 0x01, 0x78],
        vec![1, 0x80, 0x03, 0x78],
        vec![2, 0x04, 0x78],
        vec![2, 0x05, 0x78],
        vec![0x80, 0, 0, 0, 0],
        vec![0xDC, 1],
        vec![0xDC, 2, 1, 1, 0, 1],
    ]);
    (start, prop::collection::vec(any::<u8>(), 0..300))
        .prop_map(|(start, rest)| [start, rest].concat())
}

fn attribute() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        any::<String>().prop_map(AttributeValue::S),
        content().prop_map(|bytes| AttributeValue::S(base64::encode(bytes))),
        content().prop_map(|bytes| {
            AttributeValue::S(base64::encode(bytes).replace('+', "-").replace('/', "_"))
        }),
        content().prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        ("[ -~]{0,30}", "[ -~]{0,30}").prop_map(|(iv, data)| {
            let json = serde_json::json!({"iv": iv, "encryptedData": data, "authTag": iv});
            AttributeValue::S(json.to_string())
        }),
        Just(AttributeValue::Bool(true)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_random_opens(
        own in attribute(),
        first in prop::option::of(attribute()),
        second in prop::option::of(attribute()),
        header in prop::option::of(attribute()),
    ) {
        run(async {
            for format in FORMATS {
                let reader = Fixtures::read(format).reader();
                let mut item: Item = [("field".to_owned(), own.clone())].into();
                let beside = reader.companions("field").into_iter();
                let beside = beside.zip([first.clone(), second.clone()]);
                item.extend(beside.filter_map(|(name, value)| Some((name, value?))));
                item.extend(header.clone().map(|value| ("_dc".to_owned(), value)));
                refused(&*reader, &item, "field", "it is random").await;
            }
        });
    }

    /// Messages with a stretch replaced, removed or repeated: lengths that lie.
    #[test]
    fn nothing_damaged_opens(
        which in any::<Index>(),
        start in any::<Index>(),
        length in 0_usize..40,
        put in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        run(async {
            let fixtures = Fixtures::read("aws-esdk");
            let unsigned: Vec<_> = fixtures.all.iter().filter(|of| of.suite.as_str() < "0200"
                || of.suite == "0478").collect();
            let fixture = which.get(&unsigned);
            let whole = base64::decode(fixture.item[&fixture.field].as_s().unwrap()).unwrap();
            let start = start.index(whole.len());
            let end = (start + length).min(whole.len());
            let changed = [&whole[..start], put.as_slice(), &whole[end..]].concat();
            if changed == whole {
                return;
            }
            let mut item = fixture.item.clone();
            item.insert(fixture.field.clone(), AttributeValue::B(Blob::new(changed)));
            refused(&*fixtures.reader(), &item, &fixture.field, "it is damaged").await;
        });
    }
}
