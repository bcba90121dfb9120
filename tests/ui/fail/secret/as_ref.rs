// Nor does it turn into one.
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    let _: &str = secret.as_ref();
}
