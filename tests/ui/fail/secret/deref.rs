// A secret is not a string.
use dynacrypt::Secret;

fn takes_str(_: &str) {}

fn main() {
    let secret = Secret::from("078-05-1120");
    takes_str(&secret);
    let _ = secret.len();
}
