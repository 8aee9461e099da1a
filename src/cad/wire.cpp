#include "cad/wire.hpp"

#include <charconv>
#include <cstring>
#include <utility>
#include <unistd.h>

namespace millwright::cad {

namespace {

enum class Kind : std::uint8_t { Failed = 1, Read = 2 };

template <typename T>
std::string toText(T value) {
    char buffer[64];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string{};
}

template <typename T>
bool fromText(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

bool writeAll(int descriptor, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

// Each list of fields serves both directions.

void fields(auto& wire, auto& warning)
    requires requires { warning.code; }
{
    wire.field(warning.code);
    wire.field(warning.message);
}

void fields(auto& wire, auto& stage)
    requires requires { stage.stage; }
{
    wire.field(stage.stage);
    wire.field(stage.seconds);
    wire.field(stage.peakBytes);
}

void fields(auto& wire, auto& drop)
    requires requires { drop.why; }
{
    wire.field(drop.what);
    wire.field(drop.count);
    wire.field(drop.why);
}

class Writer {
public:
    template <typename T>
        requires std::is_arithmetic_v<T>
    void field(const T& value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void field(const std::string& text) {
        field(static_cast<std::uint64_t>(text.size()));
        bytes_ += text;
    }
    template <typename T>
    void field(const std::vector<T>& items) {
        field(static_cast<std::uint64_t>(items.size()));
        for (const T& item : items) fields(*this, item);
    }
    [[nodiscard]] std::span<const std::byte> bytes() const { return std::as_bytes(std::span{bytes_}); }

private:
    std::string bytes_;
};

class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : rest_{bytes} {}

    template <typename T>
        requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
    void field(T& value) {
        const auto data = take(sizeof value);
        if (good_) std::memcpy(&value, data.data(), sizeof value);
    }
    void field(bool& value) {
        std::uint8_t byte = 0;
        field(byte);
        value = byte != 0;
    }
    void field(std::string& text) {
        std::uint64_t size = 0;
        field(size);
        const auto data = take(size);
        text.assign(reinterpret_cast<const char*>(data.data()), data.size());
    }
    template <typename T>
    void field(std::vector<T>& items) {
        std::uint64_t count = 0;
        field(count);
        for (std::uint64_t i = 0; i < count && good_; ++i) fields(*this, items.emplace_back());
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::span<const std::byte> rest() const { return rest_; }

private:
    std::span<const std::byte> take(std::uint64_t size) {
        if (!good_ || size > rest_.size()) {
            good_ = false;
            return {};
        }
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    std::span<const std::byte> rest_;
    bool good_ = true;
};

/// `seconds` and `peakBytes` are measured by the receiver and the worker's operating system.
void reportFields(auto& wire, auto& report) {
    wire.field(report.file);
    wire.field(report.format);
    wire.field(report.unit);
    wire.field(report.upAxis);
    wire.field(report.unitFromFile);
    wire.field(report.upAxisFromFile);
    for (auto* count :
         {&report.nodes, &report.parts, &report.instances, &report.uniqueTriangles, &report.triangles, &report.vertices,
          &report.materials, &report.images, &report.colours, &report.peakBytes, &report.faces, &report.meshesShared,
          &report.texturesMissing, &report.repaired.degenerateTriangles, &report.repaired.brokenTriangles,
          &report.repaired.normalsMade, &report.repaired.transformsReset, &report.repaired.danglingReferences})
        wire.field(*count);
    for (auto* corner : {&report.bounds.min, &report.bounds.max})
        for (int i = 0; i < 3; ++i) wire.field((*corner)[i]);
    wire.field(report.dropped);
    wire.field(report.warnings);
    wire.field(report.stages);
}

/// `answer` is const, or needed no longer.
Result<void> writeAny(int descriptor, auto&& answer) {
    const auto cannotWrite = [] {
        return failure(ErrorCode::ResourceLimit, "the imported model could not be handed over: no memory left");
    };
    Writer head;
    if (!answer) {
        head.field(static_cast<std::uint8_t>(Kind::Failed));
        head.field(static_cast<std::uint8_t>(answer.error().code));
        head.field(answer.error().message);
        head.field(answer.error().place);
        if (!writeAll(descriptor, head.bytes())) return cannotWrite();
        return {};
    }
    head.field(static_cast<std::uint8_t>(Kind::Read));
    reportFields(head, answer->report);
    if (!writeAll(descriptor, head.bytes())) return cannotWrite();
    if (!scene::serialise(std::forward_like<decltype(answer)>(answer->scene),
                          [&](std::span<const std::byte> part) { return writeAll(descriptor, part); }))
        return cannotWrite();
    return {};
}

} // namespace

std::vector<std::string> toArguments(const std::filesystem::path& path, const ImportOptions& options) {
    return {path.string(),
            options.metresPerUnit ? toText(*options.metresPerUnit) : "-",
            options.upAxis ? toText(static_cast<unsigned>(*options.upAxis)) : "-",
            toText(options.creaseAngle),
            options.textures ? "1" : "0",
            toText(options.limits.memoryBytes),
            toText(options.limits.time.count()),
            toText(options.tessellation.relative),
            options.tessellation.absoluteMetres ? toText(*options.tessellation.absoluteMetres) : "-",
            toText(options.tessellation.angle),
            options.assimpAlone ? "1" : "0"};
}

Result<Job> fromArguments(std::span<const char* const> arguments) {
    if (arguments.size() != 11)
        return failure(ErrorCode::Invalid, "this program is started by millwright to read a model; use `millwright import MODEL`");
    Job job{arguments[0], {}};
    bool good = true;
    if (std::string_view unit = arguments[1]; unit != "-") good = fromText(unit, job.options.metresPerUnit.emplace());
    if (std::string_view axis = arguments[2]; axis != "-") {
        unsigned value = 0;
        good = good && fromText(axis, value) && value <= 2;
        job.options.upAxis = static_cast<Axis>(value % 3);
    }
    std::chrono::seconds::rep seconds = 0;
    good = good && fromText(std::string_view{arguments[3]}, job.options.creaseAngle) &&
           fromText(std::string_view{arguments[5]}, job.options.limits.memoryBytes) &&
           fromText(std::string_view{arguments[6]}, seconds) &&
           fromText(std::string_view{arguments[7]}, job.options.tessellation.relative) &&
           fromText(std::string_view{arguments[9]}, job.options.tessellation.angle);
    if (std::string_view length = arguments[8]; length != "-")
        good = good && fromText(length, job.options.tessellation.absoluteMetres.emplace());
    if (!good) return failure(ErrorCode::Invalid, "the import worker was started with arguments it does not know");
    job.options.textures = std::string_view{arguments[4]} == "1";
    job.options.assimpAlone = std::string_view{arguments[10]} == "1";
    job.options.limits.time = std::chrono::seconds{seconds};
    return job;
}

Result<void> writeAnswer(int descriptor, const Result<Import>& answer) {
    return writeAny(descriptor, answer);
}

Result<void> writeAnswer(int descriptor, Result<Import>&& answer) {
    return writeAny(descriptor, std::move(answer));
}

Result<Import> readAnswer(std::span<const std::byte> bytes, const scene::BytesDone& done) {
    Reader reader{bytes};
    std::uint8_t kind = 0;
    reader.field(kind);
    if (kind == static_cast<std::uint8_t>(Kind::Failed)) {
        Error error;
        std::uint8_t code = 0;
        reader.field(code);
        reader.field(error.message);
        reader.field(error.place);
        error.code = static_cast<ErrorCode>(std::min<std::uint8_t>(code, static_cast<std::uint8_t>(ErrorCode::Cancelled)));
        if (reader.good()) return std::unexpected(error);
    }
    if (kind == static_cast<std::uint8_t>(Kind::Read)) {
        Import result;
        reportFields(reader, result.report);
        if (reader.good()) {
            auto scene = scene::deserialise(reader.rest(), done);
            if (!scene) return std::unexpected(scene.error());
            result.scene = std::move(*scene);
            return result;
        }
    }
    return failure(ErrorCode::Malformed, "the importer ended without a whole answer");
}

} // namespace millwright::cad
