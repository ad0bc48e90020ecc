"""Boolean queries over the text of posts, the same on every platform.

    from umot.queries import parse

    wanted = parse('"klaver verzekeringen" AND NOT (vacature OR stage)')
    wanted.found("Klaver Verzekeringen belt niet terug")   # ('klaver verzekeringen',)
    wanted.found("Vacature bij Klaver Verzekeringen")      # None

- Words stand for themselves, whole, in any case and with or without accents. ``verzeker*`` is every
  word that begins so.
- ``"a phrase"`` keeps words together. It is found in the hashtag ``#aphrase``, too.
- ``#word`` and ``@word`` are found as a hashtag or as the name of an account only; ``word`` is
  found in both. Words within a hashtag are told apart by their capitals: ``#KlaverKlacht``.
- ``AND``, ``OR``, ``NOT`` (or ``-``) in capitals, with parentheses. Words side by side are all
  needed; ``AND`` binds more than ``OR``.
- ``klaver NEAR/5 polis``: at most five words further on or back.
"""

from umot.queries.grammar import parse
from umot.queries.tree import Query, QueryError

__all__ = ["Query", "QueryError", "parse"]
