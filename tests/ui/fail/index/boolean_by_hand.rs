// DynamoDB has no boolean keys, whoever says so.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_paid, partition_key = paid))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    paid: Paid,
}

#[derive(Clone)]
struct Paid(bool);

impl dynacrypt::codec::ScalarValue for Paid {
    const TYPE: dynacrypt::context::ScalarType = dynacrypt::context::ScalarType::Bool;

    fn to_scalar(&self) -> dynacrypt::context::Scalar<'_> {
        dynacrypt::context::Scalar::Bool(self.0)
    }

    fn from_scalar(_: dynacrypt::context::Scalar<'_>) -> Result<Self, dynacrypt::codec::Mismatch> {
        Err(dynacrypt::codec::Mismatch)
    }
}

impl dynacrypt::record::KeyAttribute for Paid {}

fn main() {}
