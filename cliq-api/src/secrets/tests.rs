//! What is found of a secret, and what is left.

use super::*;

fn secrets(header: &str) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add_header(&HeaderValue::try_from(header).unwrap());
    secrets
}

#[test]
fn a_secret_is_found_in_each_form() {
    let secrets = secrets("Bearer c4n+4r/y=\"é");
    for text in [
        "c4n+4r/y=\"é",
        "C4N+4R/Y=\"é",
        "c4n%2B4r%2Fy%3d%22%C3%A9",
        "c4n%252B4r%252Fy%253d%2522%25C3%25A9",
        r#"c4n+4r\/y=\"\u00e9"#,
        r"c4n\u002b4r\u002fy\x3d\u{22}é",
        "c4n+4r/y&#61;&quot;&#xe9;",
        "c4n-4r_y=\"é",
        "YzRuKzRyL3k9IsOp",
        "yzrukzryl3k9isop",
    ] {
        assert_eq!(
            secrets.redact(&format!("<{text}>")),
            "<[redacted]>",
            "{text}"
        );
    }
    for text in [
        "c4n+4",
        "Bearer",
        "",
        "c4n%zz4r/y=\"é",
        "%",
        "\\",
        "&#;",
        "\\u",
    ] {
        assert_eq!(secrets.redact(text), text);
    }
}

#[test]
fn texts_stay_whole_around_it() {
    let mut secrets = Secrets::default();
    secrets.add("c4n4ry");
    secrets.add("4ry-2");
    assert_eq!(
        secrets.redact("äc4n4ryü c4n4ry-2,4ry-2"),
        "ä[redacted]ü [redacted],[redacted]"
    );
    assert_eq!(secrets.redact("%c4n4ry%"), "%[redacted]%");
    assert!(secrets.are_in("c4n4ry") && !secrets.are_in("c4n4"));
    assert!(secrets.contain("n4r") && !secrets.contain("n5"));
    assert!(!format!("{secrets:?}").contains("c4n4ry"));
}

#[test]
fn the_beginning_of_a_secret_is_found_at_the_end() {
    let secrets = secrets("Bearer 0123/56789abcdef");
    let long = "x".repeat(CUT);
    for end in [
        "0123",
        "0123/567",
        "0123%2",
        "0123%2f5",
        "0123%252",
        "0123\\u002",
        "0123&#4",
    ] {
        let cut = format!("{long} {end}");
        assert_eq!(secrets.redact(&cut), format!("{long} [redacted]"));
    }
    for end in ["012", "0123 or so", "0123%3f", "123/5"] {
        let whole = format!("{long} {end}");
        assert_eq!(secrets.redact(&whole), whole);
    }
    assert_eq!(secrets.redact("it is 0123/567"), "it is 0123/567");
}

#[test]
fn a_short_one_is_a_word() {
    let secrets = secrets("Bearer abc");
    assert_eq!(
        secrets.redact("abc \"abc\" abcd xabc a"),
        "[redacted] \"[redacted]\" abcd xabc a"
    );
    assert_eq!(self::secrets("").redact("a b"), "a b");
}

#[test]
fn each_scheme_has_its_secrets() {
    // "user:pässword".
    let basic = secrets("Basic dXNlcjpww6Rzc3dvcmQ=");
    for text in [
        "dXNlcjpww6Rzc3dvcmQ=",
        "dXNlcjpww6Rzc3dvcmQ",
        "pässword",
        "p%c3%a4ssword",
    ] {
        assert!(basic.are_in(text), "{text}");
    }
    assert!(!basic.are_in("user") && !basic.are_in("Basic"));
    // "sk_live_1:".
    assert!(secrets("Basic c2tfbGl2ZV8xOg==").are_in("sk_live_1"));
    let signed = secrets("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/eu, Signature=5d672d79");
    assert!(signed.are_in("5d672d79") && signed.are_in("AKIDEXAMPLE/eu"));
    assert!(!signed.are_in("AWS4-HMAC-SHA256"));
    assert!(secrets("session=5d672d79; theme=dark").are_in("5d672d79"));
    assert!(secrets("5d672d79").are_in("5d672d79"));
}

#[test]
fn an_error_is_kept_unless_it_or_a_cause_shows_a_secret() {
    let secrets = secrets("Bearer c4n4ry");
    let kept = secrets.redact_error(std::io::Error::other("no").into());
    assert!(kept.is::<std::io::Error>());
    let inner = std::io::Error::other("it was c4n4ry");
    let outer = crate::TransportError::new(crate::Sent::Maybe, "no answer").caused_by(inner);
    let shown = secrets.redact_error(outer.into());
    let cause = shown.source().unwrap();
    assert_eq!(
        (shown.to_string(), format!("{shown:?}")),
        ("no answer".into(), "no answer".into())
    );
    assert_eq!(
        (cause.to_string(), format!("{cause:?}")),
        ("it was [redacted]".into(), "it was [redacted]".into())
    );
    assert!(cause.source().is_none());
}
