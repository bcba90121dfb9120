// Its inside is private.
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    let _ = secret.0;
}
