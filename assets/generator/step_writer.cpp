#include "model.hpp"

#include <BRep_Builder.hxx>
#include <Message.hxx>
#include <Message_PrinterOStream.hxx>
#include <Quantity_ColorRGBA.hxx>
#include <STEPCAFControl_Writer.hxx>
#include <Standard_Failure.hxx>
#include <TDF_Label.hxx>
#include <TDataStd_Name.hxx>
#include <TDocStd_Document.hxx>
#include <TopLoc_Location.hxx>
#include <XCAFApp_Application.hxx>
#include <XCAFDoc_ColorTool.hxx>
#include <XCAFDoc_DocumentTool.hxx>
#include <XCAFDoc_ShapeTool.hxx>
#include <gp_Quaternion.hxx>
#include <gp_Trsf.hxx>
#include <map>

namespace millwright::assets {
namespace {

class StepDocument {
public:
    StepDocument() {
        XCAFApp_Application::GetApplication()->NewDocument("BinXCAF", document_);
        shapes_ = XCAFDoc_DocumentTool::ShapeTool(document_->Main());
        colours_ = XCAFDoc_DocumentTool::ColorTool(document_->Main());
        shapes_->SetAutoNaming(Standard_False);
    }

    /// The label of a node's product: its body where it has no children, else an assembly.
    TDF_Label product(const Node& node) {
        if (node.children.empty() && node.body) return bodyLabel(node.body);
        const TDF_Label assembly = shapes_->NewShape();
        name(assembly, node.name);
        if (node.body && !node.body->parts.empty())
            name(shapes_->AddComponent(assembly, bodyLabel(node.body), TopLoc_Location()), node.name);
        for (const Node& child : node.children) {
            if (!child.body && child.children.empty()) continue;
            gp_Trsf place;
            place.SetRotation(gp_Quaternion(child.rotation.x, child.rotation.y, child.rotation.z, child.rotation.w));
            place.SetTranslationPart(gp_Vec(child.position.x, child.position.y, child.position.z));
            name(shapes_->AddComponent(assembly, product(child), TopLoc_Location(place)), child.name);
        }
        return assembly;
    }

    void write(const Node& root, const std::filesystem::path& file) {
        const TDF_Label top = shapes_->NewShape();
        name(top, root.name);
        gp_Trsf zUp; // CAD's vertical is Z
        zUp.SetRotation(gp_Ax1(gp_Pnt(), gp_Dir(1, 0, 0)), M_PI / 2);
        name(shapes_->AddComponent(top, product(root), TopLoc_Location(zUp)), root.name);
        shapes_->UpdateAssemblies();
        STEPCAFControl_Writer writer;
        writer.SetNameMode(Standard_True);
        writer.SetColorMode(Standard_True);
        if (!writer.Transfer(document_, STEPControl_AsIs) || writer.Write(file.c_str()) != IFSelect_RetDone)
            throw Standard_Failure(("cannot write " + file.string()).c_str());
    }

private:
    static void name(const TDF_Label& label, const std::string& text) { TDataStd_Name::Set(label, text.c_str()); }

    TDF_Label bodyLabel(const BodyRef& body) {
        if (const auto found = labels_.find(body.get()); found != labels_.end()) return found->second;
        TopoDS_Compound compound;
        BRep_Builder builder;
        builder.MakeCompound(compound);
        for (const Part& part : body->parts) builder.Add(compound, part.shape);
        const TDF_Label label = shapes_->AddShape(compound, Standard_False);
        name(label, body->name);
        for (const Part& part : body->parts) {
            const auto& c = lookOf(part.material).baseColour;
            const Quantity_ColorRGBA colour(Quantity_Color(c[0], c[1], c[2], Quantity_TOC_RGB), static_cast<float>(c[3]));
            const TDF_Label sub = shapes_->AddSubShape(label, part.shape);
            if (!sub.IsNull()) colours_->SetColor(sub, colour, XCAFDoc_ColorSurf);
        }
        return labels_[body.get()] = label;
    }

    Handle(TDocStd_Document) document_;
    Handle(XCAFDoc_ShapeTool) shapes_;
    Handle(XCAFDoc_ColorTool) colours_;
    std::map<const Body*, TDF_Label> labels_;
};

} // namespace

void writeStep(const Model& model, const std::filesystem::path& folder) {
    Message::DefaultMessenger()->RemovePrinters(STANDARD_TYPE(Message_PrinterOStream)); // its progress report is noise here
    StepDocument().write(model.root, folder / (model.name + ".step"));
}

} // namespace millwright::assets
