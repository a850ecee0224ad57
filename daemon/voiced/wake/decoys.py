"""Everyday words that compete with a wake phrase, so that not all speech is taken for it.

English: among the most frequent words, short ones with every sound. Chinese: one frequent character for each of the
most frequent syllables (tones aside), and frequent words. A model that doesn't know some goes without them.
"""

from collections.abc import Mapping
from typing import Final

from voiced.core.turn import Language

_EN: Final = """
the of and to a in is you that it he was for on are with as his they be at one have this from or had by hot but some
what there we can out other were all your when up use word how said an each she which do their time if will way about
many then them would write like so these her long make thing see him two has look more day could go come did my sound
no most number who over know water than call first people may down side been now find any new work part take get place
made live where after back little only round man year came show every good me give our under name very through just
form much great think say help low line before turn cause same mean differ move right boy old too does tell sentence
set three want air well also play small end put home read hand port large spell add even land here must big high such
follow act why ask men change went light kind off need house picture try us again animal point mother world near build
self earth father head stand own page should country found answer school grow study still learn plant cover food sun
four thought let keep eye never last door between city tree cross since hard start might story saw far sea draw left
late run while press close night real life few stop open seem together next white children begin got walk example ease
paper often always music those both mark book letter until mile river car feet care second group carry took rain eat
room friend began idea fish mountain north once base hear horse cut sure watch color face wood main enough plain girl
usual young ready above ever red list though feel talk bird soon body dog family direct pose leave song measure state
product black short class wind question happen complete ship area half rock order fire south problem piece told knew
pass farm top whole king size heard best hour better true during hundred remember step early hold west ground interest
reach fast five sing listen six table travel less morning ten simple several toward war yes okay please thanks sorry
"""

_ZH: Final = """
的 一 是 了 我 不 在 人 们 有 来 他 这 上 着 个 地 到 大 里 说 就 去 子 得 也 和 那 要 下 看 天 时 过 出 起 你 都 把
好 还 多 没 为 又 可 家 学 只 以 主 会 样 年 想 能 生 同 老 中 十 从 自 面 前 头 道 它 后 然 走 很 像 见 两 用 她 国
动 进 成 回 什 边 作 对 开 而 已 些 现 山 民 候 经 发 工 向 事 命 给 长 水 几 义 三 声 于 高 手 知 理 眼 点 心 二 问
但 身 方 实 吃 做 叫 当 住 听 打 呢 真 全 才 四 之 口 六 九 七 八 五 百 千 万 分 半 月 日 您 哪 谁 吗 吧 啊 哦 嗯 呀
爸 妈 哥 姐 弟 爱 快 慢 远 近 早 晚 冷 热 新 旧 红 黑 白 花 草 树 书 笔 车 船 飞 跑 跳 坐 站 睡 醒 喝 茶 饭 菜 肉 鱼
鸡 牛 羊 狗 猫 鸟 风 雨 雪 云 火 土 金 木 石 门 窗 床 灯 路 桥 城 村 店 钱 买 卖 贵 件 块 张 本 次 遍 等 帮 请 谢 送
拿 放 关 让 被 比 跟 所 如 果 因 虽 更 最 太 非 常 今天 明天 昨天 现在 时候 我们 你们 他们 什么 怎么 为什么 可以
知道 没有 这个 那个 一个 就是 不是 因为 所以 但是 如果 已经 觉得 喜欢 工作 学习 生活 问题 朋友 老师 学生 孩子 电话
手机 电脑 电视 音乐 天气 时间 地方 东西 事情 公司 医院 学校 中国 北京 上海 先生 小姐 谢谢 再见 对不起 没关系 多少
哪里 这里 那里 一下 一点 非常 可能 应该 需要 开始 打开 关闭 帮助
"""

DECOYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": tuple(dict.fromkeys(_EN.split())),
    "zh": tuple(dict.fromkeys(_ZH.split())),
}
