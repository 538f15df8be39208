"""How Sphinx builds the documentation: ``make docs``. Nothing is fetched, and every warning is an error."""

from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "modelcat"
author = "the modelcat authors"
version = release = version_of("modelcat")

smartquotes = False  # --csv is no dash
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "modelcat"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3  # a link to a heading that does not exist is a warning

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # the attributes of a record as one list
add_module_names = False
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
default_role = "py:obj"  # docstrings name code between single backticks; what is documented becomes a link

nitpicky = True
#: References into other libraries cannot be resolved offline, `obj` is the role of any code in a docstring, and private
#: classes have no page.
nitpick_ignore_regex = [("py:obj", ".*"), ("py:.*", r"^(?!catalog\.|plugins\.|runner\.).*"), ("py:.*", r".*\._\w+$")]


def plain_signature(*event: object) -> tuple[str, object] | None:
    """Return a signature without what no reader needs: those of Protocols, and the marks of default factories."""
    signature, returned = event[-2:]
    if not isinstance(signature, str):
        return None
    return "" if signature == "(*args, **kwargs)" else signature.replace("<factory>", "..."), returned


def plain_attribute(*event: object) -> None:
    """Give the docstring of an attribute back what Napoleon took for its type: the words before a colon."""
    what, lines = event[1], event[-1]
    if what in {"attribute", "data", "property"} and isinstance(lines, list):
        for line in [line for line in lines if line.startswith(":type: ")]:
            lines.remove(line)
            lines[0] = f"{line.removeprefix(':type: ')}: {lines[0]}"


def setup(app: Sphinx) -> None:
    """Register the above; a priority over 500 comes after Napoleon."""
    app.connect("autodoc-process-docstring", plain_attribute, priority=600)
    app.connect("autodoc-process-signature", plain_signature)
