#include "cad/occt/tessellate.hpp"

#include <BRepBndLib.hxx>
#include <BRepLib_ToolTriangulatedShape.hxx>
#include <BRepMesh_IncrementalMesh.hxx>
#include <BRep_Builder.hxx>
#include <BRep_Tool.hxx>
#include <Bnd_Box.hxx>
#include <IMeshTools_Parameters.hxx>
#include <Poly_Connect.hxx>
#include <Poly_Triangulation.hxx>
#include <Standard_Failure.hxx>
#include <Standard_OutOfMemory.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_MapOfShape.hxx>
#include <TopoDS_Compound.hxx>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <numeric>
#include <thread>
#include <unordered_map>

namespace millwright::cad {

namespace {

/// Faces that share edges, and so must be meshed by one thread, and agree about the points along those edges.
struct Body {
    std::vector<TopoDS_Face> faces;
    double size = 0; ///< diagonal that a relative tolerance is of, millimetres
};

/// Bodies of so many faces are meshed one at a time by all threads, smaller ones one a thread.
constexpr std::size_t manyFaces = 400;

class DisjointSets {
public:
    std::size_t add() {
        parent_.push_back(parent_.size());
        return parent_.size() - 1;
    }
    std::size_t find(std::size_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return i;
    }
    void join(std::size_t a, std::size_t b) { parent_[find(std::max(a, b))] = find(std::min(a, b)); }

private:
    std::vector<std::size_t> parent_;
};

double diagonal(const TopoDS_Shape& shape) {
    Bnd_Box box;
    BRepBndLib::Add(shape, box, Standard_False);
    if (box.IsVoid()) return 0;
    box.SetGap(0);
    return std::sqrt(box.SquareExtent());
}

TopoDS_Compound together(const std::vector<TopoDS_Face>& faces) {
    const BRep_Builder builder;
    TopoDS_Compound compound;
    builder.MakeCompound(compound);
    for (const TopoDS_Face& face : faces) builder.Add(compound, face);
    return compound;
}

/// The faces of all parts, each once, grouped into bodies. OpenCASCADE's mesher takes endless time over compounds of hundreds of
/// faces that share nothing; apart, they are done in no time.
std::vector<Body> bodiesOf(const ExactAssembly& assembly) {
    DisjointSets sets;
    std::unordered_map<const void*, std::size_t> setOf; // by what a face or edge shares with its copies
    struct Entry {
        TopoDS_Face face;
        std::size_t set;
        std::size_t part;
        bool ofSolid;
    };
    std::vector<Entry> entries;
    for (std::size_t p = 0; p < assembly.parts.size(); ++p) {
        TopTools_MapOfShape inSolids;
        for (TopExp_Explorer solid{assembly.parts[p].shape, TopAbs_SOLID}; solid.More(); solid.Next())
            for (TopExp_Explorer face{solid.Current(), TopAbs_FACE}; face.More(); face.Next()) inSolids.Add(face.Current());
        for (const FaceGroup& group : assembly.parts[p].groups)
            for (const TopoDS_Face& face : group.faces) {
                const auto [known, isNew] = setOf.emplace(face.TShape().get(), 0);
                if (!isNew) continue;
                const std::size_t set = known->second = sets.add();
                for (TopExp_Explorer edge{face, TopAbs_EDGE}; edge.More(); edge.Next()) {
                    const auto [other, first] = setOf.emplace(edge.Current().TShape().get(), set);
                    if (!first) sets.join(other->second, set);
                }
                entries.push_back({face, set, p, inSolids.Contains(face)});
            }
    }
    std::vector<Body> bodies;
    std::unordered_map<std::size_t, std::size_t> bodyOf;
    std::vector<double> partSize(assembly.parts.size(), -1);
    for (const Entry& entry : entries) {
        const auto [known, isNew] = bodyOf.emplace(sets.find(entry.set), bodies.size());
        if (isNew) {
            bodies.emplace_back();
            // Loose surfaces that belong together must be cut alike, or gaps open between them.
            if (!entry.ofSolid) {
                double& size = partSize[entry.part];
                if (size < 0) size = diagonal(assembly.parts[entry.part].shape);
                bodies.back().size = size;
            }
        }
        bodies[known->second].faces.push_back(entry.face);
    }
    return bodies;
}

void mesh(Body& body, const Tessellation& tolerance, bool allThreads) {
    const TopoDS_Compound faces = together(body.faces);
    if (body.size <= 0) body.size = diagonal(faces);
    const double smallest = std::max(1e-6, body.size * 1e-6); // below that, surfaces are noise
    IMeshTools_Parameters parameters;
    parameters.Deflection =
        std::max(smallest, tolerance.absoluteMetres ? *tolerance.absoluteMetres * 1000 : tolerance.relative * body.size);
    parameters.Angle = tolerance.angle;
    parameters.InParallel = allThreads;
    // Faces that came as triangles (AP242) keep theirs.
    BRepMesh_IncrementalMesh{faces, parameters};
}

/// OpenCASCADE throws on some broken faces; the body's other faces can still be had one by one.
void meshSafely(Body& body, const Tessellation& tolerance, bool allThreads) {
    try {
        mesh(body, tolerance, allThreads);
        return;
    } catch (const Standard_OutOfMemory&) {
        throw std::bad_alloc{};
    } catch (const Standard_Failure&) {
    }
    for (const TopoDS_Face& face : body.faces) {
        TopLoc_Location location;
        if (!BRep_Tool::Triangulation(face, location).IsNull()) continue;
        try {
            Body alone{{face}, body.size};
            mesh(alone, tolerance, false);
        } catch (const Standard_Failure&) { // counted as lost later
        }
    }
}

/// Adds a face's triangles to its group's mesh. False when it has none.
bool append(const TopoDS_Face& face, ExactMesh& mesh) {
    TopLoc_Location location;
    const Handle(Poly_Triangulation) triangles = BRep_Tool::Triangulation(face, location);
    if (triangles.IsNull() || triangles->NbTriangles() == 0) return false;
    if (!triangles->HasNormals()) {
        Poly_Connect connect;
        BRepLib_ToolTriangulatedShape::ComputeNormals(face, triangles, connect);
    }
    const gp_Trsf partFromFace = location.Transformation();
    const bool reversed = face.Orientation() == TopAbs_REVERSED;
    const bool flipped = reversed != partFromFace.IsNegative();
    const auto first = static_cast<std::uint32_t>(mesh.positions.size());
    for (int i = 1; i <= triangles->NbNodes(); ++i) {
        const gp_Pnt point = triangles->Node(i).Transformed(partFromFace);
        mesh.positions.push_back({point.X(), point.Y(), point.Z()});
        gp_Vec normal{triangles->HasNormals() ? gp_Vec{triangles->Normal(i)} : gp_Vec{0, 0, 0}};
        normal.Transform(partFromFace);
        if (reversed) normal.Reverse();
        mesh.normals.push_back({static_cast<float>(normal.X()), static_cast<float>(normal.Y()), static_cast<float>(normal.Z())});
    }
    for (int i = 1; i <= triangles->NbTriangles(); ++i) {
        int a = 0, b = 0, c = 0;
        triangles->Triangle(i).Get(a, b, c);
        if (flipped) std::swap(b, c);
        for (const int corner : {a, b, c}) mesh.indices.push_back(first + static_cast<std::uint32_t>(corner - 1));
    }
    return true;
}

std::uint64_t hashOf(const std::array<double, 3>& point) {
    std::uint64_t hash = 0;
    for (const double x : point) {
        // To a single float: what is one place there is one place in the scene.
        const float coarse = static_cast<float>(x) + 0.0f;
        std::uint32_t bits = 0;
        std::memcpy(&bits, &coarse, sizeof bits);
        hash = (hash ^ bits) * 0x9E37'79B9'7F4A'7C15u;
        hash ^= hash >> 32;
    }
    return hash;
}

/// Faces that pass into each other smoothly have nearly the same normal along their common edge; nearly would keep the vertices
/// apart, and show as a line where the light is low.
void joinSmoothSeams(std::vector<ExactMesh>& meshes) {
    constexpr float cosine = 0.9994f; // 2 degrees
    std::unordered_multimap<std::uint64_t, std::array<float, 3>> seen;
    for (ExactMesh& mesh : meshes)
        for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
            const std::uint64_t hash = hashOf(mesh.positions[i]);
            auto& n = mesh.normals[i];
            const auto [begin, end] = seen.equal_range(hash);
            const auto same = std::find_if(begin, end, [&](const auto& other) {
                return n[0] * other.second[0] + n[1] * other.second[1] + n[2] * other.second[2] > cosine;
            });
            if (same != end)
                n = same->second;
            else
                seen.emplace(hash, n);
        }
}

} // namespace

void tessellate(const ExactAssembly& assembly, ReadContext& context) {
    std::vector<Body> bodies = bodiesOf(assembly);
    // The largest first, so that no thread is left with one at the end.
    std::ranges::stable_sort(bodies, std::greater{}, [](const Body& body) { return body.faces.size(); });
    std::size_t faces = 0;
    for (const Body& body : bodies) faces += body.faces.size();
    const Tessellation& tolerance = context.options.tessellation;
    const Progress& progress = context.options.progress;
    std::size_t done = 0;
    const auto tell = [&](std::size_t more) {
        done += more;
        progress(0.4 + 0.3 * static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(faces, 1)), "making triangles");
    };
    std::size_t alone = 0;
    for (; alone < bodies.size() && bodies[alone].faces.size() >= manyFaces && !progress.cancelled(); ++alone) {
        meshSafely(bodies[alone], tolerance, true);
        tell(bodies[alone].faces.size());
    }
    std::atomic<std::size_t> next = alone;
    std::mutex mutex;
    std::exception_ptr failed; // no memory left: for the caller, not for a thread
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < bodies.size() && !progress.cancelled(); i = next++) {
                meshSafely(bodies[i], tolerance, false);
                const std::scoped_lock lock{mutex};
                tell(bodies[i].faces.size());
            }
        } catch (...) {
            const std::scoped_lock lock{mutex};
            failed = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        const std::size_t count =
            std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), bodies.size() - alone + 1);
        for (std::size_t i = 1; i < count; ++i) threads.emplace_back(work);
        work();
    }
    if (failed) std::rethrow_exception(failed);
    for (const Body& body : bodies)
        for (const TopoDS_Face& face : body.faces) {
            TopLoc_Location location;
            if (BRep_Tool::Triangulation(face, location).IsNull()) ++context.exact.lostFaces;
        }
}

std::vector<ExactMesh> meshesOf(const ExactPart& part) {
    std::vector<ExactMesh> meshes;
    for (const FaceGroup& group : part.groups) {
        ExactMesh& mesh = meshes.emplace_back();
        for (const TopoDS_Face& face : group.faces) append(face, mesh);
    }
    joinSmoothSeams(meshes);
    return meshes;
}

} // namespace millwright::cad
