//! The tests of the audit, as one program.
//!
//! - `stories`: what an audit finds, case by case, from the options to the report
//! - `program`: the built program, from its options to its files and its status
//! - `big_world`: a whole account, in every format, and as somebody else sees it
//! - `formats`: what becomes of a report in each format
//! - `support`: the audit beside the stand-in, the built program beside it, and a report with
//!   everything in it

mod support {
    pub mod browser;
    pub mod built;
    pub mod mutations;
    pub mod names;
    pub mod python;
    pub mod reports;
    pub mod sample;
    pub mod scene;
    pub mod schema;
}

mod browser {
    mod html;
}

mod formats {
    mod baseline;
    mod csv;
    pub mod html;
    mod json;
    mod ndjson;
    mod ocsf;
    mod sample;
    mod table;
}

mod big_world {
    mod other_eyes;
    mod reports;
    mod world;
}

mod program {
    mod credentials;
    mod files;
    mod help;
    mod interruption;
    mod statuses;
    mod terminal;
    mod variables;
    mod wrong_use;
}

mod stories {
    mod account_defaults;
    mod changes_since;
    mod how_much_v1_is_used;
    mod nothing_is_written;
    mod one_resource_is_not_seen;
    mod runtimes;
    mod the_guests_manners;
    mod the_remedy;
    mod what_is_listed;
    mod what_is_not_seen;
    mod where_it_comes_from;
    mod which_regions;
    mod who_is_exempt;
}

mod text;
