use dynacrypt::Principal;
use serde::Deserialize as _;

fn main() {
    let _ = Principal::deserialize(serde_json::Value::Null);
}
