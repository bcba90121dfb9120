use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(authenticated, null)]
    role: Option<String>,
}

fn main() {}
