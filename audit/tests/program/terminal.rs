//! What a person at a terminal sees. Python gives the program a terminal of its own.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::built::{Built, OPEN, PROGRAM};
use crate::support::python;

/// Runs a program with a terminal in place of some of its streams, and answers what came out.
const TERMINAL: &str = "
import fcntl, json, os, pty, select, struct, subprocess, sys, termios
asked = json.load(sys.stdin)
ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 24, asked['columns'], 0, 0))
chosen = lambda name: theirs if name in asked['terminal'] else subprocess.PIPE
program = subprocess.Popen(
    asked['command'], env=asked['variables'], start_new_session=True,
    stdin=subprocess.DEVNULL, stdout=chosen('stdout'), stderr=chosen('stderr'),
)
os.close(theirs)
names = {ours: 'terminal'}
for name in ('stdout', 'stderr'):
    pipe = getattr(program, name)
    if pipe:
        names[pipe.fileno()] = name
came = dict.fromkeys(('terminal', 'stdout', 'stderr'), b'')
while names:
    for stream in select.select(list(names), [], [])[0]:
        try:
            data = os.read(stream, 65536)
        except OSError:
            data = b''
        came[names[stream]] += data
        if not data:
            del names[stream]
came = {name: data.decode() for name, data in came.items()}
print(json.dumps({'status': program.wait(), **came}))
";

/// Moves the cursor to the beginning of the line and clears it.
const CLEARED: &str = "\r\u{1b}[2K";

#[tokio::test]
async fn a_pipe_in_place_of_a_terminal_gets_no_progress_and_no_colour() {
    let built = Built::with_open_instance().await;
    let ran = built.run(&["--all"]).await;
    ran.assert_silent(1);
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
}

#[tokio::test]
async fn progress_shows_on_a_terminal_and_is_gone_at_the_end() {
    let built = slow().await;
    let Some(seen) = on_terminal(&built, &["stderr"], 100, &[], &[]).await else { return };
    assert_eq!(seen["status"], 1, "{seen}");
    let terminal = seen["terminal"].as_str().expect("text");
    assert!(terminal.contains("of 1 Regions, "), "{seen}");
    let after = terminal.rsplit(CLEARED).next();
    assert_eq!(after, Some(""), "{seen}");
    let stdout = seen["stdout"].as_str().expect("text");
    assert!(stdout.contains(OPEN) && !stdout.contains('\u{1b}'), "{seen}");
}

#[tokio::test]
async fn a_failure_on_a_terminal_comes_after_the_progress_is_gone() {
    let built = slow().await;
    built.aws.account().credentials_are_expired = true;
    let Some(seen) = on_terminal(&built, &["stderr"], 100, &[], &[]).await else { return };
    let terminal = seen["terminal"].as_str().expect("text");
    let said = terminal.rsplit(CLEARED).next().unwrap_or_default();
    assert!(said.starts_with("metadata-guardrail-audit: The account"), "{seen}");
}

#[tokio::test]
async fn a_table_on_a_terminal_has_colours_and_fits_it() {
    let built = slow().await;
    let wide = on_terminal(&built, &["stdout"], 120, &[], &[]).await;
    let narrow = on_terminal(&built, &["stdout"], 70, &[], &[]).await;
    let (Some(wide), Some(narrow)) = (wide, narrow) else { return };
    assert!(wide["terminal"].as_str().expect("text").contains("\u{1b}["), "{wide}");
    assert_ne!(wide["terminal"], narrow["terminal"]);
    assert_eq!(wide["stderr"], "");
}

#[tokio::test]
async fn a_terminal_gets_no_colours_from_who_wants_none() {
    let built = slow().await;
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let variables = [(variable, value)];
        let Some(seen) = on_terminal(&built, &["stdout"], 120, &[], &variables).await else {
            return;
        };
        let terminal = seen["terminal"].as_str().expect("text");
        assert!(terminal.contains(OPEN) && !terminal.contains('\u{1b}'), "{variable}: {seen}");
    }
}

#[tokio::test]
async fn data_on_a_terminal_is_the_same_as_in_a_file() {
    let built = slow().await;
    let options = ["--format", "csv"];
    let Some(seen) = on_terminal(&built, &["stdout"], 60, &options, &[]).await else { return };
    let file = built.run(&options).await.stdout;
    let shown = seen["terminal"].as_str().expect("text").replace("\r\r\n", "\r\n");
    assert_eq!(shown, file);
}

/// An account that takes some time, so that there is some progress to show.
async fn slow() -> Built {
    let built = Built::with_open_instance().await;
    built.aws.world().latency = Duration::from_millis(100);
    built
}

/// What came out of the program, with a terminal of so many columns in place of these streams.
async fn on_terminal(
    built: &Built,
    streams: &[&str],
    columns: u16,
    options: &[&str],
    more: &[(&str, &str)],
) -> Option<Value> {
    let command = built.command(options);
    let variables = command.as_std().get_envs();
    let mut variables: serde_json::Map<String, Value> = variables
        .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), json!(value?.to_str()?))))
        .collect();
    variables.insert("TERM".to_owned(), json!("xterm-256color"));
    variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    let command = [&[PROGRAM], options].concat();
    let asked = json!({
        "columns": columns,
        "command": command,
        "terminal": streams,
        "variables": variables,
    });
    // Python waits, and the stand-in has to answer meanwhile.
    let running = tokio::task::spawn_blocking(move || {
        python::run("pty", TERMINAL, asked.to_string().as_bytes())
    });
    running.await.expect("Python ends")
}
