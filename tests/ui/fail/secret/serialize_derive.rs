// A struct that is not a record: the secret does not leave through `Serialize`.
use dynacrypt::Secret;
use serde::Serialize;

#[derive(Serialize)]
struct Response {
    ssn: Secret<String>,
}

fn main() {}
