//! Times of sides that are measured alternately, so that other load affects all alike.

use std::time::Duration;

/// For each side, one time per round.
pub(crate) struct Sides<const N: usize>([Vec<Duration>; N]);

impl<const N: usize> Sides<N> {
    /// Measures each side once per round, starting with another one each time.
    pub(crate) fn measure(rounds: usize, mut time: impl FnMut(usize) -> Duration) -> Self {
        let mut times = [const { Vec::new() }; N];
        for round in 0..rounds {
            for turn in 0..N {
                let side = (round + turn) % N;
                times[side].push(time(side));
            }
        }
        Self(times)
    }

    /// Returns the median of a side's times.
    pub(crate) fn median(&self, side: usize) -> Duration {
        middle(self.0[side].clone())
    }

    /// Returns the median of the rounds' ratios.
    pub(crate) fn ratio(&self, side: usize, over: usize) -> f64 {
        let pairs = self.0[side].iter().zip(&self.0[over]);
        middle_of(
            pairs
                .map(|(one, other)| one.as_secs_f64() / other.as_secs_f64())
                .collect(),
            f64::total_cmp,
        )
    }
}

fn middle(times: Vec<Duration>) -> Duration {
    middle_of(times, Ord::cmp)
}

fn middle_of<T: Copy>(mut values: Vec<T>, order: impl FnMut(&T, &T) -> std::cmp::Ordering) -> T {
    values.sort_by(order);
    values[values.len() / 2]
}
