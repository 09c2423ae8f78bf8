//! What the service answers, apart from any network.

use crate::berths::{Harbour, Refusal, Ship};
use serde_json::json;

/// The status and the body for a request:
///
///     GET  /healthz      the service works
///     GET  /api/berths   who lies where
///     POST /api/berths   a ship that wants a berth
pub fn answer(harbour: &mut Harbour, method: &str, path: &str, body: &str) -> (u16, String) {
    match (method, path) {
        ("GET", "/healthz") => (200, json!({"status": "ok"}).to_string()),
        ("GET", "/api/berths") => {
            (200, json!({"free": harbour.free(), "berths": harbour.berths()}).to_string())
        }
        ("POST", "/api/berths") => moor(harbour, body),
        (_, "/healthz" | "/api/berths") => (405, problem("method not allowed")),
        _ => (404, problem("not found")),
    }
}

pub fn problem(text: &str) -> String {
    json!({ "error": text }).to_string()
}

fn moor(harbour: &mut Harbour, body: &str) -> (u16, String) {
    let ship: Ship = match serde_json::from_str(body) {
        Ok(ship) => ship,
        Err(error) => return (400, problem(&error.to_string())),
    };
    match harbour.moor(ship) {
        Ok(number) => (201, json!({ "berth": number }).to_string()),
        Err(Refusal::Nameless) => (422, problem("a ship needs a name")),
        Err(Refusal::Known) => (409, problem("there is a ship of that name")),
        Err(Refusal::NoBerth) => (409, problem("no free berth is long enough")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_answered() {
        let mut harbour = Harbour::new(&[40, 80]);
        for (method, path, body, status, text) in [
            ("GET", "/healthz", "", 200, "ok"),
            ("GET", "/api/berths", "", 200, r#""free":2"#),
            ("POST", "/api/berths", r#"{"name":"Freya","length":60}"#, 201, r#""berth":2"#),
            ("GET", "/api/berths", "", 200, "Freya"),
            ("POST", "/api/berths", r#"{"name":"Freya","length":6}"#, 409, "of that name"),
            ("POST", "/api/berths", r#"{"name":"Solveig","length":60}"#, 409, "long enough"),
            ("POST", "/api/berths", r#"{"name":"","length":60}"#, 422, "needs a name"),
            ("POST", "/api/berths", r#"{"name":"Avance"}"#, 400, "missing field"),
            ("POST", "/api/berths", r#"{"naem":"Avance"}"#, 400, "unknown field"),
            ("DELETE", "/api/berths", "", 405, "not allowed"),
            ("GET", "/nowhere", "", 404, "not found"),
        ] {
            let (found, answer) = answer(&mut harbour, method, path, body);
            assert_eq!(found, status, "{method} {path} {body}");
            assert!(answer.contains(text), "{method} {path} {body}: {answer}");
        }
    }
}
