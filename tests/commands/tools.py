"""What the shell blocks of the pages call, with nothing behind it but this machine.

    tools.py NAME ARGUMENT...

`aws` is the real AWS CLI as far as it reads, checks and serialises a command: see aws.py. `metadata-guardrail-audit` is
the program itself. `sam` is the real SAM CLI as far as it reads a command. Of the others only the words are checked. Whatever is wrong goes into the file $FAILURES,
with the block that it stands in.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# Refusals that the pages announce as none.
ANNOUNCED = {"delete-role-policy": "NoSuchEntity"}


def main():
    name, *words = sys.argv[1:]
    status, why = TOOLS[name](words)
    if why and any(word in words and refusal in why for word, refusal in ANNOUNCED.items()):
        status, why = 0, None
    if why:
        with open(os.environ["FAILURES"], "a") as failures:
            failures.write(f"{os.environ['BLOCK']}: {name} {' '.join(words)}: {why}\n")
    sys.exit(status)


def aws(words):
    import aws

    return aws.run(words)


def audit(words):
    """The audit of the stand-in. That something is open is no failure; that something was not seen is one."""
    environment = {**os.environ, "AWS_ENDPOINT_URL": os.environ["STAND_IN"], "AWS_EC2_METADATA_DISABLED": "true"}
    ended = subprocess.run([os.environ["AUDIT"], *words], env=environment, stderr=subprocess.PIPE, text=True)
    print(ended.stderr, end="", file=sys.stderr)
    if ended.returncode in (0, 1):
        return ended.returncode, None
    return ended.returncode, " ".join(ended.stderr.split()) or f"it ended with {ended.returncode}"


def sam(words):
    """The SAM CLI reads the command and samconfig.toml, and does nothing."""
    from click import ClickException
    from samcli.cli.main import cli

    try:
        with cli.make_context("sam", list(words)) as context:
            command = cli.get_command(context, words[0])
            if command is None:
                return 2, "there is no such command"
            with command.make_context(words[0], words[1:], parent=context) as read:
                chosen = read.params.get("config_env")
                if chosen and f"[{chosen}." not in (REPOSITORY / "samconfig.toml").read_text():
                    return 1, f"samconfig.toml has no environment {chosen}"
                overrides = read.params.get("parameter_overrides") or {}
                template = (REPOSITORY / "template.yaml").read_text()
                unknown = [key for key in overrides if not re.search(rf"^  {key}:$", template, re.MULTILINE)]
                return (1, f"the template has no parameter {unknown}") if unknown else (0, None)
    except ClickException as error:
        return 2, error.format_message()


def cargo(words):
    """The subcommand, and of an example that it exists and knows its options."""
    known = ["build", "clippy", "deny", "doc", "fmt", "install", "lambda", "run", "test"]
    if words[:1] != ["--version"] and words[0] not in known:
        return 1, f"this test does not know cargo {words[0]}"
    if "--example" in words:
        at = words.index("--example")
        examples = REPOSITORY / "tests" / "examples"
        source = examples / f"{words[at + 1]}.rs"
        if not source.is_file():
            return 1, f"there is no example {words[at + 1]}"
        options = words[at + 3 :] if words[at + 2 : at + 3] == ["--"] else []
        text = source.read_text()
        unknown = [option for option in options if option.startswith("--") and option not in text]
        return (1, f"the example does not know {unknown}") if unknown else (0, None)
    return 0, None


def just(words):
    """Every recipe is one of the justfile."""
    recipes = re.findall(r"^@?([a-z][\w-]*)[^:=\n]*:(?!=)", (REPOSITORY / "justfile").read_text(), re.MULTILINE)
    unknown = [word for word in words[:1] if not word.startswith("-") and word not in recipes]
    return (1, f"the justfile has no recipe {unknown}, but {recipes}") if unknown else (0, None)


def curl(words):
    """Stands on an instance and asks its metadata service, which answers with one word."""
    urls = [word for word in words if word.startswith("http")]
    if not urls or any(not url.startswith("http://169.254.169.254/latest/") for url in urls):
        return 1, "this test knows only the metadata service"
    print("word")
    return 0, None


def python3(words):
    return (0, None) if words[:3] == ["-m", "pip", "install"] else (1, "this test knows only -m pip install")


def pip(words):
    return (0, None) if words[:1] == ["install"] else (1, "this test knows only pip install")


def git(words):
    known = ["clone", "config", "log", "switch", "tag"]
    return (0, None) if words[0] in known else (1, f"this test does not know git {words[0]}")


def rm(words):
    """Deletes files of the shell's own place only. With -f they may be missing."""
    names = [word for word in words if not word.startswith("-") and ("-f" not in words or Path(word).exists())]
    home = Path(os.environ["HOME"]).resolve()
    if any(home not in Path(name).resolve().parents or not Path(name).is_file() for name in names):
        return 1, "this test deletes only files that are here"
    for name in names:
        Path(name).unlink()
    return 0, None


def nothing(_words):
    return 0, None


TOOLS = {
    "aws": aws,
    "metadata-guardrail-audit": audit,
    "sam": sam,
    "cargo": cargo,
    "just": just,
    "curl": curl,
    "python3": python3,
    "pip": pip,
    "git": git,
    "rm": rm,
    "mdbook": nothing,
    "rustup": nothing,
    # Nobody waits for a stand-in.
    "sleep": nothing,
}

if __name__ == "__main__":
    main()
