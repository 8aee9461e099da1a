#include <millwright/core/json_writer.hpp>
#include <millwright/core/png.hpp>
#include <millwright/render/picture.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/commands/bench.hpp>
#include <app/open.hpp>
#include <app/picture.hpp>
#include <cmath>
#include <format>
#include <map>
#include <numbers>

/// A walk through a hall full of production lines, all copies of one plant's: many machines, most of them behind others.
namespace millwright::app {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::string plant = "assets/plants/battery";
    std::string size = "1280x720";
    std::string gpu;
    std::string quality = "auto";
    std::uint32_t memoryMebibytes = 0;
    std::string output;
    double millionTriangles = 200;
    std::uint32_t steps = 4;
    bool json = false;
};

constexpr double eyeHeight = 1.6;    // metres above the floor
constexpr double floorBelow = 0.005; // metres: the hall's floor below those of its lines
constexpr double verticalFov = 60 * std::numbers::pi / 180;

/// Lines stand in a grid of bays, `columns` of them end to end along x, rows along z; the bay of column 0 and row 0 is the
/// plant as it is.
struct Grid {
    scene::Aabb bay; ///< around one line with its part of the hall
    std::uint32_t lines = 1;
    std::uint32_t columns = 1;

    [[nodiscard]] std::uint32_t rows() const { return (lines + columns - 1) / columns; }
    [[nodiscard]] glm::dvec3 origin(std::uint32_t line) const {
        return {double{bay.size().x} * (line % columns), 0, double{bay.size().z} * (line / columns)};
    }
    /// A place by column and row, where whole numbers are the corners of bays, and height above the floor.
    [[nodiscard]] glm::dvec3 at(double column, double height, double row) const {
        return {bay.min.x + column * bay.size().x, height, bay.min.z + row * bay.size().z};
    }
};

/// Wide enough for as many lines as make up the triangles, about square.
Grid gridFor(const twin::PlantScene& line, double triangles) {
    Grid grid{.bay = line.bounds(noEquipment)};
    const double each = static_cast<double>(line.scene().triangles());
    grid.lines = static_cast<std::uint32_t>(std::max(1.0, std::round(triangles / std::max(1.0, each))));
    const double shape = double{grid.bay.size().z} / std::max(0.1, double{grid.bay.size().x});
    grid.columns =
        static_cast<std::uint32_t>(std::clamp(std::round(std::sqrt(grid.lines * shape)), 1.0, static_cast<double>(grid.lines)));
    return grid;
}

/// The plant's equipment once for every line, below an equipment of the line's own; nothing moves.
plant::Plant hallOf(const plant::Plant& plant, const Grid& grid) {
    plant::Plant hall;
    hall.id = hall.name = "hall";
    hall.folder = plant.folder;
    for (std::uint32_t line = 0; line < grid.lines; ++line) {
        const auto root = static_cast<std::uint32_t>(hall.equipment.size());
        plant::Equipment own;
        own.id = own.path = own.name = std::format("line-{}", line + 1);
        own.placement.position = grid.origin(line);
        hall.equipment.push_back(own);
        for (const plant::Equipment& source : plant.equipment) {
            plant::Equipment& copy = hall.equipment.emplace_back(source);
            copy.signals.clear();
            copy.path = own.path + "/" + source.path;
            copy.parent = static_cast<EquipmentIndex>(root + (source.parent == noEquipment ? 0 : index(source.parent) + 1));
        }
    }
    return hall;
}

/// As the scene has them, without the walls that would stand between one row of lines and the next.
std::vector<render::NodeState> withoutInnerWalls(const twin::PlantScene& scene, const Grid& grid) {
    std::vector<render::NodeState> nodes{scene.nodes().begin(), scene.nodes().end()};
    const float inner = grid.bay.min.z + 0.5f * grid.bay.size().z; // walls of the first row stand at its back, before this
    const auto& all = scene.scene().nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const bool divides = all[i].name == "wall" || all[i].name == "sign";
        const bool below = all[i].parent != scene::none && !nodes[all[i].parent].visible;
        if (below || (divides && nodes[i].worldFromNode[3].z > inner)) nodes[i].visible = false;
    }
    return nodes;
}

/// A place to look from.
struct Station {
    std::string name;
    glm::dvec3 eye{0};
    glm::dvec3 target{0};
};

/// At walking height along an aisle past six lines' machines, across the rows between two columns, and back along another aisle.
std::vector<Station> walk(const Grid& grid) {
    constexpr double aisle = 0.86; // of a bay's depth: where people walk
    const double column = std::floor(grid.columns / 2.0), row = std::max(0.0, std::floor(grid.rows() / 2.0) - 3);
    std::vector<std::pair<double, double>> places; // column, row
    for (int i = 0; i < 10; ++i) places.emplace_back(column - 1 + 0.2 * i, row + aisle);
    for (int i = 0; i < 6; ++i) places.emplace_back(column + 0.945, row + aisle + 0.45 * (i + 1));
    for (int i = 0; i < 8; ++i) places.emplace_back(column + 0.9 - 0.2 * i, row + 3 + aisle);
    std::vector<Station> stations;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto [c, r] = places[i];
        const auto [nextC, nextR] = i + 1 < places.size() ? places[i + 1] : std::pair{2 * c - places[i - 1].first, r};
        const glm::dvec3 eye = grid.at(c, eyeHeight, r);
        const glm::dvec3 ahead = glm::normalize(grid.at(nextC, eyeHeight, nextR) - eye);
        // Every other look goes towards the machines, which are on the side of smaller z.
        const glm::dvec3 aside = i % 2 == 1 ? glm::dvec3{0, -0.02, -0.7} : glm::dvec3{0, 0.03, 0};
        stations.push_back({std::format("walk-{:02}", i + 1), eye, eye + ahead + aside});
    }
    return stations;
}

std::vector<Station> overviews(const Grid& grid) {
    const double columns = grid.columns, rows = grid.rows();
    const double across = glm::distance(grid.at(0, 0, 0), grid.at(columns, 0, rows));
    return {{"over-the-lines", grid.at(columns * 0.5, 14, rows * 0.5), grid.at(columns * 0.5 + 1.5, 0, rows * 0.5 - 3)},
            {"along-the-rows", grid.at(columns * 0.5, 25, rows * 0.75), grid.at(columns * 0.5, 0, 0)},
            {"from-the-corner", grid.at(-0.2, 30, rows + 0.5), grid.at(columns * 0.4, 0, rows * 0.5)},
            {"whole-hall", grid.at(-columns * 0.2, across * 0.4, rows * 1.2), grid.at(columns * 0.5, 0, rows * 0.45)}};
}

/// `steps` views from each station on to the next, the first of them at the station itself.
std::vector<Station> path(const std::vector<Station>& stations, std::uint32_t steps) {
    std::vector<Station> views;
    for (std::size_t i = 0; i < stations.size(); ++i) {
        views.push_back(stations[i]);
        for (std::uint32_t s = 1; s < steps && i + 1 < stations.size(); ++s) {
            const double t = static_cast<double>(s) / steps;
            views.push_back(
                {{}, glm::mix(stations[i].eye, stations[i + 1].eye, t), glm::mix(stations[i].target, stations[i + 1].target, t)});
        }
    }
    return views;
}

/// A floor from wall to wall, of the colour of the lines' own, and walls on the three sides that have none.
void enclose(scene::Scene& scene, const Grid& grid) {
    constexpr float thickness = 0.3f;
    const auto height = double{grid.bay.size().y};
    const double columns = grid.columns, rows = grid.rows();
    const auto add = [&](glm::dvec3 low, glm::dvec3 high, std::string_view name, const scene::Material& look) {
        scene::Mesh box;
        box.name = name;
        box.bounds = {glm::vec3{glm::min(low, high)}, glm::vec3{glm::max(low, high)}};
        const auto corner = [&](int i) {
            return glm::mix(box.bounds.min, box.bounds.max, glm::vec3{i & 1, i >> 1 & 1, i >> 2 & 1});
        };
        for (int axis = 0; axis < 3; ++axis) {
            for (const int side : {0, 1}) {
                const int u = 1 << (axis + 1) % 3, v = 1 << (axis + 2) % 3, at = side << axis;
                glm::vec3 normal{0};
                normal[axis] = side == 1 ? 1.0f : -1.0f;
                const auto first = static_cast<std::uint32_t>(box.vertices.size());
                for (const int i : {at, at + u, at + u + v, at + v})
                    box.vertices.push_back({.position = corner(i), .normal = normal});
                if (side == 0) std::swap(box.vertices[first + 1], box.vertices[first + 3]); // counter-clockwise from outside
                for (const std::uint32_t i : {0u, 1u, 2u, 0u, 2u, 3u}) box.indices.push_back(first + i);
            }
        }
        const auto node = static_cast<std::uint32_t>(scene.nodes.size());
        scene.instances.push_back(
            {node, static_cast<std::uint32_t>(scene.meshes.size()), static_cast<std::uint32_t>(scene.materials.size())});
        scene.nodes.push_back({.name = box.name});
        scene.meshes.push_back(std::move(box));
        scene.materials.push_back(look);
    };
    const auto floor = std::ranges::find(scene.materials, "floor-epoxy", &scene::Material::name);
    const scene::Material grey{.name = "floor", .baseColour = {0.55f, 0.58f, 0.6f, 1}};
    const scene::Material white{.name = "wall", .baseColour = {0.8f, 0.8f, 0.78f, 1}};
    add(grid.at(0, -0.2, 0), grid.at(columns, -floorBelow, rows), "floor", floor == scene.materials.end() ? grey : *floor);
    const glm::dvec3 out{thickness, 0, thickness};
    add(grid.at(0, 0, 0) - glm::dvec3{thickness, 0, 0}, grid.at(0, height, rows), "left wall", white);
    add(grid.at(columns, 0, 0), grid.at(columns, height, rows) + glm::dvec3{thickness, 0, 0}, "right wall", white);
    add(grid.at(0, 0, rows) - glm::dvec3{thickness, 0, 0}, grid.at(columns, height, rows) + out, "front wall", white);
}

struct Figures {
    std::vector<double> milliseconds;
    std::vector<double> drawnTriangles;
    std::uint64_t triangles = 0;
    std::map<std::string, std::vector<double>> passes; ///< milliseconds of each frame by GPU timestamps; "cpu": of recording
};

class Walker {
public:
    Walker(gpu::Device& device, render::Renderer& renderer, std::span<const render::NodeState> nodes, const Options& options,
           gpu::Extent size)
        : device_{device}, renderer_{renderer}, nodes_{nodes}, options_{options}, size_{size} {}

    /// Draws every view, measured after the first few; pictures of those with a name. Errors: Device, Unreadable, Cancelled.
    Result<Figures> go(const std::vector<Station>& views, const Progress& progress) {
        Figures figures;
        constexpr std::uint32_t warmUp = 3; // pipelines are made and memory is touched
        for (std::size_t i = 0; i < views.size(); ++i) {
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped on the way through the hall");
            progress(static_cast<double>(i) / static_cast<double>(views.size()), "walking");
            const auto picture = draw(views[i], i == 0 ? 1 + warmUp : 1);
            if (!picture) return std::unexpected(picture.error());
            figures.milliseconds.push_back(picture->frameMilliseconds.back());
            figures.drawnTriangles.push_back(static_cast<double>(picture->timings.back().drawnTriangles));
            figures.triangles = picture->timings.back().sceneTriangles;
            const auto& timings = picture->timings.back();
            for (std::size_t p = 0; p < timings.passCount; ++p)
                figures.passes[timings.passes[p].name].push_back(timings.passes[p].milliseconds);
            figures.passes["cpu"].push_back(timings.cpuMilliseconds);
            if (options_.output.empty() || views[i].name.empty()) continue;
            const fs::path file = fs::path{options_.output} / (views[i].name + ".png");
            if (auto written = writePng(file, size_.width, size_.height, picture->pixels.rgba); !written)
                return std::unexpected(written.error());
        }
        return figures;
    }

private:
    Result<render::Picture> draw(const Station& station, std::uint32_t frames) {
        const render::View view =
            render::lookAt(station.eye, station.target, verticalFov, static_cast<double>(size_.width) / size_.height);
        return render::renderPicture(device_, renderer_, view, nodes_,
                                     {.size = size_,
                                      .quality = renderer_.quality(),
                                      .draw = {.groundHeight = -10 * floorBelow, .grid = false},
                                      .frames = frames});
    }

    gpu::Device& device_;
    render::Renderer& renderer_;
    std::span<const render::NodeState> nodes_;
    const Options& options_;
    gpu::Extent size_;
};

void write(JsonWriter& json, std::string_view name, const Figures& figures) {
    json.key(name)
        .beginObject()
        .field("frames", figures.milliseconds.size())
        .field("medianMs", quantile(figures.milliseconds, 0.5))
        .field("p99Ms", quantile(figures.milliseconds, 0.99))
        .field("medianDrawnTriangles", quantile(figures.drawnTriangles, 0.5));
    json.key("frameMs").beginArray();
    for (const double ms : figures.milliseconds) json.value(ms);
    json.endArray();
    json.key("passMedianMs").beginObject();
    for (const auto& [pass, milliseconds] : figures.passes) json.field(pass, quantile(milliseconds, 0.5));
    json.endObject().endObject();
}

ExitStatus benchHall(const Options& options) {
    const auto size = parseSize(options.size);
    if (!size) return fail(size.error());
    const auto quality = render::parseQuality(options.quality);
    if (!quality) return fail(quality.error());
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    ProgressBar bar{"bench hall"};
    const plant::Plant one = hallOf(*plant, {.bay = {glm::vec3{0}, glm::vec3{0}}});
    const auto line = twin::PlantScene::load(one, bar.progress());
    if (!line) return fail(line.error());
    const Grid grid = gridFor(*line, options.millionTriangles * 1e6);
    const plant::Plant hall = hallOf(*plant, grid);
    auto scene = twin::PlantScene::load(hall, bar.progress());
    if (!scene) return fail(scene.error());
    scene->extend([&](scene::Scene& all) { enclose(all, grid); });
    const std::vector<render::NodeState> nodes = withoutInnerWalls(*scene, grid);

    auto device = gpu::Device::create({.gpu = options.gpu});
    if (!device) return fail(device.error());
    auto renderer =
        render::Renderer::create(**device, {.quality = *quality, .sceneBytes = std::uint64_t{options.memoryMebibytes} << 20});
    if (!renderer) return fail(renderer.error());
    if (auto uploaded = (*renderer)->setScene(scene->scene(), scene->geometry()); !uploaded) return fail(uploaded.error());
    std::error_code failed;
    if (!options.output.empty() && (fs::create_directories(options.output, failed), failed))
        return fail(Error{ErrorCode::Unreadable, "the folder cannot be made: " + failed.message(), options.output});

    Walker walker{**device, **renderer, nodes, options, *size};
    const auto walked = walker.go(path(walk(grid), options.steps), bar.progress());
    if (!walked) return fail(walked.error());
    const auto seen = walker.go(overviews(grid), bar.progress());
    if (!seen) return fail(seen.error());
    JsonWriter json;
    json.beginObject()
        .field("what", "hall")
        .field("device", (*device)->description().name)
        .field("plant", options.plant)
        .field("size", options.size)
        .field("quality", render::describe((*renderer)->quality()))
        .field("lines", grid.lines)
        .field("triangles", walked->triangles)
        .field("uniqueTriangles", scene->scene().uniqueTriangles())
        .field("medianMs", quantile(walked->milliseconds, 0.5))
        .field("p99Ms", quantile(walked->milliseconds, 0.99));
    write(json, "walk", *walked);
    write(json, "overviews", *seen);
    json.field("peakBytes", peakResidentBytes());
    writeMemoryUse(json, (*renderer)->memoryUse());
    json.endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchHall(CLI::App& bench, Run& run) {
    CLI::App* command = bench.add_subcommand("hall", "Walk through a hall of 200 million triangles, made of copies of a plant");
    command->footer("Example: millwright bench hall --triangles 20 -o out/hall");
    auto options = std::make_shared<Options>();
    command->add_option("--plant", options->plant, "The plant whose lines fill the hall")->capture_default_str();
    command->add_option("--triangles", options->millionTriangles, "About how many, in millions")
        ->check(CLI::Range(0.1, 10'000.0))
        ->capture_default_str();
    command->add_option("--steps", options->steps, "Frames from one of the 24 stations of the walk to the next")
        ->check(CLI::Range(1u, 1000u))
        ->capture_default_str();
    command->add_option("-o,--output", options->output, "Folder for a picture from each station and of each overview");
    command->add_option("--size", options->size, "Width and height in pixels")->capture_default_str();
    command->add_option("--gpu", options->gpu, "Index or part of the name of a GPU, as `millwright doctor` lists them");
    command->add_option("--quality", options->quality, "auto, low, medium or high")->capture_default_str();
    command
        ->add_option("--memory", options->memoryMebibytes,
                     "MiB of GPU memory for the model and its textures; with too little, detail is left out; default: four fifths "
                     "of what there is")
        ->check(CLI::Range(1u, 1u << 24));
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchHall(*options); }; });
}

} // namespace millwright::app
