use dynacrypt::access::ServiceProof;

fn forge() -> ServiceProof {
    ServiceProof(())
}

fn main() {
    let _: ServiceProof = Default::default();
}
