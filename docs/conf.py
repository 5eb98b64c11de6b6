"""How the pages are built: ``make docs``."""

project = "Pincite"
project_copyright = "the founders of Pincite, Apache-2.0"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Pincite"
html_show_sphinx = False
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = True
