// A field of a template is stored in the key alone.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "{a}#{b}#{c}#{d}#{e}#{f}")]
struct Order {
    #[dynacrypt(clear)]
    a: String,
    #[dynacrypt(authenticated)]
    b: String,
    #[dynacrypt(rename = "x")]
    c: String,
    #[dynacrypt(default)]
    d: String,
    #[dynacrypt(skip)]
    e: String,
    #[dynacrypt(partition_key)]
    f: String,
}

fn main() {}
