// `==` takes a time that depends on the contents; `ct_eq` does not.
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    let _ = secret == Secret::from("guess");
}
