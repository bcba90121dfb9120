//! How large an item is by DynamoDB's own count. It never sends anything.

use aws_sdk_dynamodb::types::AttributeValue;

/// Most bytes of an item: 400 KB, names included (DynamoDB developer guide, "Item sizes and
/// formats").
pub(crate) const MAX_ITEM_LEN: usize = 400 * 1024;

/// Bytes of an item, names included. Numbers count by an upper bound, since DynamoDB says only
/// "approximately".
pub(crate) fn item_len<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a AttributeValue)>,
) -> usize {
    attributes.into_iter().map(|(name, value)| name.len() + value_len(value)).sum()
}

fn value_len(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number_len(number),
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number_len(number)).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| blob.as_ref().len()).sum(),
        // Three bytes for the container, one for each element.
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + value_len(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + item_len(map),
        _ => 1,
    }
}

/// One byte for each two significant digits, one for the rest, one for a minus sign.
fn number_len(number: &str) -> usize {
    let significant = number.trim_start_matches(['-', '0', '.']).trim_end_matches('0');
    let digits = significant.bytes().filter(u8::is_ascii_digit).count();
    digits.div_ceil(2) + 1 + usize::from(number.starts_with('-'))
}

/// Most bytes of an item in the JSON of a request, names included.
pub(crate) fn wire_len<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a AttributeValue)>,
) -> usize {
    // Quotes, colon, comma.
    attributes.into_iter().map(|(name, value)| text_len(name) + 4 + value_wire_len(value)).sum()
}

fn value_wire_len(value: &AttributeValue) -> usize {
    // `{"BOOL":false}` is the longest frame with its value.
    const FRAME: usize = 14;
    let blob_len = |len: usize| len.div_ceil(3) * 4;
    FRAME
        + match value {
            AttributeValue::S(text) => text_len(text),
            AttributeValue::N(number) => number.len(),
            AttributeValue::B(blob) => blob_len(blob.as_ref().len()),
            AttributeValue::Ss(texts) => texts.iter().map(|text| text_len(text) + 3).sum(),
            AttributeValue::Ns(numbers) => numbers.iter().map(|number| number.len() + 3).sum(),
            AttributeValue::Bs(blobs) => {
                blobs.iter().map(|blob| blob_len(blob.as_ref().len()) + 3).sum()
            }
            AttributeValue::L(list) => list.iter().map(|value| value_wire_len(value) + 1).sum(),
            AttributeValue::M(map) => wire_len(map),
            _ => 0,
        }
}

/// A quote and a backslash take two bytes, a control character up to six.
fn text_len(text: &str) -> usize {
    text.bytes()
        .map(|byte| match byte {
            b'"' | b'\\' => 2,
            0..0x20 | 0x7f => 6,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the SDK sends is never longer than what was counted.
    #[test]
    fn a_request_is_as_long_as_its_json_at_most() {
        let text = "a\"b\\c\u{1}\n\u{7f}\u{e4}\u{2028}";
        let list = AttributeValue::L(vec![
            AttributeValue::Bool(false),
            AttributeValue::Null(true),
            AttributeValue::M([(text.to_owned(), AttributeValue::N("1".to_owned()))].into()),
        ]);
        let item = std::collections::HashMap::from([
            (text.to_owned(), AttributeValue::S(text.to_owned())),
            ("b".to_owned(), AttributeValue::B(Blob::new([7; 5]))),
            ("l".to_owned(), list),
            ("ss".to_owned(), AttributeValue::Ss(vec![text.to_owned(), String::new()])),
            ("bs".to_owned(), AttributeValue::Bs(vec![Blob::new([0; 1])])),
            ("ns".to_owned(), AttributeValue::Ns(vec!["-1.5".to_owned()])),
        ]);
        let json = serde_json::json!({
            text: {"S": text},
            "b": {"B": "BwcHBwc="},
            "l": {"L": [{"BOOL": false}, {"NULL": true}, {"M": {text: {"N": "1"}}}]},
            "ss": {"SS": [text, ""]},
            "bs": {"BS": ["AA=="]},
            "ns": {"NS": ["-1.5"]},
        });
        let (counted, sent) = (wire_len(&item), json.to_string().len());
        assert!(sent <= counted && counted < sent * 3, "{sent} bytes, counted as {counted}");
    }
    use aws_sdk_dynamodb::primitives::Blob;

    #[test]
    fn sizes_are_dynamodbs() {
        let list =
            AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::S("ab".to_owned())]);
        for (value, len) in [
            (AttributeValue::S("äb".to_owned()), 3),
            (AttributeValue::B(Blob::new([0; 5])), 5),
            (AttributeValue::N("-1234.5".to_owned()), 5),
            (AttributeValue::Null(true), 1),
            (list, 3 + 2 + 3),
        ] {
            assert_eq!(item_len([(&"name".to_owned(), &value)]), 4 + len, "{value:?}");
        }
    }
}
