//! Whose credentials the program uses, and what it says if there are none.

use axum::{
    Json, Router,
    routing::{get, put},
};
use serde_json::{Value, json};
use stand_in::Call;
use tokio::net::TcpListener;

use crate::support::built::{Built, ended};

/// The file that `aws sso login` leaves for this session, by the SHA-1 of its name.
const SSO_CACHE: &str = ".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";

#[tokio::test]
async fn no_credentials_anywhere_give_one_sentence_that_says_where_it_looked() {
    let built = Built::new().await;
    let ran = ended(&mut built.command_without_credentials(&[])).await;
    ran.assert_said(3, "There are no AWS credentials: neither the environment, the profile");
    assert_eq!((ran.stdout.as_str(), built.aws.calls()), ("", vec![]));
}

#[tokio::test]
async fn expired_credentials_give_one_sentence_and_3() {
    let built = Built::new().await;
    built.aws.account().credentials_are_expired = true;
    let ran = built.run(&[]).await;
    ran.assert_said(3, "AWS answered GetCallerIdentity with ExpiredToken");
    assert!(ran.stderr.contains("Check that the credentials have not expired"), "{ran:?}");
    assert_eq!(built.aws.operations(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_named() {
    let built = Built::new().await;
    built.write(".aws/config", "[profile other]\nregion = eu-west-1\n");
    let ran = ended(&mut built.command_without_credentials(&["--profile", "nobody"])).await;
    ran.assert_said(3, "profile `nobody` was not defined");
    assert_eq!(built.aws.calls(), []);
}

#[tokio::test]
async fn a_profile_may_get_its_credentials_and_region_from_a_process() {
    let built = Built::new().await;
    let credentials = json!({
        "Version": 1,
        "AccessKeyId": "AKIAFROMAPROCESS0000",
        "SecretAccessKey": "not-a-secret",
    });
    built.write("credentials.json", &credentials.to_string());
    let path = built.path("credentials.json");
    let config = format!(
        "[profile prod]\nregion = eu-west-1\ncredential_process = cat {}\n",
        path.display()
    );
    built.write(".aws/config", &config);
    for (options, variable) in [(&["--profile", "prod"][..], ""), (&[], "prod")] {
        let mut command = built.command_without_credentials(options);
        command.env_remove("AWS_REGION").env("AWS_PROFILE", variable);
        ended(&mut command).await.assert_silent(0);
    }
    let calls = built.aws.calls();
    assert!(calls.iter().all(|call| call.access_key == "AKIAFROMAPROCESS0000"), "{calls:?}");
}

/// Starts what gives credentials to whoever runs beside it, and returns its address.
async fn start(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// The keys of a role, as its credentials are handed out.
fn role(key: &str) -> Json<Value> {
    Json(json!({
        "Code": "Success",
        "Type": "AWS-HMAC",
        "AccessKeyId": key,
        "SecretAccessKey": "not-a-secret",
        "Token": "not-a-token",
        "LastUpdated": "2026-11-24T08:00:00Z",
        "Expiration": "2199-01-01T00:00:00Z",
    }))
}

#[track_caller]
fn assert_called_with(key: &str, calls: &[Call]) {
    assert!(!calls.is_empty() && calls.iter().all(|call| call.access_key == key), "{calls:?}");
}

#[tokio::test]
async fn a_container_has_the_credentials_of_its_role() {
    let built = Built::new().await;
    let url = start(Router::new().route("/role", get(async || role("ASIACONTAINER")))).await;
    let mut command = built.command_without_credentials(&[]);
    command.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{url}/role"));
    ended(&mut command).await.assert_silent(0);
    assert_called_with("ASIACONTAINER", &built.aws.calls());
}

#[tokio::test]
async fn an_instance_has_the_credentials_of_its_role() {
    let built = Built::new().await;
    const TOKEN: &str = "/latest/api/token";
    const ROLES: &str = "/latest/meta-data/iam/security-credentials";
    let token = ([("x-aws-ec2-metadata-token-ttl-seconds", "21600")], "a-token");
    let metadata = Router::new()
        .route(TOKEN, put(async move || token))
        .route(&format!("{ROLES}/"), get(async || "auditor"))
        .route(&format!("{ROLES}/auditor"), get(async || role("ASIAINSTANCE")));
    let mut command = built.command_without_credentials(&[]);
    command
        .env_remove("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", start(metadata).await);
    ended(&mut command).await.assert_silent(0);
    assert_called_with("ASIAINSTANCE", &built.aws.calls());
}

#[tokio::test]
async fn a_profile_named_by_an_option_wins_over_the_environment() {
    let built = Built::new().await;
    let keys =
        |id: &str| format!("aws_access_key_id = {id}\naws_secret_access_key = not-a-secret\n");
    let profiles = format!("[one]\n{}[two]\n{}", keys("AKIAONE"), keys("AKIATWO"));
    built.write(".aws/credentials", &profiles);
    // Keys in the environment would win over a profile that the environment names.
    let mut command = built.command(&["--profile", "two"]);
    ended(command.env("AWS_PROFILE", "one")).await.assert_silent(0);
    let calls = built.aws.calls();
    assert!(calls.iter().all(|call| call.access_key == "AKIATWO"), "{:?}", calls.first());
}

#[tokio::test]
async fn an_empty_profile_variable_is_none() {
    let built = Built::new().await;
    ended(built.command(&[]).env("AWS_PROFILE", "")).await.assert_silent(0);
}

#[tokio::test]
async fn a_process_that_fails_is_told_in_one_sentence() {
    let built = Built::new().await;
    let processes = ["sh -c 'echo broken >&2; exit 3'", "echo nonsense", "/nowhere/at-all"];
    for process in processes {
        built.write(".aws/config", &format!("[default]\ncredential_process = {process}\n"));
        let ran = ended(&mut built.command_without_credentials(&[])).await;
        ran.assert_said(3, "There are no AWS credentials: ");
    }
    assert_eq!(built.aws.calls(), []);
}

#[tokio::test]
async fn an_expired_single_sign_on_says_so_in_one_sentence() {
    let built = Built::new().await;
    let config = "[sso-session work]
sso_region = eu-west-1
sso_start_url = https://work.awsapps.com/start
[profile prod]
sso_session = work
sso_account_id = 111122223333
sso_role_name = Auditor
region = eu-west-1
";
    built.write(".aws/config", config);
    let never_logged_in =
        ended(&mut built.command_without_credentials(&["--profile", "prod"])).await;
    never_logged_in.assert_said(3, "failed to load the cached SSO token. Log in");
    let token = json!({
        "accessToken": "a",
        "expiresAt": "2020-01-01T00:00:00Z",
        "region": "eu-west-1",
        "startUrl": "https://work.awsapps.com/start",
    });
    built.write(SSO_CACHE, &token.to_string());
    let expired = ended(&mut built.command_without_credentials(&["--profile", "prod"])).await;
    expired.assert_said(3, "the SSO token has expired and cannot be refreshed. Log in");
    assert_eq!(built.aws.calls(), []);
}
