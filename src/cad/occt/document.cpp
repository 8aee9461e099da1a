#include "cad/occt/document.hpp"

#include "cad/occt/progress.hpp"
#include "cad/occt/properties.hpp"

#include <assimp/Exceptional.h>

#include <BRepTools.hxx>
#include <BRep_Builder.hxx>
#include <IGESCAFControl_Reader.hxx>
#include <IGESData_GlobalSection.hxx>
#include <IGESData_IGESModel.hxx>
#include <Interface_Check.hxx>
#include <Message.hxx>
#include <Message_Messenger.hxx>
#include <Message_Printer.hxx>
#include <STEPCAFControl_Reader.hxx>
#include <TColStd_SequenceOfAsciiString.hxx>
#include <TCollection_HAsciiString.hxx>
#include <TDF_Tool.hxx>
#include <TopoDS_Shape.hxx>
#include <XCAFDoc_DocumentTool.hxx>
#include <XCAFDoc_ShapeTool.hxx>
#include <XSControl_WorkSession.hxx>
#include <algorithm>
#include <array>

namespace millwright::cad {

namespace {

/// OpenCASCADE's complaints, into the report.
class Complaints : public Message_Printer {
public:
    explicit Complaints(Findings& findings) : findings_{findings} {}
    [[nodiscard]] const std::string& first() const { return first_; }

protected:
    void send(const TCollection_AsciiString& text, const Message_Gravity gravity) const override {
        if (gravity < Message_Warning) return;
        std::string line{text.ToCString()};
        std::ranges::replace_if(line, [](unsigned char c) { return c < ' '; }, ' ');
        while (line.ends_with(' ')) line.pop_back();
        line.erase(0, std::min(line.find_first_not_of("* "), line.size()));
        if (line.empty()) return;
        line = utf8(line);
        if (first_.empty()) first_ = line;
        findings_.warn("reader", "the reader says: {}", line);
    }

private:
    Findings& findings_;
    mutable std::string first_;
};

/// While it lives, nothing else is told what OpenCASCADE says.
class Listening {
public:
    explicit Listening(Findings& findings) : complaints_{new Complaints{findings}} {
        const Handle(Message_Messenger)& messenger = Message::DefaultMessenger();
        messenger->ChangePrinters().Clear();
        messenger->AddPrinter(complaints_);
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() { Message::DefaultMessenger()->RemovePrinter(complaints_); }
    /// `: ` and what was complained about first, or nothing.
    [[nodiscard]] std::string reason() const { return complaints_->first().empty() ? "" : ": " + complaints_->first(); }

private:
    Handle(Complaints) complaints_;
};

void openStage(ReadContext& context, const char* stage, double fraction) {
    context.stages.begin(stage);
    context.options.progress(fraction, stage);
}

/// Length units of STEP files by the names they give them (ISO 10303-41), metres.
double stepUnit(std::string name) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::pair<std::string_view, double> units[]{{"millimetre", 0.001}, {"millimeter", 0.001}, {"mm", 0.001},
                                                          {"metre", 1},          {"meter", 1},          {"m", 1},
                                                          {"centimetre", 0.01},  {"centimeter", 0.01},  {"inch", 0.0254},
                                                          {"in", 0.0254},        {"'inch'", 0.0254},    {"foot", 0.3048},
                                                          {"micrometre", 1e-6},  {"micrometer", 1e-6},  {"decimetre", 0.1},
                                                          {"mile", 1609.344},    {"kilometre", 1000},   {"kilometer", 1000},
                                                          {"yard", 0.9144},      {"mil", 2.54e-5}};
    for (const auto& [known, metres] : units)
        if (name == known) return metres;
    return 0;
}

void readStepUnit(STEPControl_Reader& reader, ExactDocument& result, Findings& findings) {
    TColStd_SequenceOfAsciiString lengths;
    TColStd_SequenceOfAsciiString angles;
    TColStd_SequenceOfAsciiString solidAngles;
    reader.FileUnits(lengths, angles, solidAngles);
    for (int i = 1; i <= lengths.Length(); ++i) {
        const std::string name{lengths.Value(i).ToCString()};
        const double metres = stepUnit(name);
        if (metres <= 0) continue;
        if (!result.unitFromFile)
            result.metresPerUnit = metres;
        else if (metres != result.metresPerUnit)
            findings.warn("units-mixed", "the file mixes units of length, {} among them; each is read as what it is", utf8(name));
        result.unitFromFile = true;
    }
    if (result.unitFromFile) return;
    // A unit without a known name still has a factor, which OpenCASCADE has applied: sizes are right, only its name is not known.
    result.unitFromFile = lengths.Length() > 0;
}

void readStep(const std::filesystem::path& path, ReadContext& context, const Listening& listening, ExactDocument& result) {
    STEPCAFControl_Reader reader;
    reader.SetColorMode(Standard_True);
    reader.SetNameMode(Standard_True);
    reader.SetLayerMode(Standard_True);
    reader.SetPropsMode(Standard_False); // validation properties: for checking translators
    reader.SetMatMode(Standard_True);
    reader.SetSHUOMode(Standard_True);
    reader.SetGDTMode(Standard_False);
    reader.SetViewMode(Standard_False);
    openStage(context, "reading STEP", 0.01);
    if (reader.ReadFile(path.c_str()) != IFSelect_RetDone)
        throw DeadlyImportError("it is not a STEP file, or broken" + listening.reason());
    readStepUnit(reader.ChangeReader(), result, context.findings);
    openStage(context, "translating", 0.2);
    const Handle(PartOfProgress) progress = new PartOfProgress{context.options.progress, "translating", 0.2, 0.4};
    if (!reader.Transfer(result.document, progress->Start()))
        throw DeadlyImportError("it holds no shapes that can be read" + listening.reason());
    stepProperties(reader, result);
    for (NCollection_DataMap<TCollection_AsciiString, Handle(STEPCAFControl_ExternFile)>::Iterator i{reader.ExternFiles()};
         i.More(); i.Next())
        result.metadata.emplace_back("external file", utf8(i.Key().ToCString()));
}

void readIges(const std::filesystem::path& path, ReadContext& context, const Listening& listening, ExactDocument& result) {
    IGESCAFControl_Reader reader;
    reader.SetColorMode(Standard_True);
    reader.SetNameMode(Standard_True);
    reader.SetLayerMode(Standard_True);
    openStage(context, "reading IGES", 0.01);
    if (reader.ReadFile(path.c_str()) != IFSelect_RetDone)
        throw DeadlyImportError("it is not an IGES file, or broken" + listening.reason());
    const auto model = Handle(IGESData_IGESModel)::DownCast(reader.Model());
    if (!model.IsNull()) {
        const IGESData_GlobalSection& head = model->GlobalSection();
        const double metres = head.UnitValue() * 0.001; // millimetres, whatever OpenCASCADE is set to
        if (metres > 0) {
            result.metresPerUnit = metres;
            result.unitFromFile = true;
        }
        const auto note = [&](const char* key, const Handle(TCollection_HAsciiString) & text) {
            if (!text.IsNull() && text->Length() > 0) result.metadata.emplace_back(key, utf8(text->ToCString()));
        };
        note("author", head.AuthorName());
        note("organisation", head.CompanyName());
        note("originating system", head.SystemId());
    }
    openStage(context, "translating", 0.2);
    const Handle(PartOfProgress) progress = new PartOfProgress{context.options.progress, "translating", 0.2, 0.4};
    if (!reader.Transfer(result.document, progress->Start()))
        throw DeadlyImportError("it holds no shapes that can be read" + listening.reason());
}

void readBrep(const std::filesystem::path& path, ReadContext& context, ExactDocument& result) {
    openStage(context, "reading BREP", 0.01);
    TopoDS_Shape shape;
    if (!BRepTools::Read(shape, path.c_str(), BRep_Builder{}) || shape.IsNull())
        throw DeadlyImportError("it is not a BREP file, or broken");
    XCAFDoc_DocumentTool::ShapeTool(result.document->Main())->AddShape(shape, Standard_False);
}

} // namespace

std::string entryOf(const TDF_Label& label) {
    TCollection_AsciiString entry;
    TDF_Tool::Entry(label, entry);
    return entry.ToCString();
}

std::string utf8(std::string_view text) {
    std::string good;
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t more = byte < 0x80                   ? 0
                                 : byte >= 0xC2 && byte < 0xE0 ? 1
                                 : byte >= 0xE0 && byte < 0xF0 ? 2
                                 : byte >= 0xF0 && byte < 0xF5 ? 3
                                                               : 9;
        bool whole = more < 9 && i + more < text.size();
        for (std::size_t k = 1; whole && k <= more; ++k) whole = (static_cast<unsigned char>(text[i + k]) & 0xC0u) == 0x80u;
        if (whole) {
            if (byte >= ' ') good += text.substr(i, more + 1);
            i += more + 1;
        } else {
            good += static_cast<char>(0xC0u | byte >> 6);
            good += static_cast<char>(0x80u | (byte & 0x3Fu));
            ++i;
        }
    }
    return good;
}

ExactDocument readExactDocument(const std::filesystem::path& path, const std::string& format, ReadContext& context) {
    const Listening listening{context.findings};
    ExactDocument result;
    result.document = new TDocStd_Document{"BinXCAF"};
    XCAFDoc_ShapeTool::SetAutoNaming(Standard_False);
    XCAFDoc_DocumentTool::Set(result.document->Main(), Standard_False);
    if (format == "step" || format == "stp")
        readStep(path, context, listening, result);
    else if (format == "iges" || format == "igs")
        readIges(path, context, listening, result);
    else
        readBrep(path, context, result);
    return result;
}

} // namespace millwright::cad
