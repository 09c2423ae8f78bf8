//! Harbour is a small web service: it finds berths for ships and tells as JSON who lies where.

mod berths;
mod routes;

use berths::Harbour;
use std::io::{Cursor, Read};
use std::sync::Mutex;
use std::{env, process, thread};
use tiny_http::{Header, Request, Response, Server};

const WORKERS: usize = 4;
const LARGEST_BODY: u64 = 64 << 10;

fn main() {
    let address = env::var("ADDR").unwrap_or_else(|_| "0.0.0.0:8080".to_string());
    let server = match Server::http(&address) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("harbour: cannot listen on {address}: {error}");
            process::exit(1);
        }
    };
    eprintln!("harbour {} listens on {address}", env!("CARGO_PKG_VERSION"));
    let harbour = Mutex::new(Harbour::new(&[40, 80, 80, 200]));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                for request in server.incoming_requests() {
                    answer(&harbour, request);
                }
            });
        }
    });
}

fn answer(harbour: &Mutex<Harbour>, mut request: Request) {
    let mut body = String::new();
    let (status, text) = match request.as_reader().take(LARGEST_BODY).read_to_string(&mut body) {
        Ok(_) => {
            let mut harbour = harbour.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            routes::answer(&mut harbour, request.method().as_str(), request.url(), &body)
        }
        Err(error) => (400, routes::problem(&error.to_string())),
    };
    eprintln!("{} {} {status}", request.method(), request.url());
    let mut response: Response<Cursor<Vec<u8>>> = Response::from_string(text).with_status_code(status);
    if let Ok(header) = Header::from_bytes("Content-Type", "application/json") {
        response.add_header(header);
    }
    if let Err(error) = request.respond(response) {
        eprintln!("harbour: {error}");
    }
}
