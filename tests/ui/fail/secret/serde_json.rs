// Nor through `serde_json`.
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    let _ = serde_json::to_string(&secret);
}
