#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| cliq_fuzz::path(input));
