//! The book knows every word that the program can say and every parameter that the template takes,
//! and its tables hold no other.

mod audit;
mod audit_formats;
mod example;
mod page;
mod pages;
mod parameters;
mod words;
