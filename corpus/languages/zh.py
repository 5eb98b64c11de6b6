"""Chinese."""

from corpus.languages.rules import LanguageRules

RULES = LanguageRules(
    question_words=frozenset("为何 什么 几 吗 哪 多少 如何 怎么 怎样 是否 甚么 谁".split()),
    asks_back=frozenset("又如何 又怎么样 呢 如何 怎么样".split()),
    conjunctions=frozenset("与 及 和".split()),
    follow_openers=frozenset("以及 关于 至于 还有 那(?![里儿些个么]) 那么".split()),
    points_at=frozenset("他 他们 她 她们 它 它们 当地 那儿 那里".split()),
    topic_leads=frozenset(
        """为什么 为何 什么叫 什么是 介绍 介绍一下 关于 制定 制定了 哪些 哪里 在 如何 对于 对比 怎么 怎样 按照 提出 提出了
        根据 比较 至于 说说 请问 谁 谈谈""".split()
    ),
    topic_ends=frozenset(
        """不 为 也 了 什么 会 住 做 写 几 出台 制定 发展 发布 可以 吃 吗 呢 哪 在 多 如何 实施 对 将 应 建立 建议 建设 怎
        打算 推出 推动 推进 提出 支持 是 有 没 用 的 能 要 规划 规定 计划 讲 设立 说 谁 都 采取 需""".split()
    ),
    number_units=frozenset("号 季 届 年 日 月 期 条 章 页".split()),
    list_openers=frozenset("一是 第一 首先".split()),
    first_items=frozenset("第一 首先".split()),
    next_items=frozenset(
        """七是 三是 九是 二是 五是 八是 六是 其次 再次 四是 最后 第七 第三 第九 第二 第五 第八 第六 第十 第四""".split()
    ),
    suggestion="关于{}说了什么？",
    periods=frozenset(
        {
            "q1 一季度",
            "q2 二季度",
            "q3 三季度",
            "q4 四季度",
            "h1 上半年",
            "h2 下半年",
        }
    ),
    date_marks=frozenset({"年 月 日", "年 月 号"}),
    scales=frozenset({"1 十", "2 百", "3 千", "4 万", "8 亿"}),
    measures=frozenset({"两"}),
    digits=frozenset({"0 〇", "1 一", "2 二", "3 三", "4 四", "5 五", "6 六", "7 七", "8 八", "9 九", "0 零", "2 两"}),
    units=frozenset(
        (
            "个 年 月 日 天 周 星期 个月 小时 分钟 秒 元 美元 欧元 日元 港元 人 人次 名 家 项 次 倍 吨 公里 米 平方米 "
            "平方公里 公顷 亩 度 岁 个百分点"
        ).split()
    ),
)
