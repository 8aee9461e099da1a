#include <millwright/core/spelling.hpp>
#include <millwright/render/picture.hpp>
#include <millwright/ui/camera.hpp>

#include <algorithm>
#include <app/open.hpp>
#include <app/picture.hpp>
#include <app/section.hpp>
#include <app/view/surveyor.hpp>
#include <charconv>
#include <format>
#include <future>

namespace millwright::app {
namespace {

constexpr std::uint32_t largestSide = 16384;

/// Pixels an em: as large on every size of picture, but never too small to read.
float labelHeight(gpu::Extent picture) {
    return std::max(11.0f, static_cast<float>(picture.height) / 50);
}

std::unexpected<std::vector<Error>> oneProblem(Error error) {
    return std::unexpected(std::vector{std::move(error)});
}

struct Prepared {
    std::unique_ptr<gpu::Device> device;
    std::unique_ptr<render::Renderer> renderer;
};

Result<Prepared> prepare(const StudioOptions& options) {
    auto device = gpu::Device::create({.gpu = options.gpu});
    if (!device) return std::unexpected(device.error());
    auto renderer = render::Renderer::create(
        **device, {.quality = options.quality, .sceneBytes = std::uint64_t{options.memoryMebibytes} << 20});
    if (!renderer) return std::unexpected(renderer.error());
    return Prepared{std::move(*device), std::move(*renderer)};
}

} // namespace

Result<gpu::Extent> parseSize(std::string_view text, gpu::Extent least) {
    gpu::Extent size;
    const char* end = text.data() + text.size();
    const auto [afterWidth, widthError] = std::from_chars(text.data(), end, size.width);
    if (widthError != std::errc{} || afterWidth == end || *afterWidth != 'x')
        return failure(ErrorCode::Malformed, std::format("'{}' is not a size; write it as 1920x1080", text));
    const auto [afterHeight, heightError] = std::from_chars(afterWidth + 1, end, size.height);
    if (heightError != std::errc{} || afterHeight != end)
        return failure(ErrorCode::Malformed, std::format("'{}' is not a size; write it as 1920x1080", text));
    if (size.width < least.width || size.height < least.height || size.width > largestSide || size.height > largestSide)
        return failure(ErrorCode::OutOfRange, std::format("'{0}': it must be at least {1}x{2} and at most {3}x{3} pixels", text,
                                                          least.width, least.height, largestSide));
    return size;
}

std::string reducedText(const render::MemoryUse& use) {
    if (!use.reduced) return {};
    constexpr double mebi = 1 << 20;
    return std::format("detail is reduced: this view wants {:.1f} MiB of geometry, and there is room for {:.1f} (--memory)",
                       static_cast<double>(use.wantedBytes) / mebi, static_cast<double>(use.roomBytes) / mebi);
}

void writeMemoryUse(JsonWriter& json, const render::MemoryUse& use) {
    json.key("geometry")
        .beginObject()
        .field("roomBytes", use.roomBytes)
        .field("residentBytes", use.residentBytes)
        .field("wantedBytes", use.wantedBytes)
        .field("allBytes", use.allBytes)
        .field("detailReduced", use.reduced)
        .endObject();
}

Result<void> namesPng(const std::filesystem::path& file) {
    const std::string extension = file.extension().string();
    if (extension.empty() || extension == ".png" || extension == ".PNG") return {};
    return failure(ErrorCode::Unsupported,
                   std::format("pictures are written as PNG, not as '{}': end the name with .png", extension), file.string());
}

Result<const plant::Camera*> chooseCamera(const plant::Plant& plant, std::string_view name) {
    if (name.empty() && plant.cameras.empty()) return nullptr;
    const std::string_view wanted =
        name.empty() ? (plant.defaultCamera.empty() ? plant.cameras.front().id : plant.defaultCamera) : name;
    if (const plant::Camera* camera = plant.findCamera(wanted)) return camera;
    std::vector<std::string_view> known;
    for (const plant::Camera& other : plant.cameras) known.push_back(other.id);
    return failure(ErrorCode::NotFound, std::format("the plant has no camera '{}'{}", wanted, didYouMean(wanted, known)),
                   plant.name);
}

std::expected<Studio, std::vector<Error>> Studio::open(const plant::Plant& plant, const StudioOptions& options,
                                                       const Progress& progress) {
    Studio studio;
    studio.plant_ = &plant;
    studio.size_ = options.size;
    auto preparing =
        std::async(std::launch::async, [&] { return prepare(options); }); // drivers take as long as models in the cache
    auto scene = twin::PlantScene::load(plant, progress);
    auto prepared = preparing.get();
    if (!prepared) return oneProblem(prepared.error());
    if (!scene) return std::unexpected(scene.error());
    studio.device_ = std::move(prepared->device);
    studio.renderer_ = std::move(prepared->renderer);
    studio.scene_ = std::make_unique<twin::PlantScene>(std::move(*scene));
    studio.lookedAt_ = std::make_unique<LookedAt>(plant, *studio.scene_);
    progress(1, "uploading");
    if (auto uploaded = studio.renderer_->setScene(studio.scene_->scene(), studio.scene_->geometry()); !uploaded)
        return oneProblem(uploaded.error());
    return studio;
}

Result<render::View> Studio::view(std::string_view name) const {
    const double aspect = static_cast<double>(size_.width) / size_.height;
    const auto camera = chooseCamera(*plant_, name);
    if (!camera) return std::unexpected(camera.error());
    if (!*camera) return render::fitView(lookedAt_->bounds(), aspect);
    return render::lookAt((*camera)->eye, (*camera)->target, ui::framingFov((*camera)->verticalFov, aspect), aspect);
}

Result<std::span<const render::Label>> Studio::labels(const render::View& view, std::span<const render::NodeState> nodes,
                                                      std::span<const render::SectionPlane> sections,
                                                      std::span<const std::uint8_t> kept) {
    const auto all = scene_->labels();
    const auto place = [this](const twin::SceneLabel& label) {
        return label.position + glm::dvec3{lookedAt_->offsets()[scene_->nodeOf(label.equipment)]};
    };
    SightQuestion question{.eye = view.eye, .marks = {}, .poses = posesOf(nodes, sections)};
    for (const twin::SceneLabel& label : all) question.marks.push_back({place(label), label.equipment});
    Surveyor surveyor{*plant_, *scene_};
    surveyor.ask(question);
    surveyor.wait();
    std::vector<std::uint8_t> seen = surveyor.takeSight().value_or(std::vector<std::uint8_t>(all.size(), 1));
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!isLeft(sections, question.marks[i].position) || (!kept.empty() && kept[scene_->nodeOf(all[i].equipment)] == 0))
            seen[i] = 0;
    return labels_.arrange(all, view, size_, *renderer_, {.height = labelHeight(size_), .seen = seen, .place = place});
}

Result<gpu::Pixels> Studio::picture(const twin::Frame* frame, std::string_view camera, const Look& look) {
    lookedAt_->explode(look.explode);
    const auto looking = view(camera);
    if (!looking) return std::unexpected(looking.error());
    if (frame) scene_->update(*frame);
    const Floor floor = floorOf(*plant_, *scene_);
    auto sections = parseSections(look.sections, scene_->bounds(noEquipment));
    if (!sections) return std::unexpected(sections.error());
    render::DrawOptions options{
        .groundHeight = floor.height, .gridSpacing = floor.gridSpacing, .edges = look.edges, .sections = std::move(*sections)};
    std::vector<std::uint8_t> kept;
    for (const std::string& part : look.xray)
        if (auto marked = markParts(*plant_, *scene_, part, kept); !marked) return std::unexpected(marked.error());
    if (!options.sections.empty()) {
        lookedAt_->findSolids();
        lookedAt_->wait();
    }
    const auto nodes = lookedAt_->nodes({.cut = !options.sections.empty(), .kept = kept});
    if (look.labels && frame && !scene_->labels().empty()) {
        const auto arranged = labels(*looking, nodes, options.sections, kept);
        if (!arranged) return std::unexpected(arranged.error());
        options.labels = *arranged;
        options.labelHeight = labelHeight(size_);
    }
    auto drawn = render::renderPicture(*device_, *renderer_, *looking, nodes,
                                       {.size = size_, .quality = renderer_->quality(), .draw = options});
    if (!drawn) return std::unexpected(drawn.error());
    // Only there when somebody asked for validation (MILLWRIGHT_VALIDATION=1), and then nothing may be amiss.
    if (const auto messages = device_->validationMessages(); !messages.empty())
        return failure(ErrorCode::Device,
                       std::format("{} Vulkan validation messages, the first: {}", messages.size(), messages.front().text));
    return std::move(drawn->pixels);
}

} // namespace millwright::app
