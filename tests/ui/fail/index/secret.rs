// A secret is no key, whatever it is called.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_card, partition_key = card))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    card: Card,
}

type Card = Secret<String>;

fn main() {}
