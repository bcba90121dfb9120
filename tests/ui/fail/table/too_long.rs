// As long as DynamoDB allows.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
}

fn main() {}
