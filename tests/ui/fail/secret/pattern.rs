// Nor can it be taken apart.
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    let Secret(_inner) = secret;
}
