"""What stands around a body without being part of it: the names of boxes, and lines that ask the reader to act."""

import re

_COMMENTS = r"(?:comment(?!ar|at)|kommentar|komentar|comentario|commentaire)[a-z]*|disqus|respond"
"""Readers' comments as sites name them; "commentary" and "commentator" are texts of the outlet's own."""

BOX_NAME = re.compile(
    rf"(?i)(?<![a-z])(?:{_COMMENTS}|related|read-?(?:also|more)|also-?read|see-?also|recommend(?:ed|ations?)?|most-?(?:read|popular)"
    r"|share|sharing|social|addtoany|ya-share2|cookies?|consent|gdpr|newsletter|subscri(?:be|ption)"
    r"|breadcrumbs?|advert(?:isement|ising)?|adsbygoogle|banner|promo|teasers?|tags?-(?:list|cloud)|pagination)"
    r"(?![a-z])"
)
"""Names of boxes that are no part of an article, as whole words of a class or id."""

COMMENTS_NAME = re.compile(rf"(?i)(?<![a-z])(?:{_COMMENTS})(?![a-z])")
"""Classes and ids of readers' comments."""

_OPENINGS = (
    # ru
    r"подпи(?:сывайтесь|шитесь|шись)|следите за (?:нами|нашими|новостями)|за событиями следите",
    r"читайте (?:нас|также|ещ[её])|смотрите также|наши новости теперь|присоединяйтесь|оставайтесь|поделиться",
    r"нашли ошибку|если вы (?:нашли|заметили) ошибку",
    # ky
    r"биздин (?:telegram|телеграм|каналга|баракча)|жазылыңыз|катталыңыз|бөлүшүү|ошондой эле окуңуз|дагы окуңуз",
    # kk
    r"біздің (?:telegram|телеграм|арнаға)|тағы оқыңыз|сондай-ақ оқыңыз|бөлісу",
    # uz
    r"bizning (?:telegram|kanal)|kanalimizga|shuningdek(?:,)? o.qing|ulashish",
    r"бизнинг (?:telegram|телеграм|канал)|каналимизга|шунингдек(?:,)? ўқинг",
    # tg, tk
    r"ба (?:канали|саҳифаи) мо|инчунин хонед|biziň (?:telegram|kanal)|şeýle hem okaň",
    # en
    r"follow us|subscribe to|sign up for|read (?:also|more|next)\b|related:|share this",
    r"join our (?:telegram|channel|whatsapp)",
)
_CHANNEL_AT_END = r"\b(?:телеграм|telegram|whatsapp|ватсап|viber)[\w-]*[\s-]*(?:канал|channel|kanal)\w*[\s!.:»\"]*"

PROMOTION_LINE = re.compile(
    rf"(?i)^(?:(?:{'|'.join(_OPENINGS)}).{{0,160}}|.{{0,100}}{_CHANNEL_AT_END}|(?:advertisement|реклама|жарнама|reklama)\W*)$"
)
"""Lines that ask to follow, subscribe, share or read on. Whole lines, so that prose which mentions a channel stays."""
