//! Converts the document's texts to documentation that rustdoc and lints accept. They are Markdown,
//! often with HTML, and written for other renderers.

use std::fmt::Write as _;

/// The width of a line of text.
const WIDTH: usize = 92;

/// Words in mixed case that lints accept.
const WORDS: [&str; 16] = [
    "DevOps",
    "ECMAScript",
    "GitHub",
    "GitLab",
    "GraphQL",
    "IPv4",
    "IPv6",
    "JavaScript",
    "KiB",
    "MiB",
    "GiB",
    "OAuth",
    "OpenSSL",
    "OpenTelemetry",
    "TypeScript",
    "WebAssembly",
];

/// Returns the lines of a text; none for an empty one.
pub(super) fn lines(text: &str) -> Vec<String> {
    lines_within(text, WIDTH)
}

fn lines_within(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for block in blocks(&plain_text(text)) {
        if !out.is_empty()
            && !matches!((&block, out.last()), (Block::Item(_), Some(last)) if is_item(last))
        {
            out.push(String::new());
        }
        match block {
            Block::Paragraph(text) => wrap(&inline(&text), "", "", width, &mut out),
            Block::Item(text) => {
                let (mark, text) = text.split_once(' ').unwrap_or(("-", &text));
                let indent = " ".repeat(mark.len() + 1);
                wrap(&inline(text), &format!("{mark} "), &indent, width, &mut out);
            }
            Block::Code(code) => {
                out.push("```text".to_owned());
                out.extend(code);
                out.push("```".to_owned());
            }
        }
    }
    // An item's continuation lines are indented, so the check above sees only the last of them.
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("  ")
}

/// Returns the text in one line without markup, for patterns.
pub(super) fn flat(text: &str) -> String {
    let plain = plain_text(text).replace("**", "").replace(BREAK, "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks a line break in HTML.
const BREAK: char = '\u{3}';

/// Converts HTML to Markdown.
fn plain_text(text: &str) -> String {
    let mut out = String::new();
    let mut link = None;
    let mut is_code = false;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let Some((tag, behind)) = after.split_once('>') else {
            rest = &rest[start..];
            break;
        };
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let name = name.to_ascii_lowercase();
        let closes = tag.starts_with('/');
        match name.as_str() {
            "br" => {
                out.push(BREAK);
                out.push('\n');
            }
            "p" | "div" | "ul" | "ol" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            | "blockquote" | "section" | "hr" | "details" | "summary" | "aside" => {
                out.push_str("\n\n");
            }
            "li" | "tr" => {
                out.push_str(if closes { "\n" } else { "\n- " });
                rest = behind.trim_start();
                continue;
            }
            // A table row becomes an item.
            "td" | "th" => {
                let is_first = out.ends_with("- ");
                if !is_first {
                    out.truncate(out.trim_end().len());
                    out.push(' ');
                }
                rest = behind.trim_start();
                continue;
            }
            "code" | "tt" | "kbd" if is_code => {}
            "code" | "tt" | "kbd" => out.push('`'),
            "pre" => {
                is_code = !closes;
                out.push_str("\n```\n");
            }
            "a" if closes => {
                if let Some(target) = link.take() {
                    let _ = write!(out, "]({target})");
                }
            }
            "a" => {
                let target = tag.split_once("href=").map(|(_, target)| target);
                let target = target.map(|target| {
                    let quoted = target.trim_start_matches(['"', '\'']);
                    quoted.split(['"', '\'', ' ']).next().unwrap_or_default()
                });
                let target = target.filter(|target| target.starts_with("http"));
                if let Some(target) = target {
                    link = Some(target.to_owned());
                    out.push('[');
                }
            }
            "b" | "strong" | "i" | "em" | "u" | "span" | "font" | "small" | "sub" | "sup"
            | "tbody" | "thead" | "img" | "s" | "strike" | "center" | "nobr" | "mark"
            | "colgroup" | "col" | "caption" | "input" | "button" | "label" | "iframe"
            | "video" | "source" | "svg" => {}
            // A placeholder, or an autolink in Markdown.
            _ if tag.contains("://") => {
                let _ = write!(out, "<{tag}>");
            }
            _ if !tag.is_empty() && !tag.contains(char::is_whitespace) && tag.len() < 60 => {
                let _ = write!(out, "`<{tag}>`");
            }
            _ => {
                out.push('<');
                rest = after;
                continue;
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out = numeric_entities(&out);
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&nbsp;", " "),
        ("&amp;", "&"),
        ("\u{a0}", " "),
        ("\u{200b}", ""),
        ("\t", " "),
        ("\r", ""),
    ] {
        out = out.replace(entity, character);
    }
    out
}

/// Replaces `&#10003;` and `&#x2713;`.
fn numeric_entities(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        out.push_str(before);
        let entity = after.split_once(';').and_then(|(digits, behind)| {
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            Some((char::from_u32(number.ok()?)?, behind))
        });
        match entity {
            Some((character, behind)) => {
                out.push(character);
                rest = behind;
            }
            None => {
                out.push_str("&#");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

enum Block {
    Paragraph(String),
    /// With its marker: `- `, `1. `.
    Item(String),
    Code(Vec<String>),
}

/// Splits the text into paragraphs, list items and code. Lists are flat.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut code: Option<Vec<String>> = None;
    for line in text.lines() {
        let is_broken = line.ends_with(BREAK);
        let line = &line.replace(BREAK, "");
        let bare = line.trim();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            match code.take() {
                Some(lines) => blocks.push(Block::Code(lines)),
                None => {
                    blocks.extend(open.take());
                    code = Some(Vec::new());
                }
            }
            continue;
        }
        if let Some(code) = &mut code {
            code.push(line.trim_end().to_owned());
            continue;
        }
        let bare = bare.trim_start_matches(['>', ' ']).trim();
        if bare.is_empty() || is_rule(bare) {
            blocks.extend(open.take());
            continue;
        }
        if let Some(item) = item(bare) {
            blocks.extend(open.take());
            open = Some(Block::Item(item));
            continue;
        }
        // Headings of an operation would become headings of the module.
        let heading = bare.trim_start_matches('#');
        let is_heading = heading.len() < bare.len() && heading.starts_with(' ');
        let bare = if is_heading { heading.trim() } else { bare };
        if is_heading || bare.starts_with('|') {
            blocks.extend(open.take());
        }
        // A short line before a sentence is a paragraph.
        let ends_short = matches!(&open, Some(Block::Paragraph(text)) if text.len() < 60)
            && bare.starts_with(|first: char| first.is_uppercase());
        if ends_short {
            blocks.extend(open.take());
        }
        match &mut open {
            Some(Block::Paragraph(text) | Block::Item(text)) => {
                text.push(' ');
                text.push_str(bare);
            }
            _ => open = Some(Block::Paragraph(bare.to_owned())),
        }
        let is_paragraph = matches!(open, Some(Block::Paragraph(_)));
        if is_heading || bare.starts_with('|') || is_broken && is_paragraph {
            blocks.extend(open.take());
        }
    }
    blocks.extend(open);
    blocks.extend(code.map(Block::Code));
    for block in &mut blocks {
        // JSON that isn't marked as code.
        if let Block::Paragraph(text) = block
            && text.starts_with(['{', '['])
            && text.ends_with(['}', ']'])
            && text.contains("\":")
        {
            *block = Block::Code(vec![std::mem::take(text)]);
        }
    }
    blocks.retain(|block| match block {
        Block::Paragraph(text) => !text.trim().is_empty(),
        Block::Item(text) => text.trim().len() > 1,
        Block::Code(lines) => !lines.is_empty(),
    });
    blocks
}

fn is_rule(line: &str) -> bool {
    let marks = ['-', '=', '*', '_', '|', ':', ' ', '~'];
    line.len() > 1 && line.chars().all(|character| marks.contains(&character))
}

/// Returns the item with its marker, if the line is one.
fn item(line: &str) -> Option<String> {
    let bullets = ["- ", "* ", "+ ", "• ", "· "];
    for bullet in bullets {
        if let Some(text) = line.strip_prefix(bullet) {
            return Some(format!("- {}", text.trim_start()));
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let text = line[digits..].strip_prefix(['.', ')'])?.strip_prefix(' ')?;
    // rustdoc would renumber higher ones.
    (1..=2)
        .contains(&digits)
        .then(|| format!("- {}", text.trim_start()))
}

/// Keeps links and code spans, and escapes other markup.
fn inline(text: &str) -> String {
    let text = text.replace("**", "").replace("__ ", " ");
    let (text, links) = without_links(&text);
    let parts: Vec<_> = text.split('`').collect();
    let mut out = String::new();
    if parts.len().is_multiple_of(2) {
        // An unpaired backtick starts no code span.
        out.push_str(&words(&text.replace('`', "'")));
    } else {
        for (index, part) in parts.iter().enumerate() {
            if index % 2 == 0 {
                out.push_str(&words(part));
            } else if !part.trim().is_empty() {
                let _ = write!(out, "`{}`", part.trim());
            }
        }
    }
    for (index, link) in links.iter().enumerate() {
        out = out.replace(&format!("{LINK}{index}{LINK}"), link);
    }
    out
}

fn words(text: &str) -> String {
    let text = &escaped(text);
    let mut out = String::new();
    if text.starts_with(char::is_whitespace) {
        out.push(' ');
    }
    let words: Vec<_> = text.split_whitespace().map(word).collect();
    out.push_str(&words.join(" "));
    if text.ends_with(char::is_whitespace) && !words.is_empty() {
        out.push(' ');
    }
    out
}

/// Encloses the number of a removed link.
const LINK: char = '\u{2}';

/// Removes links to the web, and replaces other links by their text.
fn without_links(text: &str) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut links = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let before = &rest[..start];
        // An image becomes its alternative text.
        let image = before.strip_suffix('!');
        let after = &rest[start + 1..];
        let link = after.split_once(']').and_then(|(words, behind)| {
            let (target, behind) = behind.strip_prefix('(')?.split_once(')')?;
            (!words.contains('[')).then_some((words, target, behind))
        });
        match link {
            Some((words, target, behind)) => {
                out.push_str(image.unwrap_or(before));
                let target = target.split_whitespace().next().unwrap_or_default();
                let label: String = words.chars().filter(|it| !"`*<>".contains(*it)).collect();
                // A quoted label would look like a link to an item.
                let label = label.trim().trim_matches(['\'', '"']);
                if target.starts_with("http") && !label.is_empty() {
                    let is_code = label.split_whitespace().any(is_name);
                    let mark = if is_code { "`" } else { "" };
                    let _ = write!(out, "{LINK}{}{LINK}", links.len());
                    links.push(format!("[{mark}{label}{mark}]({target})"));
                } else {
                    out.push_str(words);
                }
                rest = behind;
            }
            None => {
                out.push_str(before);
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    (out, links)
}

/// Escapes brackets, which would be read as links.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for character in text.chars() {
        if matches!(character, '[' | ']') && before != '\\' {
            out.push('\\');
        }
        out.push(character);
        before = character;
    }
    out
}

/// Formats a word as code if it is a name.
fn word(word: &str) -> String {
    let is_outside =
        |character: char| !character.is_alphanumeric() && !"_{}<>/$@#".contains(character);
    let core = word.trim_matches(is_outside);
    if core.is_empty() {
        return if word == "<" || word == ">" || word.contains(['<', '>']) {
            format!("`{word}`")
        } else {
            word.to_owned()
        };
    }
    let start = word.find(core).unwrap_or_default();
    let (before, after) = (&word[..start], &word[start + core.len()..]);
    if core.starts_with("http://") || core.starts_with("https://") || before.ends_with('<') {
        let before = before.trim_end_matches('<');
        let url = core.trim_matches(['<', '>']);
        return format!("{before}<{url}>{after}");
    }
    if core.contains("://") || is_name(core) || core.contains(['<', '>', '{', '}']) {
        let (before, after) = (before.replace('\\', ""), after.replace('\\', ""));
        // A backslash would escape the backtick.
        return format!("{before}`{}`{after}", core.replace('\\', ""));
    }
    word.to_owned()
}

/// Returns whether lints consider it a name in code: `snake_case`, `CamelCase`, `a::b`.
fn is_name(word: &str) -> bool {
    let is_outside = |character: char| !character.is_alphanumeric();
    let core = word.trim_matches(is_outside);
    if core.contains('_') || core.contains("::") {
        return true;
    }
    core.split(|character: char| !character.is_alphanumeric())
        .any(|part| {
            let part = part.strip_suffix('s').unwrap_or(part);
            if WORDS.contains(&part) {
                return false;
            }
            let letters: Vec<char> = part.chars().collect();
            let capitals = letters
                .iter()
                .filter(|letter| letter.is_uppercase())
                .count();
            let humps = letters
                .windows(2)
                .any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase());
            let is_mixed = letters.iter().any(|letter| letter.is_lowercase());
            // Such as `userId` or `OAuth2`.
            humps && capitals > 0 || is_mixed && capitals > 1
        })
}

/// Breaks a text into lines. A word that would be markup at the start of a line stays on the
/// previous one.
fn wrap(text: &str, first: &str, indent: &str, width: usize, out: &mut Vec<String>) {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in pieces(text) {
        let marks = ["-", "+", "*", ">", "=", "|", "#", "~"];
        let is_mark = marks.iter().any(|mark| word.starts_with(mark))
            || word
                .trim_end_matches(['.', ')'])
                .bytes()
                .all(|byte| byte.is_ascii_digit());
        let fits = line.chars().count() + 1 + word.chars().count() <= width;
        if is_empty {
            // The first word has no previous line, so it is escaped.
            if first.is_empty() && is_mark && word.len() < 4 && !word.ends_with(['.', ')']) {
                line.push('\\');
            }
            line.push_str(&word);
        } else if fits || is_mark {
            line.push(' ');
            line.push_str(&word);
        } else {
            out.push(std::mem::replace(&mut line, format!("{indent}{word}")));
        }
        is_empty = false;
    }
    if !is_empty {
        out.push(line);
    }
}

/// Splits the text into words; code spans and links are one word each.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open = false;
    let mut brackets = 0_i32;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match pieces.last_mut() {
            Some(last) if open || brackets > 0 => {
                last.push(' ');
                last.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
        if word.matches('`').count() % 2 == 1 {
            open = !open;
        }
        if !open {
            let plain = word.replace("\\[", "").replace("\\]", "");
            let count = |it: char| i32::try_from(plain.matches(it).count()).unwrap_or(0);
            brackets = (brackets + count('[') - count(']')).max(0);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        lines(source).join("\n")
    }

    #[test]
    fn html_becomes_markdown() {
        assert_eq!(
            text("Get a chat.<br><br><p><b>OAuth Scope</b>: ZohoCliq.Chats.READ</p>"),
            "Get a chat.\n\nOAuth Scope: `ZohoCliq.Chats.READ`"
        );
        assert_eq!(
            text(
                "See <a href=\"https://example.com/a_b\">the guide</a>, not <a href='#x'>this</a>."
            ),
            "See [the guide](https://example.com/a_b), not this."
        );
        assert_eq!(text("<ul><li>one</li><li>two</li></ul>"), "- one\n- two");
        assert_eq!(
            text("Less &lt; more &amp; <code>a b</code>"),
            "Less `<` more & `a b`"
        );
    }

    #[test]
    fn only_names_become_code() {
        assert_eq!(
            text("The CHAT_ID of GitHub's userName."),
            "The `CHAT_ID` of GitHub's `userName`."
        );
        assert_eq!(
            text("See https://example.com/x_y."),
            "See <https://example.com/x_y>."
        );
        assert_eq!(
            text("an [optional] list[0]"),
            "an \\[optional\\] list\\[0\\]"
        );
        assert_eq!(
            text("[next](#next), ['b'](https://b.c) and [`a`](https://a.b)"),
            "next, [b](https://b.c) and [a](https://a.b)"
        );
        assert_eq!(text("one ` tick"), "one ' tick");
        assert_eq!(
            text("the id <ticket-id> of it"),
            "the id `<ticket-id>` of it"
        );
    }

    #[test]
    fn lists_are_flat_and_their_lines_indented() {
        let long = "word ".repeat(30);
        let lines = lines(&format!(
            "Values:\n* one\n  more\n    - two {long}\n1. three\n\nEnd"
        ));
        assert_eq!(
            lines[..4],
            [
                "Values:",
                "",
                "- one more",
                &format!("- two {}", "word ".repeat(17).trim_end())
            ]
        );
        assert!(lines[4].starts_with("  word"), "{lines:?}");
        assert_eq!(lines[lines.len() - 3..], ["- three", "", "End"]);
    }

    #[test]
    fn code_is_not_a_doctest() {
        assert_eq!(
            text("So:\n```json\n{ \"a\": 1 }\n```"),
            "So:\n\n```text\n{ \"a\": 1 }\n```"
        );
        assert_eq!(text("    indented"), "indented");
    }

    #[test]
    fn cleaning_is_idempotent() {
        for source in [
            "The `CHAT_ID` of <https://example.com>: \\[optional\\].",
            "See [the guide](https://example.com/a_b).",
            "- one\n- two",
        ] {
            let once = text(source);
            assert_eq!(text(&once), once);
        }
    }
}
