#include "model.hpp"

#include <BRepGProp_Face.hxx>
#include <BRepMesh_IncrementalMesh.hxx>
#include <BRepTools.hxx>
#include <BRep_Tool.hxx>
#include <Poly_Triangulation.hxx>
#include <Standard_Failure.hxx>
#include <TopExp_Explorer.hxx>
#include <TopLoc_Location.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Face.hxx>
#include <cstring>
#include <format>
#include <fstream>
#include <map>

/// Tessellation and binary glTF. Our own writer instead of OpenCASCADE's RWGltf_CafWriter because node names, shared meshes and
/// metal-rough materials must come out exactly as the model says, and the bytes must be the same on every run.
namespace millwright::assets {
namespace {

struct Triangles {
    std::vector<glm::vec3> positions; ///< metres
    std::vector<glm::vec3> normals;
    std::vector<std::uint32_t> indices;
};

void appendFace(Triangles& out, const TopoDS_Face& face) {
    TopLoc_Location location;
    const Handle(Poly_Triangulation) mesh = BRep_Tool::Triangulation(face, location);
    if (mesh.IsNull() || mesh->NbTriangles() == 0) return;
    const gp_Trsf worldFromFace = location.Transformation();
    const bool reversed = face.Orientation() == TopAbs_REVERSED;
    const BRepGProp_Face surface(face);
    const auto base = static_cast<std::uint32_t>(out.positions.size());
    for (int i = 1; i <= mesh->NbNodes(); ++i) {
        const gp_Pnt p = mesh->Node(i).Transformed(worldFromFace);
        glm::vec3 normal{0};
        if (mesh->HasUVNodes()) {
            gp_Pnt at;
            gp_Vec n;
            surface.Normal(mesh->UVNode(i).X(), mesh->UVNode(i).Y(), at, n);
            if (n.Magnitude() > 1e-9) normal = glm::normalize(glm::vec3(dvec3{n.X(), n.Y(), n.Z()}));
        }
        out.positions.push_back(glm::vec3(dvec3{p.X(), p.Y(), p.Z()} * 0.001));
        out.normals.push_back(normal);
    }
    for (int i = 1; i <= mesh->NbTriangles(); ++i) {
        int a = 0, b = 0, c = 0;
        mesh->Triangle(i).Get(a, b, c);
        if (reversed) std::swap(b, c);
        const std::uint32_t corner[3] = {base + static_cast<std::uint32_t>(a - 1), base + static_cast<std::uint32_t>(b - 1),
                                         base + static_cast<std::uint32_t>(c - 1)};
        const glm::vec3 flat =
            glm::cross(out.positions[corner[1]] - out.positions[corner[0]], out.positions[corner[2]] - out.positions[corner[0]]);
        if (glm::length(flat) < 1e-12f) continue;
        for (const std::uint32_t v : corner) {
            if (glm::length(out.normals[v]) < 0.5f) out.normals[v] = glm::normalize(flat); // a pole of the surface
            out.indices.push_back(v);
        }
    }
}

/// A solid swept against its profile's normal comes out inside out: its signed volume tells.
void faceOutwards(Triangles& mesh, std::size_t firstIndex, std::size_t firstVertex) {
    if (firstVertex == mesh.positions.size()) return;
    const dvec3 origin(mesh.positions[firstVertex]);
    double volume = 0;
    for (std::size_t i = firstIndex; i < mesh.indices.size(); i += 3) {
        const auto at = [&](std::size_t k) { return dvec3(mesh.positions[mesh.indices[i + k]]) - origin; };
        volume += glm::dot(at(0), glm::cross(at(1), at(2)));
    }
    if (volume >= 0) return;
    for (std::size_t i = firstIndex; i < mesh.indices.size(); i += 3) std::swap(mesh.indices[i + 1], mesh.indices[i + 2]);
    for (std::size_t i = firstVertex; i < mesh.normals.size(); ++i) mesh.normals[i] = -mesh.normals[i];
}

Triangles tessellate(const Part& part) {
    // OpenCASCADE keeps a triangulation with the shape, and the same shape may be wanted finer elsewhere.
    const Shape& shape = part.shape;
    BRepTools::Clean(shape);
    const auto mesh = [&](const Shape& what) {
        BRepMesh_IncrementalMesh(what, part.fineness.deflection, Standard_False, part.fineness.angle, Standard_False);
    };
    if (TopExp_Explorer(shape, TopAbs_SOLID).More()) mesh(shape);
    Triangles out;
    for (TopExp_Explorer solids(shape, TopAbs_SOLID); solids.More(); solids.Next()) {
        const std::size_t firstIndex = out.indices.size(), firstVertex = out.positions.size();
        for (TopExp_Explorer faces(solids.Current(), TopAbs_FACE); faces.More(); faces.Next())
            appendFace(out, TopoDS::Face(faces.Current()));
        faceOutwards(out, firstIndex, firstVertex);
    }
    // Loose faces one by one: OpenCASCADE gives up on a group of hundreds.
    for (TopExp_Explorer faces(shape, TopAbs_FACE, TopAbs_SOLID); faces.More(); faces.Next()) {
        mesh(faces.Current());
        appendFace(out, TopoDS::Face(faces.Current()));
    }
    return out;
}

class GlbFile {
public:
    void addNodes(const Node& root) { rootNode_ = addNode(root); }

    Size write(const std::filesystem::path& file) {
        std::string json = R"({"asset":{"version":"2.0","generator":"millwright-assets"},"scene":0,"scenes":[{"nodes":[)" +
                           std::to_string(rootNode_) + "]}],\"nodes\":[" + joined(nodes_) + "],\"meshes\":[" + joined(meshes_) +
                           "],\"materials\":[" + joined(materials_) + "],\"accessors\":[" + joined(accessors_) +
                           "],\"bufferViews\":[" + joined(views_) +
                           "],\"buffers\":[{\"byteLength\":" + std::to_string(bytes_.size()) + "}]}";
        while (json.size() % 4 != 0) json += ' ';
        std::string out("glTF");
        put(out, 2);
        put(out, static_cast<std::uint32_t>(12 + 8 + json.size() + 8 + bytes_.size()));
        put(out, static_cast<std::uint32_t>(json.size()));
        out += "JSON" + json;
        put(out, static_cast<std::uint32_t>(bytes_.size()));
        out += std::string("BIN\0", 4) + bytes_;
        std::ofstream stream(file, std::ios::binary);
        stream.write(out.data(), static_cast<std::streamsize>(out.size()));
        if (!stream.flush()) throw Standard_Failure(("cannot write " + file.string()).c_str());
        size_.bytes = out.size();
        size_.nodes = nodes_.size();
        size_.meshes = meshes_.size();
        return size_;
    }

private:
    static void put(std::string& out, std::uint32_t value) {
        for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 255);
    }

    static std::string joined(const std::vector<std::string>& items) {
        std::string out;
        for (const std::string& item : items) out += (out.empty() ? "" : ",") + item;
        return out;
    }

    std::size_t addNode(const Node& node) {
        const std::size_t index = nodes_.size();
        nodes_.emplace_back();
        const glm::dmat4 before = parent_;
        parent_ = parent_ * glm::translate(glm::dmat4{1}, node.position * 0.001) * glm::mat4_cast(node.rotation);
        std::string json = "{\"name\":\"" + node.name + '"';
        if (node.position != dvec3{0})
            json += std::format(",\"translation\":[{},{},{}]", metres(node.position.x), metres(node.position.y),
                                metres(node.position.z));
        const glm::quat q(node.rotation);
        if (node.rotation != glm::dquat{1, 0, 0, 0}) json += std::format(",\"rotation\":[{},{},{},{}]", q.x, q.y, q.z, q.w);
        if (node.body && !node.body->parts.empty()) {
            json += ",\"mesh\":" + std::to_string(addMesh(node.body));
            countInstance(*node.body);
        }
        if (!node.children.empty()) {
            std::string list;
            for (const Node& child : node.children) list += (list.empty() ? "" : ",") + std::to_string(addNode(child));
            json += ",\"children\":[" + list + ']';
        }
        nodes_[index] = json + '}';
        parent_ = before;
        return index;
    }

    static float metres(double millimetres) { return static_cast<float>(millimetres * 0.001); }

    void countInstance(const Body& body) {
        const Extent& e = extents_.at(&body);
        size_.instances += 1;
        size_.triangles += e.triangles;
        for (int i = 0; i < 8; ++i) {
            const glm::dvec4 corner{i & 1 ? e.low.x : e.high.x, i & 2 ? e.low.y : e.high.y, i & 4 ? e.low.z : e.high.z, 1};
            const dvec3 p = dvec3(parent_ * corner);
            size_.low = glm::min(size_.low, p);
            size_.high = glm::max(size_.high, p);
        }
    }

    std::size_t addMesh(const BodyRef& body) {
        if (const auto found = meshOf_.find(body.get()); found != meshOf_.end()) return found->second;
        std::map<Material, Triangles> byMaterial;
        for (const Part& part : body->parts) {
            Triangles& into = byMaterial[part.material];
            const Triangles more = tessellate(part);
            const auto base = static_cast<std::uint32_t>(into.positions.size());
            into.positions.insert(into.positions.end(), more.positions.begin(), more.positions.end());
            into.normals.insert(into.normals.end(), more.normals.begin(), more.normals.end());
            for (const std::uint32_t i : more.indices) into.indices.push_back(base + i);
        }
        Extent extent;
        std::string primitives;
        for (const auto& [material, triangles] : byMaterial) {
            if (triangles.indices.empty())
                throw Standard_Failure(std::format("the {} of {} has no triangles", lookOf(material).name, body->name).c_str());
            extent.triangles += triangles.indices.size() / 3;
            primitives += (primitives.empty() ? "" : ",") + addPrimitive(triangles, material, extent);
        }
        size_.uniqueTriangles += extent.triangles;
        extents_[body.get()] = extent;
        meshes_.push_back("{\"name\":\"" + body->name + "\",\"primitives\":[" + primitives + "]}");
        return meshOf_[body.get()] = meshes_.size() - 1;
    }

    struct Extent {
        dvec3 low{1e30}, high{-1e30};
        std::size_t triangles = 0;
    };

    std::string addPrimitive(const Triangles& triangles, Material material, Extent& extent) {
        glm::vec3 low{1e30f}, high{-1e30f};
        for (const glm::vec3 p : triangles.positions) {
            low = glm::min(low, p);
            high = glm::max(high, p);
        }
        extent.low = glm::min(extent.low, dvec3(low));
        extent.high = glm::max(extent.high, dvec3(high));
        const std::size_t count = triangles.positions.size();
        const std::size_t position =
            addAccessor(triangles.positions.data(), count * 12, 5126, count, "VEC3", 34962,
                        std::format(",\"min\":[{},{},{}],\"max\":[{},{},{}]", low.x, low.y, low.z, high.x, high.y, high.z));
        const std::size_t normal = addAccessor(triangles.normals.data(), count * 12, 5126, count, "VEC3", 34962, "");
        std::size_t indices = 0;
        if (count <= 65535) {
            const std::vector<std::uint16_t> shorts(triangles.indices.begin(), triangles.indices.end());
            indices = addAccessor(shorts.data(), shorts.size() * 2, 5123, shorts.size(), "SCALAR", 34963, "");
        } else {
            indices = addAccessor(triangles.indices.data(), triangles.indices.size() * 4, 5125, triangles.indices.size(), "SCALAR",
                                  34963, "");
        }
        return std::format("{{\"attributes\":{{\"POSITION\":{},\"NORMAL\":{}}},\"indices\":{},\"material\":{}}}", position, normal,
                           indices, addMaterial(material));
    }

    std::size_t addAccessor(const void* data, std::size_t bytes, int type, std::size_t count, const char* shape, int target,
                            const std::string& more) {
        while (bytes_.size() % 4 != 0) bytes_ += '\0';
        views_.push_back(
            std::format("{{\"buffer\":0,\"byteOffset\":{},\"byteLength\":{},\"target\":{}}}", bytes_.size(), bytes, target));
        bytes_.append(static_cast<const char*>(data), bytes);
        while (bytes_.size() % 4 != 0) bytes_ += '\0';
        accessors_.push_back(std::format("{{\"bufferView\":{},\"componentType\":{},\"count\":{},\"type\":\"{}\"{}}}",
                                         views_.size() - 1, type, count, shape, more));
        return accessors_.size() - 1;
    }

    std::size_t addMaterial(Material material) {
        if (const auto found = materialOf_.find(material); found != materialOf_.end()) return found->second;
        const Look& look = lookOf(material);
        const auto& c = look.baseColour;
        std::string json =
            std::format("{{\"name\":\"{}\",\"pbrMetallicRoughness\":{{\"baseColorFactor\":[{},{},{},{}],\"metallicFactor\":{},"
                        "\"roughnessFactor\":{}}}",
                        look.name, c[0], c[1], c[2], c[3], look.metallic, look.roughness);
        const auto& e = look.emissive;
        if (e[0] + e[1] + e[2] > 0) json += std::format(",\"emissiveFactor\":[{:.4f},{:.4f},{:.4f}]", e[0], e[1], e[2]);
        if (c[3] < 1) json += ",\"alphaMode\":\"BLEND\"";
        if (look.doubleSided) json += ",\"doubleSided\":true";
        materials_.push_back(json + '}');
        return materialOf_[material] = materials_.size() - 1;
    }

    std::vector<std::string> nodes_, meshes_, materials_, accessors_, views_;
    std::string bytes_;
    std::map<const Body*, std::size_t> meshOf_; // looked up only, never walked: its order may differ from run to run
    std::map<const Body*, Extent> extents_;
    std::map<Material, std::size_t> materialOf_;
    glm::dmat4 parent_{1};
    std::size_t rootNode_ = 0;
    Size size_;
};

} // namespace

Size writeGlb(const Model& model, const std::filesystem::path& folder) {
    GlbFile file;
    file.addNodes(model.root);
    return file.write(folder / (model.name + ".glb"));
}

} // namespace millwright::assets
