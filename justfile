# What is done again and again. `just` lists it; `.ci/run` runs most of it, in order. The tools that a recipe needs are
# in .ci/tools.txt; mdbook and cargo-deny are from crates.io, in the versions that .ci/run names.

set shell := ["bash", "-euo", "pipefail", "-c"]
set ignore-comments

export AWS_DEFAULT_REGION := "eu-west-1"
export SAM_CLI_TELEMETRY := "0"

target := env("CARGO_TARGET_DIR", "target")

# What aws-sam-cli built, and SAM would deploy.
artifact := target / "sam/Guardrail/bootstrap"

# What tests need must be there: otherwise they say what is missing and pass.
required := "REQUIRE_AWS_CLI=1 REQUIRE_BOTO3=1 REQUIRE_BROWSER=1 REQUIRE_PYTHON=1"

# Lists the recipes.
_default:
    @just --list --unsorted

# Checks the format of the code.
[group('checks')]
format:
    cargo fmt --all --check

# Checks the template with cfn-lint and SAM.
[group('checks')]
template:
    cfn-lint template.yaml
    sam validate --lint

# Lints the sample policies and the policies of the template.
[group('checks')]
policies:
    cfn-lint policies/cognito.yaml
    python3 policies/lint_test.py
    python3 policies/lint.py

# Makes the template without a transform, and compares it with what SAM would make.
[group('checks')]
plain-template:
    mkdir -p {{ quote(target) }}
    release/plain-template metadata-guardrail {{ quote(target / "plain-template.yaml") }}
    cfn-lint {{ quote(target / "plain-template.yaml") }}

# Checks licences, sources and duplicates of the dependencies.
[group('checks')]
deny:
    # What is asked offline must be there.
    cargo fetch --locked --quiet
    cargo deny --offline check --deny unmatched-skip --deny license-not-encountered \
      --deny license-exception-not-encountered licenses sources bans

# Asks the advisory database about the dependencies; this needs a network that reaches it.
[group('release')]
advisories:
    cargo deny check advisories

# Runs the lints.
[group('checks')]
clippy:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Runs all tests, those with boto3, the AWS CLI, other Python and a browser too.
[group('checks')]
test:
    {{ required }} cargo test --workspace --locked

# Runs the demo. That the pages show what it prints is one of the tests.
[group('checks')]
demo:
    cargo run --quiet --locked --example demo

# Builds the documentation of the code.
[group('checks')]
doc:
    RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

# Builds the book in docs/book, and follows the links inside this repository.
[group('checks')]
book:
    mdbook build docs
    lychee --offline --no-progress --include-fragments --root-dir "$PWD/docs/book" docs/book '*.md'

# Builds what Lambda runs on x86_64, as SAM deploys it, and checks it.
[group('checks')]
artifact:
    release/build x86_64
    # SAM finds it done, and shows no progress if it does not.
    RUSTFLAGS="$(release/rustflags)" sam build --build-dir {{ quote(target / "sam") }}
    cmp {{ quote(artifact) }} {{ quote(target / "lambda-x86_64/metadata-guardrail/bootstrap") }}

# What the audit needs and the function does not.
audit_only := "askama|aws-sdk-(sso|ssooidc|signin)|clap|comfy-table|csv|indicatif|tempfile|tikv-jemallocator"

# Measures the artifact: what Lambda has to fetch, and the memory that one event takes.
[group('checks')]
footprint:
    crates=$(cargo tree --package metadata-guardrail --edges normal --prefix none --locked); \
    if grep -E '^({{ audit_only }}) ' <<< "$crates"; then \
      echo 'This is for the audit alone. It must not reach the function.' >&2; exit 1; \
    fi
    # A feature of a dependency can make both grow unnoticed.
    gzipped=$(gzip -9 -c {{ quote(artifact) }} | wc -c); \
    printf '%d.%02d MB gzipped\n' "$((gzipped / 1000000))" "$((gzipped % 1000000 / 10000))"; \
    if ((gzipped > 4200000)); then \
      echo 'The artifact is too large: more than 4.2 MB gzipped.' >&2; exit 1; \
    fi
    cargo run --quiet --locked --example footprint -- {{ quote(artifact) }} --at-most-mib 12

# Runs all checks, as they must pass before a change lands, and installs what they need.
[group('checks')]
ci:
    .ci/run

# Prints the versions of the tools.
[group('work')]
versions:
    @cargo --version; just --version; sam --version; cargo lambda --version; cfn-lint --version; lychee --version
    @mdbook --version; cargo deny --version

# Writes the snapshots anew, and shows what changed in them, to be read before it is committed.
[group('work')]
snapshots:
    INSTA_UPDATE=always {{ required }} cargo test --workspace --locked
    git status --short -- '*.snap'
    git diff -- '*.snap'

# Makes the files of a release in dist/, for both architectures, and says what to do with them.
[group('release')]
release:
    release/make
