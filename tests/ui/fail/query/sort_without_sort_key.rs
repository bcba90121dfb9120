use dynacrypt::{DynamoRepository, Principal, Record};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
}

fn read(profiles: &DynamoRepository<Profile>, caller: &Principal) {
    let _ = profiles.query(caller, "user-1").sort_ge("12").stream();
}

fn main() {}
