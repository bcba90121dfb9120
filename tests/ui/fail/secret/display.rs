// A secret has no text.
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    println!("{}", secret);
    let _ = secret.to_string();
}
