#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cliq_fuzz::expansion(bytes));
