// A copy is made on purpose, with `duplicate`.
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    let _ = secret.clone();
}
