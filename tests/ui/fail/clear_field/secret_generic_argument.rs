// A generic record is judged with its arguments, where it is used.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile<T> {
    #[dynacrypt(partition_key)]
    user_id: String,
    extra: Vec<T>,
}

fn logical_table<R: Record>() -> &'static str {
    R::SCHEMA.table()
}

fn main() {
    logical_table::<Profile<u32>>();
    logical_table::<Profile<Secret<String>>>();
}
