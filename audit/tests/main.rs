//! The tests of the audit, as one program.

mod support {
    pub mod sample;
}

mod formats {
    mod sample;
}
