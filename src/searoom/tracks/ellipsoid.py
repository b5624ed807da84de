"""Where one gets from a place by a bearing and a distance, on the WGS84 ellipsoid."""

import math

WGS84_A_M = 6_378_137.0  # NGA.STND.0036: semi-major axis, and flattening
WGS84_F = 1.0 / 298.257223563
_B_M = WGS84_A_M * (1.0 - WGS84_F)
_STEPS = 20  # the series comes to rest in 3 to 5
_REST = 1e-12


def destination(lat_deg: float, lon_deg: float, bearing_deg: float, range_m: float) -> tuple[float, float]:
    """Return latitude and longitude after `range_m` on the geodesic that leaves at `bearing_deg`, true.

    T. Vincenty's direct formula (Survey Review 176, 1975): within a millimetre anywhere, the poles too.
    """
    bearing = math.radians(bearing_deg)
    sin_bearing, cos_bearing = math.sin(bearing), math.cos(bearing)
    tan_u = (1.0 - WGS84_F) * math.tan(math.radians(lat_deg))
    cos_u = 1.0 / math.hypot(1.0, tan_u)
    sin_u = tan_u * cos_u
    from_equator = math.atan2(tan_u, cos_bearing)
    sin_alpha = cos_u * sin_bearing
    cos2_alpha = 1.0 - sin_alpha**2
    u2 = cos2_alpha * (WGS84_A_M**2 - _B_M**2) / _B_M**2
    big_a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)))
    big_b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)))
    straight = sigma = range_m / (_B_M * big_a)
    for _ in range(_STEPS):
        middle = math.cos(2.0 * from_equator + sigma)
        bent = big_b * math.sin(sigma) * (
            middle
            + big_b / 4.0 * (
                math.cos(sigma) * (2.0 * middle**2 - 1.0)
                - big_b / 6.0 * middle * (4.0 * math.sin(sigma) ** 2 - 3.0) * (4.0 * middle**2 - 3.0)
            )
        )  # fmt: skip
        before, sigma = sigma, straight + bent
        if abs(sigma - before) < _REST:
            break
    middle, sin_sigma, cos_sigma = math.cos(2.0 * from_equator + sigma), math.sin(sigma), math.cos(sigma)
    north = sin_u * cos_sigma + cos_u * sin_sigma * cos_bearing
    aside = math.hypot(sin_alpha, sin_u * sin_sigma - cos_u * cos_sigma * cos_bearing)
    lat = math.atan2(north, (1.0 - WGS84_F) * aside)
    turned = math.atan2(sin_sigma * sin_bearing, cos_u * cos_sigma - sin_u * sin_sigma * cos_bearing)
    c = WGS84_F / 16.0 * cos2_alpha * (4.0 + WGS84_F * (4.0 - 3.0 * cos2_alpha))
    lon = turned - (1.0 - c) * WGS84_F * sin_alpha * (
        sigma + c * sin_sigma * (middle + c * cos_sigma * (2.0 * middle**2 - 1.0))
    )
    return math.degrees(lat), (lon_deg + math.degrees(lon) + 540.0) % 360.0 - 180.0
