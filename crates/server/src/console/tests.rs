//! The console as it is served: its headers, its caching, its page.

use std::fs;
use std::path::Path;
use std::process::Command;

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Request};

use super::{FILES, accepts_gzip};
use crate::testing::{Answer, House};

async fn get(house: &House, path: &str) -> Answer {
    house.send(Request::get(path).header("accept-encoding", "gzip, br"), "", Body::empty()).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn every_page_of_the_console_is_the_same_file_and_never_kept() {
    let house = House::new().await;
    let first = get(&house, "/console/").await;
    assert_eq!((first.status, header(&first, "content-type")), (200, "text/html; charset=utf-8"));
    for path in ["/console/hooks", "/console/hooks/abc/secrets", "/console/..%2f..%2fetc", "/console/index.html"] {
        let page = get(&house, path).await;
        assert_eq!((page.status, header(&page, "cache-control")), (200, "no-cache"), "{path}");
        assert_eq!(page.body, first.body, "{path}");
    }
    for (path, status) in [("/console", 308), ("/", 307)] {
        let away = get(&house, path).await;
        assert_eq!((away.status, header(&away, "location")), (status, "/console/"), "{path}");
    }
}

#[tokio::test]
async fn files_with_a_hash_in_their_name_are_kept_for_ever_and_others_are_not_found() {
    let house = House::new().await;
    for file in FILES {
        let answer = get(&house, &format!("/console/{}", file.path)).await;
        assert_eq!(answer.status, 200, "{}", file.path);
        let kept = header(&answer, "cache-control") == "public, max-age=31536000, immutable";
        assert_eq!(kept, file.path.starts_with("assets/"), "{}", file.path);
        assert_eq!(header(&answer, "content-encoding") == "gzip", file.gzip.is_some(), "{}", file.path);
        assert_ne!(header(&answer, "content-type"), "application/octet-stream", "{}", file.path);
    }
    assert_eq!(get(&house, "/console/assets/index-gone.js").await.status, 404);
}

#[tokio::test]
async fn nothing_from_elsewhere_and_nothing_inline_is_allowed() {
    let house = House::new().await;
    for path in ["/console/", "/console/events"] {
        let page = get(&house, path).await;
        let policy = header(&page, "content-security-policy");
        for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(&format!("{part};")), "{part}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert_eq!(header(&page, "referrer-policy"), "no-referrer");
        assert_eq!(header(&page, "cross-origin-opener-policy"), "same-origin");
    }
}

#[test]
fn without_npm_the_build_embeds_a_page_that_says_how_to_get_the_console() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = folder.path().join("build-script");
    let mut compile = Command::new("rustc");
    compile.args(["--edition", "2024", "-o"]).arg(&script).arg(source.join("build.rs"));
    let compiled = compile.output().expect("rustc is there, for it compiled this test");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));

    let mut build = Command::new(&script);
    build.env_clear().env("CARGO_MANIFEST_DIR", source).env("OUT_DIR", folder.path()).env("PATH", folder.path());
    let output = build.output().expect("the build script starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "a build without npm goes on: {}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("cargo::warning=the web console is not in this build: npm cannot be started"), "{said}");
    let table = fs::read_to_string(folder.path().join("console.rs")).expect("the table of files");
    assert!(table.contains(r#"path: "index.html""#) && table.contains("missing/index.html"), "{table}");
    let page = fs::read_to_string(folder.path().join("missing/index.html")).expect("the page");
    for part in
        ["The console is not in this build", "Install Node.js 20.19 or newer, with npm", "cargo build --release"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn gzip_is_sent_to_those_who_ask_for_it() {
    for (asked, expected) in [
        ("gzip", true),
        ("br, GZIP;q=0.5", true),
        ("gzip;q=0", false),
        ("gzip; q=0.0, br", false),
        ("br", false),
        ("", false),
    ] {
        let headers = HeaderMap::from_iter([(http::header::ACCEPT_ENCODING, HeaderValue::from_static(asked))]);
        assert_eq!(accepts_gzip(&headers), expected, "{asked}");
    }
}
