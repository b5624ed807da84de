"""The text format of Prometheus, read back by its own rules."""

import re
from dataclasses import replace

from searoom.console.api.metrics import BOUNDS_S, Counted, text

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? (-?[0-9.e+-]+)\Z')


def read(told):
    """Return the samples of a text in format 0.0.4, each family said once and with its type before it."""
    types, samples, family = {}, [], ""
    for line in told.splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert family not in types
            types[family] = kind
        elif not line.startswith("# HELP "):
            name, labels, value = SAMPLE.match(line).groups()
            assert name.startswith(family)
            samples.append((name, labels or "", float(value)))
    return types, samples


def told(program_view, **more):
    """Return the metrics of a view."""
    counts = (1,) * (len(BOUNDS_S) + 1)
    counted = Counted(3, 1, 4096, {("/api/v1/status", "200"): (counts, 1.5)})
    return text(program_view, counted, program_view.now_us)


def test_each_sample_can_be_read(view):
    """Every line is a sample of the family said before it, and names end in their units."""
    types, samples = read(told(view))

    assert {"gauge", "counter", "histogram"} == set(types.values())
    assert all(name.endswith("_total") for name, kind in types.items() if kind == "counter")
    assert 3.0 == next(value for name, _, value in samples if name == "searoom_stream_clients")


def test_a_histogram_rises_to_its_count(view):
    """The buckets hold what is below their bound, and the last one everything."""
    _, samples = read(told(view))
    buckets = [value for name, _, value in samples if name.endswith("_bucket")]
    count = next(value for name, _, value in samples if name.endswith("_count"))

    assert sorted(buckets) == buckets
    assert len(BOUNDS_S) + 1 == count == buckets[-1]


def test_odd_labels_are_escaped(view):
    """A sensor with a quotation mark, a backslash or a line break in its name breaks no line."""
    odd = replace(view, status={**view.status, "blind": {'a"b\\c\nd': "why"}})
    types, samples = read(told(odd))

    assert 'sensor="a\\"b\\\\c\\nd"' in [labels for name, labels, _ in samples if name == "searoom_sensor_blind"]
