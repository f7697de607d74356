//! Answers that are kept while there is room: each is found once, however many ask for it at the same time.

use std::hash::Hash;
use std::sync::Arc;

use anyhow::Result;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// About how many answers there are: so few that all share the room.
const FEW: usize = 16;

/// Answers by key.
pub struct Answers<K, V> {
    kept: Cache<K, Arc<V>, Weigh<V>>,
    room: u64,
    weight: fn(&V) -> usize,
}

/// How heavy an answer is. One that alone is heavier than the room counts as a part of it, or it would be found anew for every page.
struct Weigh<V> {
    weight: fn(&V) -> usize,
    most: u64,
}

impl<V> Clone for Weigh<V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<K, V> Weighter<K, Arc<V>> for Weigh<V> {
    fn weight(&self, _: &K, answer: &Arc<V>) -> u64 {
        u64::try_from((self.weight)(answer)).unwrap_or(u64::MAX).clamp(1, self.most)
    }
}

impl<K: Eq + Hash + Clone, V> Answers<K, V> {
    /// Room for answers that weigh `room` together.
    pub fn new(room: u64, weight: fn(&V) -> usize) -> Self {
        let kept = Cache::with_weighter(FEW, room, Weigh { weight, most: (room / 4).max(1) });
        Self { kept, room, weight }
    }

    /// Whether there is an answer.
    pub fn has(&self, key: &K) -> bool {
        self.kept.get(key).is_some()
    }

    /// The answer of a key, found unless it is there. Who asks meanwhile waits for it; answers of other keys are not waited for.
    ///
    /// # Errors
    /// Those of finding it; nothing is kept then.
    pub fn once(&self, key: &K, find: impl FnOnce() -> Result<V>) -> Result<Arc<V>> {
        self.kept.get_or_insert_with(key, || find().map(Arc::new))
    }

    /// The answers but those of some keys.
    pub fn without(&self, is_left_out: impl Fn(&K) -> bool) -> Self {
        let others = Self::new(self.room, self.weight);
        self.kept.iter().filter(|(key, _)| !is_left_out(key)).for_each(|(key, answer)| others.kept.insert(key, answer));
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(answers: &Answers<u32, String>, key: u32, length: usize) -> Arc<String> {
        answers.once(&key, || Ok("x".repeat(length))).unwrap()
    }

    #[test]
    fn what_is_kept_is_not_found_again() {
        let answers = Answers::new(100, String::len);
        let found = letters(&answers, 1, 10);
        assert!(Arc::ptr_eq(&found, &letters(&answers, 1, 20)));
        assert!(answers.has(&1) && !answers.has(&2));
    }

    #[test]
    fn there_is_no_more_than_there_is_room_for() {
        let answers = Answers::new(100, String::len);
        for key in 0..50 {
            letters(&answers, key, 20);
        }
        let kept = (0..50).filter(|key| answers.has(key)).count();
        assert!((1..=5).contains(&kept), "{kept} answers are kept");
    }

    #[test]
    fn an_answer_heavier_than_the_room_is_kept_too() {
        let answers = Answers::new(100, String::len);
        let found = letters(&answers, 1, 1000);
        assert!(Arc::ptr_eq(&found, &letters(&answers, 1, 1000)));
    }

    #[test]
    fn what_could_not_be_found_is_asked_again() {
        let answers: Answers<u32, String> = Answers::new(100, String::len);
        assert!(answers.once(&1, || anyhow::bail!("not now")).is_err());
        assert_eq!(*letters(&answers, 1, 3), "xxx");
    }

    #[test]
    fn some_are_left_out() {
        let answers = Answers::new(100, String::len);
        letters(&answers, 1, 5);
        letters(&answers, 2, 5);
        let others = answers.without(|key| *key == 1);
        assert!(!others.has(&1) && others.has(&2));
    }
}
