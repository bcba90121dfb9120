//! Bytes as a binary, where serde would make a list of numbers of them. It never pads or cuts.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::AttributeCodec;
use crate::codec::AttributeError;

/// Bytes as a binary (`B`): for `Vec<u8>`, `Box<[u8]>` and `[u8; N]`.
///
/// An array is read back from exactly as many bytes. In keys and authenticated fields use
/// [`Binary`](crate::codec::Binary), which is a type of its own.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AsBytes;

fn written(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

fn read(
    rust_type: &'static str,
    attribute: Option<AttributeValue>,
) -> Result<Vec<u8>, AttributeError> {
    match attribute {
        Some(AttributeValue::B(blob)) => Ok(blob.into_inner()),
        Some(other) => Err(AttributeError::unexpected(rust_type, &other)),
        None => Err(AttributeError::missing()),
    }
}

impl AttributeCodec<Vec<u8>> for AsBytes {
    fn to_attribute(value: &Vec<u8>) -> Result<Option<AttributeValue>, AttributeError> {
        Ok(Some(written(value)))
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<Vec<u8>, AttributeError> {
        read("Vec<u8>", attribute)
    }
}

impl AttributeCodec<Box<[u8]>> for AsBytes {
    fn to_attribute(value: &Box<[u8]>) -> Result<Option<AttributeValue>, AttributeError> {
        Ok(Some(written(value)))
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<Box<[u8]>, AttributeError> {
        read("Box<[u8]>", attribute).map(Vec::into_boxed_slice)
    }
}

impl<const N: usize> AttributeCodec<[u8; N]> for AsBytes {
    fn to_attribute(value: &[u8; N]) -> Result<Option<AttributeValue>, AttributeError> {
        Ok(Some(written(value)))
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<[u8; N], AttributeError> {
        read("[u8; N]", attribute)?
            .try_into()
            .map_err(|_| AttributeError::new("the binary has more or fewer bytes than the array"))
    }
}
