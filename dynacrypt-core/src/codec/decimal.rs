//! `rust_decimal::Decimal` as scalar: a DynamoDB number. It never goes through a float.

use rust_decimal::Decimal;

use super::{Mismatch, ScalarValue, SetElement};
use crate::context::{Number, Scalar, ScalarType};

/// A number (`N`), exactly. DynamoDB keeps no trailing zeros: `1.50` comes back as the equal `1.5`.
///
/// In a clear field name the codec [`AsScalar`](super::AsScalar); `rust_decimal`'s own serde form is
/// text or a float, after its features.
impl ScalarValue for Decimal {
    const TYPE: ScalarType = ScalarType::N;

    fn to_scalar(&self) -> Scalar<'_> {
        // 28 digits, of which at most 28 behind the point: far within what DynamoDB keeps.
        Scalar::N(Number::parse(&self.to_string()).unwrap_or_else(|| Number::from(0_u8)))
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::N(number) => Self::from_str_exact(number.as_str()).map_err(|_| Mismatch),
            _ => Err(Mismatch),
        }
    }

    fn is_in_range(&self) -> bool {
        Number::parse(&self.to_string()).is_some()
    }
}

impl SetElement for Decimal {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn decimals_come_back(mantissa in -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335, scale in 0..=28_u32) {
            let decimal = Decimal::from_i128_with_scale(mantissa, scale);
            prop_assert!(decimal.is_in_range());
            prop_assert_eq!(Decimal::from_scalar(decimal.to_scalar()), Ok(decimal));
        }
    }

    #[test]
    fn what_a_decimal_cannot_hold_is_refused() {
        for text in
            ["1e29", "79228162514264337593543950336", "1e-29", "12345678901234567890123456789.5"]
        {
            let Some(number) = Number::parse(text) else { continue };
            assert_eq!(Decimal::from_scalar(Scalar::N(number)), Err(Mismatch), "{text}");
        }
    }
}
