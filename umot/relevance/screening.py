"""What is no customer's experience though it names the brand: job adverts and spam.

Both are told by signs, and one sign is never enough: customers write about vacancies and links too.
Reviews are left alone, whatever they say.
"""

from __future__ import annotations

import re

from umot.post import Kind, Post, Role
from umot.queries.words import fold

JOB = (
    r"\b(vacatures?|vacancy|vacancies|job opening|stellenangebot|offre d'emploi|jobalert)\b",
    r"\b(solliciteer|apply (now|today|here)|bewirb dich|postulez)\b",
    r"\b(wij zoeken|we zoeken|zijn op zoek naar een|we('| a)re (hiring|looking for an?)|wir suchen"
    r"|join our team|kom jij ons|word jij onze|ben jij (een|de|onze))\b",
    r"\b\d{2}(\s?[-–/]\s?\d{2})?\s?(uur|uren|hours) (per week|p/w|a week)\b"
    r"|\b(full|part)-?time\b",
    r"\b(salaris|salary|gehalt|arbeidsvoorwaarden|dienstverband|cao|bruto per maand)\b",
    r"#(vacatures?|hiring|jobs?|werkenbij\w*|jobalert|nowhiring)\b",
    r"\((m/v/x|m/v|v/m|f/m|m/f|m/w/d|v/m/x)\)",
    r"/(vacatures?|careers?|jobs?|werkenbij)\b|werken-?bij",
)
COME_ON = (
    r"\b(dm|pm|app|message|whatsapp|telegram) (me|mij|us|him|her)\b|\bt\.me/|\bwa\.me/",
    r"\b(100% (profit|winst|gratis|free|guaranteed)|guaranteed (profit|returns?)|passive income"
    r"|passief inkomen|verdien (nu |snel )?(geld|€|\d)|earn (money|\$|€|\d)|get rich)\b",
    r"\b(recover(ed|y)? (my|your|stolen|lost) (funds|money|account|crypto)|hacker for hire"
    r"|(recovery|investment) (expert|manager)|account manager on)\b",
    r"\b(link in (my |mijn )?bio|click (here|the link)|klik (hier|op de link)|check out my"
    r"|buy (cheap )?(followers|likes|reviews)|koop (volgers|likes|reviews)|promo ?code"
    r"|use my code|kortingscode)\b",
)
SUBJECTS = (
    r"\b(casino|gokkast\w*|betting|jackpot|free spins|forex|bitcoin|crypto\w*|usdt|nft|airdrop)\b",
    r"\b(viagra|cialis|sexcam|onlyfans|hot singles|escort)\b",
)
LINK = re.compile(r"https?://\S+|www\.\S+")
HASHTAG = re.compile(r"#\w+")
CROWD = 8  # hashtags that nobody needs to tell a story
ENOUGH = 2  # signs


def reason(post: Post) -> str | None:
    """Why a post is to be left out: job_advert or spam; None for neither."""
    if post.kind is Kind.REVIEW or post.author_role is Role.BRAND or post.deleted_at:
        return None
    text = fold(f"{post.title or ''}\n{post.body}".replace("’", "'"))
    if _signs(_JOB, text) >= ENOUGH:
        return "job_advert"
    tags, links = len(HASHTAG.findall(text)), len(LINK.findall(text))
    spam = _signs(_SPAM, text) + (tags >= CROWD) + (links >= 3)
    # A come-on with a link to follow is the usual form; a subject with a link is news.
    spam += links > 0 and _signs(_COME_ON, text) > 0
    return "spam" if spam >= ENOUGH else None


def _signs(patterns: tuple[re.Pattern[str], ...], text: str) -> int:
    return sum(pattern.search(text) is not None for pattern in patterns)


_JOB = tuple(re.compile(one) for one in JOB)
_SPAM = tuple(re.compile(one) for one in (*COME_ON, *SUBJECTS))
_COME_ON = _SPAM[: len(COME_ON)]
