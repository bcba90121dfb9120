//! What queries and scans can both be told. It never sends anything itself.

/// The options and ends of a builder that has a `read` and can be made a `single` one.
macro_rules! options {
    ($builder:ident [$($sort:ident)?]) => {
        impl<R: Record, $($sort,)? O> $builder<R, $($sort,)? O> {
            /// Items for which this holds alone. DynamoDB looks at the others too, and counts them
            /// for its price.
            ///
            /// The key that is queried is not filtered by: that is what the `sort_…` methods are
            /// for. A second filter holds beside the first.
            pub fn filter(mut self, condition: Condition<R>) -> Self {
                self.read.and_filter(condition.into_node());
                self
            }

            /// Gives so many items at most; one that does not open counts.
            pub fn limit(mut self, items: usize) -> Self {
                self.read.limit = Some(items);
                self
            }

            /// Has DynamoDB look at so many items at most for one request; at least 1. Without it, a
            /// request reads 1 MB.
            pub fn page_size(mut self, items: u32) -> Self {
                self.read.page_size = Some(items);
                self
            }

            /// Reads with eventual consistency: at half the price, and possibly older items.
            pub fn eventually_consistent(mut self) -> Self {
                self.read.consistent = false;
                self
            }
        }

        impl<R: Record + 'static, $($sort,)? O: Output<R>> $builder<R, $($sort,)? O> {
            /// One page, from the beginning or from where a page before it ended: as many items as the
            /// limit says; without a limit, those of the first request that gives any.
            ///
            /// # Errors
            /// `is_invalid_token` for a token that was changed, or made for another principal, table,
            /// range, direction or filter; `is_access_denied`; `is_invalid_request`; DynamoDB's and
            /// the key provider's. `is_not_capable` where a next page needs a token, the sealer only
            /// reads, and no item of this page has a data key to make it with. Items that do not open
            /// are errors in the page.
            pub async fn page(self, token: Option<&PageToken>) -> Result<Page<O::Item>> {
                page::page::<R, O>(&self.single(), token).await
            }

            /// How many items there are, up to the limit, without opening one.
            ///
            /// # Errors
            /// `is_access_denied`; `is_invalid_request`; DynamoDB's.
            ///
            /// # Security
            /// Nothing is authenticated: whoever can write to the table can change the number.
            pub async fn count(self) -> Result<usize> {
                page::count::<R, O>(&self.single()).await
            }
        }
    };
}

pub(super) use options;
