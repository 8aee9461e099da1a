#include "cad/occt/assembly.hpp"

#include <NCollection_DataMap.hxx>
#include <Quantity_ColorRGBA.hxx>
#include <TColStd_HSequenceOfExtendedString.hxx>
#include <TCollection_HAsciiString.hxx>
#include <TDF_ChildIterator.hxx>
#include <TDF_LabelSequence.hxx>
#include <TDataStd_Name.hxx>
#include <TDataStd_TreeNode.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopTools_ShapeMapHasher.hxx>
#include <TopoDS.hxx>
#include <XCAFDoc.hxx>
#include <XCAFDoc_ColorTool.hxx>
#include <XCAFDoc_DocumentTool.hxx>
#include <XCAFDoc_GraphNode.hxx>
#include <XCAFDoc_LayerTool.hxx>
#include <XCAFDoc_MaterialTool.hxx>
#include <XCAFDoc_ShapeTool.hxx>
#include <algorithm>
#include <map>

namespace millwright::cad {

namespace {

std::string nameOf(const TDF_Label& label) {
    Handle(TDataStd_Name) name;
    if (!label.FindAttribute(TDataStd_Name::GetID(), name)) return {};
    std::string text(static_cast<std::size_t>(name->Get().LengthOfCString()), '\0');
    auto* data = text.data();
    name->Get().ToUTF8CString(data);
    text = utf8(text);
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

/// Names that CAD systems make up for placings ("NAUO12", "*DIT36", "7") say less than the product's.
bool isGeneric(std::string_view name) {
    if (name.starts_with("NAUO")) name.remove_prefix(4);
    return name.empty() || name.starts_with('*') || name.starts_with("=>") || name == "NONE" ||
           name.find_first_not_of("0123456789 ") == std::string_view::npos;
}

std::optional<Colour> colourOf(const TDF_Label& label) {
    Quantity_ColorRGBA colour;
    for (const XCAFDoc_ColorType type : {XCAFDoc_ColorSurf, XCAFDoc_ColorGen}) {
        if (!XCAFDoc_ColorTool::GetColor(label, type, colour)) continue;
        double r = 0, g = 0, b = 0;
        colour.GetRGB().Values(r, g, b, Quantity_TOC_sRGB);
        return Colour{static_cast<float>(r), static_cast<float>(g), static_cast<float>(b), colour.Alpha()};
    }
    return {};
}

class Unfolding {
public:
    Unfolding(const ExactDocument& document, ReadContext& context)
        : document_{document},
          context_{context},
          shapes_{XCAFDoc_DocumentTool::ShapeTool(document.document->Main())},
          layers_{XCAFDoc_DocumentTool::LayerTool(document.document->Main())} {}

    ExactAssembly run(const std::string& fileName) {
        TDF_LabelSequence roots;
        shapes_->GetFreeShapes(roots);
        if (roots.Length() != 1) assembly_.nodes.push_back({.name = fileName});
        for (const TDF_Label& root : roots) {
            TDF_LabelSequence path;
            path.Append(root);
            place(path, 0, {});
            if (assembly_.nodes.size() == 1 && isGeneric(assembly_.nodes[0].name)) assembly_.nodes[0].name = fileName;
        }
        if (!assembly_.nodes.empty()) {
            auto& metadata = assembly_.nodes[0].metadata;
            metadata.insert(metadata.end(), document_.metadata.begin(), document_.metadata.end());
        }
        return std::move(assembly_);
    }

private:
    void place(TDF_LabelSequence& path, std::size_t parent, std::optional<Colour> inherited);
    void describe(const TDF_Label& placed, const TDF_Label& product, ExactNode& node);
    [[nodiscard]] bool isShown(const TDF_Label& label);
    [[nodiscard]] std::optional<Colour> overriddenColour(const TDF_LabelSequence& path);
    std::size_t part(const TDF_Label& product);

    const ExactDocument& document_;
    ReadContext& context_;
    Handle(XCAFDoc_ShapeTool) shapes_;
    Handle(XCAFDoc_LayerTool) layers_;
    ExactAssembly assembly_;
    std::map<std::string, std::size_t> partOf_; ///< by entry
};

bool Unfolding::isShown(const TDF_Label& label) {
    if (!XCAFDoc_ColorTool::IsVisible(label)) return false;
    TDF_LabelSequence layers;
    if (!layers_->GetLayers(label, layers)) return true;
    return std::all_of(layers.begin(), layers.end(), [&](const TDF_Label& layer) { return layers_->IsVisible(layer); });
}

/// The colour that some assembly above gives to this one placing, by its path from there (STEP: SHUO, over-riding styles).
std::optional<Colour> Unfolding::overriddenColour(const TDF_LabelSequence& path) {
    for (int first = 1; first < path.Length(); ++first) {
        TDF_AttributeSequence any;
        if (!XCAFDoc_ShapeTool::GetAllComponentSHUO(path.Value(first), any)) continue;
        TDF_LabelSequence part;
        for (int i = first; i <= path.Length(); ++i) part.Append(path.Value(i));
        Handle(XCAFDoc_GraphNode) node;
        if (!XCAFDoc_ShapeTool::FindSHUO(part, node)) continue;
        if (auto colour = colourOf(node->Label())) return colour;
    }
    return {};
}

void Unfolding::describe(const TDF_Label& placed, const TDF_Label& product, ExactNode& node) {
    const std::string placedName = placed == product ? std::string{} : nameOf(placed);
    const std::string productName = nameOf(product);
    node.name = isGeneric(placedName) ? productName : placedName;
    if (const auto known = document_.properties.find(entryOf(product)); known != document_.properties.end())
        node.metadata = known->second;
    else if (!productName.empty() && productName != node.name)
        node.metadata.emplace_back("part name", productName);
    if (node.name.empty()) node.name = productName;
    std::string names;
    for (const TDF_Label& label : {placed, product}) {
        const Handle(TColStd_HSequenceOfExtendedString) layers = layers_->GetLayers(label);
        if (layers.IsNull() || (label == product && placed == product && !names.empty())) continue;
        for (int i = 1; i <= layers->Length(); ++i) {
            std::string layer(static_cast<std::size_t>(layers->Value(i).LengthOfCString()), '\0');
            auto* data = layer.data();
            layers->Value(i).ToUTF8CString(data);
            names += (names.empty() ? "" : ", ") + utf8(layer);
        }
    }
    if (!names.empty()) node.metadata.emplace_back("layer", names);
    Handle(TDataStd_TreeNode) material;
    if (!product.FindAttribute(XCAFDoc::MaterialRefGUID(), material) || !material->HasFather()) return;
    Handle(TCollection_HAsciiString) name, description, densityName, densityType;
    double density = 0;
    if (!XCAFDoc_MaterialTool::GetMaterial(material->Father()->Label(), name, description, density, densityName, densityType))
        return;
    if (!name.IsNull() && name->Length() > 0) node.metadata.emplace_back("material", utf8(name->ToCString()));
    if (density > 0) node.metadata.emplace_back("density", std::format("{} g/cm3", density));
}

void Unfolding::place(TDF_LabelSequence& path, std::size_t parent, std::optional<Colour> inherited) {
    constexpr int deepest = 200; // also what ends a file whose products contain themselves
    const TDF_Label placed = path.Last();
    TDF_Label product = placed;
    if (XCAFDoc_ShapeTool::IsReference(placed)) XCAFDoc_ShapeTool::GetReferredShape(placed, product);
    if (path.Length() > deepest) return;
    if (!isShown(placed) || !isShown(product)) {
        ++context_.exact.hiddenParts;
        return;
    }
    const std::size_t index = assembly_.nodes.size();
    ExactNode node{.parent = index == 0 ? 0 : parent};
    describe(placed, product, node);
    if (product != placed) node.parentFromNode = XCAFDoc_ShapeTool::GetLocation(placed).Transformation();
    for (const TDF_Label& label : {product, placed})
        if (auto colour = colourOf(label)) inherited = colour;
    if (auto colour = overriddenColour(path)) inherited = colour;
    if (XCAFDoc_ShapeTool::IsAssembly(product)) {
        assembly_.nodes.push_back(std::move(node));
        TDF_LabelSequence components;
        XCAFDoc_ShapeTool::GetComponents(product, components);
        for (const TDF_Label& component : components) {
            path.Append(component);
            place(path, index, inherited);
            path.Remove(path.Length());
        }
        return;
    }
    node.part = part(product);
    node.colour = inherited;
    assembly_.nodes.push_back(std::move(node));
}

/// Of the labels below a part, those of bodies first: a face's own colour is put over its body's.
std::vector<std::pair<TopoDS_Shape, Colour>> colouredPieces(const TDF_Label& product) {
    std::vector<std::pair<TopoDS_Shape, Colour>> pieces;
    TDF_LabelSequence labels;
    XCAFDoc_ShapeTool::GetSubShapes(product, labels);
    for (const TDF_Label& label : labels)
        if (const auto colour = colourOf(label)) pieces.emplace_back(XCAFDoc_ShapeTool::GetShape(label), *colour);
    std::ranges::stable_sort(pieces, {}, [](const auto& piece) { return piece.first.ShapeType(); });
    return pieces;
}

std::size_t Unfolding::part(const TDF_Label& product) {
    const auto [known, isNew] = partOf_.emplace(entryOf(product), assembly_.parts.size());
    if (!isNew) return known->second;
    ExactPart& part = assembly_.parts.emplace_back();
    part.name = nameOf(product);
    part.shape = XCAFDoc_ShapeTool::GetShape(product);
    part.groups.emplace_back();
    if (part.shape.IsNull()) return known->second;
    NCollection_DataMap<TopoDS_Shape, Colour, TopTools_ShapeMapHasher> colours;
    for (const auto& [piece, colour] : colouredPieces(product))
        if (piece.ShapeType() <= TopAbs_FACE)
            for (TopExp_Explorer face{piece, TopAbs_FACE}; face.More(); face.Next()) colours.Bind(face.Current(), colour);
    std::map<Colour, std::size_t> groupOf;
    TopTools_IndexedMapOfShape faces;
    TopExp::MapShapes(part.shape, TopAbs_FACE, faces);
    for (int i = 1; i <= faces.Extent(); ++i) {
        const TopoDS_Shape& face = faces(i);
        std::size_t group = 0;
        if (const Colour* colour = colours.Seek(face)) {
            const auto [found, fresh] = groupOf.emplace(*colour, part.groups.size());
            if (fresh) part.groups.push_back({*colour, {}});
            group = found->second;
        }
        part.groups[group].faces.push_back(TopoDS::Face(face));
    }
    std::erase_if(part.groups, [](const FaceGroup& group) { return group.faces.empty(); });
    for (TopExp_Explorer edge{part.shape, TopAbs_EDGE, TopAbs_FACE}; edge.More(); edge.Next()) ++context_.exact.looseEdges;
    context_.exact.faces += static_cast<std::uint64_t>(faces.Extent());
    return known->second;
}

} // namespace

ExactAssembly unfold(const ExactDocument& document, const std::string& fileName, ReadContext& context) {
    return Unfolding{document, context}.run(fileName);
}

} // namespace millwright::cad
