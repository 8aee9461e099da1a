#include "render/detail_follower.hpp"
#include "render/edge_pass.hpp"
#include "render/features.hpp"
#include "render/frame_data.hpp"
#include "render/label_pass.hpp"
#include "render/pass.hpp"
#include "render/pick.hpp"
#include "render/scene_store.hpp"
#include "render/section_pass.hpp"
#include "render/shadow.hpp"

#include <millwright/render/renderer.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>

namespace millwright::render {

struct Renderer::Impl {
    gpu::Device& device;
    Quality quality = Quality::High;
    std::uint64_t sceneBytes = 0; ///< RenderSettings'
    gpu::PassClock clock;
    Picker picker;
    SceneStore store;
    std::unique_ptr<Residency> residency; ///< of `store`
    DetailFollower follower;
    Placement placement;
    Culling culling;
    ShadowMap shadow;
    Surfaces surfaces;
    SectionPass sections;
    SectionPick sectionPick;
    EdgePass edges;
    LabelPass labels;
    std::vector<Pipelines> pipelines; ///< few: one a kind of target
    std::vector<std::pair<std::pair<VkFormat, std::uint32_t>, gpu::Pipeline>> depthCopies;
    std::vector<GpuInstance> instances; ///< of this frame, all passes
    DrawList listed;                    ///< glass, and what is cut
    DrawList marked;
    DrawList picked;
    FrameTimings timings;
    std::uint32_t frameNumber = 0;

    [[nodiscard]] Result<const Pipelines*> pipelinesFor(VkFormat format, std::uint32_t views);
    [[nodiscard]] Result<const gpu::Pipeline*> depthCopyFor(VkFormat format, std::uint32_t views);
    [[nodiscard]] Result<void> check(const gpu::TargetImage& colour, std::span<const View> views, std::span<const NodeState> nodes,
                                     const DrawOptions& options, const gpu::TargetImage* depth) const;
    [[nodiscard]] Result<void> fitSections(const gpu::TargetImage& colour, const DrawOptions& options, GpuFrame& data);
    [[nodiscard]] Result<GpuPush> uploadFrame(gpu::FrameInFlight& frame, GpuFrame& data, float surfaceError);
    [[nodiscard]] Result<void> record(const Pass& pass, const gpu::TargetImage& colour, std::span<const View> views,
                                      const DrawOptions& options, const gpu::TargetImage* depth, const gpu::Pipeline* depthCopy);
    void readTimings();
    [[nodiscard]] Result<void> upload(const scene::Scene& scene);
    [[nodiscard]] Result<void> loadDetail(gpu::FrameInFlight& frame, const DrawOptions& options, std::span<const Frustum> seenBy,
                                          Detail detail);
};

namespace {

constexpr std::uint64_t leastGeometryBytes = 1 << 20;
constexpr double sectionNudge = 2e-6; // of the size of the scene: more than positions are rounded

Quality resolve(const gpu::Device& device, Quality quality) {
    if (quality != Quality::Auto) return quality;
    return device.isCpu() ? Quality::Low : Quality::High;
}

} // namespace

Renderer::Renderer(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Renderer::~Renderer() = default;

Result<std::unique_ptr<Renderer>> Renderer::create(gpu::Device& device, const RenderSettings& settings) {
    auto clock = gpu::PassClock::create(device, "render passes");
    if (!clock) return std::unexpected(clock.error());
    auto picker = Picker::create(device);
    if (!picker) return std::unexpected(picker.error());
    auto culling = Culling::create(device);
    if (!culling) return std::unexpected(culling.error());
    auto impl = std::unique_ptr<Impl>(new Impl{.device = device,
                                               .quality = resolve(device, settings.quality),
                                               .sceneBytes = settings.sceneBytes,
                                               .clock = std::move(*clock),
                                               .picker = std::move(*picker),
                                               .culling = std::move(*culling)});
    auto renderer = std::unique_ptr<Renderer>(new Renderer(std::move(impl)));
    if (auto done = renderer->setScene({}); !done) return std::unexpected(done.error());
    return renderer;
}

Result<void> Renderer::setScene(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked) {
    auto store = SceneStore::describe(scene, cooked);
    if (!store) return std::unexpected(store.error());
    impl_->residency.reset();
    impl_->store = {};
    impl_->device.waitIdle(); // so that the memory of the scene before is there for the new one
    impl_->store = std::move(*store);
    impl_->placement = {};
    impl_->follower = {};
    impl_->culling.reset();
    auto done = impl_->upload(scene);
    if (!done && !scene.meshes.empty()) (void)setScene({});
    return done;
}

Result<void> Renderer::Impl::upload(const scene::Scene& scene) {
    const std::uint64_t before = device.allocatedBytes();
    if (auto done = store.upload(device, scene); !done) return done;
    device.waitIdle(); // staging memory is no part of the scene
    const std::uint64_t textures = device.allocatedBytes() - before;
    const std::uint64_t others = sceneBytes > 0 ? 0 : before;
    const std::uint64_t budget = sceneBytes > 0 ? sceneBytes : device.memoryBudget() / 5 * 4;
    const std::uint64_t tables = store.meshes.size() * sizeof(GpuCullMesh) + store.detail.levels.size() * sizeof(GpuLevel);
    const std::uint64_t taken = textures + others + tables;
    if (budget < taken + leastGeometryBytes) {
        constexpr std::uint64_t mebi = 1 << 20;
        return failure(ErrorCode::ResourceLimit,
                       std::format("{} MiB of GPU memory are too little: the scene's textures alone take {}; give it {} or more "
                                   "(--memory)",
                                   budget / mebi, (textures + mebi - 1) / mebi, (taken + leastGeometryBytes) / mebi + 1));
    }
    auto made = Residency::create(device, store, budget - taken);
    if (!made) return std::unexpected(made.error());
    residency = std::move(*made);
    return {};
}

Result<void> Renderer::Impl::loadDetail(gpu::FrameInFlight& frame, const DrawOptions& options, std::span<const Frustum> seenBy,
                                        Detail detail) {
    if (residency->complete()) return {};
    Looking looking{.frusta = seenBy, .detail = detail, .squares = {}};
    if (options.shadows) looking.squares = shadow.squares(placement.origin());
    auto done = options.waitForDetail ? follower.load(*residency, store, placement, looking)
                                      : follower.stream(*residency, frame, store, placement, looking);
    if (done && options.shadows && follower.takeShadowsOld()) shadow.forget();
    return done;
}

MemoryUse Renderer::memoryUse() const {
    if (!impl_->residency) return {};
    MemoryUse use = impl_->residency->use();
    use.loading |= !impl_->residency->complete() && impl_->follower.looking();
    return use;
}

void Renderer::setQuality(Quality quality) {
    impl_->quality = resolve(impl_->device, quality);
}
Quality Renderer::quality() const {
    return impl_->quality;
}
Result<glm::vec2> Renderer::labelSize(std::string_view text, float height) {
    return impl_->labels.sizeOf(text, height);
}
std::optional<Pick> Renderer::takePick() {
    return impl_->picker.take(impl_->device);
}

const FrameTimings& Renderer::timings() const {
    const auto counts = impl_->culling.counts(impl_->device);
    impl_->timings.drawnTriangles = counts.triangles + impl_->listed.triangles;
    impl_->timings.complete = counts.complete;
    return impl_->timings;
}

Result<const Pipelines*> Renderer::Impl::pipelinesFor(VkFormat format, std::uint32_t views) {
    const auto features = featuresOf(quality);
    for (const auto& p : pipelines) {
        if (p.targetFormat == format && p.views == views && p.features == features) return &p;
    }
    auto made = Pipelines::create(device, format, views, features);
    if (!made) return std::unexpected(made.error());
    return &pipelines.emplace_back(std::move(*made));
}

Result<const gpu::Pipeline*> Renderer::Impl::depthCopyFor(VkFormat format, std::uint32_t views) {
    const std::pair key{format, views};
    for (const auto& [existing, pipeline] : depthCopies) {
        if (existing == key) return &pipeline;
    }
    auto made = createDepthCopyPipeline(device, format, views);
    if (!made) return std::unexpected(made.error());
    return &depthCopies.emplace_back(key, std::move(*made)).second;
}

Result<void> Renderer::Impl::check(const gpu::TargetImage& colour, std::span<const View> views, std::span<const NodeState> nodes,
                                   const DrawOptions& options, const gpu::TargetImage* depth) const {
    const auto isUsable = [](const SectionPlane& plane) {
        const double length = glm::length(plane.normal);
        return length > 0 && std::isfinite(length) && std::isfinite(plane.offset);
    };
    if (options.sections.size() > maximumSections || !std::ranges::all_of(options.sections, isUsable)) {
        return failure(ErrorCode::Invalid, std::format("{} section planes: at most {} cut at once, each with a direction",
                                                       options.sections.size(), maximumSections));
    }
    if (views.empty() || views.size() > maximumViews) {
        return failure(ErrorCode::Invalid, std::format("{} views: 1 to {} can be drawn at once", views.size(), maximumViews));
    }
    if (colour.layers != views.size() || (depth && (depth->layers != views.size() || depth->extent != colour.extent))) {
        return failure(ErrorCode::Invalid, std::format("{} views need images of as many layers and one size", views.size()));
    }
    if (!nodes.empty() && nodes.size() != store.nodeCount) {
        return failure(ErrorCode::Invalid, std::format("{} node states for a scene of {} nodes", nodes.size(), store.nodeCount));
    }
    return {};
}

Result<void> Renderer::Impl::fitSections(const gpu::TargetImage& colour, const DrawOptions& options, GpuFrame& data) {
    if (options.sections.empty()) return {};
    if (auto done = sections.fit(device, colour, featuresOf(quality)); !done) return done;
    if (auto done = sectionPick.fit(device); !done) return done;
    sections.describe(data);
    sectionPick.describe(data);
    return {};
}

Result<GpuPush> Renderer::Impl::uploadFrame(gpu::FrameInFlight& frame, GpuFrame& data, float surfaceError) {
    auto frameMemory = gpu::frameMemory<GpuFrame>(frame, std::span<const GpuFrame>{&data, 1});
    if (!frameMemory) return std::unexpected(frameMemory.error());
    auto instanceMemory = gpu::frameMemory<GpuInstance>(frame, std::span<const GpuInstance>{instances});
    if (!instanceMemory) return std::unexpected(instanceMemory.error());
    return GpuPush{.data = {.frame = frameMemory->address,
                            .instances = instanceMemory->address,
                            .vertices = store.geometry.address(),
                            .materials = store.materials.address()},
                   .light = lightOf(data, surfaceError)};
}

Result<void> Renderer::draw(gpu::FrameInFlight& frame, const gpu::TargetImage& colour, std::span<const View> views,
                            std::span<const NodeState> nodes, const DrawOptions& options, const gpu::TargetImage* depth) {
    const auto started = std::chrono::steady_clock::now();
    auto& r = *impl_;
    if (auto ok = r.check(colour, views, nodes, options, depth); !ok) return ok;
    const auto viewCount = static_cast<std::uint32_t>(views.size());
    auto pipelines = r.pipelinesFor(colour.format, viewCount);
    if (!pipelines) return std::unexpected(pipelines.error());
    const gpu::Pipeline* depthCopy = nullptr;
    if (depth) {
        auto made = r.depthCopyFor(depth->format, viewCount);
        if (!made) return std::unexpected(made.error());
        depthCopy = *made;
    }
    const auto features = featuresOf(r.quality);
    if (auto done = r.surfaces.fit(r.device, colour, features); !done) return done;

    const glm::dvec3 origin = views.front().eye;
    r.instances.clear();
    const std::vector<glm::dvec4> planes =
        planesOf(options.sections, glm::length(glm::dvec3{r.store.bounds.size()}) * sectionNudge);
    r.placement.update(r.store, nodes, origin, planes);
    GpuFrame data{};
    std::array<Frustum, maximumViews> frusta;
    describeViews(views, origin, colour.extent, data, frusta);
    describeLight(options, origin, r.placement.sceneRadius(), data);
    const std::span seenBy{frusta.data(), views.size()};
    const Detail detail{.minimumPixels = options.minimumPixels.value_or(features.minimumPixels),
                        .pixelError = options.pixelError.value_or(features.pixelError)};
    if (options.shadows) {
        if (auto done = r.shadow.place(r.device, features, options.lighting.towardsSun, views, r.placement); !done) return done;
    } else {
        r.shadow.forget(); // it is not told what changes
    }
    if (auto done = r.loadDetail(frame, options, seenBy, detail); !done) return done;
    (void)r.culling.counts(r.device); // lists grow by what they turned out to need
    if (auto done = r.culling.prepare(r.device, frame, r.store, r.placement,
                                      {.views = views,
                                       .frusta = seenBy,
                                       .frame = &data,
                                       .extent = colour.extent,
                                       .detail = detail,
                                       .multisampled = features.samples != VK_SAMPLE_COUNT_1_BIT,
                                       .occlusion = options.occlusionCulling});
        !done)
        return done;
    data.chosen = r.culling.chosenAddress();
    data.attributes = r.store.attributes;
    r.placement.collectSeen(r.store, Share::Listed, seenBy, detail, r.instances, r.listed);
    if (auto done = r.culling.takeGlass(frame, r.store, r.listed.blended, r.instances); !done) return done;
    r.placement.collectMarked(r.store, seenBy, detail, r.instances, r.marked);
    if (options.shadows) {
        r.shadow.collect(r.store, r.placement, origin, r.instances);
        r.shadow.describe(data, origin);
    }
    r.picked.clear();
    if (options.pick) {
        const auto through = Picker::clipThroughPixel(data.views[0].clipFromRelative, *options.pick, colour.extent);
        const Frustum frustum = Frustum::of(through, glm::vec3{0}, 0);
        r.placement.collectSeen(r.store, Share::All, {&frustum, 1}, {}, r.instances, r.picked);
    }
    if (options.edges) {
        if (auto done = r.edges.fit(r.device, colour, features); !done) return done;
        EdgePass::describe(r.surfaces, r.placement, data);
    }
    if (!options.labels.empty())
        if (auto done = r.labels.fit(r.device, colour, options.labels, options.labelHeight, origin); !done) return done;
    describeSections(planes, origin, data);
    if (auto done = r.fitSections(colour, options, data); !done) return done;
    data.lit = r.surfaces.lit.heapIndex();
    data.depth = r.surfaces.depth.heapIndex();
    data.occlusion = r.surfaces.occlusion.heapIndex();
    data.occlusionRaw = r.surfaces.occlusionRaw.heapIndex();
    data.mask = r.surfaces.mask.heapIndex();
    data.frameNumber = r.frameNumber++;
    auto push = r.uploadFrame(frame, data, detail.pixelError / std::max(frusta[0].pixelsPerRadian, 1.0f));
    if (!push) return std::unexpected(push.error());

    r.readTimings();
    const Pass pass{.device = r.device,
                    .frame = frame,
                    .clock = r.clock,
                    .commands = gpu::commandBuffer(frame),
                    .store = &r.store,
                    .pipelines = **pipelines,
                    .surfaces = r.surfaces,
                    .viewMask = (1u << viewCount) - 1,
                    .push = *push,
                    .sections = planes.empty() ? nullptr : &r.sections};
    if (auto done = r.record(pass, colour, views, options, depth, depthCopy); !done) return done;
    r.timings.sceneTriangles = r.placement.sceneTriangles();
    r.timings.cpuMilliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
    return {};
}

Result<void> Renderer::Impl::record(const Pass& pass, const gpu::TargetImage& colour, std::span<const View> views,
                                    const DrawOptions& options, const gpu::TargetImage* depth, const gpu::Pipeline* depthCopy) {
    const auto& features = pass.surfaces.features;
    const glm::dvec3 origin = views.front().eye;
    clock.begin(pass.frame);
    gpu::bindHeap(pass.frame);
    std::uint32_t calls = 0;
    if (options.shadows) {
        calls += shadow.record(pass, origin);
        clock.mark(pass.frame, "shadow");
    }
    if (pass.sections) {
        sections.count(pass, listed);
        clock.mark(pass.frame, "section");
    }
    const ForwardOptions forward{.ground = options.ground,
                                 .keepDepth = depth != nullptr || features.occlusionScale > 0 || options.edges,
                                 .keepSamples = options.edges};
    calls +=
        features.deferred ? recordDeferred(pass, culling, listed, colour, forward) : recordForward(pass, culling, listed, forward);
    culling.recordReadback(pass);
    if (features.occlusionScale > 0) {
        recordOcclusion(pass);
        clock.mark(pass.frame, "occlusion");
    }
    if (!features.deferred) {
        recordComposite(pass, colour);
        clock.mark(pass.frame, "composite");
    }
    if (options.edges) {
        edges.record(pass, colour);
        clock.mark(pass.frame, "edges");
    }
    if (!marked.opaque.empty() || !marked.cut.empty()) {
        recordMask(pass, marked);
        recordOutline(pass, colour);
        clock.mark(pass.frame, "outline");
    }
    if (!options.labels.empty()) {
        if (auto done = labels.record(pass, colour); !done) return done;
        clock.mark(pass.frame, "labels");
    }
    const auto after = afterTarget(colour);
    gpu::barriers(pass.commands, {&after, 1});
    if (depth) {
        recordDepthCopy(pass, *depthCopy, *depth);
        clock.mark(pass.frame, "depth copy");
    }
    if (options.pick) {
        const auto through = Picker::clipThroughPixel(views.front().clipFromView * views.front().viewFromWorldRotation,
                                                      *options.pick, colour.extent);
        picker.record(pass, picked, through, *options.pick, views.front(), colour.extent,
                      options.ground ? std::optional{options.groundHeight} : std::nullopt, pass.sections ? &sectionPick : nullptr);
        clock.mark(pass.frame, "pick");
    }
    timings.drawCalls = calls;
    return {};
}

void Renderer::Impl::readTimings() {
    timings.passCount = 0;
    timings.gpuMilliseconds = 0;
    for (const auto& interval : clock.intervals()) {
        if (timings.passCount == timings.passes.size()) break;
        timings.passes[timings.passCount++] = {interval.pass, interval.milliseconds};
        timings.gpuMilliseconds += interval.milliseconds;
    }
}

} // namespace millwright::render
