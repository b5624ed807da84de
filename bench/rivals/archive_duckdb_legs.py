"""DuckDB: approaches by a join of legs with themselves on time bin and cell, with the closest approach as a formula."""

import duckdb

from bench.rivals.archived import LEG_GAP_US, LEG_RADIUS_M, run

BIN_US = 300_000_000
CELL_DEG = 0.1
# A leg is entered in every bin and cell that it reaches into, half a radius wider; the Earth is flat at each pair.
QUERY = f"""
with fixes as (
    select craft::varchar as craft, time_us as t0, lat as y0, lon as x0,
        lead(time_us) over own as t1, lead(lat) over own as y1, lead(lon) over own as x1
    from read_parquet('$folder/*.parquet') window own as (partition by craft order by time_us)
), legs as (
    select *, row_number() over () as leg, ({LEG_RADIUS_M} + 20) / 2 / 110574.0 as up,
        ({LEG_RADIUS_M} + 20) / 2 / 110574.0 / cos(radians(greatest(abs(y0), abs(y1)) + 0.02)) as aside
    from fixes where t1 - t0 <= {LEG_GAP_US} and t1 > t0 and abs(x1 - x0) < 180
), entered as (
    select *, unnest(range(t0 // {BIN_US}, t1 // {BIN_US} + 1)) as bin from legs
), rows as (
    select *, unnest(range(floor((least(y0, y1) - up) / {CELL_DEG})::bigint,
        floor((greatest(y0, y1) + up) / {CELL_DEG})::bigint + 1)) as row from entered
), cells as (
    select *, unnest(range(floor((least(x0, x1) - aside) / {CELL_DEG})::bigint,
        floor((greatest(x0, x1) + aside) / {CELL_DEG})::bigint + 1)) as col from rows
), pairs as (
    select distinct a.leg as la, b.leg as lb, a.craft as a, b.craft as b,
        greatest(a.t0, b.t0) as s, least(a.t1, b.t1) as e,
        a.x0 as ax, a.y0 as ay, a.t0 as since_a, (a.x1 - a.x0) / (a.t1 - a.t0) as au,
        (a.y1 - a.y0) / (a.t1 - a.t0) as av,
        b.x0 as bx, b.y0 as by_, b.t0 as since_b, (b.x1 - b.x0) / (b.t1 - b.t0) as bu,
        (b.y1 - b.y0) / (b.t1 - b.t0) as bv
    from cells a join cells b on a.bin = b.bin and a.row = b.row and a.col = b.col
        and a.craft < b.craft and a.t0 < b.t1 and b.t0 < a.t1
), flat as (
    select a, b, e - s as lasts,
        ((bx + bu * (s - since_b)) - (ax + au * (s - since_a))) * 111320.0 * cos(radians(ay)) as ox,
        ((by_ + bv * (s - since_b)) - (ay + av * (s - since_a))) * 110900.0 as oy,
        (bu - au) * 111320.0 * cos(radians(ay)) as wx, (bv - av) * 110900.0 as wy
    from pairs
), closest as (
    select *, case when wx * wx + wy * wy > 1e-18
        then least(greatest(-(ox * wx + oy * wy) / (wx * wx + wy * wy), 0), lasts) else 0 end as t from flat
)
select count(*) from (
    select distinct a, b from closest where sqrt((ox + wx * t) ** 2 + (oy + wy * t) ** 2) <= {LEG_RADIUS_M}
)
"""


def pairs(folder: str) -> int:
    """Return how many pairs come within the radius."""
    answer = duckdb.sql(QUERY.replace("$folder", folder)).fetchall()
    return int(answer[0][0])


if __name__ == "__main__":
    run(pairs)
