use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(with)]
    tags: Vec<String>,
}

fn main() {}
