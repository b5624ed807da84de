"""traffic's closest point of approach of all flights with all; the ships are given to it as flights at one height."""

import pandas as pd
from pyproj import Proj
from traffic.core import Traffic

from bench.rivals.archived import LEG_RADIUS_M, run

METRES_PER_NAUTICAL_MILE = 1852.0


def pairs(folder: str) -> int:
    """Return how many pairs come within the radius."""
    rows = pd.read_parquet(folder)
    flights = Traffic(
        pd.DataFrame(
            {
                "timestamp": pd.to_datetime(rows["time_us"], unit="us", utc=True),
                "callsign": rows["craft"].astype(str), "icao24": rows["craft"].astype(str),
                "latitude": rows["lat"], "longitude": rows["lon"], "altitude": 0.0,
            }
        ).assign(flight_id=rows["craft"].astype(str))
    )  # fmt: skip
    south, north, middle = rows["lat"].min(), rows["lat"].max(), rows["lon"].median()
    flat = Proj(proj="lcc", ellps="WGS84", lat_1=south, lat_2=north, lat_0=(south + north) / 2.0, lon_0=middle)
    even = flights.resample("10s").eval()  # it compares fixes of equal stamps alone
    near = even.closest_point_of_approach(
        lateral_separation=LEG_RADIUS_M, vertical_separation=1_000.0, projection=flat, round_t="1h"
    )
    if near is None:
        return 0
    data = near.data[near.data["lateral"] * METRES_PER_NAUTICAL_MILE <= LEG_RADIUS_M]
    return len({frozenset(pair) for pair in zip(data["callsign_x"], data["callsign_y"], strict=True)})


if __name__ == "__main__":
    run(pairs)
