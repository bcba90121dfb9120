// The facade under other names: a path, a string, a module of the user's own, an absolute one.
mod vendor {
    pub use dynacrypt as dc;
}
use vendor::dc as short;

#[derive(short::Record)]
#[dynacrypt(table = "a", crate = crate::renamed_crate::vendor::dc)]
struct A<T> {
    #[dynacrypt(partition_key)]
    id: String,
    extra: T,
}

#[derive(short::Record)]
#[dynacrypt(crate = "short", table = "b")]
struct B {
    #[dynacrypt(partition_key)]
    id: String,
}

#[derive(short::Record)]
#[dynacrypt(table = "c")]
#[dynacrypt(crate = ::dynacrypt)]
struct C {
    #[dynacrypt(partition_key)]
    id: String,
}

mod inner {
    #[derive(crate::renamed_crate::vendor::dc::Record)]
    #[dynacrypt(table = "d", crate = super::short)]
    pub struct D {
        #[dynacrypt(partition_key)]
        id: String,
    }
}

#[::core::prelude::v1::test]
fn passes() {
    use short::Record;
    let tables =
        [A::<u8>::SCHEMA, B::SCHEMA, C::SCHEMA, inner::D::SCHEMA].map(|schema| schema.table());
    assert_eq!(tables, ["a", "b", "c", "d"]);
}
