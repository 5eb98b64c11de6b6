"""Bytes are read in the encoding that they are in; where two readings are nearly as likely, that is said."""

import codecs
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.formats.charset import _CODECS, codec_of, decoded, likeliest
from corpus.formats.registry import read_data
from corpus.formats.text import decode
from corpus.messages import Message

WEST = ("cp1252", "iso8859-15", "mac-roman")
TEXTS = [
    ("The annual fee is £500 per member. Late payment costs £25 more for each month of delay.", ("cp1252",)),
    ("The price is €45 including tax. Delivery costs €5.", ("cp1252",)),
    ("Contact Ann\u00a0Example at the office. The play ran 3\u00a0hours and 20\u00a0minutes.", ("cp1252",)),
    ("Les frais s’élèvent à 5 € par mois, et la réunion a lieu à Orléans le 3 février.", ("cp1252",)),
    ("Não há isenção de taxas para os membros; a cotação é de 20 € até março.", ("cp1252",)),
    ("La società è responsabile dell’attività, perché così più persone possono partecipare.", ("cp1252",)),
    ("Årsavgiften är 500 kronor och betalas före första mars på föreningens konto.", WEST),
    ("Die Straße führt über die Brücke nach Köln, schöne Grüße an alle Mitglieder.", WEST),
    ("El año próximo la reunión será en Córdoba; ¿quién pagará la cuota de inscripción?", WEST),
    ("Opłata roczna wynosi pięćset złotych i jest płatna do końca marca każdego roku.", ("cp1250", "iso8859-2")),
    ("Roční poplatek činí pět set korun a splatný je do konce března každého roku.", ("cp1250", "iso8859-2")),
    ("Az éves díj ötszáz forint, amelyet minden év márciusának végéig kell befizetni, és nő.", ("cp1250", "iso8859-2")),
    ("Godišnja članarina iznosi petsto kuna i plaća se do kraja ožujka svake godine.", ("cp1250", "iso8859-2")),
    ("Metinis mokestis yra penki šimtai eurų, jis sumokamas iki kovo mėnesio pabaigos.", ("cp1257",)),
    ("Yıllık ücret beş yüz liradır ve her yıl mart ayının sonuna kadar ödenmesi gerekir.", ("cp1254",)),
    ("Годовой взнос составляет пятьсот рублей и уплачивается до конца марта.", ("cp1251", "koi8-r", "iso8859-5", "cp866")),
    ("Річний внесок становить п’ятсот гривень і сплачується до кінця березня.", ("cp1251",)),
    ("Η ετήσια συνδρομή είναι πεντακόσια ευρώ και πληρώνεται μέχρι το τέλος Μαρτίου.", ("cp1253", "iso8859-7")),
    ("דמי החבר השנתיים הם חמש מאות שקלים ויש לשלם אותם עד סוף חודש מרץ.", ("cp1255", "iso8859-8")),
    ("الرسوم السنوية خمسمائة دينار ويجب دفعها قبل نهاية شهر مارس من كل سنة.", ("cp1256", "iso8859-6")),
    ("年费为五百元，应当在每年三月底以前缴纳，逾期不缴纳的加收百分之五。", ("gb18030",)),
    ("年費為五百元，應當在每年三月底以前繳納，逾期不繳納的加收百分之五。", ("big5", "gb18030")),
    ("年会費は五百円で、毎年三月末までに支払わなければなりません。", ("cp932", "euc-jp", "iso2022-jp")),
    ("연회비는 오백 원이며 매년 삼월 말까지 납부해야 합니다.", ("cp949",)),
]


@pytest.mark.parametrize(("text", "encoding"), [(text, encoding) for text, encodings in TEXTS for encoding in encodings])
def test_text_in_an_older_encoding_is_read_as_it_was_written(text, encoding):
    document = read_data(text.encode(encoding), ".txt")[1]
    assert document.text == text
    assert [finding.kind for finding in document.findings] == ["encoding"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["The fee is 500 euros.\r\n", "Плата 500 рублей в год.\n", "年费为五百元。\n逾期不缴纳的加收百分之五。\n"]
)
def test_utf_16_is_known_without_its_mark(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)


def test_second_reading_that_is_nearly_as_likely_is_said():
    text, said = decode("Kod: ł7".encode("cp1250"))
    assert isinstance(said, Message)
    assert said.code == "encoding.between"
    assert text in {"Kod: ł7", "Kod: ³7"}
    assert "could be" in str(read_data("Kod: ł7".encode("cp1250"), ".txt")[1].findings[0].message)


def test_reading_that_differs_in_no_letter_is_not_said():
    assert likeliest("The play ran 3\u00a0hours.".encode("cp1252"))[1] == "cp1252"


def test_every_label_has_a_codec():
    assert len(_CODECS) > 200
    for codec in _CODECS.values():
        assert codecs.lookup(codec).name


@pytest.mark.parametrize(
    ("label", "codec"),
    [("GB2312", "gb18030"), ("ks_c_5601-1987", "cp949"), ("latin1", "cp1252"), (" US-ASCII ", "cp1252"), ("klingon", "")],
)
def test_label_means_what_it_means_to_browsers(label, codec):
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b'<html><meta charset="utf-16"><p>The fee is fifty euros per month.</p></html>', "The fee is fifty euros per month."),
        ('<html><meta charset="gb2312"><p>朱镕基签字，价格5元。</p></html>'.encode("gb18030"), "朱镕基签字，价格5元。"),
        ('<html><meta charset="iso-8859-9"><p>Ödeme €5</p></html>'.encode("cp1254"), "Ödeme €5"),
        ('<html><meta charset="x-sjis"><p>①年会費</p></html>'.encode("cp932"), "①年会費"),
    ],
)
def test_page_is_read_by_the_label_that_it_gives(page, words):
    document = read_data(page, ".html")[1]
    assert (document.text, document.findings) == (words, ())


@pytest.mark.parametrize(
    ("label", "encoding", "words"),
    [
        ("", "utf-8", "La réunion est à Orléans."),
        ("us-ascii", "utf-8", "La réunion est à Orléans."),
        ("gb2312", "gb18030", "朱镕基签字，价格5元。"),
        ("ks_c_5601-1987", "cp949", "계약 기간은 삼 년입니다. 똠방각하"),
        ("iso-8859-1", "cp1252", "It costs €5 – “at once”."),
        ("iso-2022-jp", "iso2022-jp", "年会費は五百円です。"),
        ("utf-7", "utf-7", "La réunion"),
    ],
)
def test_mail_is_read_by_the_charset_that_it_names(label, encoding, words):
    kind = f"Content-Type: text/plain; charset={label}\n" if label else ""
    data = f"From: a@example.org\n{kind}Content-Transfer-Encoding: 8bit\n\n".encode() + words.encode(encoding)
    document = read_data(data, ".eml")[1]
    assert document.text == f"From: a@example.org\n\n{words}"
    assert not document.findings


def test_mail_that_names_an_unknown_charset_is_guessed():
    head = b"From: a@example.org\nContent-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: 8bit\n\n"
    assert read_data(head + "La réunion".encode(), ".eml")[1].text.endswith("\n\nLa réunion")
    document = read_data(head + "La réunion est à Orléans, près de la forêt.".encode("cp1252"), ".eml")[1]
    assert document.text.endswith("La réunion est à Orléans, près de la forêt.")
    assert [finding.kind for finding in document.findings] == ["encoding"]


def test_header_of_bare_bytes_is_read():
    for encoding in ("utf-8", "cp1252"):
        data = b"From: a@example.org\nSubject: " + "Réunion à Orléans".encode(encoding) + b"\n\nfern"
        assert "Subject: Réunion à Orléans" in read_data(data, ".eml")[1].text


def test_header_in_a_wider_charset_than_it_names_is_read():
    mail = EmailMessage()
    mail["From"] = "a@example.org"
    data = mail.as_bytes().rstrip() + b"\nSubject: =?gb2312?B?1uzpRrv5?=\n\nfern"
    assert "Subject: 朱镕基" in read_data(data, ".eml")[1].text


def test_iso_2022_jp_is_read_with_the_characters_of_nec_and_narrow_kana():
    """As cp50221 has them; Python's codec knows neither."""
    circled, plain = b"\x1b$BF|K\\-!$G$9\x1b(B", "日本①です"
    assert decoded(circled + b" ok", "iso2022-jp") == plain + " ok"
    assert decode(circled + b"\r\n\x1b(I6E\x1b(B.")[0] == plain + "\r\n\uff76\uff85."
    for c in "あ亜〒熙ヶ":
        assert decoded(b"\x1b$B-!" + c.encode("iso2022-jp")[3:-3] + b"\x1b(B", "iso2022-jp") == "①" + c
    message = b"From: a@example.org\nSubject: Fern\nContent-Type: text/plain; charset=iso-2022-jp\n\n" + circled + b"\n"
    assert plain in read_data(message, ".eml")[1].text
    page = b"<html><meta charset=iso-2022-jp><p>" + circled + b"</p></html>"
    assert read_data(page, ".html")[1].text.strip() == plain


@given(st.binary(max_size=40))
def test_iso_2022_jp_that_is_none_is_refused(data):
    for escape in (b"\x1b$B", b"\x1b(I"):
        try:
            assert isinstance(decoded(escape + data, "iso2022-jp"), str)
        except UnicodeError:
            continue
