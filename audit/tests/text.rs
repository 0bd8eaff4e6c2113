//! Texts that somebody else wrote.

use metadata_guardrail_audit::text::visible;

#[test]
fn ordinary_text_stays_as_it_is() {
    let others = "Käse, 東京, नमस्ते, 🦀";
    for text in ["", "web (prod), \"blue\" it's a \\ path", others] {
        assert_eq!(visible(text), text);
    }
}

#[test]
fn characters_that_steer_a_terminal_become_visible() {
    assert_eq!(visible("\u{1b}[2J\u{7}\u{9b}31m"), r"\u{1b}[2J\u{7}\u{9b}31m");
    assert_eq!(visible("a\r\nb\tc\0"), r"a\r\nb\tc\u{0}");
    assert_eq!(visible("a\u{2028}b\u{85}c\u{7f}"), r"a\u{2028}b\u{85}c\u{7f}");
}

#[test]
fn characters_that_mislead_a_reader_become_visible() {
    assert_eq!(visible("\u{202e}fdp\u{2066}\u{61c}"), r"\u{202e}fdp\u{2066}\u{61c}");
    assert_eq!(
        visible("i\u{200b}-0\u{feff}a\u{200d}\u{ad}"),
        r"i\u{200b}-0\u{feff}a\u{200d}\u{ad}"
    );
    assert_eq!(visible("\"\u{1b}\""), r#""\u{1b}""#);
}
