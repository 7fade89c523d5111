"""Templates of the user's own: found, kept in their sandbox, and their errors with a line."""

from __future__ import annotations

import shutil

import pytest

from enclave_watch.processing.publish.templates import (
    TEMPLATES,
    TemplateError,
    Templates,
    template_names,
)


@pytest.fixture
def folder(tmp_path):
    """A folder with a copy of one template."""
    shutil.copy(TEMPLATES / "rounding.en.j2", tmp_path)
    return tmp_path


def write(folder, text, name="rounding.en.j2"):
    (folder / name).write_text(text, encoding="utf-8")
    return Templates(folder)


def test_a_changed_copy_is_used_and_the_rest_is_the_plugins(folder):
    templates = write(folder, "My own {{ word }}.")
    assert templates.render("rounding.en.j2", word="rule") == "My own rule."
    assert templates.template("titles.en.j2").module.tables["enclaves"] == "Enclaves"


def test_the_plugin_has_its_templates_in_three_languages():
    names = template_names()
    for language in ("en", "ar", "fr"):
        for name in ("bulletin.{}.html", "bulletin.{}.md", "sentences.{}", "titles.{}"):
            assert f"{name.format(language)}.j2" in names


def test_a_syntax_error_names_template_and_line(folder):
    templates = write(folder, "one\n{% if %}\n")
    with pytest.raises(TemplateError, match=r'"rounding.en.j2", line 2: .*Mend it'):
        templates.render("rounding.en.j2")


def test_an_unknown_name_is_said_with_its_line(folder):
    templates = write(folder, "one\ntwo\n{{ arae }}\n")
    with pytest.raises(TemplateError, match=r"line 3: 'arae' is undefined"):
        templates.render("rounding.en.j2")


def test_an_error_in_a_template_that_another_includes_names_the_inner_one(folder):
    templates = write(folder, '{% include "inner.j2" %}')
    (folder / "inner.j2").write_text("\n{{ 1 / 0 }}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r'"inner.j2", line 2: division by zero'):
        templates.render("rounding.en.j2")


def test_a_template_that_is_not_there_is_named(folder):
    templates = write(folder, '{% include "gone.j2" %}')
    with pytest.raises(TemplateError, match=r'line 1: there is no template "gone.j2"'):
        templates.render("rounding.en.j2")


def test_text_that_is_not_utf8_is_said_to_be_so(folder):
    (folder / "rounding.en.j2").write_bytes(b"\xff\xfe caf\xe9")
    with pytest.raises(TemplateError, match="UTF-8"):
        Templates(folder).render("rounding.en.j2")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ words.append('x') }}",
        "{{ tell.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}",
    ],
)
def test_templates_stay_in_their_sandbox(folder, attack):
    templates = write(folder, attack)
    with pytest.raises(TemplateError, match="line 1"):
        templates.render("rounding.en.j2", words=["a"], tell=lambda fact: fact)


def test_templates_reach_no_file_outside_their_folders(folder):
    (folder.parent / "secret.j2").write_text("secret", encoding="utf-8")
    templates = write(folder, '{% include "../secret.j2" %}')
    with pytest.raises(TemplateError, match="there is no template"):
        templates.render("rounding.en.j2")


def test_what_is_not_safe_is_escaped_in_every_template(folder):
    templates = write(folder, "{{ name }}")
    assert templates.render("rounding.en.j2", name="<script>") == "&lt;script&gt;"


def test_a_folder_that_is_missing_or_holds_none_of_the_templates_says_what_to_do(tmp_path):
    with pytest.raises(TemplateError, match="there is no folder"):
        Templates(tmp_path / "none")
    (tmp_path / "bulletin.html").write_text("", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"holds none of the templates.*Copy those"):
        Templates(tmp_path)
