//! Attacks on the bytes of one binary attribute. They never touch another attribute.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::{Item, Tampered, binary};

/// The item with each single bit of a binary attribute flipped: 8 variants a byte. None where the
/// attribute is not binary.
pub fn bit_flips<'a>(
    item: &'a Item,
    attribute: &'a str,
) -> impl Iterator<Item = Tampered> + use<'a> {
    let bytes = binary(item, attribute).unwrap_or_default();
    (0..bytes.len()).flat_map(move |place| {
        (0..8).map(move |bit| {
            let mut flipped = bytes.to_vec();
            if let Some(byte) = flipped.get_mut(place) {
                *byte ^= 1 << bit;
            }
            replaced(item, attribute, flipped, format_args!("bit {bit} of byte {place} flipped"))
        })
    })
}

/// The item with each number of bytes cut off the end of a binary attribute, down to none left, and
/// then off its front, down to one left. None where the attribute is not binary, or empty.
pub fn truncations<'a>(
    item: &'a Item,
    attribute: &'a str,
) -> impl Iterator<Item = Tampered> + use<'a> {
    let bytes = binary(item, attribute).unwrap_or_default();
    let backs = (0..bytes.len()).rev().filter_map(move |kept| {
        let cut = bytes.len() - kept;
        Some(replaced(
            item,
            attribute,
            bytes.get(..kept)?.to_vec(),
            format_args!("{cut} bytes cut off the end"),
        ))
    });
    let fronts = (1..bytes.len()).filter_map(move |cut| {
        Some(replaced(
            item,
            attribute,
            bytes.get(cut..)?.to_vec(),
            format_args!("{cut} bytes cut off the front"),
        ))
    });
    backs.chain(fronts)
}

/// The item with one byte (00, 01, 80 or ff) added to a binary attribute, at its end or its front.
/// None where the attribute is not binary.
pub fn extensions<'a>(
    item: &'a Item,
    attribute: &'a str,
) -> impl Iterator<Item = Tampered> + use<'a> {
    binary(item, attribute).into_iter().flat_map(move |bytes| {
        [0x00_u8, 0x01, 0x80, 0xff].into_iter().flat_map(move |byte| {
            let (back, front) = ([bytes, &[byte]].concat(), [&[byte], bytes].concat());
            [
                replaced(item, attribute, back, format_args!("byte {byte:02x} added at the end")),
                replaced(
                    item,
                    attribute,
                    front,
                    format_args!("byte {byte:02x} added at the front"),
                ),
            ]
        })
    })
}

fn replaced(
    item: &Item,
    attribute: &str,
    bytes: Vec<u8>,
    what: std::fmt::Arguments<'_>,
) -> Tampered {
    Tampered::set(item, attribute, AttributeValue::B(Blob::new(bytes)), what)
}
