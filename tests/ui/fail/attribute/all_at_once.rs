// Every error of a struct is reported at once, each once.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "", rename_all = "camel")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(partition_key)]
    email: String,
    #[sensitive]
    ssn: Secret<String>,
    #[dynacrypt(renam = "x")]
    name: String,
    #[dynacrypt(pad = 32)]
    city: String,
    #[dynacrypt(rename = "_dc_x")]
    country: String,
}

fn main() {}
