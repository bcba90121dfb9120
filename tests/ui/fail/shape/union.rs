// Nor has a union.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "events")]
union Event {
    number: u64,
    float: f64,
}

fn main() {}
