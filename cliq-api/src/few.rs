//! A list that needs no allocation for up to two items: most calls have no more, of buckets and of
//! headers that may be secrets.

use std::ops::Deref;

#[derive(Debug, Clone, Default)]
pub(crate) enum Few<T> {
    #[default]
    None,
    One(T),
    Two([T; 2]),
    Many(Vec<T>),
}

impl<T> Few<T> {
    pub(crate) fn push(&mut self, item: T) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(item),
            Self::One(first) => Self::Two([first, item]),
            Self::Two([first, second]) => Self::Many(vec![first, second, item]),
            Self::Many(mut items) => {
                items.push(item);
                Self::Many(items)
            }
        };
    }

    /// Sorts, and removes repeated items.
    pub(crate) fn normalize<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        match std::mem::take(self) {
            Self::Two([one, other]) => {
                *self = match key(&one).cmp(&key(&other)) {
                    std::cmp::Ordering::Less => Self::Two([one, other]),
                    std::cmp::Ordering::Equal => Self::One(one),
                    std::cmp::Ordering::Greater => Self::Two([other, one]),
                }
            }
            Self::Many(mut items) => {
                items.sort_by_key(&key);
                items.dedup_by_key(|item| key(item));
                *self = Self::Many(items);
            }
            few => *self = few,
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let Some(first) = items.next() else {
            return Self::None;
        };
        let mut few = Self::One(first);
        for item in items {
            few.push(item);
        }
        few
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(item) => std::slice::from_ref(item),
            Self::Two(items) => items,
            Self::Many(items) => items,
        }
    }
}
