"""A decision in one paragraph, for whoever is woken by it: what, why, did it help, what now.

It is written from the story alone, and so from the ledger alone.
"""

from collections.abc import Iterator
from itertools import chain

from horae.story.decision.story import DecisionStory
from horae.story.decision.words_done import Sentence, what_was_done
from horae.story.decision.words_since import is_not_whole, what_now, whether_it_helped
from horae.story.decision.words_why import why
from horae.story.wording import Piece, Text


def paragraph(story: DecisionStory) -> Text:
    """The story in one paragraph; texts in it are as people and engines wrote them: escape it."""
    return Text(tuple(_spaced(_sentences(story))))


def _sentences(story: DecisionStory) -> Iterator[Sentence]:
    return chain(
        is_not_whole(story),
        what_was_done(story),
        why(story),
        whether_it_helped(story),
        what_now(story),
    )


def _spaced(sentences: Iterator[Sentence]) -> Iterator[Piece]:
    for number, sentence in enumerate(sentences):
        if number:
            yield " "
        yield from sentence
