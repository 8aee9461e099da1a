#include <millwright/cad/import.hpp>
#include <millwright/core/json_writer.hpp>

#include <format>

namespace millwright::cad {

namespace {

/// `12 345 678`: thousands apart, for people.
std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, " ");
    return text;
}

void vector(JsonWriter& json, std::string_view name, glm::vec3 v) {
    json.key(name).beginArray();
    for (int i = 0; i < 3; ++i) json.value(static_cast<double>(v[i]));
    json.endArray();
}

double instanceRatio(const ImportReport& report) {
    return report.uniqueTriangles > 0 ? static_cast<double>(report.triangles) / static_cast<double>(report.uniqueTriangles) : 1;
}

} // namespace

std::string toJson(const ImportReport& report) {
    JsonWriter json;
    json.beginObject();
    json.field("file", report.file).field("format", report.format).field("unit", report.unit).field("upAxis", report.upAxis);
    json.field("unitFromFile", report.unitFromFile).field("upAxisFromFile", report.upAxisFromFile);
    json.field("nodes", report.nodes).field("parts", report.parts).field("instances", report.instances);
    json.field("uniqueTriangles", report.uniqueTriangles).field("triangles", report.triangles).field("vertices", report.vertices);
    json.field("instanceRatio", instanceRatio(report)).field("meshesShared", report.meshesShared).field("faces", report.faces);
    json.field("materials", report.materials).field("colours", report.colours).field("images", report.images);
    json.field("texturesMissing", report.texturesMissing);
    json.key("bounds").beginObject();
    vector(json, "min", report.bounds.min);
    vector(json, "max", report.bounds.max);
    json.endObject();
    json.key("repaired").beginObject();
    json.field("degenerateTriangles", report.repaired.degenerateTriangles);
    json.field("brokenTriangles", report.repaired.brokenTriangles).field("normalsMade", report.repaired.normalsMade);
    json.field("transformsReset", report.repaired.transformsReset);
    json.field("danglingReferences", report.repaired.danglingReferences);
    json.endObject();
    json.key("dropped").beginArray();
    for (const auto& [what, count, why] : report.dropped)
        json.beginObject().field("what", what).field("count", count).field("why", why).endObject();
    json.endArray();
    json.key("warnings").beginArray();
    for (const auto& [code, message] : report.warnings)
        json.beginObject().field("code", code).field("message", message).endObject();
    json.endArray();
    json.key("stages").beginArray();
    for (const auto& [stage, seconds, peakBytes] : report.stages)
        json.beginObject().field("stage", stage).field("seconds", seconds).field("peakBytes", peakBytes).endObject();
    json.endArray();
    json.field("seconds", report.seconds).field("peakBytes", report.peakBytes);
    json.endObject();
    return json.text();
}

std::string toTable(const ImportReport& report) {
    std::string text;
    const auto line = [&](std::string_view name, std::string value) { text += std::format("{:<12}{}\n", name, value); };
    const glm::vec3 size = report.bounds.size();
    text += report.file + "\n";
    line("format", report.format);
    line("unit", report.unit + (report.unitFromFile ? "" : " (not in the file)"));
    line("up axis", report.upAxis + (report.upAxisFromFile ? "" : " (not in the file)"));
    line("nodes", grouped(report.nodes));
    line("parts", std::format("{}, placed {} times", grouped(report.parts), grouped(report.instances)));
    line("triangles", std::format("{} stored, {} drawn ({:.1f} times)", grouped(report.uniqueTriangles), grouped(report.triangles),
                                  instanceRatio(report)));
    if (report.faces > 0) line("faces", grouped(report.faces));
    line("materials",
         std::format("{}, {} colours, {} images", grouped(report.materials), grouped(report.colours), grouped(report.images)));
    line("size", std::format("{:.3f} x {:.3f} x {:.3f} m (x, y up, z)", size.x, size.y, size.z));
    line("from", std::format("{:.3f}, {:.3f}, {:.3f} m", report.bounds.min.x, report.bounds.min.y, report.bounds.min.z));
    line("to", std::format("{:.3f}, {:.3f}, {:.3f} m", report.bounds.max.x, report.bounds.max.y, report.bounds.max.z));
    line("took", std::format("{:.2f} s, {} MiB at most", report.seconds, grouped(report.peakBytes >> 20)));
    for (const auto& [stage, seconds, peakBytes] : report.stages)
        line("", std::format("{:<22} {:8.2f} s {:>8} MiB", stage, seconds, grouped(peakBytes >> 20)));
    for (const auto& [what, count, why] : report.dropped) line("dropped", std::format("{} {}: {}", grouped(count), what, why));
    for (const auto& [code, message] : report.warnings) text += std::format("warning     {} [{}]\n", message, code);
    return text;
}

} // namespace millwright::cad
