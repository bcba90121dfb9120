use dynacrypt::Record;

struct Plain;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(with = Plain)]
    tags: Vec<String>,
}

fn main() {}
