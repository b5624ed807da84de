"""DuckDB: near pairs by a join of the picture with itself on cubes as wide as the fastest pair travels."""

import duckdb
import pyarrow as pa

from bench.rivals.picture import Array, Picture, run

COLUMNS = {"place": ("x", "y", "z"), "velocity": ("vx", "vy", "vz"), "up": ("ux", "uy", "uz")}
# The same formula as the other rivals have, in the plane across the sum of the two verticals (m).
QUERY = """
with cells as (
    select *, floor(x / $size)::int as cx, floor(y / $size)::int as cy, floor(z / $size)::int as cz from craft
), around as (
    select cells.* replace (cx + dx as cx, cy + dy as cy, cz + dz as cz) from cells,
        (select unnest([-1, 0, 1]) as dx), (select unnest([-1, 0, 1]) as dy), (select unnest([-1, 0, 1]) as dz)
), pairs as (
    select a.k as i, b.k as j, b.x - a.x as ox, b.y - a.y as oy, b.z - a.z as oz,
        b.vx - a.vx as wx, b.vy - a.vy as wy, b.vz - a.vz as wz,
        a.ux + b.ux as mx, a.uy + b.uy as my, a.uz + b.uz as mz
    from around a join cells b on a.cx = b.cx and a.cy = b.cy and a.cz = b.cz
    where a.k < b.k and a.speed + b.speed > 0
), sums as (
    select i, j, mx * mx + my * my + mz * mz as mm, ox * mx + oy * my + oz * mz as om,
        wx * mx + wy * my + wz * mz as wm,
        ox * ox + oy * oy + oz * oz as oo, ox * wx + oy * wy + oz * wz as ow, wx * wx + wy * wy + wz * wz as ww
    from pairs
), flat as (
    select i, j, oo - om * om / mm as oo, ow - om * wm / mm as ow, ww - wm * wm / mm as ww from sums
), closest as (
    select *, case when ww > 1e-6 then -ow / ww else 0 end as tcpa from flat
)
select i, j, tcpa, sqrt(greatest(oo + ow * tcpa, 0)) as cpa from closest
where oo + least(greatest(tcpa, 0), $horizon) * (2 * ow + ww * least(greatest(tcpa, 0), $horizon)) <= $radius * $radius
"""


def by_join(picture: Picture) -> Array:
    """Return the first craft of each near pair; TCPA and CPA are reckoned on the way."""
    horizon, radius = float(picture["horizon"]), float(picture["radius"])
    columns = {name: picture[vector][:, axis] for vector, names in COLUMNS.items() for axis, name in enumerate(names)}
    craft = pa.table({"k": range(len(picture["lat"])), "speed": picture["speed"], **columns})
    with duckdb.connect() as connection:
        connection.register("craft", craft)
        given = {"size": radius + 2.0 * float(picture["speed"].max()) * horizon, "horizon": horizon, "radius": radius}
        query = QUERY
        for name, value in given.items():
            query = query.replace(f"${name}", repr(value))
        return connection.sql(query).fetchnumpy()["i"]


if __name__ == "__main__":
    run(by_join)
