"""SI inside; knots, feet and nautical miles only at the edges.

Each factor is exact by definition: the nautical mile of 1,852 m (IHO, 1929), the foot of
0.3048 m and the yard of 0.9144 m (international yard and pound agreement, 1959).
"""

METRES_PER_NAUTICAL_MILE = 1852.0
METRES_PER_CABLE = METRES_PER_NAUTICAL_MILE / 10.0
METRES_PER_FOOT = 0.3048
METRES_PER_YARD = 0.9144
METRES_PER_SECOND_PER_KNOT = METRES_PER_NAUTICAL_MILE / 3600.0
MICROSECONDS = 1_000_000
