"""Writes the simple models of the real-data plants beside this file: python3 make_models.py

Metres, Y up. Every part is an OBJ object, so that bindings can name it."""
import math
from pathlib import Path


class Model:
    def __init__(self):
        self.lines, self.count = [], 0

    def part(self, name, material):
        self.lines += [f"o {name}", f"usemtl {material}"]
        return self

    def face_set(self, points, faces):
        self.lines += [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in points]
        self.lines += ["f " + " ".join(str(self.count + i + 1) for i in face) for face in faces]
        self.count += len(points)
        return self

    def box(self, low, high, chamfer=0.0):
        """An axis-aligned box, its upright edges cut by `chamfer`."""
        (x0, y0, z0), (x1, y1, z1), c = low, high, chamfer
        if c == 0:
            ring = [(x0, z0), (x1, z0), (x1, z1), (x0, z1)]
        else:
            ring = [(x0 + c, z0), (x1 - c, z0), (x1, z0 + c), (x1, z1 - c), (x1 - c, z1), (x0 + c, z1), (x0, z1 - c), (x0, z0 + c)]
        n = len(ring)
        points = [(x, y0, z) for x, z in ring] + [(x, y1, z) for x, z in ring]
        sides = [(i, i + n, (i + 1) % n + n, (i + 1) % n) for i in range(n)]
        return self.face_set(points, sides + [tuple(range(n)), tuple(reversed(range(n, 2 * n)))])

    def turned(self, axis, start, profile, centre=(0, 0, 0), segments=40):
        """A body turned about x, y or z: `profile` is (distance along the axis from `start`, radius) pairs."""
        points, faces = [], []
        for along, radius in profile:
            for i in range(segments):
                a, b = radius * math.cos(2 * math.pi * i / segments), radius * math.sin(2 * math.pi * i / segments)
                along_axis = start + along
                place = {"x": (along_axis, a, b), "y": (b, along_axis, a), "z": (a, b, along_axis)}[axis]
                points.append(tuple(p + c for p, c in zip(place, centre)))
        for ring in range(len(profile) - 1):
            for i in range(segments):
                j, k = ring * segments + i, ring * segments + (i + 1) % segments
                faces.append((j, k, k + segments, j + segments))
        last = (len(profile) - 1) * segments
        for i in range(1, segments - 1):  # caps
            faces += [(0, i + 1, i), (last, last + i, last + i + 1)]
        return self.face_set(points, faces)

    def rod(self, axis, start, length, radius, centre=(0, 0, 0), segments=40):
        return self.turned(axis, start, [(0, radius), (length, radius)], centre, segments)

    def ball(self, centre, radius):
        profile = [(radius * (1 - math.cos(math.pi * i / 12)), radius * math.sin(math.pi * i / 12)) for i in range(1, 12)]
        return self.turned("y", -radius, profile, centre, 24)

    def write(self, folder, name, materials):
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.obj").write_text("\n".join([f"mtllib {name}.mtl"] + self.lines) + "\n")
        text = [f"newmtl {key}\nKd {r} {g} {b}\nNs 60\n" + (f"d {alpha}\n" if alpha < 1 else "") for key, (r, g, b, alpha) in materials.items()]
        (folder / f"{name}.mtl").write_text("\n".join(text))


METALS = {"white": (0.78, 0.79, 0.80, 1), "dark": (0.16, 0.17, 0.19, 1), "steel": (0.55, 0.57, 0.60, 1), "blue": (0.16, 0.27, 0.42, 1),
          "water": (0.24, 0.42, 0.58, 1), "brass": (0.65, 0.50, 0.22, 1), "light": (0.70, 0.70, 0.70, 1), "face": (0.93, 0.93, 0.90, 1)}


def machine_tool():
    m = Model()
    m.part("bed", "dark").box((-1.15, 0, -1.1), (1.15, 0.12, 1.0)).box((-1.0, 0.12, -0.9), (1.0, 0.72, 0.85), 0.04)
    m.part("ways", "steel").box((-0.9, 0.72, -0.12), (0.9, 0.77, -0.04)).box((-0.9, 0.72, 0.34), (0.9, 0.77, 0.42))
    m.part("column", "white").box((-0.42, 0.72, -0.95), (0.42, 2.35, -0.42), 0.08)
    m.part("column-ways", "steel").box((-0.3, 0.95, -0.42), (-0.2, 2.25, -0.38)).box((0.2, 0.95, -0.42), (0.3, 2.25, -0.38))
    m.part("table", "steel").box((-0.55, 0.77, -0.2), (0.55, 0.86, 0.5), 0.02)
    for z in (-0.05, 0.15, 0.35):  # clamping ribs
        m.box((-0.53, 0.86, z - 0.03), (0.53, 0.885, z + 0.03))
    m.box((-0.16, 0.885, 0.0), (0.16, 0.96, 0.3), 0.02)  # vise
    m.part("head", "white").box((-0.24, 1.62, -0.38), (0.24, 2.12, 0.32), 0.06).turned("y", 1.5, [(0, 0.13), (0.05, 0.17), (0.14, 0.17)], (0, 0, 0.15))
    m.part("spindle", "steel").turned("y", 1.22, [(0, 0.02), (0.01, 0.025), (0.1, 0.025), (0.1, 0.045), (0.17, 0.05), (0.17, 0.075), (0.2, 0.08), (0.29, 0.1)], (0, 0, 0.15))
    m.box((-0.115, 1.43, 0.13), (0.115, 1.45, 0.17))  # drive key: shows that it turns
    # Enclosure: back and sides with a window frame, open in front, so that one sees the work.
    m.part("enclosure", "blue").box((-1.15, 0.12, -1.1), (-1.05, 2.2, 0.55), 0.02).box((1.05, 0.12, -1.1), (1.15, 2.2, 0.55), 0.02)
    m.box((-1.05, 0.12, -1.1), (1.05, 2.2, -1.0)).box((-1.15, 0.12, 0.85), (1.15, 0.62, 1.0), 0.03)
    m.part("door", "white").box((-1.05, 0.62, 0.78), (-0.72, 2.1, 0.85)).box((0.72, 0.62, 0.78), (1.05, 2.1, 0.85)).box((-1.15, 2.1, 0.55), (1.15, 2.25, 0.9), 0.03)
    m.part("panel", "dark").box((1.2, 1.15, 0.6), (1.6, 1.7, 0.72), 0.02).box((1.15, 1.72, 0.62), (1.45, 1.78, 0.68)).part("screen", "water").box((1.25, 1.35, 0.72), (1.55, 1.65, 0.725))
    m.part("mast", "steel").rod("y", 2.25, 0.25, 0.02, (0.95, 0, 0.72), 20)
    m.part("beacon", "light").turned("y", 2.5, [(0, 0.05), (0, 0.06), (0.22, 0.06), (0.25, 0.045)], (0.95, 0, 0.72), 28)
    m.write(Path(__file__).parent / "nist_shop/models", "machine", METALS)


def pump():
    m = Model()
    m.part("frame", "dark").box((-0.95, 0, -0.22), (0.12, 0.08, 0.22), 0.02).box((-0.75, 0.08, -0.12), (-0.35, 0.2, 0.12)).box((-0.1, 0.08, -0.1), (0.05, 0.2, 0.1))
    motor = [(0, 0.12), (0.03, 0.15)]
    for rib in range(12):  # cooling ribs
        at = 0.04 + rib * 0.033
        motor += [(at, 0.15), (at, 0.165), (at + 0.015, 0.165), (at + 0.015, 0.15)]
    m.part("motor", "blue").turned("x", -0.8, motor + [(0.46, 0.15), (0.48, 0.1)], (0, 0.35, 0))
    m.box((-0.68, 0.5, -0.08), (-0.48, 0.6, 0.08), 0.01)  # terminal box
    m.part("shaft", "steel").rod("x", -0.33, 0.2, 0.025, (0, 0.35, 0)).turned("x", -0.28, [(0, 0.07), (0.04, 0.07), (0.04, 0.055), (0.06, 0.055), (0.06, 0.07), (0.1, 0.07)], (0, 0.35, 0))
    m.box((-0.26, 0.34, -0.085), (-0.2, 0.36, 0.085))  # coupling key: shows that it turns
    m.part("casing", "brass").turned("x", -0.13, [(0, 0.08), (0.02, 0.17), (0.13, 0.17), (0.15, 0.09), (0.25, 0.06)], (0, 0.35, 0))
    m.rod("y", 0.35, 0.36, 0.045, (-0.05, 0, 0.1)).rod("y", 0.69, 0.03, 0.075, (-0.05, 0, 0.1))
    m.write(Path(__file__).parent / "skab/models", "pump", METALS)


def loop():
    m = Model()
    m.part("tank", "white").box((0.55, 0.08, -0.38), (1.3, 0.12, 0.38)).box((0.55, 0.12, -0.38), (0.58, 0.72, 0.38)).box((1.27, 0.12, -0.38), (1.3, 0.72, 0.38))
    m.box((0.58, 0.12, -0.38), (1.27, 0.72, -0.35)).box((0.58, 0.12, 0.35), (1.27, 0.42, 0.38))
    for x in (0.6, 1.25):
        for z in (-0.33, 0.33):
            m.box((x - 0.03, 0, z - 0.03), (x + 0.03, 0.08, z + 0.03))
    m.part("water", "water").box((0.58, 0.12, -0.35), (1.27, 0.38, 0.35))
    m.part("pipes", "steel").rod("y", 0.72, 0.42, 0.04, (-0.05, 0, 0.1)).rod("x", -0.05, 1.0, 0.04, (0, 1.14, 0.1)).rod("y", 0.6, 0.54, 0.04, (0.95, 0, 0.1))
    m.rod("x", 0.1, 0.48, 0.04, (0, 0.35, 0)).ball((-0.05, 1.14, 0.1), 0.048).ball((0.95, 1.14, 0.1), 0.048)
    for x in (0.2, 0.62):
        m.rod("x", x, 0.04, 0.07, (0, 1.14, 0.1))
    m.part("valve", "brass").box((0.4, 1.06, 0.02), (0.54, 1.22, 0.18), 0.03).rod("y", 1.2, 0.14, 0.015, (0.47, 0, 0.1), 20)
    m.part("handwheel", "dark").turned("y", 1.33, [(0, 0.08), (0.03, 0.08)], (0.47, 0, 0.1))
    m.part("gauge", "dark").turned("z", 0.075, [(0, 0.09), (0.05, 0.1), (0.05, 0.09)], (0.1, 1.34, 0)).rod("y", 1.16, 0.1, 0.015, (0.1, 0, 0.1), 20)
    m.part("dial", "face").rod("z", 0.125, 0.003, 0.088, (0.1, 1.34, 0))
    m.part("needle", "dark").box((0.095, 1.315, 0.13), (0.105, 1.415, 0.136))
    m.part("sight-glass", "water").rod("y", 0.75, 0.3, 0.028, (0.95, 0, 0.2))
    m.part("sight-frame", "steel").rod("y", 0.72, 0.03, 0.04, (0.95, 0, 0.2)).rod("y", 1.05, 0.03, 0.04, (0.95, 0, 0.2))
    m.part("mast", "steel").rod("y", 0.72, 0.7, 0.015, (1.25, 0, -0.33), 20)
    m.part("beacon", "light").turned("y", 1.42, [(0, 0.05), (0.18, 0.05), (0.2, 0.035)], (1.25, 0, -0.33), 28)
    m.write(Path(__file__).parent / "skab/models", "loop", METALS)


machine_tool()
pump()
loop()
