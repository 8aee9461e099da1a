#include <millwright/cad/open_cooked.hpp>
#include <millwright/core/json_writer.hpp>

#include <CLI/CLI.hpp>

#include <app/commands/bench.hpp>
#include <chrono>
#include <cstring>
#include <format>
#include <fstream>
#include <numbers>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace millwright::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// The standard case. The name of the kept model says what is in it; change the version with the generator.
constexpr std::uint32_t standardColumns = 2500, standardRows = 1000; ///< two triangles each
constexpr int standardVersion = 1;

struct Options {
    std::string model;
    unsigned passes = 3;
    unsigned opens = 9;
    unsigned frames = 3;
    bool json = false;
};

/// A cast ring: a torus with waves, ribs and pits of falling size, as dense everywhere as a scanned or finely meshed part. Metres.
glm::vec3 ringPoint(float s, float t) {
    constexpr float turn = 2 * std::numbers::pi_v<float>;
    const float a = s * turn, b = t * turn;
    const float ribs = std::max(0.0f, std::sin(24 * a)) > 0.7f ? 0.02f : 0.0f;
    const float waves = 0.02f * std::sin(7 * a + 3 * b) + 0.006f * std::sin(31 * a - 17 * b) + 0.001f * std::sin(211 * a + 97 * b);
    const float radius = 0.35f + ribs + waves;
    const glm::vec3 out{std::cos(a), 0, -std::sin(a)};
    return out * (1 + radius * std::cos(b)) + glm::vec3{0, radius * std::sin(b), 0};
}

/// Writes a closed grid as binary glTF: positions, normals, 32-bit indices. Errors: Unreadable.
Result<void> writeRing(const fs::path& path, std::uint32_t columns, std::uint32_t rows) {
    std::vector<glm::vec3> positions, normals;
    std::vector<std::uint32_t> indices;
    glm::vec3 low{1e9f}, high{-1e9f};
    for (std::uint32_t j = 0; j < rows; ++j) {
        for (std::uint32_t i = 0; i < columns; ++i) {
            const float s = static_cast<float>(i) / static_cast<float>(columns),
                        t = static_cast<float>(j) / static_cast<float>(rows);
            const glm::vec3 p = ringPoint(s, t);
            const glm::vec3 along = ringPoint(s + 1e-4f, t) - p, around = ringPoint(s, t + 1e-4f) - p;
            positions.push_back(p);
            normals.push_back(glm::normalize(glm::cross(along, around)));
            low = glm::min(low, p);
            high = glm::max(high, p);
            const std::uint32_t a = j * columns + i, b = j * columns + (i + 1) % columns;
            const std::uint32_t c = (j + 1) % rows * columns + i, d = (j + 1) % rows * columns + (i + 1) % columns;
            indices.insert(indices.end(), {a, b, d, a, d, c});
        }
    }
    const std::size_t vertexBytes = positions.size() * sizeof(glm::vec3), indexBytes = indices.size() * sizeof(std::uint32_t);
    std::string json = std::format(
        R"({{"asset":{{"version":"2.0"}},"scene":0,"scenes":[{{"nodes":[0]}}],"nodes":[{{"name":"ring","mesh":0}}],)"
        R"("meshes":[{{"name":"ring","primitives":[{{"attributes":{{"POSITION":0,"NORMAL":1}},"indices":2}}]}}],"accessors":[)"
        R"({{"bufferView":0,"componentType":5126,"count":{0},"type":"VEC3","min":[{4},{5},{6}],"max":[{7},{8},{9}]}},)"
        R"({{"bufferView":1,"componentType":5126,"count":{0},"type":"VEC3"}},)"
        R"({{"bufferView":2,"componentType":5125,"count":{1},"type":"SCALAR"}}],"bufferViews":[)"
        R"({{"buffer":0,"byteOffset":0,"byteLength":{2}}},{{"buffer":0,"byteOffset":{2},"byteLength":{2}}},)"
        R"({{"buffer":0,"byteOffset":{10},"byteLength":{3}}}],"buffers":[{{"byteLength":{11}}}]}})",
        positions.size(), indices.size(), vertexBytes, indexBytes, low.x, low.y, low.z, high.x, high.y, high.z, vertexBytes * 2,
        vertexBytes * 2 + indexBytes);
    json.resize((json.size() + 3) / 4 * 4, ' ');
    const auto binaryBytes = static_cast<std::uint32_t>(vertexBytes * 2 + indexBytes);
    const auto jsonBytes = static_cast<std::uint32_t>(json.size());
    const fs::path beside = path.string() + ".part";
    {
        std::ofstream file{beside, std::ios::binary};
        const auto word = [&](std::uint32_t value) { file.write(reinterpret_cast<const char*>(&value), sizeof value); };
        const auto bytes = [&](const auto& items) {
            file.write(reinterpret_cast<const char*>(items.data()), static_cast<std::streamsize>(items.size() * sizeof(items[0])));
        };
        for (const std::uint32_t value : {0x46546C67u, 2u, 12 + 8 + jsonBytes + 8 + binaryBytes, jsonBytes, 0x4E4F534Au})
            word(value);
        bytes(json);
        word(binaryBytes);
        word(0x004E4942u);
        bytes(positions);
        bytes(normals);
        bytes(indices);
        if (!file.flush())
            return failure(ErrorCode::Unreadable, "the benchmark's model cannot be written: is the disk full?", beside.string());
    }
    std::error_code failed;
    fs::rename(beside, path, failed);
    if (failed) return failure(ErrorCode::Unreadable, "cannot be written: " + failed.message(), path.string());
    return {};
}

/// The standard model; made on first use.
Result<fs::path> standardModel() {
    std::error_code failed;
    const fs::path folder = fs::temp_directory_path(failed) / "millwright-bench";
    fs::create_directories(folder, failed);
    if (failed)
        return failure(ErrorCode::Unreadable, "cannot make the folder for benchmark models: " + failed.message(), folder.string());
    const fs::path model = folder / std::format("ring-{}x{}-v{}.glb", standardColumns, standardRows, standardVersion);
    if (fs::exists(model, failed)) return model;
    if (auto ok = writeRing(model, standardColumns, standardRows); !ok) return std::unexpected(ok.error());
    return model;
}

/// Deleted with all in it on leaving scope.
struct TemporaryFolder {
    fs::path path = fs::temp_directory_path() / std::format("millwright-bench-cache-{}", Clock::now().time_since_epoch().count());
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

struct Figures {
    std::vector<double> firstMs, readMs, importMs, cookMs, openMs, firstFrameMs;
    std::uint64_t triangles = 0, parts = 0, importPeakBytes = 0, entryBytes = 0;
};

/// Adds one first opening, import and all.
Result<void> openFirst(const fs::path& model, const fs::path& cache, Progress progress, Figures& figures) {
    cad::OpenOptions options;
    options.cache.folder = cache;
    options.progress = std::move(progress);
    const auto opened = cad::openCooked(model, options);
    if (!opened) return std::unexpected(opened.error());
    const cad::ImportReport& report = opened->report();
    double import = 0, cook = 0;
    for (const cad::ImportStage& stage : report.stages) {
        if (stage.stage == "cooking")
            cook += stage.seconds;
        else
            import += stage.seconds;
    }
    figures.firstMs.push_back(report.seconds * 1000);
    figures.importMs.push_back(import * 1000);
    figures.cookMs.push_back(cook * 1000);
    figures.triangles = report.uniqueTriangles;
    figures.parts = report.parts;
    figures.importPeakBytes = std::max(figures.importPeakBytes, report.peakBytes);
    return {};
}

/// Adds what the importer library alone takes to read the file, large meshes too.
Result<void> readAlone(const fs::path& model, Figures& figures) {
    cad::ImportOptions options;
    options.assimpAlone = true;
    const auto import = cad::import(model, options);
    if (!import) return std::unexpected(import.error());
    double read = 0;
    for (const cad::ImportStage& stage : import->report.stages) { // exact formats have several before the scene is put together
        if (stage.stage == "preparing meshes") break;
        read += stage.seconds;
    }
    figures.readMs.push_back(read * 1000);
    return {};
}

/// Milliseconds that a `millwright render` of the model takes in a process of its own, from its start to its end: the picture is
/// drawn at the quality the device gets by itself, and written. Its caches are below `home`.
Result<double> renderOnce(const fs::path& model, const fs::path& home) {
    const std::string picture = home / "picture.png", cache = "XDG_CACHE_HOME=" + home.string();
    std::vector<std::string> words{"millwright", "render", model, "--output", picture, "--quality", "auto"};
    std::vector<char*> arguments, environment;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string own = cache;
    for (char** variable = environ; *variable; ++variable)
        if (!std::string_view{*variable}.starts_with("XDG_CACHE_HOME=")) environment.push_back(*variable);
    environment.insert(environment.end(), {own.data(), nullptr});
    const auto start = Clock::now();
    pid_t child = 0;
    if (const int error = ::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environment.data());
        error != 0)
        return failure(ErrorCode::Device, std::format("cannot start millwright again: {}", std::strerror(error)));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failure(ErrorCode::Device, "millwright render failed", model.string());
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Result<Figures> measure(const fs::path& model, const Options& options) {
    Figures figures;
    ProgressBar bar{"bench import"};
    for (unsigned pass = 0; pass < options.passes; ++pass) {
        const TemporaryFolder home;
        const fs::path cache = home.path / "millwright/cooked"; // where another process with this cache home looks
        if (auto ok = openFirst(model, cache, bar.progress(), figures); !ok) return std::unexpected(ok.error());
        if (auto ok = readAlone(model, figures); !ok) return std::unexpected(ok.error());
        if (pass + 1 < options.passes) continue;
        for (const auto& entry : fs::directory_iterator{cache}) figures.entryBytes += entry.file_size();
        cad::OpenOptions again;
        again.cache.folder = cache;
        for (unsigned i = 0; i < options.opens; ++i) {
            const auto start = Clock::now();
            const auto opened = cad::openCooked(model, again);
            if (!opened) return std::unexpected(opened.error());
            if (!opened->fromCache()) return failure(ErrorCode::Unreadable, "the cooked model could not be kept", cache.string());
            figures.openMs.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        }
        for (unsigned i = 0; i <= options.frames; ++i) { // the first makes the device's pipelines, which are kept as well
            const auto milliseconds = renderOnce(model, home.path);
            if (!milliseconds) return std::unexpected(milliseconds.error());
            if (i > 0) figures.firstFrameMs.push_back(*milliseconds);
        }
    }
    return figures;
}

ExitStatus benchImport(const Options& options) {
    const auto model = options.model.empty() ? standardModel() : Result<fs::path>{options.model};
    if (!model) return fail(model.error());
    const auto figures = measure(*model, options);
    if (!figures) return fail(figures.error());
    const double cookMs = quantile(figures->cookMs, 0.5), readMs = quantile(figures->readMs, 0.5);
    JsonWriter json;
    json.beginObject()
        .field("what", "import")
        .field("device", std::format("{}, {} threads", processorName(), std::thread::hardware_concurrency()))
        .field("model", model->string())
        .field("medianMs", quantile(figures->firstMs, 0.5))
        .field("p99Ms", quantile(figures->firstMs, 0.99))
        .field("triangles", figures->triangles)
        .field("parts", figures->parts)
        .field("readMs", readMs)
        .field("importMs", quantile(figures->importMs, 0.5))
        .field("cookMs", cookMs)
        .field("cookTrianglesPerSecond", cookMs > 0 ? static_cast<double>(figures->triangles) / cookMs * 1000 : 0)
        .field("cookPerRead", readMs > 0 ? cookMs / readMs : 0)
        .field("openMs", quantile(figures->openMs, 0.5))
        .field("openP99Ms", quantile(figures->openMs, 0.99))
        .field("firstFrameMs", quantile(figures->firstFrameMs, 0.5))
        .field("entryBytes", figures->entryBytes)
        .field("importPeakBytes", figures->importPeakBytes)
        .field("peakBytes", peakResidentBytes())
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchImport(CLI::App& bench, Run& run) {
    CLI::App* command =
        bench.add_subcommand("import", "Import and cook a model (5 million triangles), then open it from the cache and draw it");
    command->footer("Example: millwright bench import models/robot.glb");
    auto options = std::make_shared<Options>();
    command->add_option("MODEL", options->model, "Another model file");
    command->add_option("--passes", options->passes, "How often it is imported and cooked")
        ->check(CLI::Range(1u, 100u))
        ->capture_default_str();
    command->add_option("--opens", options->opens, "How often it is opened from the cache")
        ->check(CLI::Range(1u, 1000u))
        ->capture_default_str();
    command
        ->add_option("--frames", options->frames, "How often it is opened from the cache by a new process, up to its first picture")
        ->check(CLI::Range(1u, 100u))
        ->capture_default_str();
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchImport(*options); }; });
}

} // namespace millwright::app
