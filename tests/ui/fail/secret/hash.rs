// A hash in a map would be an oracle.
use std::hash::Hash;

use dynacrypt::Secret;

fn hashed(_: impl Hash) {}

fn main() {
    let secret = Secret::from("078-05-1120");
    hashed(secret);
}
