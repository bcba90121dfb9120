//! The data keys of one batch of items: each is asked for once, whatever the answer. It never asks
//! a key provider but through the cache, and never outlives the batch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;

use super::KeyScope;
use super::cache::{Flight, KeyCache, OpeningKey, lock};
use crate::error::Result;
use crate::material::{DataKey, WrappedDataKey};

/// Every answer that this batch got, errors too: a batch of a thousand items under a disabled key is
/// one call, not a thousand.
#[derive(Default)]
pub(crate) struct BatchKeys {
    answers: Mutex<HashMap<OpeningKey, Flight<DataKey>>>,
}

impl BatchKeys {
    /// The data key that these wrapped forms stand for.
    pub(crate) async fn for_opening(
        &self,
        cache: &Arc<KeyCache>,
        wrapped: Vec<WrappedDataKey>,
        scope: KeyScope,
    ) -> Result<Arc<DataKey>> {
        let key = OpeningKey { scope, wrapped };
        let answer = {
            let mut answers = lock(&self.answers);
            if let Some(answer) = answers.get(&key) {
                answer.clone()
            } else {
                let (cache, OpeningKey { scope, wrapped }) = (Arc::clone(cache), key.clone());
                let ask = async move { cache.for_opening(wrapped, scope).await };
                let answer = ask.boxed().shared();
                answers.insert(key, answer.clone());
                answer
            }
        };
        answer.await
    }
}
