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

#[cfg(test)]
mod tests {
    use super::*;
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
