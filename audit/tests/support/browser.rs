//! A page in Chromium, driven through its debugging pipe: messages in JSON, each ended by a zero
//! byte ([protocol]).
//!
//! [protocol]: https://chromedevtools.github.io/devtools-protocol/

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long Chromium may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long Chromium is silent once nothing is on its way any more.
const QUIET: Duration = Duration::from_millis(200);

/// Chromium speaks on 3 and 4, and a child of Rust's has 0, 1 and 2.
const PIPES: &str = "exec chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

/// No network, nothing from other runs, and no sandbox, which root and containers do not have.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
    "--window-size=1400,1000",
];

/// A page that is open, and what it has done so far.
pub struct Page {
    chromium: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    calls: u64,
    session: String,
    events: Vec<Value>,
    file: PathBuf,
    _folder: TempDir,
}

impl Page {
    /// Opens a page from a file. `None` where this machine has no Chromium; `.ci/run` installs it.
    pub fn open(html: &str) -> Option<Self> {
        Self::open_with(html, false)
    }

    /// The same in a browser that runs no script.
    pub fn open_without_script(html: &str) -> Option<Self> {
        Self::open_with(html, true)
    }

    fn open_with(html: &str, without_script: bool) -> Option<Self> {
        if !is_installed() {
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("report.html");
        fs::write(&file, html).expect("a file");
        let mut chromium = Command::new("sh")
            .args(["-c", PIPES, "chromium"])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Chromium was there");
        let to = chromium.stdin.take().expect("it is piped");
        let from = messages(BufReader::new(chromium.stdout.take().expect("it is piped")));
        let mut page = Self {
            chromium,
            to,
            from,
            calls: 0,
            session: String::new(),
            events: Vec::new(),
            file,
            _folder: folder,
        };
        page.load(without_script);
        Some(page)
    }

    fn load(&mut self, without_script: bool) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.call("Target.attachToTarget", target)["sessionId"].clone();
        self.session = session.as_str().expect("a session").to_owned();
        for domain in ["Page", "Network", "Log", "Runtime"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        let disabled = json!({"value": without_script});
        self.call("Emulation.setScriptExecutionDisabled", disabled);
        self.call("Page.navigate", json!({"url": self.address()}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let message = self.receive();
            self.events.push(message);
        }
    }

    fn address(&self) -> String {
        format!("file://{}", self.file.display())
    }

    /// What an expression gives in the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Clicks into the middle of an element, with the mouse.
    pub fn click(&mut self, selector: &str) {
        let at = self.evaluate(&format!(
            "(() => {{ const one = document.querySelector({selector:?}); \
             one.scrollIntoView({{block: 'center'}}); \
             const box = one.getBoundingClientRect(); \
             return {{x: box.x + box.width / 2, y: box.y + box.height / 2}}; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let (x, y) = (&at["x"], &at["y"]);
            let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Types a text where the focus is.
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Presses and releases a key where the focus is.
    pub fn press(&mut self, key: &str, text: &str) {
        let code = if key == "Enter" { 13 } else { 9 };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "code": key, "text": text});
            event["windowsVirtualKeyCode"] = json!(code);
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Makes the screen so many pixels wide.
    pub fn resize(&mut self, width: u16) {
        let screen =
            json!({"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", screen);
    }

    /// Shows the page as it is printed.
    pub fn print(&mut self) {
        self.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    }

    /// The roles that the page has for a screen reader.
    pub fn roles(&mut self) -> Vec<String> {
        let tree = self.call("Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().into_iter().flatten();
        nodes
            .filter_map(|node| Some(node["role"]["value"].as_str()?.to_owned()))
            .collect()
    }

    /// What the page asked for besides itself, and what went wrong in it: errors of scripts,
    /// violations of its policy, and whatever it wrote on the console.
    pub fn troubles(&mut self) -> Vec<String> {
        while let Ok(message) = self.from.recv_timeout(QUIET) {
            self.events.push(message);
        }
        let own = self.address();
        let troubles = self.events.iter().filter_map(|event| {
            let said = &event["params"];
            match event["method"].as_str()? {
                "Network.requestWillBeSent" if said["request"]["url"] != own.as_str() => {
                    let fate = if self.is_blocked(&said["requestId"]) { "blocked" } else { "sent" };
                    Some(format!("{fate}: {}", said["request"]["url"]))
                }
                "Log.entryAdded" => Some(format!("log: {}", said["entry"]["text"])),
                "Runtime.exceptionThrown" => Some(format!("exception: {said}")),
                "Runtime.consoleAPICalled" => Some(format!("console: {said}")),
                _ => None,
            }
        });
        troubles.collect()
    }

    /// Whether the page's policy stopped a request before it left.
    fn is_blocked(&self, request: &Value) -> bool {
        self.events.iter().any(|event| {
            event["method"] == "Network.loadingFailed"
                && event["params"]["requestId"] == *request
                && event["params"]["blockedReason"] == "csp"
        })
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(message.to_string().as_bytes()).expect("Chromium listens");
        self.to.write_all(&[0]).expect("Chromium listens");
        loop {
            let message = self.receive();
            if message["id"] == self.calls {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn receive(&mut self) -> Value {
        self.from.recv_timeout(PATIENCE).expect("Chromium answers")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // A test may end anywhere, and its browser ends with it. Told to close, it leaves no
        // process that still writes into the folder.
        self.to.write_all(b"{\"id\": 0, \"method\": \"Browser.close\"}\0").ok();
        while self.from.recv_timeout(PATIENCE).is_ok() {}
        self.chromium.kill().ok();
        self.chromium.wait().ok();
    }
}

/// The messages of a pipe, read in a thread, so waiting for one can end.
fn messages(mut pipe: impl BufRead + Send + 'static) -> Receiver<Value> {
    let (to, messages) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        while pipe.read_until(0, &mut bytes).is_ok_and(|length| length > 0) {
            let message = serde_json::from_slice(bytes.strip_suffix(&[0]).unwrap_or(&bytes));
            bytes.clear();
            if message.is_ok_and(|message| to.send(message).is_err()) {
                break;
            }
        }
    });
    messages
}

fn is_installed() -> bool {
    let version = Command::new("chromium").arg("--version").stderr(Stdio::null()).output();
    let is_installed = version.is_ok_and(|output| output.status.success());
    if !is_installed {
        #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not a setting")]
        let required = std::env::var_os("REQUIRE_BROWSER").is_some();
        assert!(!required, "there is no chromium here");
        println!("skipped: this machine has no chromium");
    }
    is_installed
}
