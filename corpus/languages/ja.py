"""Japanese."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules(
    behind_quotations=frozenset("が(?!、) って と(?!ころ|も|に|て|り) など の は(?!い) を".split()),
    periods=frozenset({"q1 第1四半期", "q2 第2四半期", "q3 第3四半期", "q4 第4四半期", "h1 上期", "h2 下期"}),
    units=frozenset(
        (
            "年 月 日 時間 分 秒 週間 か月 ヶ月 円 ドル ユーロ 人 名 社 件 回 倍 トン キロ メートル 平方キロメートル "
            "度 歳 個 台"
        ).split()
    ),
)
