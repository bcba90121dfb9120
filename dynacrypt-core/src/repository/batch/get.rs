//! Batch get. It never looks up anything before every key was checked, and never opens another
//! owner's item.

use std::collections::VecDeque;

use super::super::DynamoRepository;
use super::{refuse_duplicates, unprocessed};
use crate::access;
use crate::error::{Error, ErrorKind, Result};
use crate::principal::Principal;
use crate::record::{Key, Record};
use crate::store::{BatchKey, MAX_READS};

pub(super) async fn get<R: Record + Send + Sync>(
    repository: &DynamoRepository<R>,
    principal: &Principal,
    keys: Vec<Key<R>>,
) -> Result<Vec<Result<Option<R>>>> {
    let admitted = access::admit::<R>(principal, "batch_get", Some(keys.len()))?;
    refuse_duplicates(&keys)?;
    let mut waiting: VecDeque<BatchKey<R>> = keys
        .into_iter()
        .enumerate()
        .map(|(place, key)| Ok(BatchKey { place, proof: admitted.check_key(key)?, left: 0 }))
        .collect::<Result<_>>()?;

    // Every place gets an answer below.
    let unanswered = || Err(Error::new(ErrorKind::Service));
    let mut answers: Vec<Result<Option<R>>> = waiting.iter().map(|_| unanswered()).collect();
    let mut answer = |place: usize, is: Result<Option<R>>| {
        if let Some(answer) = answers.get_mut(place) {
            *answer = is;
        }
    };
    let expiry = repository.expiry()?;
    let mut unserved = 0;
    while !waiting.is_empty() {
        let chunk = waiting.drain(..waiting.len().min(MAX_READS)).collect();
        let read = repository.store.batch_get(chunk, expiry.as_ref()).await;
        for (place, item) in read.items {
            answer(
                place,
                match item {
                    Some(item) => repository.sealer.open_unopened(item).await.map(Some),
                    None => Ok(None),
                },
            );
        }
        if read.left.is_empty() {
            unserved = 0;
            continue;
        }
        if let Some(error) = read.error.as_ref().filter(|error| !error.is_throttled()) {
            for key in read.left.into_iter().chain(waiting.drain(..)) {
                answer(key.place, Err(error.clone()));
            }
            break;
        }
        for mut key in read.left.into_iter().rev() {
            key.left += u32::from(!read.full);
            if key.left >= repository.backoff.attempts() {
                answer(key.place, Err(read.error.clone().unwrap_or_else(unprocessed)));
            } else {
                waiting.push_front(key);
            }
        }
        if !read.full && !waiting.is_empty() {
            unserved += 1;
            repository.backoff.wait(unserved).await;
        }
    }
    Ok(answers)
}
