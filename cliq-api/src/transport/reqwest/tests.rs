//! Converted requests are those that `reqwest` makes itself.

use http::Version;
use http::header::ACCEPT;

use super::*;

fn request(uri: &str) -> Request<Body> {
    let builder = Request::post(uri)
        .header(ACCEPT, "application/json")
        .version(Version::HTTP_10);
    builder.body(Body::from("{}")).unwrap()
}

#[test]
fn a_request_after_another_is_converted_alike() {
    let origins = [
        "https://api.example.com",
        "https://API.example.com:8443",
        "http://127.0.0.1:1",
        "http://[::1]:1",
    ];
    let pieces = [
        "", "/", "a", "%2F", "%2e%2e", "..", ".", "//", "'", "%", "|", "~", "%C3%A9", "+", ":", "@",
    ];
    let queries = ["", "?", "?a=b", "?'=%27&c=/?", "?a=%20+"];
    for origin in origins {
        let last = LastUrl::default();
        last.convert(request(&format!("{origin}/v1/tickets?state=all")))
            .unwrap();
        for (one, other) in pieces
            .iter()
            .flat_map(|one| pieces.iter().map(move |other| (one, other)))
        {
            for query in queries {
                let uri = format!("{origin}/{one}/x{other}{query}");
                let Ok(parsed) = uri.parse::<Uri>() else {
                    continue;
                };
                assert!(is_same_server(&last.last().as_ref().unwrap().0, &parsed));
                let reqwests = request(&uri).map(convert_body).try_into();
                let reqwests: ::reqwest::Request = reqwests.unwrap();
                // After another URL, and after itself.
                for _ in 0..2 {
                    let mine = last.convert(request(&uri)).unwrap();
                    assert_eq!(mine.url(), reqwests.url(), "{uri}");
                    assert_eq!(
                        (mine.method(), mine.headers()),
                        (reqwests.method(), reqwests.headers())
                    );
                    assert_eq!(mine.version(), reqwests.version());
                    let bytes = |request: &::reqwest::Request| {
                        request.body().unwrap().as_bytes().map(<[u8]>::to_vec)
                    };
                    assert_eq!(bytes(&mine), bytes(&reqwests));
                }
            }
        }
    }
}

/// A base URL in its one spelling names the server that the URL parser names, however it was
/// written, and no other.
#[test]
fn a_normal_base_url_is_the_same_server() {
    let hosts = [
        "api.example.com",
        "API.Example.com",
        "a_b.example",
        "XN--Bcher-KVA.example",
        "127.0.0.1",
        "127.1",
        "1",
        "0",
        "0x",
        "0x7F.1",
        "0177.0.0.01",
        "08.1",
        "256.1",
        "1.2.3.256",
        "1.2.65536",
        "4294967295",
        "4294967296",
        "1.2.3.4.5",
        "1.2.3.4",
        "a.1",
        "a.0x",
        "a.0xg",
        "1.a",
        "1e100",
        "[::1]",
        "[2001:DB8::0:A]",
        "[::ffff:127.0.0.1]",
        "[1]",
    ];
    for host in hosts {
        for port in ["", ":", ":443", ":80", ":8443", ":065535", ":65536"] {
            let text = format!("https://{host}{port}/v1");
            let theirs = Url::parse(&text);
            let ours = crate::request::BaseUrl::parse(&text, false);
            match (theirs, ours) {
                (Ok(theirs), Ok(ours)) => {
                    assert_eq!(Url::parse(ours.as_str()).unwrap(), theirs, "{text}");
                }
                (Err(_), Err(_)) => {}
                (theirs, ours) => panic!("{text}: {theirs:?}, {ours:?}"),
            }
        }
    }
}

#[test]
fn another_url_is_not_taken_for_the_last_one() {
    let last = LastUrl::default();
    let urls = [
        "https://api.example.com/a?b",
        "https://accounts.example.com/a?b",
        "http://api.example.com/a?b",
        "https://api.example.com:444/a?b",
        "https://api.example.com:444/a",
        "https://api.example.com:444/A",
        "https://api.example.com:444/a/b",
    ];
    for url in urls.iter().chain(urls.iter().rev()) {
        assert_eq!(last.convert(request(url)).unwrap().url().as_str(), *url);
    }
}
