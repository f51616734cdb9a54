//! Each limit: a value just within it passes, one just beyond it is rejected, and the error has the
//! path, what was found and what is accepted.

use cliq_api::cliq::message::{
    AnyTable, BotMessage, Button, CallButton, Chart, Confirmation, CopyText, Graph, InstantButton,
    InvokeFunction, List, Message, ModernInline, OpenUrl, Poll, PreviewUrl, Prompt, Table, Text,
};

type Of = fn(usize) -> BotMessage;

/// Returns multi-byte characters, to detect if bytes are counted.
fn text(length: usize) -> String {
    "ü".repeat(length)
}

fn message(message: impl Into<Message>) -> BotMessage {
    message.into().into()
}

fn with_button(button: Button) -> BotMessage {
    message(Message::text("text").button(button))
}

fn function() -> InvokeFunction {
    InvokeFunction::new("run")
}

fn url(length: usize) -> String {
    let scheme = "https://";
    format!("{scheme}{}", text(length - scheme.len()))
}

fn confirmed(confirmation: Confirmation) -> BotMessage {
    with_button(Button::new("Run", function()).confirm(confirmation))
}

fn confirmation() -> Confirmation {
    Confirmation::new("Run?", "Why", "Run")
}

/// Maximum lengths, in characters.
pub(crate) const LENGTHS: &[(&str, usize, Of)] = &[
    ("text", 5000, |n| message(text(n))),
    ("buttons[0].label", 20, |n| {
        with_button(Button::new(text(n), function()))
    }),
    ("buttons[0].hint", 100, |n| {
        with_button(Button::new("Run", function()).hint(text(n)))
    }),
    ("buttons[0].key", 100, |n| {
        with_button(Button::new("Run", function()).key(text(n)))
    }),
    ("buttons[0].action.data.web", 256, |n| {
        with_button(Button::new("Open", OpenUrl::new(url(n))))
    }),
    ("buttons[0].action.data.windows", 256, |n| {
        with_button(Button::new("Open", OpenUrl::new("tel:1").windows(text(n))))
    }),
    ("buttons[0].action.data.iOS", 256, |n| {
        with_button(Button::new("Open", OpenUrl::new("SIP:1").ios(text(n))))
    }),
    ("buttons[0].action.data.android", 256, |n| {
        with_button(Button::new(
            "Open",
            OpenUrl::new("http://a").android(text(n)),
        ))
    }),
    ("buttons[0].action.data.url", 500, |n| {
        with_button(Button::new("Show", PreviewUrl::new(text(n))))
    }),
    ("buttons[0].action.data.text", 200, |n| {
        with_button(Button::new("Copy", CopyText::new(text(n))))
    }),
    ("buttons[0].action.confirm.title", 100, |n| {
        confirmed(Confirmation::new(text(n), "Why", "Run"))
    }),
    ("buttons[0].action.confirm.description", 100, |n| {
        confirmed(confirmation().description(text(n)))
    }),
    ("buttons[0].action.confirm.input", 300, |n| {
        confirmed(Confirmation::new("Run?", text(n), "Run"))
    }),
    ("buttons[0].action.confirm.button_label", 100, |n| {
        confirmed(Confirmation::new("Run?", "Why", text(n)))
    }),
    ("buttons[0].action.confirm.cancel_button_label", 100, |n| {
        confirmed(confirmation().cancel_button_label(text(n)))
    }),
    ("card.title", 200, |n| {
        message(Poll::new(text(n), ["a", "b"]))
    }),
    ("card.title", 200, |n| message(ModernInline::new(text(n)))),
    ("card.title", 200, |n| {
        message(Prompt::new(text(n), "Run", function()))
    }),
    ("card.options[1].text", 100, |n| {
        message(Poll::new("?", ["a".to_owned(), text(n)]))
    }),
    ("card.buttons[0].label", 30, |n| {
        message(ModernInline::new("Card").button(text(n), function()))
    }),
    ("card.buttons[1].label", 30, |n| {
        message(Prompt::new("?", "Run", function()).button(text(n), function()))
    }),
    ("card.buttons[0].action.data.web", 500, |n| {
        message(ModernInline::new("Card").button("Show", PreviewUrl::new(text(n))))
    }),
    ("references.1.object.label", 20, |n| {
        message(Text::new().button(InstantButton::new(text(n), function())))
    }),
    ("references.2.object.action.data.text", 200, |n| {
        let copy = InstantButton::new("Copy", CopyText::new(text(n)));
        let run = InstantButton::new("Run", function());
        message(Text::new().button(run).button(copy))
    }),
    ("slides[0].data[0].label", 20, |n| {
        message(Message::text("text").slide(Chart::pie().value(text(n), 1)))
    }),
    ("slides[0].styles.x_axis", 20, |n| {
        message(Message::text("text").slide(Graph::trend().x_axis(text(n))))
    }),
    ("slides[0].styles.y_axis", 20, |n| {
        message(Message::text("text").slide(Graph::vertical_bar().y_axis(text(n))))
    }),
    ("slides[1].data[0].category", 20, |n| {
        let graph = Graph::vertical_stacked_bar().category(text(n), [("a", 1)]);
        let message = Message::text("text").slide(List::new(["a"])).slide(graph);
        message.into()
    }),
    ("slides[0].data[1].values[0].label", 20, |n| {
        let graph = Graph::trend()
            .category("a", [("a", 1)])
            .category("b", [(text(n), 1)]);
        message(Message::text("text").slide(graph))
    }),
    ("thread_title", 100, |n| {
        message(
            Message::text("text")
                .thread_message_id("1_2")
                .thread_title(text(n)),
        )
    }),
    ("thread_chat_id", 100, |n| {
        BotMessage::from("text").thread_chat_id(text(n))
    }),
    ("message_topic", 255, |n| {
        BotMessage::from("text").message_topic(text(n))
    }),
];

/// Minimum and maximum counts.
pub(crate) const COUNTS: &[(&str, usize, usize, Of)] = &[
    ("buttons", 0, 5, |n| {
        let buttons = (0..n).map(|_| Button::new("Run", function()));
        message(Message::text("text").buttons(buttons))
    }),
    ("slides", 0, 20, |n| {
        let slides = (0..n).map(|_| List::new(["a"]));
        message(Message::text("text").slides(slides))
    }),
    ("card.options", 2, 10, |n| {
        message(Poll::of("?", (0..n).map(|option| option.to_string())))
    }),
    ("card.buttons", 0, 5, |n| {
        let card = ModernInline::new("Card");
        message((0..n).fold(card, |card, _| card.button("Run", function())))
    }),
    ("card.buttons", 1, 5, |n| {
        let prompt = Prompt::new("?", "Run", function());
        message((1..n).fold(prompt, |prompt, _| prompt.button("Run", function())))
    }),
    ("slides[0].data", 0, 5, |n| {
        let chart = (0..n).fold(Chart::doughnut(), |chart, _| chart.value("a", 1));
        message(Message::text("text").slide(chart))
    }),
    ("slides[0].data", 0, 5, |n| {
        let graph = (0..n).fold(Graph::trend(), |graph, _| graph.category("a", [("a", 1)]));
        message(Message::text("text").slide(graph))
    }),
    ("slides[0].data[0].values", 0, 20, |n| {
        let values = (0..n).map(|_| ("a", 0.5));
        message(Message::text("text").slide(Graph::trend().category("a", values)))
    }),
    ("user_ids", 0, 100, |n| {
        BotMessage::from("text").user_ids((0..n).map(|id| id.to_string()))
    }),
];

#[test]
fn lengths_are_counted_in_characters() {
    for (path, max, of) in LENGTHS {
        assert_eq!(of(*max).check(), Ok(()), "{path}");
        let count = max + 1;
        let error = of(count).check().unwrap_err();
        assert_eq!(error.path(), *path);
        assert_eq!(
            error.to_string(),
            format!("`{path}` has {count} characters; Cliq accepts up to {max}")
        );
    }
}

#[test]
fn a_message_to_a_chat_may_have_a_longer_text() {
    let max = Message::MAX_TEXT;
    assert_eq!(Message::text(text(max)).check(), Ok(()));
    assert_eq!(
        Message::text(text(max + 1))
            .check()
            .unwrap_err()
            .to_string(),
        "`text` has 10001 characters; Cliq accepts up to 10000"
    );
}

#[test]
fn items_are_counted() {
    for (path, min, max, of) in COUNTS {
        for count in [*min, *max] {
            assert_eq!(of(count).check(), Ok(()), "{path}");
        }
        let accepted = match min {
            0 => format!("up to {max}"),
            min => format!("{min} to {max}"),
        };
        let count = max + 1;
        assert_eq!(
            of(count).check().unwrap_err().to_string(),
            format!("`{path}` has {count} items; Cliq accepts {accepted}")
        );
    }
    let poll = message(Poll::of("?", ["a"]));
    assert_eq!(
        poll.check().unwrap_err().to_string(),
        "`card.options` has 1 item; Cliq accepts 2 to 10"
    );
}

/// Other constraints than lengths and counts.
#[test]
fn contradictions_are_rejected() {
    let on = |slide: AnyTable| message(Message::text("text").slide(slide));
    let table = || Table::new(["a", "b"]);
    let chart = |value| message(Message::text("text").slide(Chart::pie().value("a", value)));
    let open = |url| with_button(Button::new("Open", OpenUrl::new(url)));
    let keyed = || Button::new("Run", function()).key("run");
    for (refused, expected) in [
        (message(""), "`text` is empty"),
        (
            message(Message::default().sync_message(true)),
            "`message` is empty; Cliq accepts a text, a card or slides",
        ),
        (
            message(Message::text("text").thread_title("title")),
            "`thread_title` requires `thread_message_id`, the message that starts the thread",
        ),
        (
            message(Message::text("text").member("text", "other")),
            "`text` is set by `member` too",
        ),
        (
            // A duplicate member isn't a limit of the server.
            message(Message::text("text").member("text", "other").unchecked()),
            "`text` is set by `member` too",
        ),
        (
            message(Message::text("text").button(keyed()).button(keyed())),
            "`buttons[1].key` repeats the key of another button",
        ),
        (
            open("www.example.com"),
            "`buttons[0].action.data.web` has no scheme that Cliq opens; it accepts `http`, \
             `https`, `tel`, `sms` and `sip`",
        ),
        (
            message(Text::new().button(InstantButton::new("[1]", function()))),
            "`references.1.object.label` has a bracket, which ends a button's label in a text",
        ),
        (
            on(Table::new(["a", "b", "a"]).into()),
            "`slides[0].data.headers[2]` repeats the header of another column",
        ),
        (
            on(AnyTable::new(["a", "b"]).row(["1", "2"]).row(["1"])),
            "`slides[0].data.rows[1]` has 1 cell; the table has 2 columns",
        ),
        (
            on(table().widths([50, 49]).into()),
            "`slides[0].data.styles.width` adds up to 99; Cliq accepts percentages of 1 or more \
             that add up to 100",
        ),
        (
            on(table().widths([100, 0]).into()),
            "`slides[0].data.styles.width` adds up to 100; Cliq accepts percentages of 1 or more \
             that add up to 100",
        ),
        (
            on(AnyTable::new(["a"]).widths([50, 50])),
            "`slides[0].data.styles.width` has 2 items; the table has 1 column",
        ),
        (
            on(table().sticky(0, 3).into()),
            "`slides[0].data.styles.sticky.columns` is 3; Cliq accepts up to 2",
        ),
        (
            chart(f64::NAN),
            "`slides[0].data[0].value` is not a finite number",
        ),
        (
            chart(f64::INFINITY),
            "`slides[0].data[0].value` is not a finite number",
        ),
        (
            BotMessage::from("text").user_ids(["1", "2,3"]),
            "`user_ids[1]` contains a comma, which would split it in two",
        ),
        (
            BotMessage::from("text").user_ids(["1"]).broadcast(true),
            "`user_ids` conflicts with `broadcast`, which sends the message to all",
        ),
        (
            BotMessage::from(Message::text("text").member("user_ids", "1")).user_ids(["2"]),
            "`user_ids` is set by `member` too",
        ),
    ] {
        let error = refused.check().unwrap_err();
        assert_eq!(error.to_string(), expected);
        // A rejected message can't be serialized either, for the same reason.
        let serialized = serde_json::to_string(&refused).unwrap_err();
        let hint = if expected.contains("by `member`") {
            ""
        } else {
            " (`Message::unchecked` skips this check)"
        };
        assert_eq!(serialized.to_string(), format!("{expected}{hint}"));
    }
}

#[test]
fn buttons_of_calls_have_limits_too() {
    let button = |length| CallButton::new(text(length), function());
    let refused = |button| serde_json::to_string(&button).unwrap_err().to_string();
    assert!(serde_json::to_string(&button(20).hint(text(100)).key(text(100))).is_ok());
    for (button, expected) in [
        (
            button(21),
            "`label` has 21 characters; Cliq accepts up to 20",
        ),
        (
            button(1).hint(text(101)),
            "`hint` has 101 characters; Cliq accepts up to 100",
        ),
        (
            button(1).key(text(101)),
            "`key` has 101 characters; Cliq accepts up to 100",
        ),
        (
            CallButton::new("Copy", CopyText::new(text(201))),
            "`action.data.text` has 201 characters; Cliq accepts up to 200",
        ),
    ] {
        assert_eq!(refused(button), expected);
    }
}

#[test]
fn whole_numbers_have_no_fraction() {
    let slide = Chart::semi_doughnut()
        .value("a", -2)
        .value("b", 0.5)
        .value("c", 1e300)
        .value("d", 9_007_199_254_740_992.0);
    let json = serde_json::to_string(&Message::text("text").slide(slide)).unwrap();
    for value in [
        "\"value\":-2}",
        "\"value\":0.5}",
        "\"value\":1e+300}",
        "\"value\":9007199254740992}",
    ] {
        assert!(json.contains(value), "{value} in {json}");
    }
}
