"""DuckDB: meetings by a join of the fixes with themselves on stamp and cell, then runs by window functions."""

import duckdb

from bench.rivals.archived import AT_LEAST_US, CELL_DEG, EARTH_M, GAP_US, RADIUS_M, run

# A column of cells is as wide as 500 m are at its latitude. It knows neither date line nor pole.
QUERY = f"""
with fixes as (
    select craft::varchar as craft, time_us, lat, lon, floor(lat / {CELL_DEG})::int as row,
        {CELL_DEG} / cos(radians((abs(floor(lat / {CELL_DEG} / 20)) + 2) * 20 * {CELL_DEG})) as wide
    from read_parquet('$folder/*.parquet')
), around as (
    select *, floor(lon / wide)::int as col from fixes
), asked as (
    select craft, time_us, lat, lon, row + dy as row, dy, lon - wide as west, lon + wide as east
    from around, (select unnest([-1, 0, 1]) as dy)
), spread as (
    select asked.*, wide, unnest(range(floor(west / wide)::bigint, floor(east / wide)::bigint + 1))::int as col
    from asked, lateral (
        select {CELL_DEG} / cos(radians((abs(floor(row / 20)) + 2) * 20 * {CELL_DEG})) as wide
    )
), pairs as (
    select a.craft as a, b.craft as b, a.time_us
    from spread a join around b on a.time_us = b.time_us and a.row = b.row and a.col = b.col and a.craft < b.craft
    where 2 * {EARTH_M} * asin(least(1, sqrt(sin(radians(b.lat - a.lat) / 2) ** 2
        + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ** 2))) <= {RADIUS_M}
), runs as (
    select a, b, time_us, sum(new) over (partition by a, b order by time_us) as run
    from (
        select *, (time_us - coalesce(lag(time_us) over (partition by a, b order by time_us), 0) > {GAP_US})::int as new
        from pairs
    )
)
select count(*) from (
    select a, b, run from runs group by a, b, run having max(time_us) - min(time_us) >= {AT_LEAST_US}
)
"""


def meetings(folder: str) -> int:
    """Return how many there are."""
    answer = duckdb.sql(QUERY.replace("$folder", folder)).fetchall()
    return int(answer[0][0])


if __name__ == "__main__":
    run(meetings)
