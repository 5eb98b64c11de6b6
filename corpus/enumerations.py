"""How the items of a list are marked, whatever the language: written once for the cutter and for what quotes lists whole."""

import re

_BULLET = "[-*+•‣◦–▪▫■□●○◆❖➢➤✓✔·∙⁃\uf0b7\uf0a7\uf0d8\uf0fc\uf076]"
"""Those in the private area are of Symbol and Wingdings, as PDF files have them."""

NUMERAL = r"\d{1,3}|[ivxlc]{1,5}|[a-zA-Z]"
"""What numbers an item or a heading."""

ITEM = re.compile(rf"(?:{_BULLET}|\(?(?:{NUMERAL})[.)])\s+(?=\S)")
"""What an item begins with, where a line is one."""

MARKED_ITEM = re.compile(rf"(?:{_BULLET}|\(?(?:\d{{1,2}}|[a-k])[.)])\s", re.IGNORECASE)
"""What a sentence begins with that is an item of a list announced before it: names begin with letters further on too."""

SIGN = re.compile(r"\s*([^\w\s\"'“‘«„(\[<#|>]{1,2})\s+(?=\S)")
"""A sign that a line begins with: a bullet, whatever it is, where several lines of a list do."""

LATER_ITEM = re.compile(r"\(?(?:[2-9]|1\d|[b-k])[.)]\s", re.IGNORECASE)
"""What a sentence begins with that is an item of a list, and not the first one."""
