"""Draws the same models with Millwright and with VTK and F3D (which VTK drives), in the same run on the same machine.

Called by `benchmarks/run`. The models are made here: spheres of 20 000 triangles that all share one mesh, and one wavy surface whose
triangles are all its own. Both programs look with the same camera, so that the whole model just fills the view.
"""
import contextlib
import json
import math
import os
import struct
import subprocess
import tempfile
import time
from array import array
from pathlib import Path

# Debian's, which sees Debian's VTK whatever else is first in PATH.
PYTHON = "/usr/bin/python3"

VTK_SCRIPT = """
import json, sys, time
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkIOImport import vtkGLTFImporter
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
started = time.monotonic()
window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(1280, 720)
window.SetMultiSamples(0)  # as Millwright at the quality it picks on a CPU
renderer = vtkRenderer()
window.AddRenderer(renderer)
importer = vtkGLTFImporter()
importer.SetFileName(sys.argv[1])
importer.SetRenderWindow(window)
importer.Update()
eye, target, fov = json.loads(sys.argv[3])
camera = renderer.GetActiveCamera()
camera.SetPosition(eye)
camera.SetFocalPoint(target)
camera.SetViewUp(0, 1, 0)
camera.SetViewAngle(fov)
renderer.ResetCameraClippingRange()
window.Render()
first = time.monotonic() - started
frames = []
for _ in range(int(sys.argv[2])):
    begun = time.monotonic()
    window.Render()
    window.WaitForCompletion()
    frames.append(time.monotonic() - begun)
print(json.dumps({"firstFrameSeconds": first, "medianMs": sorted(frames)[len(frames) // 2] * 1000}))
"""


def write_glb(path: Path, positions: array, normals: array, indices: array, places: list[tuple[float, float, float]]) -> None:
    """One mesh at many places. `positions` and `normals` are floats, three a vertex."""
    count = len(positions) // 3
    low = [min(positions[k::3]) for k in range(3)]
    high = [max(positions[k::3]) for k in range(3)]
    chunks = [positions.tobytes(), normals.tobytes(), indices.tobytes()]
    views, at = [], 0
    for chunk in chunks:
        views.append({"buffer": 0, "byteOffset": at, "byteLength": len(chunk)})
        at += len(chunk)
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(places)))}],
        "nodes": [{"mesh": 0, "translation": place} for place in places],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [0.6, 0.62, 0.65, 1], "metallicFactor": 0, "roughnessFactor": 0.5}}],
        "buffers": [{"byteLength": at}],
        "bufferViews": views,
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": count, "type": "VEC3", "min": low, "max": high},
            {"bufferView": 1, "componentType": 5126, "count": count, "type": "VEC3"},
            {"bufferView": 2, "componentType": 5125, "count": len(indices), "type": "SCALAR"},
        ],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    with open(path, "wb") as file:
        file.write(struct.pack("<III", 0x46546C67, 2, 12 + 8 + len(text) + 8 + at))
        file.write(struct.pack("<II", len(text), 0x4E4F534A) + text)
        file.write(struct.pack("<II", at, 0x004E4942))
        for chunk in chunks:
            file.write(chunk)


def grid(columns: int, rows: int, point) -> tuple[array, array, array]:
    """Triangles over (columns + 1) x (rows + 1) points; `point(u, v)` gives position and normal."""
    positions, normals, indices = array("f"), array("f"), array("I")
    for row in range(rows + 1):
        for column in range(columns + 1):
            position, normal = point(column / columns, row / rows)
            positions.extend(position)
            normals.extend(normal)
    for row in range(rows):
        for column in range(columns):
            a = row * (columns + 1) + column
            b = a + columns + 1
            indices.extend((a, b, a + 1, a + 1, b, b + 1))
    return positions, normals, indices


def sphere(u: float, v: float):
    theta, phi = u * 2 * math.pi, v * math.pi
    n = (math.sin(phi) * math.cos(theta), math.cos(phi), -math.sin(phi) * math.sin(theta))
    return (0.5 * n[0], 0.5 * n[1], 0.5 * n[2]), n


def waves(u: float, v: float):
    """An upright sheet of 16 x 9 m that faces +z, where VTK's camera looks from."""
    x, y = u * 16 - 8, 4.5 - v * 9
    def height(a, b):
        return 0.35 * math.sin(1.3 * a) * math.cos(1.7 * b) + 0.02 * math.sin(23 * a) * math.sin(19 * b)
    step = 1e-3
    dx = (height(x + step, y) - height(x - step, y)) / (2 * step)
    dy = (height(x, y + step) - height(x, y - step)) / (2 * step)
    length = math.sqrt(dx * dx + dy * dy + 1)
    return (x, y, height(x, y)), (-dx / length, -dy / length, 1 / length)


def make_models(folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    models = {}
    ball = None
    for count in (1000, 10000, 100000):
        path = folder / f"spheres-{count}.glb"
        models[f"spheres-{count}"] = path
        if path.exists():
            continue
        ball = ball or grid(100, 100, sphere)
        side = side_of(count)
        places = [(i % side * 1.5, i // side % side * 1.5, i // (side * side) * 1.5) for i in range(count)]
        write_glb(path, *ball, places)
    models["surface"] = folder / "surface-5m.glb"
    if not models["surface"].exists():
        write_glb(models["surface"], *grid(2108, 1186, waves), [(0, 0, 0)])
    return models


def side_of(count: int) -> int:
    """Spheres stand in a cube of this many a side."""
    return math.ceil(count ** (1 / 3))


def fit(low: tuple, high: tuple, towards_eye: tuple, fov: float) -> dict:
    """The camera that sees all of a box, which touches the edges of a picture of 1280x720; `fov` is vertical, degrees."""
    centre = [(a + b) / 2 for a, b in zip(low, high)]
    length = math.sqrt(sum(c * c for c in towards_eye))
    back = [c / length for c in towards_eye]
    across = math.hypot(back[0], back[2])
    right = [back[2] / across, 0, -back[0] / across]
    up = [back[1] * right[2], back[2] * right[0] - back[0] * right[2], -back[1] * right[0]]
    tangent = math.tan(math.radians(fov) / 2)
    distance = 0
    for corner in range(8):
        p = [(high if corner >> k & 1 else low)[k] - centre[k] for k in range(3)]
        x, y, z = (sum(a * b for a, b in zip(p, axis)) for axis in (right, up, back))
        distance = max(distance, z + abs(y) / tangent, z + abs(x) / (tangent * 1280 / 720))
    return {"eye": [c + b * distance for c, b in zip(centre, back)], "target": centre, "fov": fov}


def camera_for(name: str) -> dict:
    if name == "surface":
        return fit((-8, -4.5, 0), (8, 4.5, 0), (0, 0, 1), 30)
    most = (side_of(int(name.split("-")[1])) - 1) * 1.5 + 0.5
    return fit((-0.5,) * 3, (most,) * 3, (0.55, 0.42, 1), 40)


@contextlib.contextmanager
def display():
    """The environment of a display of its own, ended by its process id: VTK and F3D want one."""
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x720x24", "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        name = ":" + pipe.readline().strip()
    try:
        yield {**os.environ, "DISPLAY": name}
    finally:
        server.terminate()
        server.wait()


def vtk(model: Path, frames: int, camera: dict) -> dict:
    with display() as environment:
        done = subprocess.run([PYTHON, "-c", VTK_SCRIPT, str(model), str(frames), json.dumps([camera["eye"], camera["target"], camera["fov"]])],
                              stdout=subprocess.PIPE, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def listed(point: list) -> str:
    return ",".join(f"{c:.9g}" for c in point)


def millwright(program: Path, model: Path, camera: dict) -> dict:
    done = subprocess.run([program, "bench", "render", "--model", str(model), "--frames", "40", "--eye", listed(camera["eye"]),
                           "--target", listed(camera["target"]), "--fov", str(camera["fov"])], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def first_frames(program: Path, model: Path, camera: dict) -> dict:
    """Milliseconds from the start of a program to its end with the first picture of the model written, the median of three. Each
    has run before: the files are in memory, and Millwright's model is cooked, which it is after it has been opened once."""
    done = subprocess.run([program, "bench", "import", str(model), "--passes", "1", "--opens", "1", "--frames", "3"], stdout=subprocess.PIPE, check=True)
    ours = json.loads(done.stdout)["firstFrameMs"]
    taken = []
    with display() as environment, tempfile.TemporaryDirectory() as folder:
        for _ in range(4):
            begun = time.monotonic()
            subprocess.run(["f3d", str(model), "--no-config", "--output", f"{folder}/picture.png", "--resolution", "1280,720", "--anti-aliasing=none",
                            "--camera-position", listed(camera["eye"]), "--camera-focal-point", listed(camera["target"]),
                            "--camera-view-angle", str(camera["fov"])], check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            taken.append((time.monotonic() - begun) * 1000)
    return {"millwrightMs": ours, "f3dMs": sorted(taken[1:])[1]}


def measure(program: Path, out: Path) -> tuple[list[str], list[str]]:
    """Rows of two tables: model, its triangles, Millwright's frame, VTK's, how many times as long; and the same of first pictures.
    Leaves the figures in `out`."""
    cases = [("spheres-1000", "1 000 spheres of 20 000 triangles", 10), ("spheres-10000", "10 000 of them", 0),
             ("spheres-100000", "100 000 of them", 0), ("surface", "a wavy surface, all triangles its own", 10)]
    models = make_models(out / "models")
    rows = []
    for name, what, vtk_frames in cases:
        ours = millwright(program, models[name], camera_for(name))
        theirs = vtk(models[name], vtk_frames, camera_for(name)) if vtk_frames else None
        (out / f"peers-{name}.json").write_text(json.dumps({"millwright": ours, "vtk": theirs}, indent=2) + "\n")
        peer = f"{theirs['medianMs']:.0f} ms | {theirs['medianMs'] / ours['medianMs']:.1f} x" if theirs else "not measured |"
        rows.append(f"| {what} | {ours['triangles'] / 1e6:.0f} M | {ours['drawnTriangles'] / 1e3:.0f} k | {ours['medianMs']:.1f} ms | {peer} |")
        print(rows[-1], flush=True)
    first = first_frames(program, models["surface"], camera_for("surface"))
    (out / "peers-first-frame.json").write_text(json.dumps(first, indent=2) + "\n")
    first_rows = [f"| the wavy surface of 5 M triangles | {first['millwrightMs']:.0f} ms | {first['f3dMs']:.0f} ms | {first['f3dMs'] / first['millwrightMs']:.1f} x |"]
    print(first_rows[0], flush=True)
    return rows, first_rows
