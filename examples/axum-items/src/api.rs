//! The OpenAPI document: what is said of the whole, how callers authenticate. What it says of a route
//! stands beside the route's handler, and its schemas are the types that are parsed and answered.

mod answers;

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::answers::{Absent, Always, Bounded, Changed, Problem, Sent};
use crate::app::Service;
use crate::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Items",
        description = "Items with a secret that is stored as ciphertext. Another's item is absent: \
                       404, as one that does not exist."
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    tags(
        (name = "items", description = "One's own items"),
        (name = "health", description = "For whoever balances or restarts")
    )
)]
struct Document;

/// The scheme that routes name `bearer`.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A token of the configured issuer, for this service's audience"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// All routes that the document has, with the document.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(routes::items::routes())
        .merge(routes::item::routes())
        .merge(routes::secret::routes())
        .merge(routes::health::routes())
}
