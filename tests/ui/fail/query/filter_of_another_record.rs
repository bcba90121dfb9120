use dynacrypt::{DynamoRepository, Principal, Record};

#[derive(Debug, Record)]
#[dynacrypt(table = "visits")]
struct Visit {
    #[dynacrypt(partition_key, owner)]
    patient: String,
}

#[derive(Debug, Record)]
#[dynacrypt(table = "wards")]
struct Ward {
    #[dynacrypt(partition_key, owner)]
    head: String,
    beds: u32,
}

fn read(visits: &DynamoRepository<Visit>, caller: &Principal) {
    let _ = visits.query(caller, "patient-1").filter(Ward::columns().beds.eq(3_u32)).stream();
}

fn main() {}
