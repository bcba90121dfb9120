use dynacrypt::{DynamoRepository, Principal, Record};

#[derive(Debug, Record)]
#[dynacrypt(table = "visits")]
struct Visit {
    #[dynacrypt(partition_key, owner)]
    patient: String,
    #[dynacrypt(sort_key)]
    number: u32,
}

fn read(visits: &DynamoRepository<Visit>, caller: &Principal) {
    let _ = visits.query(caller, "patient-1").sort_ge("12").stream();
}

fn main() {}
