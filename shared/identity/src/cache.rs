//! A small cache whose entries end: what a store or a function answered a moment ago.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// At most so many values, each for at most so long. One is shared by all requests of a process; the time is the
/// caller's.
///
/// A full cache drops its oldest value, used or not: nobody can fill it so that it stops taking new ones.
pub struct TtlCache<K, V> {
    capacity: usize,
    entries: Mutex<Entries<K, V>>,
}

struct Entries<K, V> {
    values: HashMap<K, Entry<V>>,
    /// Keys in the order in which they were put, with the numbers of their entries. A key that was put again stands here
    /// twice, and only its last number counts.
    order: VecDeque<(u64, K)>,
    next: u64,
}

struct Entry<V> {
    value: V,
    number: u64,
    ends_at_ms: u64,
}

impl<K: Clone + Eq + Hash, V: Clone> TtlCache<K, V> {
    /// An empty cache for `capacity` values.
    pub fn new(capacity: usize) -> Self {
        let entries = Entries { values: HashMap::new(), order: VecDeque::new(), next: 0 };
        TtlCache { capacity, entries: Mutex::new(entries) }
    }

    /// The value put under `key`, unless its time is over.
    pub fn get(&self, key: &K, now_ms: u64) -> Option<V> {
        let entries = self.entries();
        entries.values.get(key).filter(|entry| now_ms < entry.ends_at_ms).map(|entry| entry.value.clone())
    }

    /// Puts a value, until `ttl_ms` from now.
    pub fn put(&self, key: K, value: V, now_ms: u64, ttl_ms: u64) {
        if self.capacity == 0 || ttl_ms == 0 {
            return;
        }
        let mut entries = self.entries();
        let number = entries.next;
        entries.next += 1;
        let entry = Entry { value, number, ends_at_ms: now_ms.saturating_add(ttl_ms) };
        entries.values.insert(key.clone(), entry);
        entries.order.push_back((number, key));
        entries.make_room(self.capacity);
    }

    /// Drops the value put under `key`.
    pub fn forget(&self, key: &K) {
        self.entries().values.remove(key);
    }

    /// How many values it holds, ended ones included.
    pub fn len(&self) -> usize {
        self.entries().values.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn entries(&self) -> MutexGuard<'_, Entries<K, V>> {
        // No step under the lock leaves the entries half changed.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash, V> Entries<K, V> {
    fn make_room(&mut self, capacity: usize) {
        while self.values.len() > capacity {
            let Some((number, key)) = self.order.pop_front() else { return };
            if self.values.get(&key).is_some_and(|entry| entry.number == number) {
                self.values.remove(&key);
            }
        }
        // A key that is put again and again fills the order with numbers that no longer count.
        if self.order.len() > capacity.saturating_mul(2) {
            let values = &self.values;
            self.order.retain(|(number, key)| values.get(key).is_some_and(|entry| entry.number == *number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lives_for_its_time_and_no_longer() {
        let cache = TtlCache::new(2);
        cache.put("a", 1, 1_000, 60_000);
        assert_eq!(cache.get(&"a", 60_999), Some(1));
        assert_eq!(cache.get(&"a", 61_000), None);
        cache.put("b", 2, 1_000, 0);
        assert_eq!(cache.get(&"b", 1_000), None);
    }

    #[test]
    fn the_oldest_value_makes_room() {
        let cache = TtlCache::new(2);
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            cache.put(key, value, 0, 10);
        }
        assert_eq!([cache.get(&"a", 0), cache.get(&"b", 0), cache.get(&"c", 0)], [Some(3), None, Some(4)]);
        cache.forget(&"a");
        assert_eq!((cache.get(&"a", 0), cache.len()), (None, 1));
    }

    #[test]
    fn it_stays_small_whatever_is_put() {
        let cache = TtlCache::new(10);
        for at in 0..10_000u64 {
            cache.put(at % 7, at, at, 5);
            cache.put(at, at, at, 5);
            let entries = cache.entries();
            assert!(entries.values.len() <= 10 && entries.order.len() <= 20);
        }
    }
}
