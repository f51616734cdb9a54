//! Writes the OpenAPI documents of all of Cliq, of its threads, and of traits that use the whole
//! grammar into a directory, in both versions, for other tools to read.

#[allow(unreachable_pub, dead_code, reason = "as in a library")]
#[path = "../tests/round_trip/every_form.rs"]
mod every_form;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use cliq_api::threads::THREADS;
use cliq_openapi::{OpenApi, document};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args().nth(1).ok_or("expected a directory")?;
    let directory = Path::new(&directory);
    let threads = document(&[THREADS])
        .title("Threads")
        .description("Threads of Zoho Cliq.")
        .server("https://cliq.zoho.com")
        .oauth2(
            "Cliq_Auth",
            "https://accounts.zoho.com/oauth/v2/auth",
            "https://accounts.zoho.com/oauth/v2/token",
        );
    let cliq = document(cliq_api::cliq::APIS)
        .title("Zoho Cliq")
        .server("https://cliq.zoho.com")
        .oauth2(
            "Cliq_Auth",
            "https://accounts.zoho.com/oauth/v2/auth",
            "https://accounts.zoho.com/oauth/v2/token",
        );
    let forms = document(&[every_form::TICKETS, every_form::FILES, every_form::PLAIN]);
    for (name, document) in [("cliq", cliq), ("threads", threads), ("every-form", forms)] {
        for (version, openapi) in [("3.0", OpenApi::V3_0), ("3.1", OpenApi::V3_1)] {
            let document = document.clone().openapi(openapi);
            let file = |format| directory.join(format!("{name}-{version}.{format}"));
            fs::write(file("yaml"), document.to_yaml())?;
            fs::write(file("json"), document.to_json())?;
        }
    }
    Ok(())
}
