"""Secrets of a config are seen neither in its copy nor in what is printed."""

import json

import pytest

from colike.config import load_config, secrets
from colike.config.saved import saved_config
from colike.config.secrets import HIDDEN, concealed
from colike.errors import ConfigError

SECRETS = {
    "spark={spark.hadoop.fs.s3a.secret.key: S3secret}": "S3secret",
    "spark={spark.hadoop.fs.azure.account.key.mine: 'az+key/1=='}": "az+key/1==",
    "spark={spark.driver.extraJavaOptions: '-Xss4m -Dmy.password=hunter22'}": "hunter22",
    "tracking.uri=postgresql://me:pass.word@host/db": "pass.word",
    "tracking.uri=postgresql://me:pa/ss.word@host/db": "pa/ss.word",
    "tracking.uri=postgresql://me:p@ss.word@host/db": "p@ss.word",
    "tracking.uri='jdbc:sqlserver://h;user=me;password=pass.word;x=1'": "pass.word",
    "tracking.uri=postgresql://h/db?user=me&pwd=pass.word": "pass.word",
    "tracking.uri='https://h/v1#token=abc123456'": "abc123456",
    "data.ratings.path=s3a://AKIA:se/cr+et1@bucket/f.csv": "se/cr+et1",
    "tracking.registry_uri=https://dapi123456@host": "dapi123456",
    "data.ratings.path='https://host/f.csv?se=1&sig=abc%2Fdef'": "abc%2Fdef",
    "embed.embedders.x={kind: openai, model: m, base_url: 'http://u:topsecret@h/v1'}": "topsecret",
}


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch):
    """Let a test know no secrets but its own."""
    monkeypatch.setattr(secrets, "_known", set())


@pytest.mark.parametrize("override", SECRETS)
def test_the_copy_of_a_config_has_no_secrets_and_is_read_back(override):
    config = load_config("conf/mal2020.yml", [override])
    kept = config.as_json()
    assert SECRETS[override] not in kept
    assert HIDDEN in kept
    assert SECRETS[override] in json.dumps(config.model_dump(mode="json")), "what works has them"
    assert saved_config(kept, "files").as_json() == kept


@pytest.mark.parametrize("override", SECRETS)
def test_a_secret_of_a_config_that_was_read_is_shown_nowhere(override):
    echo = f"403: {SECRETS[override]} is not allowed"
    load_config("conf/mal2020.yml", [override])
    assert concealed(echo) == "403: *** is not allowed"


def test_a_config_without_secrets_is_kept_as_it_is():
    config = load_config("conf/mal2020.yml")
    assert json.loads(config.as_json()) == config.model_dump(mode="json")


@pytest.mark.parametrize(
    "override",
    [
        "spark={spark.my.token: 12345678}",
        "spark={spark.my.token: [12345678]}",
        "spark={spark.my.token: 12345678",
        "spark.spark.my.token=[12345678]",
        "spark={my.token: '12345678'}",
    ],
)
def test_an_error_of_a_config_does_not_quote_its_secrets(override):
    with pytest.raises(ConfigError) as raised:
        load_config("conf/mal2020.yml", [override])
    assert "12345678" not in str(raised.value)
    assert HIDDEN in str(raised.value)


def test_keys_of_the_environment_are_shown_nowhere(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-1234")
    monkeypatch.setenv("SHORT_KEY", "key")
    assert concealed("Incorrect API key provided: sk-test-1234") == (
        "Incorrect API key provided: ***"
    )


@pytest.mark.parametrize(
    "text",
    [
        "abfss://container@account.dfs.core.windows.net/f",
        "s3a://bucket/key=1/x?v=2",
        "a.key = 7",
        "http://host:8080/a@b",
        "http://host:80?to=a@b.c",
        "see http://host: a@b",
    ],
)
def test_addresses_without_secrets_stay(text):
    assert concealed(text) == text
