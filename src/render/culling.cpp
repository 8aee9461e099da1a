#include "render/culling.hpp"

#include "render/pass.hpp"
#include "render/pipeline_maker.hpp"
#include "shaders.hpp"

#include <millwright/core/log.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace millwright::render {
namespace {

constexpr auto compute = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
constexpr gpu::Access computed{compute, VK_ACCESS_2_SHADER_STORAGE_READ_BIT | VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT};
/// Of everything that reads what was chosen.
constexpr gpu::Access drawing{VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT | VK_PIPELINE_STAGE_2_INDEX_INPUT_BIT |
                                  VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT |
                                  VK_PIPELINE_STAGE_2_COPY_BIT,
                              VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT | VK_ACCESS_2_INDEX_READ_BIT |
                                  VK_ACCESS_2_SHADER_STORAGE_READ_BIT | VK_ACCESS_2_TRANSFER_READ_BIT};

constexpr std::uint32_t threadsAtOnceOfCpu = 8; ///< lavapipe's vectors of 256 bits
constexpr std::uint32_t overInstances = 2;      ///< added to the phase of the scan

// Room at first; most scenes never need more. Lists grow by what frames turn out to need, up to what 32-bit places can hold.
constexpr std::uint32_t candidatesAtFirst = 1u << 20, clustersAtFirst = 1u << 17, trianglesAtFirst = 4u << 20;
constexpr std::uint32_t mostCandidates = 1u << 26, mostClusters = 1u << 24, mostTriangles = 1u << 27;

glm::uvec3 rows(std::uint32_t groups) {
    return {std::min(groups, widestRow), (groups + widestRow - 1) / widestRow, 1};
}

std::uint32_t groupsFor(std::uint32_t threads) {
    return (threads + cullThreads - 1) / cullThreads;
}

Result<void> make(gpu::Device& device, gpu::Buffer& buffer, std::size_t bytes, const char* name) {
    auto made = gpu::Buffer::create(device, bytes, gpu::BufferUse::Static, name);
    if (!made) return std::unexpected(made.error());
    buffer = std::move(*made);
    return {};
}

} // namespace

Result<Culling> Culling::create(gpu::Device& device) {
    Culling c;
    PipelineMaker maker{device};
    maker.makeCompute(c.groups_, shaders::cullGroupsComp, "cull groups");
    maker.makeCompute(c.groupScan_, shaders::cullGroupScanComp, "cull group scan");
    const std::uint32_t threads = device.isCpu() ? threadsAtOnceOfCpu : cullThreads;
    maker.makeCompute(c.instances_, shaders::cullInstancesComp, "cull instances", threads);
    maker.makeCompute(c.scan_, shaders::cullScanComp, "cull scan");
    maker.makeCompute(c.clusters_, shaders::cullClustersComp, "cull clusters", threads);
    maker.makeCompute(c.emit_, shaders::cullEmitComp, "cull emit", threads);
    maker.makeCompute(c.indices_, shaders::cullIndicesComp, "cull indices", threads);
    maker.makeCompute(c.pyramid_, shaders::depthPyramidComp, "depth pyramid");
    auto done = maker.finish();
    if (done) done = c.glass_.create(device);
    if (done) done = make(device, c.totals_, sizeof(GpuTotals), "culling totals");
    for (auto& readback : c.readbacks_) {
        if (!done) break;
        auto buffer = gpu::Buffer::create(device, sizeof(GpuTotals), gpu::BufferUse::Readback, "culling totals, read back");
        if (!buffer) return std::unexpected(buffer.error());
        readback.buffer = std::move(*buffer);
    }
    if (!done) return std::unexpected(done.error());
    return c;
}

void Culling::reset() {
    table_ = {};
    instanceList_ = {};
    limits_ = {};
    wanted_ = {};
    made_.holds = false;
    for (auto& readback : readbacks_) readback.frame = nullptr;
    counts_ = {};
}

Result<void> Culling::prepare(gpu::Device& device, gpu::FrameInFlight& frame, const SceneStore& store, const Placement& placement,
                              const CullOptions& options) {
    if (auto done = table_.update(device, frame, store, placement); !done) return done;
    if (auto done = fitLists(device, store); !done) return done;
    const auto views = static_cast<std::uint32_t>(options.views.size());
    if (auto done = fitPyramid(device, options.extent, views); !done) return done;
    describeViews(options);
    data_.viewCount = views;
    data_.groupCount = static_cast<std::uint32_t>(table_.groups().listed().size());
    data_.pixelError = options.detail.pixelError;
    data_.minimumPixels = options.detail.minimumPixels;
    data_.origin = glm::vec3{placement.origin()};
    data_.originRest = glm::vec3{placement.origin() - glm::dvec3{data_.origin}};
    data_.near = options.frame->ao.y;
    data_.occlusion = !options.occlusion ? 0u : made_.holds ? 3u : 2u;
    data_.triangleTests = views > 1 ? 0u : options.multisampled ? 1u : 2u;
    data_.candidateLimit = limits_.candidates;
    data_.clusterLimit = limits_.clusters;
    data_.triangleLimit = limits_.triangles;
    data_.bucketFirst = table_.groups().bucketFirst();
    data_.placed = table_.address();
    data_.groups = table_.groupsAddress();
    data_.members = table_.membersAddress();
    data_.loose = table_.looseAddress();
    data_.groupLate = groupLate_.address();
    data_.groupStarts = groupStarts_.address();
    data_.groupSeen = groupSeen_.address();
    data_.order = order_.address();
    data_.materials = store.materials.address();
    data_.vertices = store.geometry.address();
    data_.meshes = store.cullMeshes.address();
    data_.levels = store.cullLevels.address();
    data_.clusters = store.geometry.address();
    data_.indices = store.geometry.address();
    data_.instances = instanceList_.address();
    data_.instanceStarts = instanceStarts_.address();
    data_.late = late_.address();
    data_.candidates = candidates_.address();
    data_.candidateStarts = candidateStarts_.address();
    data_.chosen = chosen_.address();
    data_.chosenWork = chosenWork_.address();
    data_.chosenIndices = chosenIndices_.address();
    data_.pyramid = depths_.address();
    data_.totals = totals_.address();
    auto memory = gpu::frameMemory<GpuCullData>(frame, std::span<const GpuCullData>{&data_, 1});
    if (!memory) return std::unexpected(memory.error());
    dataAddress_ = memory->address;
    made_.holds = options.occlusion;
    std::ranges::copy(options.frame->views, made_.seen.begin());
    made_.origin = placement.origin();
    return {};
}

void Culling::describeViews(const CullOptions& options) {
    const glm::dvec3 moved = options.views.front().eye - made_.origin; // of the origin
    for (std::size_t i = 0; i < options.views.size(); ++i) {
        const auto& view = options.frame->views[i];
        auto& out = data_.views[i];
        out.viewFromRelative = view.viewFromRelative;
        out.project = view.project;
        out.planes = options.frusta[i].planes;
        out.eye = options.frusta[i].eye;
        out.pixelsPerRadian = options.frusta[i].pixelsPerRadian;
        out.pyramidFromRelative = made_.seen[i].viewFromRelative;
        out.pyramidFromRelative[3] = made_.seen[i].viewFromRelative * glm::vec4{glm::vec3{moved}, 1};
        out.pyramidProject = made_.seen[i].project;
    }
}

Result<void> Culling::fitLists(gpu::Device& device, const SceneStore& store) {
    if (!instanceList_) {
        std::uint64_t clusters = 0, triangles = 0;
        for (std::size_t i = 0; i < store.firstBlended; ++i) {
            const auto& mesh = store.meshes[store.instances[i].mesh];
            for (const auto& level : std::span{store.detail.levels}.subspan(mesh.firstLevel, mesh.levelCount))
                clusters += level.clusterCount;
            triangles += mesh.triangles;
        }
        const auto atFirst = [](std::uint64_t all, std::uint32_t most) {
            return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(all, 64, most));
        };
        wanted_ = {atFirst(clusters, candidatesAtFirst), atFirst(clusters, clustersAtFirst), atFirst(triangles, trianglesAtFirst)};
        auto done = make(device, instanceList_, table_.size() * sizeof(GpuInstance), "instances");
        const std::size_t groups = table_.groups().most(), places = groups * cullThreads;
        if (done) done = make(device, groupLate_, groups * sizeof(std::uint32_t), "groups put off");
        if (done) done = make(device, groupStarts_, (groups + 1) * sizeof(glm::uvec2), "places of groups");
        if (done) done = make(device, groupSeen_, groups * sizeof(std::uint32_t), "groups seen");
        if (done) done = make(device, order_, places * sizeof(std::uint32_t), "order of instances");
        if (done) done = make(device, instanceStarts_, (places + 1) * sizeof(glm::uvec2), "candidates of instances");
        if (done) done = make(device, late_, table_.size() * sizeof(std::uint32_t), "instances put off");
        if (!done) return done;
    }
    Result<void> done;
    if (limits_.candidates < wanted_.candidates) {
        done = make(device, candidates_, std::size_t{wanted_.candidates} * sizeof(glm::uvec2), "candidates");
        if (done)
            done = make(device, candidateStarts_, (std::size_t{wanted_.candidates} + 1) * sizeof(glm::uvec2),
                        "clusters of candidates");
        if (!done) return done;
        limits_.candidates = wanted_.candidates;
    }
    if (limits_.clusters < wanted_.clusters) {
        done = make(device, chosen_, std::size_t{wanted_.clusters} * sizeof(glm::uvec2), "chosen clusters");
        if (done)
            done = make(device, chosenWork_, std::size_t{wanted_.clusters} * sizeof(glm::uvec2), "chosen clusters' triangles");
        if (!done) return done;
        limits_.clusters = wanted_.clusters;
    }
    if (limits_.triangles < wanted_.triangles) {
        done = make(device, chosenIndices_, std::size_t{wanted_.triangles} * 12, "chosen triangles");
        if (!done) return done;
        limits_.triangles = wanted_.triangles;
    }
    return {};
}

Result<void> Culling::fitPyramid(gpu::Device& device, gpu::Extent extent, std::uint32_t views) {
    if (depths_ && made_.extent == extent && made_.views == views) return {};
    data_.extent = {extent.width, extent.height};
    data_.pyramidDepth = 0;
    std::uint32_t floats = 0;
    for (std::uint32_t level = 0; level < pyramidLevels; ++level) {
        const std::uint32_t texel = 2u << level;
        const std::uint32_t width = (extent.width + texel - 1) / texel, height = (extent.height + texel - 1) / texel;
        data_.pyramidFirst[data_.pyramidDepth++] = floats;
        floats += width * height;
        if (width <= 2 && height <= 2) break;
    }
    data_.pyramidStride = floats;
    if (auto done = make(device, depths_, std::size_t{floats} * views * sizeof(float), "depth pyramid"); !done) return done;
    made_ = {.extent = extent, .views = views};
    return {};
}

void Culling::dispatch(const Pass& pass, const gpu::Pipeline& pipeline, std::uint32_t phase, glm::uvec3 groups) const {
    const GpuCullPush push{dataAddress_, phase, pass.surfaces.depth.heapIndex()};
    vkCmdBindPipeline(pass.commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.handle());
    vkCmdPushConstants(pass.commands, gpu::pipelineLayout(pass.device), gpu::pushStages, 0, sizeof push, &push);
    vkCmdDispatch(pass.commands, groups.x, groups.y, groups.z);
    gpu::memoryBarrier(pass.commands, computed,
                       {compute | VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT, computed.access | VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT});
}

void Culling::dispatchIndirect(const Pass& pass, const gpu::Pipeline& pipeline, std::uint32_t phase, std::size_t offset) const {
    const GpuCullPush push{dataAddress_, phase, 0};
    vkCmdBindPipeline(pass.commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.handle());
    vkCmdPushConstants(pass.commands, gpu::pipelineLayout(pass.device), gpu::pushStages, 0, sizeof push, &push);
    vkCmdDispatchIndirect(pass.commands, totals_.handle(), offset);
    gpu::memoryBarrier(pass.commands, computed, computed);
}

void Culling::choose(const Pass& pass, std::uint32_t phase) {
    if (table_.size() == 0) return;
    gpu::beginLabel(pass.frame, phase == 0 ? "cull" : "cull again");
    if (phase == 0) table_.record(pass.commands);
    gpu::memoryBarrier(pass.commands, {drawing.stage | compute, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT}, computed);
    dispatch(pass, groups_, phase, rows(groupsFor(data_.groupCount)));
    dispatch(pass, groupScan_, phase, {1, 1, 1});
    dispatchIndirect(pass, instances_, phase, offsetof(GpuTotals, instanceGroups));
    dispatch(pass, scan_, overInstances + phase, {1, 1, 1});
    dispatchIndirect(pass, clusters_, phase, offsetof(GpuTotals, candidateGroups));
    dispatch(pass, scan_, phase, {1, 1, 1});
    dispatchIndirect(pass, emit_, phase, offsetof(GpuTotals, candidateGroups));
    dispatchIndirect(pass, indices_, phase, offsetof(GpuTotals, clusterGroups));
    gpu::memoryBarrier(pass.commands, computed, drawing);
    gpu::endLabel(pass.frame);
    pass.clock.mark(pass.frame, phase == 0 ? "cull" : "cull again");
}

std::uint32_t Culling::draw(const Pass& pass, std::uint32_t phase) const {
    const auto& first = table_.groups().bucketFirst();
    std::uint32_t calls = 0;
    Pass chosen = pass;
    chosen.push.data.instances = instanceList_.address();
    vkCmdBindIndexBuffer(pass.commands, chosenIndices_.handle(), 0, VK_INDEX_TYPE_UINT32);
    for (std::uint32_t b = 0; b < bucketCount; ++b) {
        if (first[b] == first[b + 1]) continue;
        const auto bucket = static_cast<Bucket>(b);
        const auto& p = pass.pipelines;
        pass.bind(bucket < Bucket::Opaque ? p.plain : bucket < Bucket::Clipped ? p.opaque : p.clipped);
        if (calls == 0) chosen.setPush();
        vkCmdSetCullMode(pass.commands, b % 2 == 1 ? VK_CULL_MODE_NONE : VK_CULL_MODE_BACK_BIT);
        // In the second phase two: what was put off by itself, and what was with its instance.
        const std::size_t command = phase == 0 ? b : bucketCount + 2 * b;
        vkCmdDrawIndexedIndirect(pass.commands, totals_.handle(),
                                 offsetof(GpuTotals, draws) + command * sizeof(VkDrawIndexedIndirectCommand), phase + 1,
                                 sizeof(VkDrawIndexedIndirectCommand));
        ++calls;
    }
    return calls;
}

void Culling::keepDepth(const Pass& pass) {
    if (!keepsDepth()) return;
    gpu::beginLabel(pass.frame, "depth pyramid");
    auto toRead = depthToSampled(pass.surfaces.depth.handle());
    toRead.toStage = compute;
    gpu::barriers(pass.commands, {&toRead, 1});
    gpu::memoryBarrier(pass.commands, {compute, VK_ACCESS_2_NONE}, computed);
    for (std::uint32_t level = 0; level < data_.pyramidDepth; ++level) {
        const std::uint32_t texel = 2u << level;
        const auto groups = [&](std::uint32_t pixels) { return ((pixels + texel - 1) / texel + 7) / 8; };
        dispatch(pass, pyramid_, level, {groups(data_.extent.x), groups(data_.extent.y), data_.viewCount});
    }
    glass_.record(pass, dataAddress_);
    auto back = beforeDepth(pass.surfaces.depth.handle());
    back.fromStage = compute;
    back.fromAccess = VK_ACCESS_2_NONE;
    back.fromLayout = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL;
    gpu::barriers(pass.commands, {&back, 1});
    gpu::endLabel(pass.frame);
    pass.clock.mark(pass.frame, "depth pyramid");
}

Result<void> Culling::takeGlass(gpu::FrameInFlight& frame, const SceneStore& store, std::span<const Draw> draws,
                                std::span<const GpuInstance> instances) {
    return glass_.prepare(frame, store, draws, instances);
}

void Culling::recordReadback(const Pass& pass) {
    if (table_.size() == 0) return;
    auto& readback = readbacks_[pass.frame.slot()];
    const VkBufferCopy all{.size = sizeof(GpuTotals)};
    vkCmdCopyBuffer(pass.commands, totals_.handle(), readback.buffer.handle(), 1, &all);
    gpu::memoryBarrier(pass.commands, {VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT},
                       {VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT});
    readback.frame = &pass.frame;
    readback.order = ++frames_;
    readback.limits = limits_;
}

Culling::Counts Culling::counts(const gpu::Device& device) {
    Readback* newest = nullptr;
    for (auto& readback : readbacks_) {
        if (!readback.frame || !device.finished(readback.frame->timelineValue())) continue;
        if (!newest || readback.order > newest->order) newest = &readback;
    }
    if (!newest) return counts_;
    newest->buffer.invalidate();
    GpuTotals totals;
    std::memcpy(&totals, newest->buffer.mapped().data(), sizeof totals);
    newest->frame = nullptr;
    counts_ = {.triangles = totals.triangles[2],
               .complete = totals.candidates <= newest->limits.candidates && totals.clusters[2] <= newest->limits.clusters &&
                           totals.triangles[2] <= newest->limits.triangles};
    grow(totals, newest->limits);
    return counts_;
}

void Culling::grow(const GpuTotals& totals, const Limits& had) {
    // Ahead of need, so that a turning camera does not outrun it.
    const auto next = [](std::uint32_t needed, std::uint32_t limit, std::uint32_t wanted, std::uint32_t most) {
        return needed > limit / 4 * 3 ? std::max(wanted, std::min(std::max(needed, 64u) / 2 * 3, most)) : wanted;
    };
    wanted_.candidates = next(totals.candidates, had.candidates, wanted_.candidates, mostCandidates);
    wanted_.clusters = next(totals.clusters[2], had.clusters, wanted_.clusters, mostClusters);
    wanted_.triangles = next(totals.triangles[2], had.triangles, wanted_.triangles, mostTriangles);
}

} // namespace millwright::render
