"""Polars: near pairs by a join of the picture with itself on cubes as wide as the fastest pair travels."""

import numpy as np
import polars as pl

from bench.rivals.picture import Array, Picture, run

AXES = ("x", "y", "z")


def _dot(one: str, other: str) -> pl.Expr:
    return pl.sum_horizontal(pl.col(f"{one}{axis}") * pl.col(f"{other}{axis}") for axis in AXES)


def by_join(picture: Picture) -> Array:
    """Return the first craft of each near pair; TCPA and CPA are reckoned on the way."""
    horizon, radius = float(picture["horizon"]), float(picture["radius"])
    size = radius + 2.0 * float(picture["speed"].max()) * horizon
    vectors = {"p": picture["place"], "v": picture["velocity"], "u": picture["up"]}
    columns = {f"{name}{axis}": vector[:, k] for name, vector in vectors.items() for k, axis in enumerate(AXES)}
    craft = pl.LazyFrame({"k": np.arange(len(picture["lat"])), "speed": picture["speed"], **columns}).with_columns(
        (pl.col(f"p{axis}") / size).floor().cast(pl.Int32).alias(f"c{axis}") for axis in AXES
    )
    cell = [f"c{axis}" for axis in AXES]
    around = craft
    for name in cell:
        around = around.with_columns(pl.lit([-1, 0, 1]).alias("step")).explode("step")
        around = around.with_columns((pl.col(name) + pl.col("step")).cast(pl.Int32)).drop("step")
    pairs = (
        around.join(craft, on=cell, suffix="_b")
        .filter((pl.col("k") < pl.col("k_b")) & (pl.col("speed") + pl.col("speed_b") > 0.0))
        .with_columns(
            *((pl.col(f"p{axis}_b") - pl.col(f"p{axis}")).alias(f"o{axis}") for axis in AXES),
            *((pl.col(f"v{axis}_b") - pl.col(f"v{axis}")).alias(f"w{axis}") for axis in AXES),
            *((pl.col(f"u{axis}_b") + pl.col(f"u{axis}")).alias(f"m{axis}") for axis in AXES),
        )
        .with_columns(_dot("m", "m").alias("mm"), _dot("o", "m").alias("om"), _dot("w", "m").alias("wm"))
        .with_columns(
            (_dot("o", "o") - pl.col("om") ** 2 / pl.col("mm")).alias("oo"),
            (_dot("o", "w") - pl.col("om") * pl.col("wm") / pl.col("mm")).alias("ow"),
            (_dot("w", "w") - pl.col("wm") ** 2 / pl.col("mm")).alias("ww"),
        )
        .with_columns(pl.when(pl.col("ww") > 1e-6).then(-pl.col("ow") / pl.col("ww")).otherwise(0.0).alias("tcpa"))
    )
    moment = pl.col("tcpa").clip(0.0, horizon)
    near = pairs.filter(pl.col("oo") + moment * (2.0 * pl.col("ow") + pl.col("ww") * moment) <= radius**2)
    cpa = (pl.col("oo") + pl.col("ow") * pl.col("tcpa")).clip(0.0).sqrt()
    return near.select("k", "k_b", "tcpa", cpa.alias("cpa")).collect()["k"].to_numpy()


if __name__ == "__main__":
    run(by_join)
