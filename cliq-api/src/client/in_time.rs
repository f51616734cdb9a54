//! A timeout that makes its timer only where the future has to wait.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// Waits for the future until `end`, if there is one. Resolves to `None` if it isn't ready by then.
pub(super) fn in_time<F: Future + ?Sized>(
    end: Option<Instant>,
    future: Pin<&mut F>,
) -> InTime<'_, F> {
    InTime {
        future,
        end,
        timer: None,
    }
}

/// What [`in_time`] returns.
pub(super) struct InTime<'f, F: ?Sized> {
    future: Pin<&'f mut F>,
    end: Option<Instant>,
    /// In a box, as most futures are ready at once, and all would carry the room for it.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<F: Future + ?Sized> Future for InTime<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(output) = this.future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        let Some(end) = this.end else {
            return Poll::Pending;
        };
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        timer.as_mut().poll(context).map(|()| None)
    }
}
