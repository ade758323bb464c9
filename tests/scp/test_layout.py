"""JSON text is changed as its object is, and keeps its layout."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard.scp._patch import Add, Change, Remove, changed, minified

_scalars = st.text(max_size=4) | st.integers() | st.booleans() | st.none()
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_layouts = st.tuples(
    st.sampled_from([None, None, 1, 2, 4, "\t"]),
    st.sampled_from([(",", ":"), (", ", ": "), (",", " : "), (" ,", ":")]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", " ", "\n", "\r\n\t"]),
)


def written(content: Any, layout: tuple[Any, Any, str, str]) -> str:
    """Return *content* as JSON text in *layout*."""
    indent, separators, line_end, around = layout
    return around + json.dumps(content, indent=indent, separators=separators).replace("\n", line_end) + around


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, Change]:
    """Return an object, and something to add to it, at a path that may or may not be there."""
    content = draw(st.dictionaries(st.text(max_size=3), _values, max_size=3))
    path: list[str | int] = []
    at: Any = content
    while isinstance(at, dict) and (not path or draw(st.booleans())):
        step = draw(st.sampled_from([*at, "new"]))
        path.append(step)
        at = at.get(step)
        if isinstance(at, list) and at and draw(st.booleans()):
            index = draw(st.integers(0, len(at) - 1))
            path.append(index)
            at = at[index]
    return content, Add(tuple(path), tuple(draw(st.lists(_values, min_size=1, max_size=2))))


def is_within(before: str, after: str) -> bool:
    """Return whether *after* is *before* with characters put in."""
    rest = iter(after)
    return all(character in rest for character in before)


@given(cases(), _layouts)
def test_text_says_what_the_object_says(case: tuple[Any, Change], layout: Any) -> None:
    """Adding to the text and adding to the object come to the same, in any layout, in the same order."""
    content, change = case
    after = str(changed(written(content, layout), [change]))

    assert json.dumps(json.loads(after)) == json.dumps(changed(content, [change]))


@given(cases(), _layouts)
def test_no_character_is_lost(case: tuple[Any, Change], layout: Any) -> None:
    """What stood in the text stands there still, in its order."""
    content, change = case
    before = written(content, layout)

    assert is_within(before, str(changed(before, [change])))


@given(st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=2), min_size=1), min_size=1), _layouts, st.data())
def test_removal_says_what_the_object_says(content: Any, layout: Any, data: st.DataObject) -> None:
    """Taking values out of the text and out of the object come to the same."""
    name = data.draw(st.sampled_from(sorted(content)))
    values = tuple(data.draw(st.lists(st.sampled_from(content[name]))))
    change = Remove((name,), values)

    assert json.loads(str(changed(written(content, layout), [change]))) == changed(content, [change])


@given(cases())
def test_object_that_was_given_stays(case: tuple[Any, Change]) -> None:
    """A dict is not changed in place."""
    content, change = case
    before = json.dumps(content)
    changed(content, [change])

    assert json.dumps(content) == before


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", [1, 2, 4, "\t"])
def test_new_member_looks_as_a_formatter_would_have_it(indent: int | str, line_end: str) -> None:
    """In a document that a formatter wrote, the edit is what it would write."""
    before = {"Statement": [{"Sid": "A", "Condition": {"StringNotEquals": {"k": ["a", "b"]}}}]}
    change = Add(("Statement", 0, "Condition", "ArnNotLike", "p"), ("x", "y"))
    after = json.dumps(changed(before, [change]), indent=indent).replace("\n", line_end)

    assert changed(json.dumps(before, indent=indent).replace("\n", line_end), [change]) == after


HAND_WRITTEN = """{
  "Statement": [
    { "Sid": "A",
      "Condition": {
        "StringNotEquals": {"k": ["a", "b"]}
      }
    }
  ]
}
"""


def test_new_member_stands_on_one_line_as_its_neighbour() -> None:
    """A block written on one line gets a neighbour on one line."""
    after = changed(HAND_WRITTEN, [Add(("Statement", 0, "Condition", "ArnNotLike", "p"), ("x",))])
    line = '        "StringNotEquals": {"k": ["a", "b"]}'

    assert after == HAND_WRITTEN.replace(line, f'{line},\n        "ArnNotLike": {{"p": "x"}}')


def test_single_value_becomes_a_list() -> None:
    """A second value beside a lone one needs brackets."""
    assert changed('{"k": "a"}', [Add(("k",), ("b",))]) == '{"k": ["a", "b"]}'


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", [1, 2, 4, "\t"])
def test_single_value_becomes_a_list_as_a_formatter_would_have_it(indent: int | str, line_end: str) -> None:
    """In a document that a formatter wrote, each value of a list stands on a line."""
    texts = (json.dumps({"n": {"k": each}}, indent=indent) for each in ("a", ["a", "b", "c"]))
    before, after = (text.replace("\n", line_end) for text in texts)

    assert changed(before, [Add(("n", "k"), ("b", "c"))]) == after


def test_single_value_becomes_a_list_on_one_line_where_others_do() -> None:
    """A list looks like its neighbours."""
    before = '{\n  "i": ["x", "y"],\n  "k": "\\u0061"\n}'

    assert changed(before, [Add(("k",), ("b",))]) == before.replace('"\\u0061"', '["\\u0061", "b"]')


def test_single_statement_becomes_a_list() -> None:
    """A statement written without brackets gets them, and a neighbour in its own layout."""
    before = '{\n  "Statement": {\n    "Sid": "A"\n  }\n}'
    after = '{\n  "Statement": [{\n    "Sid": "A"\n  }, {\n    "Sid": "B"\n  }]\n}'

    assert changed(before, [Add(("Statement",), ({"Sid": "B"},))]) == after


def test_comma_first_stays_comma_first() -> None:
    """The separator is that of the neighbours, wherever its comma stands."""
    assert changed('[\n  "a"\n, "b"\n]', [Add((), ("c",))]) == '[\n  "a"\n, "b"\n, "c"\n]'


def test_minified_size_counts_characters_as_written() -> None:
    """No escape makes a character longer than it is."""
    assert minified('{ "Sid" : "東京" }') == '{"Sid":"東京"}'
