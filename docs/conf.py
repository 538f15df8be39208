"""How Sphinx builds the documentation: ``make docs``. Nothing is fetched, and every warning is an error."""

from importlib.metadata import version as version_of

project = "modelcat"
author = "the modelcat authors"
version = release = version_of("modelcat")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "modelcat"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3  # a link to a heading that does not exist is a warning
suppress_warnings = ["myst.strikethrough"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_use_legacy_class_based = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # the attributes of a record as one list
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
default_role = "py:obj"  # docstrings name code between single backticks; what is documented becomes a link

nitpicky = True
#: References into other libraries cannot be resolved offline, and `obj` is the role of any code in a docstring.
nitpick_ignore_regex = [("py:obj", ".*"), ("py:.*", r"^(?!catalog\.|plugins\.|runner\.).*")]
