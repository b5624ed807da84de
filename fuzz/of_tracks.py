"""Harnesses for what sensors say: whatever the bytes, it is used or counted, and the ways of decoding agree."""

from fuzz.promise import Broken
from searoom import compiling
from searoom.tracks.ais import Sentences
from searoom.tracks.aisdecoder import Decoder


def ais(data: bytes) -> bool:
    """Read lines of AIS sentences both ways, cut in the middle; whole columns, fixes and ships come of them."""
    both = [Sentences(decoder=Decoder(compiled=way)) for way in (False, compiling.COMPILED)]
    for sentences in both:
        sentences.read(data[: len(data) // 2])
        sentences.read(data[len(data) // 2 :])
        sentences.close()
    plain, compiled = both
    if (plain.ships, plain.other, plain.rows.refused) != (compiled.ships, compiled.other, compiled.rows.refused):
        raise Broken("the compiled decoder makes something else of it than the plain one")
    if (plain.rest.texts(), plain.rest.aids()) != (compiled.rest.texts(), compiled.rest.aids()):
        raise Broken("the compiled decoder hears other texts and aids than the plain one")
    fixes, others = plain.rows.fixes()[0], compiled.rows.fixes()[0]
    if (fixes.names, fixes.lat_deg.tobytes()) != (others.names, others.lat_deg.tobytes()):
        raise Broken("the compiled decoder finds other positions than the plain one")
    return bool(len(fixes) or plain.ships)
