"""Zip archives and the XML inside them, opened without trust: nothing is unpacked to disk, nothing outside is read."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

from corpus.errors import ReadError

MEMBERS = 20_000
UNPACKED = 512 * 1024 * 1024
"""Bytes that all members of an archive that are read may hold together; Word and Excel files seldom reach a tenth."""

PACKED_TIGHT = 200
"""Times that a member over a megabyte may be larger than packed: XML reaches some 50, zeros 1,000."""


_STRICT = "http://purl.oclc.org/ooxml/"


class Archive:
    """The members of a zip archive, read into memory one by one within bounds."""

    def __init__(self, data: bytes) -> None:
        """Raises ReadError for what is no zip, is truncated, encrypted or has far too many members."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise ReadError("file.truncated", why=str(error)[:60]) from None
        members = self._zip.infolist()
        if len(members) > MEMBERS:
            raise ReadError("archive.bomb", n=len(members), bytes=sum(member.file_size for member in members))
        if any(member.flag_bits & 1 for member in members):
            raise ReadError("file.encrypted")
        self.names = frozenset(self._zip.namelist())
        self._unpacked = 0

    def refuse_bombs(self, names: Iterable[str]) -> None:
        """Raise ReadError where these members are far larger inside than outside; what nobody reads harms nobody."""
        members = [self._zip.getinfo(name) for name in names]
        size = self._unpacked + sum(member.file_size for member in members)
        tight = any(m.file_size > 1 << 20 and m.file_size > PACKED_TIGHT * max(1, m.compress_size) for m in members)
        if size > UNPACKED or tight:
            raise ReadError("archive.bomb", n=len(members), bytes=size)

    def read(self, name: str) -> bytes:
        """A member's bytes; raises ReadError when it is not there, damaged or larger than the archive says."""
        if name in self.names:
            self.refuse_bombs([name])
        try:
            with self._zip.open(name) as file:
                data = file.read(UNPACKED + 1)
        except KeyError:
            raise ReadError("archive.lacks", name=name) from None
        except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError) as error:
            raise ReadError("file.truncated", why=str(error)[:60]) from None
        if len(data) > UNPACKED:
            raise ReadError("archive.endless", name=name)
        self._unpacked += len(data)
        return data

    def xml(self, name: str) -> Any:
        """The root element of a member; see ``parse_xml``. The names of Strict Office files are those of the usual ones."""
        root = parse_xml(self.read(name), name=name)
        if any(space and space.startswith(_STRICT) for space in root.nsmap.values()):
            _make_usual(root)
        return root

    def refuse_encrypted(self) -> None:
        """Raise ReadError for an OpenDocument file whose manifest names a member that is encrypted."""
        manifest = self.optional_xml("META-INF/manifest.xml")
        if manifest is not None and any(local(element) == "encryption-data" for element in manifest.iter()):
            raise ReadError("file.encrypted")

    def optional_xml(self, name: str) -> Any | None:
        """The root element of a member, or None where the archive has none of this name."""
        return self.xml(name) if name in self.names else None

    def title(self) -> str:
        """What an Office file calls itself, or empty."""
        core = self.optional_xml("docProps/core.xml")
        title = None if core is None else core.find("{http://purl.org/dc/elements/1.1/}title")
        return "" if title is None else title.text or ""

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part of an Office file points at: by its id the kind and the member; nothing outside the archive.

        The empty part is the file itself.
        """
        folder, name = posixpath.split(part)
        root = self.optional_xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for relation in root if root is not None else ():
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
                found[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], target)
        return found


def parse_xml(data: bytes, *, name: str) -> Any:
    """The root element of an XML text. Entities are not expanded and nothing outside is fetched.

    Raises ReadError when it is not well formed or declares entities of its own: none of these formats needs any.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "entity amplification" in str(error):
            raise ReadError("archive.entities", name=name) from None
        raise ReadError("archive.damaged_part", name=name, why=str(error)[:80]) from None
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise ReadError("archive.entities", name=name)
    return root


def _make_usual(root: Any) -> None:
    """Give elements and attributes of Strict Office files (ISO/IEC 29500-1) the names of Transitional ones."""
    for element in root.iter("*"):
        element.tag = _usual(element.tag)
        for name, value in list(element.attrib.items()):
            if name.startswith("{" + _STRICT):
                del element.attrib[name]
                element.set(_usual(name), value)


def _usual(name: str) -> str:
    """``{http://purl.oclc.org/ooxml/a/b}c`` is ``{http://schemas.openxmlformats.org/a/2006/b}c``."""
    if not name.startswith("{" + _STRICT):
        return name
    space, _, tag = name.removeprefix("{" + _STRICT).partition("}")
    kind, _, rest = space.partition("/")
    return f"{{http://schemas.openxmlformats.org/{kind}/2006/{rest}}}{tag}"


def local(element: Any) -> str:
    """An element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
