//! Stories of EC2 instances, through the guardrail itself and the real SDK.

mod nothing_is_written;

mod a_write_fails;
mod it_is_enforced;
mod many_at_once;
