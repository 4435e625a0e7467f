"""Who may ask the API: tokens are told once, and only their digests are stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.api.tokens import TokensError, digest_of, line_of, new_token, parse_tokens


def test_each_holder_is_known_by_the_token_and_nobody_else_is() -> None:
    grafana, staff = new_token(), new_token()
    tokens = parse_tokens(f"# who asks\n\n{line_of('grafana', grafana)}\n{line_of('staff.1', staff)}\n")

    assert tokens.holder(grafana) == "grafana"
    assert tokens.holder(staff) == "staff.1"
    assert tokens.holder(new_token()) is None


def test_no_two_tokens_are_alike_and_none_can_be_guessed() -> None:
    made = {new_token() for _ in range(1000)}

    assert len(made) == 1000
    assert min(map(len, made)) >= 43  # 32 bytes


@given(st.text())
def test_whatever_is_sent_as_a_token_is_only_refused(sent: str) -> None:
    assert parse_tokens(line_of("a", new_token())).holder(sent) is None


def test_what_is_stored_opens_nothing() -> None:
    token = new_token()
    line = line_of("a", token)

    assert token not in line
    assert parse_tokens(line).holder(digest_of(token)) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no token in it"),
        ("# nobody yet\n", "no token in it"),
        ("grafana", "line 1: expected name:digest"),
        (f"a:{'0' * 64}\nb:{'0' * 63}", "line 2: expected name:digest"),
        (f"a b:{'0' * 64}", "line 1: expected name:digest"),
        (f"a:{'0' * 64}\na:{'1' * 64}", "line 2: a has a line already"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(text: str, says: str) -> None:
    with pytest.raises(TokensError, match=says):
        parse_tokens(text)


def test_a_token_put_where_its_digest_belongs_is_not_repeated() -> None:
    token = new_token()
    with pytest.raises(TokensError) as refused:
        parse_tokens(f"grafana:{token}")

    assert token not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "ä", "x" * 65, "a\nb"])
def test_a_name_that_would_break_the_line_is_refused(name: str) -> None:
    with pytest.raises(TokensError, match="a name has up to 64"):
        line_of(name, new_token())
