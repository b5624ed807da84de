"""Polars: meetings by a join of the fixes with themselves on stamp and cell, then runs by window expressions."""

import polars as pl

from bench.rivals.archived import AT_LEAST_US, CELL_DEG, EARTH_M, GAP_US, RADIUS_M, run

BAND = 20  # rows of cells that are equally wide


def _wide(row: pl.Expr) -> pl.Expr:
    """Return the width of a cell in degrees: as many metres as it is high, at the far end of its band."""
    return CELL_DEG / ((row / BAND).floor().abs().add(2) * BAND * CELL_DEG).radians().cos()


def meetings(folder: str) -> int:
    """Return how many there are."""
    fixes = pl.scan_parquet(f"{folder}/*.parquet").with_columns(
        pl.col("craft").cast(pl.String).cast(pl.Int32), (pl.col("lat") / CELL_DEG).floor().cast(pl.Int32).alias("row")
    )
    around = fixes.with_columns((pl.col("lon") / _wide(pl.col("row"))).floor().cast(pl.Int32).alias("col"))
    asked = (
        fixes.with_columns(pl.lit([-1, 0, 1]).alias("up"), _wide(pl.col("row")).alias("own"))
        .explode("up")
        .with_columns(pl.col("row") + pl.col("up").cast(pl.Int32))
        .with_columns(
            ((pl.col("lon") - pl.col("own")) / _wide(pl.col("row"))).floor().cast(pl.Int32).alias("west"),
            ((pl.col("lon") + pl.col("own")) / _wide(pl.col("row"))).floor().cast(pl.Int32).alias("east"),
        )
        .with_columns(pl.int_ranges("west", pl.col("east") + 1).alias("col"))
        .explode("col")
        .with_columns(pl.col("col").cast(pl.Int32))
    )
    lat, lon = pl.col("lat").radians(), pl.col("lon").radians()
    lat_b, lon_b = pl.col("lat_b").radians(), pl.col("lon_b").radians()
    half = ((lat_b - lat) / 2).sin() ** 2 + lat.cos() * lat_b.cos() * ((lon_b - lon) / 2).sin() ** 2
    pairs = (
        asked.join(around, on=["time_us", "row", "col"], suffix="_b")
        .filter(pl.col("craft") < pl.col("craft_b"))
        .filter(2 * EARTH_M * half.sqrt().clip(0.0, 1.0).arcsin() <= RADIUS_M)
        .select("craft", "craft_b", "time_us")
    )
    pair = ["craft", "craft_b"]
    new = pl.col("time_us").diff().over(pair, order_by="time_us").fill_null(0) > GAP_US
    runs = pairs.with_columns(new.alias("new")).with_columns(
        pl.col("new").cast(pl.Int32).cum_sum().over(pair, order_by="time_us").alias("run")
    )
    lasts = runs.group_by([*pair, "run"]).agg((pl.col("time_us").max() - pl.col("time_us").min()).alias("lasts"))
    return lasts.filter(pl.col("lasts") >= AT_LEAST_US).collect().height


if __name__ == "__main__":
    run(meetings)
