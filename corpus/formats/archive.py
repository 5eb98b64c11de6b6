"""Zip archives and the XML inside them, opened without trust: nothing is unpacked to disk, nothing outside is read."""

import io
import posixpath
import zipfile
import zlib
from typing import Any

from corpus.errors import ReadError

MEMBERS = 20_000
UNPACKED = 512 * 1024 * 1024
"""Bytes that all of an archive's members may hold together; Word and Excel files seldom reach a tenth."""

PACKED_TIGHT = 200
"""Times that a member over a megabyte may be larger than packed: XML reaches some 50, zeros 1,000."""


class Archive:
    """The members of a zip archive, read into memory one by one within bounds."""

    def __init__(self, data: bytes) -> None:
        """Raises ReadError for what is no zip, is truncated, encrypted or far larger inside than outside."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise ReadError("file.truncated", why=str(error)[:60]) from None
        members = self._zip.infolist()
        size = sum(member.file_size for member in members)
        tight = any(m.file_size > 1 << 20 and m.file_size > PACKED_TIGHT * max(1, m.compress_size) for m in members)
        if len(members) > MEMBERS or size > UNPACKED or tight:
            raise ReadError("archive.bomb", n=len(members), bytes=size)
        if any(member.flag_bits & 1 for member in members):
            raise ReadError("file.encrypted")
        self.names = frozenset(self._zip.namelist())

    def read(self, name: str) -> bytes:
        """A member's bytes; raises ReadError when it is not there, damaged or larger than the archive says."""
        try:
            with self._zip.open(name) as file:
                data = file.read(UNPACKED + 1)
        except KeyError:
            raise ReadError("archive.lacks", name=name) from None
        except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError) as error:
            raise ReadError("file.truncated", why=str(error)[:60]) from None
        if len(data) > UNPACKED:
            raise ReadError("archive.endless", name=name)
        return data

    def xml(self, name: str) -> Any:
        """The root element of a member; see ``parse_xml``."""
        return parse_xml(self.read(name), name=name)

    def optional_xml(self, name: str) -> Any | None:
        """The root element of a member, or None where the archive has none of this name."""
        return self.xml(name) if name in self.names else None

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


def local(element: Any) -> str:
    """An element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
