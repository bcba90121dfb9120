//! `uuid::Uuid` as scalar: one text for each id. It never reads another spelling.

use std::borrow::Cow;

use uuid::Uuid;

use super::{Mismatch, ScalarValue, SetElement};
use crate::context::{Scalar, ScalarType};

/// Text (`S`), hyphenated and in lower case, such as `67e55044-10b1-426f-9247-bb680e5fe0c8`. Only
/// this form is read.
impl ScalarValue for Uuid {
    const TYPE: ScalarType = ScalarType::S;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::S(Cow::Owned(self.to_string()))
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::S(text) => {
                Self::try_parse(&text).ok().filter(|id| id.to_string() == text).ok_or(Mismatch)
            }
            _ => Err(Mismatch),
        }
    }
}

impl SetElement for Uuid {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_id_comes_back_from_its_one_form(id: u128) {
            let id = Uuid::from_u128(id);
            prop_assert_eq!(Uuid::from_scalar(id.to_scalar()), Ok(id));
            for other in [id.simple().to_string(), id.urn().to_string(), id.braced().to_string()] {
                prop_assert_eq!(Uuid::from_scalar(Scalar::S(other.into())), Err(Mismatch));
            }
            let upper = id.to_string().to_uppercase();
            prop_assume!(upper != id.to_string());
            prop_assert_eq!(Uuid::from_scalar(Scalar::S(upper.into())), Err(Mismatch));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in
            ["", "67e55044-10b1-426f-9247-bb680e5fe0c", "67e55044-10b1-426f-9247-bb680e5fe0c8 "]
        {
            assert_eq!(Uuid::from_scalar(Scalar::S(text.into())), Err(Mismatch), "{text}");
        }
        assert_eq!(Uuid::from_scalar(Scalar::Bool(true)), Err(Mismatch));
    }
}
