// A type that says that it is an owner, and has no text to compare.
use dynacrypt::Record;
use dynacrypt::codec::{Binary, Mismatch, ScalarValue};
use dynacrypt::context::{Scalar, ScalarType};
use dynacrypt::record::{KeyAttribute, OwnerField};

struct Tenant(Binary);

impl ScalarValue for Tenant {
    const TYPE: ScalarType = ScalarType::B;

    fn to_scalar(&self) -> Scalar<'_> {
        self.0.to_scalar()
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        Binary::from_scalar(scalar).map(Self)
    }
}

impl KeyAttribute for Tenant {}
impl OwnerField for Tenant {}

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner)]
    tenant: Tenant,
}

#[derive(Record)]
#[dynacrypt(table = "tenants")]
struct ByTenant {
    #[dynacrypt(partition_key, owner)]
    tenant: Tenant,
}

fn main() {}
