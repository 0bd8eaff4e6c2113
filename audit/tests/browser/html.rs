//! The HTML report in a browser.

use metadata_guardrail::outcome::Imdsv1Use;
use serde_json::{Value, json};

use crate::{
    formats::html::page,
    support::{browser::Page, sample},
};

/// The ids of the rows that are on the screen, in their order.
const ROWS: &str = "[...document.querySelectorAll('#listed tbody tr')]
    .filter(row => row.getClientRects().length)
    .map(row => row.cells[1].textContent.trim())";

#[test]
fn the_report_asks_for_nothing_and_breaks_no_policy() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };

    assert_eq!(page.troubles(), [""; 0]);
    // The style was taken, so its hash is the one of the policy.
    assert_eq!(page.evaluate("getComputedStyle(document.querySelector('.tiles')).display"), "grid");
}

#[test]
fn whatever_a_tag_says_stays_text() {
    let report = page(&sample::report());
    let Some(mut page) = Page::open(&report) else { return };

    let scripts = page.evaluate("document.querySelectorAll('script').length");
    assert_eq!(scripts, 1, "the report's own");
    let source = page.evaluate(
        "[...document.querySelectorAll('#listed td:nth-child(6)')]
            .map(cell => cell.textContent.trim())",
    );
    assert_eq!(
        source[2],
        "Auto Scaling group =HYPERLINK(\"http://evil.example\")</script><script>alert(1)</script>,\
         \\r\n\\u{202e}\"'&\\u{1b}[31m"
    );
}

#[test]
fn a_text_filters_the_rows() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };
    let all = page.evaluate(ROWS);
    assert_eq!(all.as_array().map(Vec::len), Some(sample::report().resources.len()));

    page.click("#filter input");
    page.write("Imdsv1 42");
    assert_eq!(page.evaluate(ROWS), json!(["i-0a1b2c3d4e5f60002"]));
    assert_eq!(page.evaluate("document.querySelector('output').value"), "1 of 8 shown");

    page.click("#filter button");
    assert_eq!(page.evaluate(ROWS), all);
    assert_eq!(page.troubles(), [""; 0]);
}

#[test]
fn a_choice_filters_the_rows() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };

    for (name, value, count) in
        [("standing", "open", 5), ("kind", "agentcore_runtime", 1), ("region", "eu-west-1", 1)]
    {
        page.evaluate(&format!(
            "(() => {{ const choice = document.querySelector('[name={name}]'); \
             choice.value = '{value}'; \
             choice.dispatchEvent(new Event('input', {{bubbles: true}})); }})()"
        ));
        let rows = page.evaluate(ROWS);
        assert_eq!(rows.as_array().map(Vec::len), Some(count), "{name}: {rows}");
    }
    assert_eq!(page.evaluate(ROWS), json!(["quotes_agent-Qw56Er78Ty"]));
}

#[test]
fn a_click_on_a_heading_sorts_the_rows_and_another_turns_them_around() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };
    let mut sorted = names(&page.evaluate(ROWS));
    sorted.sort();

    page.click("#listed thead th:nth-child(2) button");
    assert_eq!(names(&page.evaluate(ROWS)), sorted);
    assert_eq!(page.evaluate(SORTED_BY), json!([["Resource", "ascending"]]));

    page.click("#listed thead th:nth-child(2) button");
    sorted.reverse();
    assert_eq!(names(&page.evaluate(ROWS)), sorted);
    assert_eq!(page.evaluate(SORTED_BY), json!([["Resource", "descending"]]));
    assert_eq!(page.troubles(), [""; 0]);
}

#[test]
fn the_keyboard_sorts_what_matters_most_first() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };

    page.evaluate("document.querySelector('#listed thead button').focus()");
    page.press("Enter", "\r");
    assert_eq!(page.evaluate(SORTED_BY), json!([["Standing", "ascending"]]));
    let rows = names(&page.evaluate(ROWS));
    assert_eq!(rows.first().map(String::as_str), Some("lost_agent-Qw56Er78Ty"), "not seen");
    assert_eq!(rows.last().map(String::as_str), Some("claims_agent-Xy12Ab34Cd"), "safe");

    page.press("Tab", "");
    let focused = page.evaluate("document.activeElement.textContent");
    assert_eq!(focused, "Resource");
}

#[test]
fn without_script_the_report_is_whole_and_has_no_controls() {
    let Some(mut page) = Page::open_without_script(&page(&sample::report())) else { return };

    let rows = page.evaluate(ROWS);
    assert_eq!(rows.as_array().map(Vec::len), Some(sample::report().resources.len()));
    let controls = "[...document.querySelectorAll('button, input, select')]
        .filter(one => one.getClientRects().length).length";
    assert_eq!(page.evaluate(controls), 0);
    assert_eq!(page.troubles(), [""; 0]);
}

#[test]
fn a_screen_reader_still_finds_a_table_with_its_headings() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };
    page.evaluate("document.querySelectorAll('section:not(.wide)').forEach(one => one.remove())");

    let count = sample::report().resources.len();
    let roles = page.roles();
    let number = |role: &str| roles.iter().filter(|one| *one == role).count();
    assert_eq!(number("row"), count + 1);
    assert_eq!(number("columnheader"), 8);
    assert_eq!(number("rowheader"), count);
    assert_eq!(number("cell"), count * 7);
}

#[test]
fn calls_are_sorted_as_numbers() {
    let mut report = sample::report();
    let since = "2026-11-07".parse().expect("a day");
    for (one, calls) in report.resources.iter_mut().zip([9, 100, 42]) {
        one.outcome.imdsv1_use = Some(Imdsv1Use::Counted { calls, since });
    }
    report.resources.truncate(3);
    let Some(mut page) = Page::open(&page(&report)) else { return };

    page.click("#listed thead th:nth-child(7) button");
    let calls = "[...document.querySelectorAll('#listed tbody td:nth-child(7)')]
        .map(cell => cell.textContent.trim())";
    assert_eq!(page.evaluate(calls), json!(["9", "42", "100"]));
}

#[test]
fn on_a_small_screen_no_table_is_cut() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };
    page.resize(500);

    let excess = "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)
        (document.documentElement)";
    assert_eq!(page.evaluate(excess), 0);
    // Whatever is wider than the screen can be scrolled to.
    let cut = "[...document.querySelectorAll('table')]
        .filter(table => !table.closest('.scrolled'))
        .filter(table => table.scrollWidth > table.parentElement.clientWidth)
        .map(table => table.textContent)";
    assert_eq!(page.evaluate(cut), json!([]));
}

#[test]
fn on_paper_everything_is_there_whatever_the_filter_hides() {
    let Some(mut page) = Page::open(&page(&sample::report())) else { return };
    page.click("#filter input");
    page.write("nothing is called this");
    assert_eq!(page.evaluate(ROWS), json!([]));

    page.print();
    let all = sample::report().resources.len();
    assert_eq!(page.evaluate(ROWS).as_array().map(Vec::len), Some(all));
    assert_eq!(page.evaluate("document.querySelector('#filter').getClientRects().length"), 0);
    let commands = "[...document.querySelectorAll('.copied')]
        .filter(one => !one.checkVisibility({contentVisibilityAuto: true})).length";
    assert_eq!(page.evaluate(commands), 0, "commands that are hidden");
}

#[test]
fn the_browser_notices_a_page_that_calls_out_or_fails() {
    let leaks =
        "<meta charset=utf-8><img src='http://127.0.0.1:9/pixel'><script>missing()</script>";
    let Some(mut page) = Page::open(&format!("<!DOCTYPE html>{leaks}")) else { return };
    let troubles = page.troubles().join("\n");
    assert!(troubles.contains("sent: \"http://127.0.0.1:9/pixel\""), "{troubles}");
    assert!(troubles.contains("missing is not defined"), "{troubles}");
}

#[test]
fn the_policy_stops_what_the_report_did_not_bring() {
    let report = page(&sample::report());
    let injected = "<img src='http://127.0.0.1:9/pixel'><p style='color: red'>\
                    <script>document.title = 'mine'</script>";
    let injected = report.replace("<main>", &format!("<main>{injected}"));
    let Some(mut page) = Page::open(&injected) else { return };

    let title = page.evaluate("document.title");
    assert_eq!(title, "Metadata service audit of 111122223333, 2026-11-21");
    let troubles = page.troubles().join("\n");
    for stopped in ["Loading the image", "Executing inline script", "Applying inline style"] {
        assert!(troubles.contains(stopped), "{troubles}");
    }
    assert!(!troubles.contains("sent:"), "{troubles}");
}

/// The headings by which the rows are sorted, and how.
const SORTED_BY: &str = "[...document.querySelectorAll('#listed [aria-sort]')]
    .map(heading => [heading.textContent, heading.getAttribute('aria-sort')])";

fn names(rows: &Value) -> Vec<String> {
    serde_json::from_value(rows.clone()).expect("a list of names")
}
