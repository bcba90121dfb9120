use dynacrypt::{DynamoRepository, Record};

#[derive(Debug, Record)]
#[dynacrypt(table = "visits")]
struct Visit {
    #[dynacrypt(partition_key, owner)]
    patient: String,
    #[dynacrypt(sort_key)]
    day: String,
}

fn read(visits: &DynamoRepository<Visit>) {
    let _ = visits.query("patient-1").stream();
    let _ = visits.scan().stream();
    let _ = visits.collection("patient-1").stream();
}

fn main() {}
