//! What the source holds of sentences.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

pub fn source_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files
        .into_iter()
        .chain(folders.iter().flat_map(|folder| source_files(folder)))
        .collect()
}

/// The pieces of text between placeholders that are at least four words.
pub fn parts_of_sentences(tokens: TokenStream) -> Vec<String> {
    let mut parts = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // Of attributes, documentation among them, only errors are said.
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Punct(_)) = tokens.peek() {
                    tokens.next();
                }
                if let Some(TokenTree::Group(group)) = tokens.next() {
                    let is_error = group.stream().to_string().starts_with("error");
                    parts.extend(
                        is_error.then(|| parts_of_sentences(group.stream())).into_iter().flatten(),
                    );
                }
            }
            TokenTree::Group(group) => {
                assert_ne!(group.delimiter(), Delimiter::None);
                parts.extend(parts_of_sentences(group.stream()));
            }
            TokenTree::Literal(literal) => {
                let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) else {
                    continue;
                };
                let text = text.value();
                let pieces = text.split(['{', '}']).step_by(2).map(str::trim);
                parts.extend(
                    pieces.filter(|piece| piece.split_whitespace().count() >= 4).map(str::to_owned),
                );
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
    parts
}
