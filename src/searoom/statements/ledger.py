"""What was read of the record so far: by log, in the joint order, by form, by what it answers, and who had heard what.

It is what an account looks into. An entry is put in once, and what that costs does not grow with what is there
already: each log comes in its own order, and where the logs meet only the last few places are moved.

The beginning of a log may be put in folded, block by block. Lists are made when somebody asks for them, from columns
where items are folded: all of them for all forms would take longer than what is asked at most starts.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

from searoom.errors import NotAllowed
from searoom.record.roster import author_of, epoch_of
from searoom.statements.folded import MESSAGE, OTHER, TRANSCRIPT, Block, Folded, Row
from searoom.statements.items import Again, Item, Message, Ref, Transcribed, as_item
from searoom.statements.repeated import rank

Order: TypeAlias = tuple[int, int, str, int, int]
Sizes: TypeAlias = Mapping[str, int]
_UNORDERED: Final = 1 << 10  # the place of an author that the agreement does not number: an observer
_TRANSCRIPTS: Final = ""  # under which name transcripts are listed: no form is called so
_ANSWERS: Final = "answers "  # and this stands for what answers what


class Ledger:
    """The items of all logs that were read, each found by whatever is asked of an account."""

    def __init__(self, parties: Sequence[str]) -> None:
        self._chairs = {party: at for at, party in enumerate(parties)}
        self._logs: dict[str, list[Item] | Folded] = {}
        self._order: list[Ref] | None = None  # made when somebody asks for it
        self._listed: dict[str, list[Ref]] = {}  # what counts, by form, and the transcripts
        self._answers: dict[Ref, list[Ref]] = {}
        self._unlisted = set[str]()  # of what was put in folded: the kinds that are listed when they are asked for
        self._waiting: list[Ref] = []  # of what was put in alone: all that is listed when anything is asked for
        self._steps: dict[tuple[str, str], tuple[array[int], array[int]]] = {}
        self._statements: dict[str, dict[bytes, tuple[Ref, ...]]] = {}  # of authors that have several logs

    def copy(self) -> "Ledger":
        """Return a ledger like this one, in which something may be changed that stands in this one."""
        self._list_waiting()
        made = Ledger(())
        made._chairs, made._order = self._chairs, None if self._order is None else list(self._order)
        made._logs, made._unlisted = {log: items.copy() for log, items in self._logs.items()}, set(self._unlisted)
        made._listed = {name: list(refs) for name, refs in self._listed.items()}
        made._answers = {ref: list(refs) for ref, refs in self._answers.items()}
        made._steps = {pair: (sizes[:], indexes[:]) for pair, (sizes, indexes) in self._steps.items()}
        made._statements = {author: dict(known) for author, known in self._statements.items()}
        return made

    # -- what is put in --------------------------------------------------------------------------------

    def foldable(self, log: str, index: int) -> bool:
        """Whether what comes next in a log, at `index`, may be put in folded: all of it is, and nothing is listed."""
        held = self._logs.get(log)
        whole = held is None or (isinstance(held, Folded) and not held.unfolded)
        listed = self._listed or self._answers or self._statements or self._order is not None
        return whole and not listed and index == (0 if held is None else len(held))

    def put_folded(self, log: str, items: Folded) -> None:
        """Put in the beginning of a log whose author has no other one; nothing of it was put in before."""
        self._logs[log] = items
        for number, block in enumerate(items.blocks):
            self._take_in(log, block, number)

    def put_block(self, log: str, block: Block, make: Callable[[Row], Item]) -> None:
        """Put in the next items of a log that is `foldable`; `make` makes an item that is asked for."""
        held = self._logs.setdefault(log, Folded(log, (), make))
        if not isinstance(held, Folded):
            raise NotAllowed(f"the log {log} does not lie folded")
        held.extend(block)
        self._take_in(log, block, len(held.blocks) - 1)

    def _take_in(self, log: str, block: Block, number: int) -> None:
        self._unlisted |= {_listed_as(kind) for kind in block.kinds if kind != OTHER} | {_ANSWERS}
        for heard, size, index in block.heard(number):
            self._hear(heard, log, size, index)

    def _hear(self, heard: str, hearing: str, size: int, index: int) -> None:
        """Remember that an entry of one log has heard so much of another, where that is news."""
        sizes, indexes = self._steps.setdefault((heard, hearing), (array("q"), array("q")))
        if size > (sizes[-1] if sizes else 0):
            sizes.append(size)
            indexes.append(index)

    def grown(self, log: str, start: int, stop: int) -> list[tuple[str, int, int]]:
        """Return what entries of a log from `start` to before `stop` heard anew: log, size, how far from `start`."""
        found: list[tuple[str, int, int]] = []
        for (heard, hearing), (sizes, indexes) in self._steps.items():
            if hearing == log:
                places = range(bisect_left(indexes, start), bisect_left(indexes, stop))
                found += [(heard, sizes[at], indexes[at] - start) for at in places]
        return found

    def heard_by(self, log: str) -> dict[str, int]:
        """Return how much of each other log the entries of a log have heard."""
        return {heard: sizes[-1] for (heard, hearing), (sizes, _) in self._steps.items() if hearing == log and sizes}

    def add(self, item: Item) -> None:
        """Put in the next item of a log; raise `NotAllowed` where it is another one."""
        log, index = item.ref
        held = self._logs.setdefault(log, [])
        if index != len(held):
            raise NotAllowed(f"the log {log} has a gap or a double at entry {len(held)}")
        before = self.same_as(item)
        held.append(item)
        if self._order is not None:
            self._put(self._order, item)
        for heard in item.heard:
            self._hear(heard.log, log, heard.size, index)
        self._count(item, before, (*before, item.ref))

    def replace(self, item: Item) -> None:
        """Put an item in its own place anew, where a later card says more of the keys behind it."""
        places = self.same_as(item) or (item.ref,)
        self._list_waiting()
        self._list(places[0], put=False)
        self._logs[item.ref[0]][item.ref[1]] = item
        self._count(item, (), places)

    def changes(self, item: Item) -> bool:
        """Whether to put this in would change what stands here already: its statement does, at a place behind it."""
        places = self.same_as(item)
        return bool(places) and rank(item) < rank(self.at(places[0]))

    def _count(self, item: Item, before: Sequence[Ref], places: Sequence[Ref]) -> None:
        """List a statement at the one of its places that counts."""
        ranked = tuple(sorted(places, key=lambda ref: rank(self.at(ref))))
        if item.author in self._statements and item.statement:
            self._statements[item.author][item.statement] = ranked
        if before and ranked[0] != before[0]:
            self._list_waiting()
            self._list(before[0], put=False)
        if not before or ranked[0] != before[0]:
            self._waiting.append(ranked[0])

    def _list_waiting(self) -> None:
        """List what was put in alone since anything was asked for last, the first in order first."""
        waiting, self._waiting = self._waiting, []
        for ref in sorted(waiting, key=self._place):
            self._list(ref, put=True)

    def _list(self, ref: Ref, *, put: bool) -> None:
        item = self.at(ref)
        if not isinstance(item, Message | Transcribed):
            return
        name, answers = item.filled.form if isinstance(item, Message) else _TRANSCRIPTS, item.filled.reply_to
        lists = [self._named(name)]
        lists += [] if answers is None else [self._answering().setdefault(answers, [])]
        for refs in lists:
            if put:
                self._put(refs, item)
            else:
                del refs[bisect_left(refs, self.order(item), key=self._place)]

    def _named(self, name: str) -> list[Ref]:
        """Return the list of a form, or of the transcripts."""
        if name in self._unlisted:
            self._unlisted.remove(name)
            kind = TRANSCRIPT if name == _TRANSCRIPTS else MESSAGE + name
            places = [
                (self._at(log, height, index), (log, index))
                for log, items in self._logs.items()
                if isinstance(items, Folded)
                for index, height in items.of_kind(kind)
            ]
            self._listed[name] = [ref for _, ref in sorted(places)]
        return self._listed.setdefault(name, [])

    def _answering(self) -> dict[Ref, list[Ref]]:
        """Return what answers what."""
        if _ANSWERS in self._unlisted:
            self._unlisted.remove(_ANSWERS)
            places = [
                (self._at(log, height, index), (log, index), answered)
                for log, items in self._logs.items()
                if isinstance(items, Folded)
                for index, height, answered in items.answering()
            ]
            for _, ref, answered in sorted(places):
                self._answers.setdefault(answered, []).append(ref)
        return self._answers

    def _put(self, refs: list[Ref], item: Item) -> None:
        place = self.order(item)
        if not refs or self._place(refs[-1]) < place:
            refs.append(item.ref)
        else:
            refs.insert(bisect_left(refs, place, key=self._place), item.ref)

    def _place(self, ref: Ref) -> Order:
        return self.order(self._logs[ref[0]][ref[1]])

    def order(self, item: Item) -> Order:
        """Return by what items are ordered: height, chair of the author, number of its log, index."""
        return self._at(item.ref[0], item.height, item.ref[1])

    def _at(self, log: str, height: int, index: int) -> Order:
        author = author_of(log)
        return height, self._chairs.get(author, _UNORDERED), author, epoch_of(log), index

    def same_as(self, item: Item) -> tuple[Ref, ...]:
        """Return where the statement of an item stands already, the place that counts first."""
        if not item.statement or not any(author_of(log) == item.author and log != item.ref[0] for log in self._logs):
            return ()  # in one log no statement stands twice
        if item.author not in self._statements:
            logs = [held for log, held in self._logs.items() if author_of(log) == item.author]
            self._statements[item.author] = {
                each.statement: (each.ref,) for held in logs for each in held if each.statement
            }
        return self._statements[item.author].get(item.statement, ())

    # -- what is asked of it; `sizes` says how much of each log stands in the account that asks --------

    def sizes(self) -> dict[str, int]:
        """Return how much of each log was read."""
        return {log: len(items) for log, items in self._logs.items()}

    def height(self, log: str) -> int:
        """Return the height of the last item of a log; 0 where nothing of it was read."""
        items = self._logs.get(log)
        return items[-1].height if items else 0

    def at(self, ref: Ref) -> Item:
        """Return what was read at a place, as it is where nothing else is known."""
        return self._logs[ref[0]][ref[1]]

    def between(self, log: str, start: int, stop: int) -> Sequence[Item]:
        """Return what was read of a log from `start` to before `stop`, likewise."""
        return self._logs.get(log, [])[start:stop]

    def places(self, ref: Ref, sizes: Sizes) -> tuple[Ref, ...]:
        """Return all places where the statement of `ref` stands, the one that counts first."""
        known = self._statements.get(author_of(ref[0]))
        if known is None or not _stands(ref, sizes):
            return (ref,)
        found = known.get(self.at(ref).statement, (ref,))
        return tuple(place for place in found if _stands(place, sizes))

    def items(self, sizes: Sizes) -> tuple[Item | Again, ...]:
        """Return all items in order."""
        if self._order is None:
            self._order = [item.ref for item in sorted(chain(*self._logs.values()), key=self.order)]
        return tuple(self._shown(ref, sizes) for ref in self._order if _stands(ref, sizes))

    def _shown(self, ref: Ref, sizes: Sizes) -> Item | Again:
        item, of = self.at(ref), self.places(ref, sizes)[0] if self._statements else ref
        return item if of == ref else as_item(Again, item, of=of, alone=item)

    def messages(self, sizes: Sizes, *names: str) -> tuple[Item, ...]:
        """Return the messages that count in order: all, or those of these forms."""
        self._list_waiting()
        wanted = [
            name for name in names or self._listed.keys() | self._unlisted if name not in (_TRANSCRIPTS, _ANSWERS)
        ]
        return self._in_order([self._named(name) for name in wanted], sizes)

    def transcripts(self, sizes: Sizes) -> tuple[Item, ...]:
        """Return the transcripts that count in order."""
        self._list_waiting()
        return self._in_order([self._named(_TRANSCRIPTS)], sizes)

    def answers(self, ref: Ref, sizes: Sizes) -> tuple[Item, ...]:
        """Return what answers the statement of `ref` at any of its places: messages and transcripts, in order."""
        self._list_waiting()
        return self._in_order([self._answering().get(place, []) for place in self.places(ref, sizes)], sizes)

    def _in_order(self, lists: Sequence[Sequence[Ref]], sizes: Sizes) -> tuple[Item, ...]:
        refs: Iterable[Ref] = lists[0] if len(lists) == 1 else sorted(chain(*lists), key=self._place)
        return tuple(self.at(ref) for ref in refs if _stands(ref, sizes))

    def first_to_hear(self, ref: Ref, by: str, sizes: Sizes) -> Item | None:
        """Return the first item of a party whose station held the statement of `ref`, or None."""
        logs = [log for log in sizes if author_of(log) == by]
        found: list[Item] = []
        for heard, index in self.places(ref, sizes):
            for log in logs:
                grown, indexes = self._steps.get((heard, log), ((), ()))
                found += [self.at((log, at)) for at in indexes[bisect_right(grown, index) :][:1] if at < sizes[log]]
        return min(found, key=self.order, default=None)


def _stands(ref: Ref, sizes: Sizes) -> bool:
    return 0 <= ref[1] < sizes.get(ref[0], 0)


def _listed_as(kind: str) -> str:
    return _TRANSCRIPTS if kind == TRANSCRIPT else kind.removeprefix(MESSAGE)
