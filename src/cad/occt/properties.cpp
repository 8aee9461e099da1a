#include "cad/occt/properties.hpp"

#include <APIHeaderSection_MakeHeader.hxx>
#include <STEPCAFControl_Reader.hxx>
#include <StepBasic_MeasureValueMember.hxx>
#include <StepBasic_MeasureWithUnit.hxx>
#include <StepBasic_Product.hxx>
#include <StepBasic_ProductDefinition.hxx>
#include <StepBasic_ProductDefinitionFormation.hxx>
#include <StepData_StepModel.hxx>
#include <StepRepr_CharacterizedDefinition.hxx>
#include <StepRepr_DescriptiveRepresentationItem.hxx>
#include <StepRepr_IntegerRepresentationItem.hxx>
#include <StepRepr_MeasureRepresentationItem.hxx>
#include <StepRepr_ProductDefinitionShape.hxx>
#include <StepRepr_PropertyDefinition.hxx>
#include <StepRepr_PropertyDefinitionRepresentation.hxx>
#include <StepRepr_Representation.hxx>
#include <StepRepr_RepresentedDefinition.hxx>
#include <StepRepr_ValueRepresentationItem.hxx>
#include <TCollection_HAsciiString.hxx>
#include <TopoDS_Shape.hxx>
#include <TransferBRep.hxx>
#include <Transfer_TransientProcess.hxx>
#include <XSControl_TransferReader.hxx>
#include <XSControl_WorkSession.hxx>
#include <format>

namespace millwright::cad {

namespace {

std::string textOf(const Handle(TCollection_HAsciiString) & text) {
    if (text.IsNull()) return {};
    std::string plain = utf8(text->ToCString());
    while (plain.ends_with(' ')) plain.pop_back();
    plain.erase(0, plain.find_first_not_of(' '));
    return plain == "/NULL" || plain == "$" ? std::string{} : plain;
}

void note(scene::Metadata& metadata, const char* key, const std::string& value) {
    if (!value.empty()) metadata.emplace_back(key, value);
}

/// Where a product definition ended up in the document.
class Products {
public:
    explicit Products(const STEPCAFControl_Reader& reader)
        : labels_{reader.GetShapeLabelMap()}, process_{reader.Reader().WS()->TransferReader()->TransientProcess()} {}

    [[nodiscard]] std::string entry(const Handle(StepBasic_ProductDefinition) & product) const {
        if (product.IsNull()) return {};
        const Handle(Transfer_Binder) binder = process_->Find(product);
        if (binder.IsNull()) return {};
        const TopoDS_Shape shape = TransferBRep::ShapeResult(binder);
        TDF_Label label;
        if (shape.IsNull() || !labels_.Find(shape, label)) return {};
        return entryOf(label);
    }

private:
    const XCAFDoc_DataMapOfShapeLabel& labels_;
    Handle(Transfer_TransientProcess) process_;
};

void identity(const Handle(StepBasic_ProductDefinition) & definition, scene::Metadata& metadata) {
    const Handle(StepBasic_ProductDefinitionFormation) version = definition->Formation();
    if (version.IsNull() || version->OfProduct().IsNull()) return;
    const Handle(StepBasic_Product) product = version->OfProduct();
    note(metadata, "part number", textOf(product->Id()));
    note(metadata, "part name", textOf(product->Name()));
    note(metadata, "description", textOf(product->Description()));
    note(metadata, "version", textOf(version->Id()));
}

/// The product that a property is said of, itself or through its shape.
Handle(StepBasic_ProductDefinition) subject(const Handle(StepRepr_PropertyDefinition) & property) {
    const StepRepr_CharacterizedDefinition of = property->Definition();
    if (!of.ProductDefinition().IsNull()) return of.ProductDefinition();
    const Handle(StepRepr_ProductDefinitionShape) shape = of.ProductDefinitionShape();
    return shape.IsNull() ? Handle(StepBasic_ProductDefinition){} : shape->Definition().ProductDefinition();
}

void values(const Handle(StepRepr_Representation) & representation, const std::string& property, scene::Metadata& metadata) {
    constexpr std::size_t mostEntries = 200;
    for (int i = 1; i <= representation->NbItems() && metadata.size() < mostEntries; ++i) {
        const Handle(StepRepr_RepresentationItem) item = representation->ItemsValue(i);
        if (item.IsNull()) continue;
        std::string key = textOf(item->Name());
        if (key.empty()) key = property;
        if (key.empty()) continue;
        if (const auto text = Handle(StepRepr_DescriptiveRepresentationItem)::DownCast(item); !text.IsNull())
            note(metadata, key.c_str(), textOf(text->Description()));
        else if (const auto whole = Handle(StepRepr_IntegerRepresentationItem)::DownCast(item); !whole.IsNull())
            note(metadata, key.c_str(), std::to_string(whole->Value()));
        else if (const auto measure = Handle(StepRepr_MeasureRepresentationItem)::DownCast(item);
                 !measure.IsNull() && !measure->Measure().IsNull())
            note(metadata, key.c_str(), std::format("{}", measure->Measure()->ValueComponent()));
        else if (const auto value = Handle(StepRepr_ValueRepresentationItem)::DownCast(item);
                 !value.IsNull() && !value->ValueComponentMember().IsNull())
            note(metadata, key.c_str(), std::format("{}", value->ValueComponentMember()->Real()));
    }
}

void header(const Handle(StepData_StepModel) & model, scene::Metadata& metadata) {
    const APIHeaderSection_MakeHeader head{model};
    if (head.HasFs() && head.NbSchemaIdentifiers() > 0) note(metadata, "schema", textOf(head.SchemaIdentifiersValue(1)));
    if (!head.HasFn()) return;
    note(metadata, "time stamp", textOf(head.TimeStamp()));
    if (head.NbAuthor() > 0) note(metadata, "author", textOf(head.AuthorValue(1)));
    if (head.NbOrganization() > 0) note(metadata, "organisation", textOf(head.OrganizationValue(1)));
    note(metadata, "originating system", textOf(head.OriginatingSystem()));
}

} // namespace

void stepProperties(const STEPCAFControl_Reader& reader, ExactDocument& result) {
    const Handle(StepData_StepModel) model = reader.Reader().StepModel();
    header(model, result.metadata);
    const Products products{reader};
    for (int i = 1; i <= model->NbEntities(); ++i) {
        const Handle(Standard_Transient)& entity = model->Value(i);
        if (const auto product = Handle(StepBasic_ProductDefinition)::DownCast(entity); !product.IsNull()) {
            if (const std::string entry = products.entry(product); !entry.empty()) identity(product, result.properties[entry]);
        } else if (const auto link = Handle(StepRepr_PropertyDefinitionRepresentation)::DownCast(entity); !link.IsNull()) {
            const Handle(StepRepr_PropertyDefinition) property = link->Definition().PropertyDefinition();
            if (property.IsNull() || link->UsedRepresentation().IsNull()) continue;
            const std::string name = textOf(property->Name());
            // Figures for checking a translation, and what is read elsewhere.
            if (name.find("validation property") != std::string::npos || name.starts_with("material property")) continue;
            if (const std::string entry = products.entry(subject(property)); !entry.empty())
                values(link->UsedRepresentation(), name, result.properties[entry]);
        }
    }
}

} // namespace millwright::cad
