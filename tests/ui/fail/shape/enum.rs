// An enum has no named fields of its own.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "events")]
enum Event {
    Login { user_id: String },
    Logout { user_id: String },
}

fn main() {}
