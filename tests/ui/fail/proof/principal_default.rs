use dynacrypt::Principal;

fn main() {
    let _ = Principal::default();
}
