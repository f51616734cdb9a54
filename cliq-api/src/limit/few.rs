//! A list that needs no allocation for up to one item: most calls have one bucket.

use std::ops::Deref;

#[derive(Debug, Clone, Default)]
pub(super) enum Few<T> {
    #[default]
    None,
    One(T),
    Many(Vec<T>),
}

impl<T> Few<T> {
    pub(super) fn sort_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        if let Self::Many(items) = self {
            items.sort_by_key(key);
        }
    }

    pub(super) fn dedup_by(&mut self, same: impl FnMut(&mut T, &mut T) -> bool) {
        if let Self::Many(items) = self {
            items.dedup_by(same);
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let (first, second) = (items.next(), items.next());
        match (first, second) {
            (None, _) => Self::None,
            (Some(first), None) => Self::One(first),
            (Some(first), Some(second)) => {
                Self::Many([first, second].into_iter().chain(items).collect())
            }
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(item) => std::slice::from_ref(item),
            Self::Many(items) => items,
        }
    }
}
