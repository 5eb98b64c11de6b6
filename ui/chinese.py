"""What the window says in Chinese: the English sentence is the key, as in gettext, and a hole is what is filled in.

Whoever makes a sentence makes it in English and knows nothing of this; ``translated`` is asked where it leaves for the page.
File names and the words of documents and other programs pass through the holes as they are; only a hole called ``our`` is
filled with words that are in this list themselves. What has no Chinese stays English; tests/test_chinese.py holds every message
that can reach the window against the list.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from rag.answer import Refusal

Language = Literal["en", "zh"]

PLACES = {
    "message": ("发件人：{}", "发件人：{}"),
    "sheet": ("工作表 {}", "工作表 {}"),
    "slide": ("幻灯片 {}", "幻灯片 {}"),
    "page": ("第 {} 页", "第 {} 页"),
    "line": ("第 {} 行", "第 {} 行"),
    "note": ("{}", "{}"),
    "cell": ("单元格 {}", "单元格 {}"),
    "field": ("字段 {}", "字段 {}"),
    "paragraph": ("第 {} 段", "第 {} 段"),
    "of the file": ("（文件第 {} 页）", "（文件第 {} 页）"),
    "between": ("，", "，"),
    "a notes": ("备注", "备注"),
    "a footnote": ("脚注", "脚注"),
    "a endnote": ("尾注", "尾注"),
    "a note": ("注", "注"),
}
"""The places of ``corpus.place``."""

_CHINESE = {
    # questions and answers
    "There are no documents yet. Add some first.": "还没有文件。请先添加。",
    "None of the chosen documents is searched any more. Choose others.": "所选文件都已不在检索范围内。请另选。",
    "the question is empty; ask something like: {}": "问题是空的，请输入问题。",
    "the question has {} characters; ask in at most {}": "问题有 {} 个字符，最多 {} 个。",
    "Read as: {}": "理解为：{}",
    "Answered without the reader: {}": "未用阅读模型作答：{}",
    "answers {} of such questions, wrong at most {} (measured on {})": "对这类问题能回答 {0}，错误至多 {1}（在 {2} 上测得）",
    "Nearest passages, not an answer:": "最接近的段落，并非答案：",
    # documents and quotes
    "The file has changed since; this is its text as it was read.": "文件此后有改动；这里是当时读到的文本。",
    "The file cannot be read any more; this is its text as it was read.": "文件已无法读取；这里是当时读到的文本。",
    "This document is not among those that are searched now, or has changed since. The quote is as it was shown.": (
        "此文件不在当前检索范围内，或已有改动。引文保持当时的样子。"
    ),
    "The picture of the page does not show where this stands; this is its text.": "页面图像上看不到这段文字；这里是其文本。",
    "It goes on over more pages; these are the first.": "其后还有更多页；这里是前几页。",
    "Pictures of pages are being drawn for others; try again in a moment.": "正在为其他人绘制页面图像；请稍后再试。",
    "page {} has no size; there is no picture of it": "第 {} 页没有尺寸，无法绘制图像",
    "holds hidden text or characters": "含有隐藏的文字或字符",
    "read from a scan by character recognition": "由扫描件经文字识别得到",
    "garbled in the file": "在文件中已是乱码",
    "letters are set apart by spaces": "字母之间有空格",
    # judged answers
    "Added to {}.": "已加入 {}。",
    "It is in {} already.": "{} 中已有。",
    "Taken out of {} again.": "已从 {} 中撤回。",
    "It is not in {} any more.": "{} 中已没有。",
    "too many judgements at once; try again in a moment": "一次评判太多，请稍后再试",
    "{} holds {} bytes and more; start another with --judged": "{} 已有 {} 字节以上；请用 --judged 另指定一个文件",
    # calls of the window
    "not what the window sends; reload the page ({})": "不是此窗口会发送的内容，请重新载入页面（{}）",
    "This went wrong here; try again.": "这里出了问题，请再试一次。",
    "Pincite is busy; try again in a moment.": "Pincite 正忙，请稍后再试。",
    "Documents are being opened for others; try again in a moment.": "正在为他人打开文件，请稍后再试。",
    "Documents are being added by others; try again in a moment.": "他人正在添加文件，请稍后再试。",
    "not quotes that can be checked; reload the page": "不是可以核对的引文，请重新载入页面",
    "not a judged answer; ask again": "不是可以评判的回答，请重新提问",
    "not a question that can be asked again": "不是可以再次提出的问题",
    "no document that is searched now says so; ask again": "当前检索的文件中没有这段引文，请重新提问",
    "this answer shows no quotes that could be {}; say --unanswerable if refusing was right": "这个回答没有引文，无从评判",
    "{}: cannot be added to ({}); name another file": "{}：无法写入（{}），请换一个文件",
    '{}: expected a row with "_id", found {}': '{0}：这一行没有 "_id"：{1}',
    # files that are added or taken away
    "not a file that the window can send; add it again": "文件没有完整传来，请重新添加",
    "documents can be changed only in a window that was started with --library": "只有以 --library 启动的窗口才能增减文件",
    "this document is not searched any more; nothing was taken away": "此文件已不在检索范围内，没有移走任何文件",
    "{} bytes; at most {} are taken here, larger ones by hand": "{} 字节；这里最多接受 {} 字节，更大的请直接放入文件夹",
    "this document was not taken away here; nothing was put back": "此文件不是从这里移走的，没有放回任何文件",
    "the file that was taken away is not in .removed any more": "移走的文件已不在 .removed 中",
    "another file of that name is there now; the one taken away stays in .removed": (
        "现在已有同名文件；移走的文件仍在 .removed 中"
    ),
    "another file of that name came this moment; add it again": "此刻来了另一个同名文件，请重新添加",
    "something else of that name is in the folder; rename the file and add it again": (
        "文件夹中已有同名的其他内容，请改名后重新添加"
    ),
    "its file is another one now than when it was read; nothing was taken away": "文件与读取时不同，没有移走任何文件",
    ".removed is a link; nothing was changed": ".removed 是一个链接，没有作任何更改",
    "not a possible file name; rename it and add it again": "文件名不可用，请改名后重新添加",
    "Pincite reads {}; save it as one of them": "Pincite 能读取 {}；请另存为其中一种",
    "the file system refused ({})": "文件系统拒绝（{}）",
    # files that cannot be read
    "the file is empty; there is nothing to quote": "文件是空的，没有可引用的内容",
    "the file holds only white space; there is nothing to quote": "文件只有空白，没有可引用的内容",
    "holds no text; there is nothing to quote": "没有文字，没有可引用的内容",
    "starts as {} but byte {} is not; save it again": "开头是 {}，但第 {} 字节不是；请重新保存",
    "not text (byte {} fits no known encoding); save it as UTF-8 text": (
        "不是文本（第 {} 字节不合任何已知编码）；请另存为 UTF-8 文本"
    ),
    "not text (control characters all through); Pincite reads text and documents": (
        "不是文本（满是控制字符）；Pincite 读取文本和文档"
    ),
    "not {} but {}": "不是 {}，而是 {}",
    "not {}; it is damaged, or its name is wrong": "不是 {}；文件已损坏，或扩展名有误",
    "encrypted; save a copy without a password": "已加密；请另存一份不带密码的",
    "encrypted and needs a password; save a copy without one": "已加密，需要密码；请另存一份不带密码的",
    "encrypted (DRM); its chapters cannot be read": "已加密（DRM），无法读取章节",
    "an old Office file; save it in today's format (.docx, .pptx)": "旧版 Office 文件；请另存为 .docx 或 .pptx",
    "does not begin as RTF does; open it in a word processor and save it again": "开头不像 RTF；请用文字处理软件打开后重新保存",
    "not an e-mail: it has neither headers nor text": "不是电子邮件：既无信头也无正文",
    "not an e-mail: none of the headers From, To, Date and Subject": "不是电子邮件：没有 From、To、Date、Subject 任一信头",
    'not a mailbox: no line begins a message with "From "': "不是邮箱文件：没有以“From ”开头的邮件",
    "has no body inside; it is not a Word document, or damaged": "里面没有正文；不是 Word 文档，或已损坏",
    "has no text inside; it is not an OpenDocument text, or damaged": "里面没有文字；不是 OpenDocument 文本，或已损坏",
    "has no {} inside; it is not what its name says, or damaged": "里面没有 {}；与扩展名不符，或已损坏",
    "{} inside is damaged ({}); save it again": "其中的 {} 已损坏（{}）；请重新保存",
    "{} inside declares XML entities, which can hide a bomb or reach other files; it is not read": (
        "其中的 {} 声明了 XML 实体，可能藏有炸弹或指向其他文件；不予读取"
    ),
    "truncated or damaged ({}); fetch it again": "不完整或已损坏（{}）；请重新获取",
    "truncated or damaged, PDFium cannot open it; fetch it again": "不完整或已损坏，PDFium 无法打开；请重新获取",
    "damaged ({}); save it again": "已损坏（{}）；请重新保存",
    "damaged ({}); fetch it again": "已损坏（{}）；请重新获取",
    "a zip bomb, or nearly one ({} members, {} bytes unpacked); it is not read": (
        "压缩炸弹或近似（{} 个成员，解压后 {} 字节）；不予读取"
    ),
    "a zip bomb ({} does not end); it is not read": "压缩炸弹（{} 没有尽头）；不予读取",
    "line {}: not JSON; save it again": "第 {} 行不是 JSON；请重新保存",
    "{}not JSON ({}); save it again": "{}不是 JSON（{}）；请重新保存",
    "nested too deeply; it is not read": "嵌套过深；不予读取",
    "{}nested too deeply; it is not read": "{}嵌套过深；不予读取",
    "not CSV ({}); save it again": "不是 CSV（{}）；请重新保存",
    "a table of more than {} cells or {} columns; split it": "表格超过 {} 个单元格或 {} 列；请拆分",
    "page {} has changed since it was read; read it again": "第 {} 页在读取之后有改动；请重新读取",
    "has no pages; it is damaged, fetch it again": "没有页面；已损坏，请重新获取",
    "none of its {} pages has a text layer. Scanned pages need OCR first": "{} 页都没有文字层。扫描页须先做文字识别",
    "not read within {} seconds; split it, or save it in a simpler format": "{} 秒内没有读完；请拆分，或另存为更简单的格式",
    "its reader broke down (exit {}): damaged, or it needs more than {our}": ("读取程序中断（{}）：文件已损坏，或需要超过 {}"),
    "{} of memory": "{} 内存",
    "cannot be read ({}); check its access rights and the disk": "无法读取（{}）；请检查权限和磁盘",
    "cannot be read ({}); check the name and the disk": "无法读取（{}）；请检查名称和磁盘",
    "has changed while it was read; read it again": "读取时有改动；请重新添加",
    "no such file or folder; check the spelling": "没有这个文件或文件夹；请检查名称",
    "not a possible file name; check the spelling": "文件名不可用；请检查名称",
    "not a regular file; name a file or a folder": "不是普通文件",
    "{} GB; {} GB is the most that is read; split it": "{} GB；最多读取 {} GB，请拆分",
    "no permission to read; check its access rights": "没有读取权限；请检查权限",
    # what a file holds that must be known
    "{} invisible character{} (zero-width or direction marks)": "{0} 个不可见字符（零宽或方向标记）",
    "white text": "白色文字",
    "invisible text": "不可见文字",
    "tiny text": "极小的文字",
    "hidden slides": "隐藏的幻灯片",
    "hidden sheets": "隐藏的工作表",
    "{} % of the characters are garbled; quotes show them as they are": "{} % 的字符是乱码；引文照原样显示",
    "letters are set apart by spaces; their words cannot be found": "字母之间有空格；无法按词检索",
    "not UTF-8; read as {}": "不是 UTF-8；按 {} 读取",
    "names no encoding; read as {}": "没有注明编码；按 {} 读取",
    "encrypted, but opens without a password": "已加密，但无需密码即可打开",
    "holds tracked changes; read as if all were accepted": "含有修订；按全部接受读取",
    "an encrypted body cannot be quoted": "加密的正文无法引用",
    "{} attachment{} not read: {}": "{0} 个附件没有读取：{2}",
    "slide {} is missing inside": "缺少幻灯片 {}",
    "{} chapter{} named in its table cannot be quoted: not inside": "目录中的 {0} 章无法引用：文件里没有",
    "{our} cannot be quoted: not JSON; the first is line {}": "{}无法引用：不是 JSON；第一处是第 {} 行",
    "{} of {} lines": "{1} 行中有 {0} 行",
    "{} of {} pages cannot be quoted: {our} without a text layer": "{1} 页中有 {0} 页无法引用：{2}没有文字层",
    "{our} scanned: the text is what character recognition made of them": "{}是扫描页：文字由文字识别得到",
    "{our} garbled: the fonts do not say which letters they show": "{}是乱码：字体没有注明字形对应的字母",
    "page {}": "第 {} 页",
    "pages {}": "第 {} 页",
}

_HOLE = re.compile(r"\{(our)?\}")


def translated(text: str, language: Language) -> str:
    """A sentence of ours in the language of the window; as it is where there is no other."""
    if language == "en":
        return text
    for pattern, chinese, ours in _patterns():
        if match := pattern.fullmatch(text):
            holes = zip(match.groups(), ours, strict=True)
            return chinese.format(*(translated(part, language) if our else part for part, our in holes))
    return text


def reason(refusal: Refusal, language: Language) -> str:
    """Why there is no answer, with its evidence, as ``rag.refuse`` says it in English."""
    if language == "en":
        return refusal.reason
    said = ["材料没有说明。"]
    if refusal.absent_terms:
        instead = dict(refusal.instead)
        absent = [f"“{word}”" + (f"（有“{instead[word]}”）" if word in instead else "") for word in refusal.absent_terms[:5]]
        more = f"等 {len(refusal.absent_terms)} 个词" if len(refusal.absent_terms) > 5 else ""
        said.append(f"文中从未提到{'、'.join(absent)}{more}。")
    if refusal.has and refusal.lacks:
        said.append(f"最接近的段落有{_listed(refusal.has)}，但没有{_listed(refusal.lacks)}。")
    elif refusal.has:
        said.append(f"最接近的段落有{_listed(refusal.has)}{'' if refusal.absent_terms else '，但仍不足以回答'}。")
    elif refusal.absent_terms or refusal.lacks:
        said.append("最接近的段落也不足以回答这个问题。")
    else:
        said.append("问题里没有可以检索的词。")
    return "".join(said)


def _listed(words: Sequence[str]) -> str:
    return "、".join(f"“{word}”" for word in words[:5])


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str, tuple[bool, ...]], ...]:
    """Every English sentence as a pattern whose holes are groups, its Chinese, and which holes hold words of ours.

    Longer ones come first, since a hole takes anything.
    """
    found = []
    for english, chinese in sorted(_CHINESE.items(), key=lambda item: -len(_HOLE.sub("", item[0]))):
        between = [re.escape(text) for text in _HOLE.sub("{}", english).split("{}")]
        ours = tuple(bool(hole[1]) for hole in _HOLE.finditer(english))
        found.append((re.compile("(.*?)".join(between), re.DOTALL), chinese, ours))
    return tuple(found)
