"""Writes irb6640/motion.csv beside this file: python3 make_motion.py

Twenty seconds of spot welding on both sides of the robot, ten rows a second: seconds, then the joints' angles in radians.
Between two poses every joint follows the minimum-jerk curve; limits are those of the robot's URDF."""
from pathlib import Path

LOWEST = (-2.967, -1.134, -3.142, -5.236, -2.094, -6.283)  # rad
HIGHEST = (2.967, 1.4855, 1.222, 5.236, 2.094, 6.283)
FASTEST = (1.7453, 1.5707, 1.5707, 2.9671, 2.4435, 3.3161)  # rad/s
ROWS_PER_SECOND = 10

HOME = (0.0, -0.25, 0.2, 0.0, 0.9, 0.0)
LEFT_ABOVE, LEFT_AT = (0.95, 0.2, 0.1, 0.35, 1.0, 0.8), (0.95, 0.55, 0.15, 0.35, 0.8, 0.8)
RIGHT_ABOVE, RIGHT_AT = (-1.15, 0.15, 0.15, -0.5, 1.0, -1.6), (-1.15, 0.6, 0.05, -0.5, 0.8, -1.6)
POSES = [(0, HOME), (3, LEFT_ABOVE), (4.5, LEFT_AT), (6, LEFT_AT), (7.5, LEFT_ABOVE), (11.5, RIGHT_ABOVE), (13, RIGHT_AT), (14.5, RIGHT_AT),
         (16, RIGHT_ABOVE), (19, HOME), (20, HOME)]


def pose(time):
    for (begin, before), (end, after) in zip(POSES, POSES[1:]):
        if time <= end:
            s = (time - begin) / (end - begin)
            return [a + (b - a) * s**3 * (10 - 15 * s + 6 * s * s) for a, b in zip(before, after)]
    return list(POSES[-1][1])


rows = [(i / ROWS_PER_SECOND, pose(i / ROWS_PER_SECOND)) for i in range(int(POSES[-1][0] * ROWS_PER_SECOND) + 1)]
for (_, before), (_, after) in zip(rows, rows[1:]):
    for joint in range(6):
        assert LOWEST[joint] <= after[joint] <= HIGHEST[joint]
        assert abs(after[joint] - before[joint]) * ROWS_PER_SECOND <= FASTEST[joint]
text = "time_s," + ",".join(f"joint_{joint}" for joint in range(1, 7)) + "\n"
text += "".join(f"{time:.1f}," + ",".join(f"{angle:.4f}" for angle in angles) + "\n" for time, angles in rows)
(Path(__file__).parent / "irb6640" / "motion.csv").write_text(text.replace("-0.0000", "0.0000"))
