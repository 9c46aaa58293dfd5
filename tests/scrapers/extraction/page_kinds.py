"""Invented pages of the usual kinds, as content systems lay them out, in four languages: articles, and what is none."""

import json

TITLES = {
    "ky": (
        "Ош шаарында жаңы көпүрө ачылды",
        "Талас облусунда кар көчкү жүрдү",
        "Нарында жылкы фестивалы өттү",
        "Ысык-Көлдө туристтер көбөйдү",
    ),
    "ru": (
        "В Оше открыли новый мост через реку",
        "В Таласской области сошла лавина",
        "В Нарыне прошёл фестиваль лошадей",
        "На Иссык-Куле выросло число туристов",
    ),
    "uz": (
        "Samarqandda yangi ko‘prik ochildi",
        "Buxoroda kutubxona ta’mirlandi",
        "Farg‘onada hosil yig‘ib olindi",
        "Xivada sayyohlar soni oshdi",
    ),
    "en": (
        "New bridge opens in Osh after repairs",
        "Avalanche closes the road in Talas",
        "Horse festival is held in Naryn",
        "More tourists come to Issyk-Kul",
    ),
}

PROSE = {
    "ky": (
        "Шаар бийлиги курулуш эки жылга созулганын жана ага миллиондогон сом жумшалганын билдирди.",
        "Мэриянын айтымында, кийинки айда ушундай эле иштер кошуна айылда да башталат, акча табылган.",
    ),
    "ru": (
        "Строительство длилось два года, на него потратили миллионы сомов, сообщили вчера в мэрии.",
        "По словам мэра, в следующем месяце такие же работы начнутся в соседнем селе, деньги уже нашли.",
    ),
    "uz": (
        "Qurilish ikki yil davom etdi, unga milliardlab so‘m sarflandi, deya ma’lum qildi hokimlik.",
        "Hokimning aytishicha, keyingi oyda shunday ishlar qo‘shni qishloqda ham boshlanadi, pul topildi.",
    ),
    "en": (
        "The works took two years and cost millions of soms, the city hall told reporters on Friday.",
        "The mayor said that works like these will begin in the next village in a month, the money is there.",
    ),
}
"""What the article at hand says."""

EXCERPTS = {
    "ky": "Бул тууралуу облустук башкармалык кечээ кечинде маалымат таратып, себебин түшүндүрдү.",
    "ru": "Об этом вечером рассказали в областном управлении и объяснили, почему так получилось.",
    "uz": "Bu haqda kecha viloyat boshqarmasi axborot berdi va buning sababini batafsil tushuntirdi.",
    "en": "The regional office told about it last night and explained at length how it came to be so.",
}
"""How the other articles begin."""

LANGUAGES = tuple(TITLES)


def json_ld(**node: object) -> str:
    """A script element that says this of the page."""
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


def page(title: str, main: str, *, head: str = "", body_class: str = "") -> str:
    """A page with navigation, a list of the latest news at the side and a footer."""
    sections = "".join(f"<li><a href='/{name}/'>{name}</a></li>" for name in ("Саясат", "Коом", "Спорт", "Видео"))
    latest = "".join(f"<li><a href='/p/{n}'>Акыркы кабарлардагы {n}-кабардын аталышы</a></li>" for n in range(6))
    return (
        f"<!DOCTYPE html><html><head><title>{title} - Тоо Кабар</title>{head}</head><body class='{body_class}'>"
        f"<header><a href='/'>Тоо Кабар</a><nav><ul>{sections}</ul></nav></header><div id='content'>{main}</div>"
        f"<aside><h3>Акыркы кабарлар</h3><ul>{latest}</ul></aside><footer><p>© Тоо Кабар</p></footer></body></html>"
    )


def teasers(language: str, layout: str) -> str:
    """Six titles with their excerpts; `layout` has places for the number, the title and the excerpt."""
    others = TITLES[language][1:]
    said = enumerate((*others, *(f"{title} (2)" for title in others)))
    return "".join(layout.format(n=n, title=title, excerpt=f"{n}: {EXCERPTS[language]}") for n, title in said)


WORDPRESS = (
    "<article class='post'><h2 class='entry-title'><a href='/n/{n}'>{title}</a></h2><time>1{n}.11.2026</time>"
    "<div class='entry-summary'><p>{excerpt} […] <a href='/n/{n}'>→</a></p></div></article>"
)
CARDS = "<a class='card' href='/n/{n}'><img src='/{n}.jpg'><h3>{title}</h3><p>{excerpt}</p></a>"
BLOCKS = (
    "<div class='item'><div><a href='/n/{n}'>{title}</a></div><div>1{n}.11.2026 | Коом</div><div>{excerpt}</div></div>"
)
TABLE = "<table><tr><td><img></td><td><a href='/n/{n}'><b>{title}</b></a><br>{excerpt}</td></tr></table>"
LINKED = "<div class='news'><h3><a href='/n/{n}'>{title}</a></h3><p><a href='/n/{n}'>{excerpt}</a></p></div>"
LIST = "<li>1{n}.11.2026 <a href='/n/{n}'>{title}</a></li>"
EPISODES = "<li><a href='/a/{n}'><span>1{n} ноябрь 2026</span><h4>Кечки маек: {n}-чыгарылыш</h4></a></li>"


def none_in(language: str) -> dict[str, str]:
    """Pages that are no article, by kind."""
    titles, prose = TITLES[language], PROSE[language]
    video = "<video src='/v.mp4' controls></video>"
    return {
        "tag archive": page("Көпүрө", f"<h1>Тег: көпүрө</h1>{teasers(language, WORDPRESS)}"),
        "category of cards": page("Коом", f"<h1>Коом</h1>{teasers(language, CARDS)}"),
        "category without headings": page("Коом", teasers(language, BLOCKS)),
        "category in tables": page("Коом", f"<h1>Коом</h1>{teasers(language, TABLE)}"),
        "category with linked excerpts": page("Коом", f"<h1>Коом</h1>{teasers(language, LINKED)}"),
        "archive of titles": page("Архив", f"<h1>Архив</h1><ul>{teasers(language, LIST)}</ul>"),
        "search results": page("Издөө", f"<h1>Издөө: көпүрө</h1><form><input></form>{teasers(language, WORDPRESS)}"),
        "home page that calls itself an article": page(
            "Башкы бет", teasers(language, BLOCKS), head="<meta property='og:type' content='article'>"
        ),
        "last page of a tag, by its class": page(
            "Тег", f"<h1>Тег: лавина</h1>{teasers(language, WORDPRESS)[:420]}", body_class="archive tag tag-7"
        ),
        "author's page": page(
            "Айгүл Сыдыкова",
            f"<h1>Айгүл Сыдыкова</h1>{teasers(language, WORDPRESS)}",
            head=json_ld(**{"@type": "ProfilePage"}),
        ),
        "programme": page("Кечки маек", f"<h1>Кечки маек</h1><p>{prose[0]}</p><ul>{teasers(language, EPISODES)}</ul>"),
        "gallery": page(
            titles[2],
            f"<h1>{titles[2]}</h1>"
            + "".join(f"<figure><img src='/{n}.jpg'><figcaption>Сүрөт {n}</figcaption></figure>" for n in range(12)),
        ),
        "video with a caption": page(
            titles[2],
            f"<h1>{titles[2]}</h1>{video}<p>{prose[0]}</p>",
            head=json_ld(**{"@type": "VideoObject", "name": titles[2]}),
        ),
        "video among others": page(
            titles[2],
            f"<h1>{titles[2]}</h1>{video}<p>{prose[1]}</p><h3>Видео</h3><ul>{teasers(language, LIST)}</ul>",
            head="<meta property='og:type' content='video.other'>",
        ),
        "podcast": page(
            titles[2],
            f"<h1>{titles[2]}</h1><audio src='/a.mp3'></audio><p>{prose[0]}</p>",
            head=json_ld(**{"@type": "PodcastEpisode", "name": titles[2]}),
        ),
    }


def articles_in(language: str) -> dict[str, str]:
    """Pages that are articles though something on them is like a list, a gallery or a video."""
    titles, prose = TITLES[language], PROSE[language]
    headline, told = f"<h1>{titles[0]}</h1>", f"<p>{prose[0]}</p><p>{prose[1]}</p>"
    video = "<video src='/v.mp4' controls></video>"
    of_video = json_ld(**{"@type": "VideoObject", "name": titles[0]})
    of_article = json_ld(**{"@type": "NewsArticle", "headline": titles[0], "video": {"@type": "VideoObject"}})
    return {
        "brief of one sentence": page(titles[0], f"{headline}<time>20.11.2026 09:00</time><p>{prose[0]}</p>"),
        "brief as in a channel": page(
            titles[0], f"{headline}<div>🔴 {prose[0]}<br><br>👉 <a href='https://t.me/too_kabar'>@too_kabar</a></div>"
        ),
        "brief above a box of others": page(
            titles[0], f"<div>{headline}{told}</div><div class='related'>{teasers(language, BLOCKS)}</div>"
        ),
        "read also between the paragraphs": page(
            titles[0],
            f"{headline}<p>{prose[0]}</p>"
            + "".join(f"<p><a href='/n/{n}'>{titles[n]}</a></p><p>{n}. {prose[1]}</p>" for n in (1, 2, 3)),
        ),
        "brief with a video, by its JSON-LD": page(titles[0], f"{headline}{video}<p>{prose[0]}</p>", head=of_article),
        "article with a video on top": page(titles[0], f"{headline}{video}{told}{told}", head=of_video),
        "brief with a video, by its og:type": page(
            titles[0],
            f"{headline}{video}<p>{prose[0]}</p>",
            head="<meta property='og:type' content='article'><meta property='og:video' content='/v.mp4'>" + of_video,
        ),
        "live blog": page(
            titles[1],
            f"<h1>{titles[1]}</h1>"
            + "".join(f"<div><time>1{n}:05</time><p>{prose[n % 2]} ({n})</p></div>" for n in range(9)),
        ),
        "digest of the day": page(
            titles[0],
            f"{headline}<p>{prose[0]}</p>" + "".join(f"<p><a href='/n'>{t}</a>. {prose[1]}</p>" for t in titles[1:]),
        ),
        "report in pictures": page(
            titles[2],
            f"<h1>{titles[2]}</h1><p>{prose[0]}</p>"
            + "".join(f"<figure><img src='/{n}.jpg'><figcaption>{prose[1]}</figcaption></figure>" for n in range(6)),
        ),
    }
