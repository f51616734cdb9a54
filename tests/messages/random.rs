//! Random messages: the builders reject a message if, and only if, it exceeds a published limit,
//! and name a part that does.

use std::collections::BTreeSet;

use cliq_api::cliq::message::{
    BotMessage, Button, Chart, Confirmation, Graph, InstantButton, InvokeFunction, List, Message,
    ModernInline, Poll, Prompt, Table, Text,
};
use fastrand::Rng;
use serde_json::{Value, to_value};

use crate::facts;

/// Mostly within the limit, sometimes beyond it.
fn size(rng: &mut Rng, max: usize) -> usize {
    match rng.u8(..100) {
        0 => max + 1,
        1 => max,
        _ => rng.usize(1..=max.min(3)),
    }
}

fn text(rng: &mut Rng, max: usize) -> String {
    let letter = *rng.choice(&["a", "ü", "😀"]).unwrap();
    letter.repeat(size(rng, max))
}

fn many<T>(rng: &mut Rng, max: usize, mut one: impl FnMut(&mut Rng) -> T) -> Vec<T> {
    let count = size(rng, max);
    (0..count).map(|_| one(rng)).collect()
}

fn run() -> InvokeFunction {
    InvokeFunction::new("run")
}

fn button(rng: &mut Rng) -> Button {
    let button = Button::positive(text(rng, 20), run()).hint(text(rng, 100));
    if rng.bool() {
        return button;
    }
    let confirmation = Confirmation::new(text(rng, 100), text(rng, 300), text(rng, 100))
        .description(text(rng, 100))
        .cancel_button_label(text(rng, 100));
    button.confirm(confirmation)
}

fn card(rng: &mut Rng, message: Message) -> Message {
    let labels = |rng: &mut Rng| many(rng, 5, |rng| text(rng, 30));
    let title = text(rng, 200);
    match rng.u8(..4) {
        0 => message.card(Poll::of(title, many(rng, 10, |rng| text(rng, 100)))),
        1 => {
            let card = ModernInline::new(title);
            let labels = labels(rng).into_iter();
            message.card(labels.fold(card, |card, label| card.button(label, run())))
        }
        2 => {
            let mut labels = labels(rng).into_iter();
            let card = Prompt::new(title, labels.next().unwrap(), run());
            message.card(labels.fold(card, |card, label| card.button(label, run())))
        }
        _ => message,
    }
}

fn slides(rng: &mut Rng, message: Message) -> Message {
    let values = |rng: &mut Rng, max| many(rng, max, |rng| (text(rng, 20), rng.f64()));
    match rng.u8(..5) {
        0 => message.slide(Table::new(["a", "b"]).row(["1", "2"]).sticky(2, 2)),
        1 => {
            let values = values(rng, 5).into_iter();
            message.slide(values.fold(Chart::pie(), |chart, (label, value)| {
                chart.value(label, value)
            }))
        }
        2 => {
            let categories = many(rng, 5, |rng| (text(rng, 20), values(rng, 20)));
            let categories = categories.into_iter();
            message.slide(categories.fold(Graph::trend(), |graph, (name, values)| {
                graph.category(name, values)
            }))
        }
        3 => message.slides(many(rng, 20, |_| List::new(["a"]))),
        _ => message,
    }
}

fn message(rng: &mut Rng, is_checked: bool) -> BotMessage {
    let mut body = Text::from(text(rng, 5000));
    if rng.u8(..4) == 0 {
        body = many(rng, 3, |rng| InstantButton::new(text(rng, 20), run()))
            .into_iter()
            .fold(Text::from("a"), Text::button);
    }
    let mut message = Message::text(body);
    if !is_checked {
        message = message.unchecked();
    }
    let message = card(rng, message);
    let message = slides(rng, message).buttons(many(rng, 5, button));
    if rng.bool() {
        return message.into();
    }
    let message = message
        .thread_message_id("1_2")
        .thread_title(text(rng, 100));
    BotMessage::from(message).message_topic(text(rng, 255))
}

/// Returns the parts of a message that exceed a published limit.
fn exceeding(value: &Value, at: &str, limits: &facts::Limits, found: &mut BTreeSet<String>) {
    let size = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    if let Some((min, max)) = limits.get(&facts::general(at))
        && !(*min..=*max).contains(&size)
    {
        found.insert(at.to_owned());
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let at = facts::member(at, name);
                exceeding(value, &at, limits, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                exceeding(item, &format!("{at}[{index}]"), limits, found);
            }
        }
        _ => {}
    }
}

#[test]
fn rejected_messages_exceed_a_published_limit() {
    let limits = facts::limits();
    let (mut accepted, mut refused) = (0, BTreeSet::new());
    for seed in 0..4000 {
        let make = |is_checked| message(&mut Rng::with_seed(seed), is_checked);
        let sent = to_value(make(false)).unwrap();
        let mut expected = BTreeSet::new();
        exceeding(&sent, "", &limits, &mut expected);
        match make(true).check() {
            Ok(()) => {
                assert_eq!(expected, BTreeSet::new(), "seed {seed}");
                accepted += 1;
            }
            Err(error) => {
                assert!(
                    expected.contains(error.path()),
                    "seed {seed}: {error}; {expected:?}"
                );
                refused.insert(facts::general(error.path()));
            }
        }
    }
    assert!(accepted > 500, "{accepted}");
    assert!(refused.len() > 20, "{refused:?}");
}
