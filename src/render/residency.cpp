#include "render/residency.hpp"

#include <millwright/core/parallel.hpp>
#include <millwright/gpu/pipeline.hpp>

#include <algorithm>
#include <limits>
#include <thread>

namespace millwright::render {
namespace {

constexpr std::uint64_t atOnceBytes = 64u << 20; ///< scenes of no more are brought in whole
constexpr std::uint64_t mostBytes = 8ull << 30;  ///< numbers of indices stay below 2^31
constexpr std::uint64_t sparedShare = 16;        ///< of the memory, for gaps that nothing fits into
constexpr std::uint64_t attributedBytes = sizeof(scene::CookedVertex) + sizeof(scene::CookedAttributes);
constexpr std::size_t pieceBytes = 1 << 20, batchBytes = 6 << 20;
constexpr std::size_t stepsAhead = 64; ///< given to the loader at once

std::uint64_t bytesOf(Room room) {
    return room.blocks * blockBytes + room.attributed * attributedBytes;
}

Room costOf(const DetailStep& step, bool attributed) {
    const std::uint64_t bytes = std::uint64_t{step.clusterCount} * blockBytes + std::uint64_t{step.triangles} * triangleBytes +
                                (attributed ? 0 : std::uint64_t{step.vertices} * sizeof(scene::CookedVertex));
    return {(bytes + blockBytes - 1) / blockBytes, attributed ? step.vertices : 0u};
}

} // namespace

/// What the culling shaders read of meshes that have changed.
struct Residency::Tables {
    std::vector<GpuCullMesh> meshes;
    std::vector<GpuLevel> levels;
    std::vector<VkBufferCopy> meshCopies, levelCopies;
};

Result<std::unique_ptr<Residency>> Residency::create(gpu::Device& device, SceneStore& store, std::uint64_t bytes) {
    auto r = std::unique_ptr<Residency>(new Residency{device, store});
    const auto& steps = store.detail.steps;
    r->costs_.reserve(steps.size());
    for (const auto& step : steps) {
        r->costs_.push_back(costOf(step, !store.meshes[step.mesh].plain));
        r->all_ = r->all_ + r->costs_.back();
    }
    for (const auto& mesh : store.meshes) r->firstSteps_.push_back(mesh.firstStep);
    r->firstSteps_.push_back(static_cast<std::uint32_t>(steps.size()));
    r->claimed_.assign(store.meshes.size(), 0);
    if (auto done = r->makeBuffers(bytes); !done) return std::unexpected(done.error());
    for (std::uint32_t i = 0; i < store.meshes.size(); ++i) r->setResident(i, 0);
    std::vector<MeshWant> wants(store.meshes.size());
    if (r->fits_ && bytesOf(r->all_) <= atOnceBytes) std::ranges::fill(wants, MeshWant{0, 0});
    if (auto done = r->load(wants); !done) return std::unexpected(done.error());
    return r;
}

Result<void> Residency::makeBuffers(std::uint64_t bytes) {
    const std::uint64_t most = std::min({bytes, mostBytes, device_.largestBuffer()}) / 16 * 16;
    fits_ = bytesOf(all_) + 16 <= most;
    room_ = all_;
    if (!fits_) {
        const double share = static_cast<double>(most - std::min<std::uint64_t>(most, 16)) / static_cast<double>(bytesOf(all_));
        room_.blocks = static_cast<std::uint64_t>(static_cast<double>(all_.blocks) * share);
        room_.attributed = static_cast<std::uint64_t>(static_cast<double>(all_.attributed) * share);
    }
    blocks_ = Ranges{room_.blocks};
    attributed_ = Ranges{room_.attributed};
    // Blocks, vertices with attributes, attributes.
    const std::uint64_t attributes = (room_.blocks * blockBytes + room_.attributed * sizeof(scene::CookedVertex) + 15) / 16 * 16;
    const auto make = [&](gpu::Buffer& buffer, std::size_t size, const char* name) -> Result<void> {
        auto made = gpu::Buffer::create(device_, size, gpu::BufferUse::Static, name);
        if (!made) return std::unexpected(made.error());
        buffer = std::move(*made);
        return {};
    };
    auto done = make(store_.geometry, attributes + room_.attributed * sizeof(scene::CookedAttributes), "scene geometry");
    if (done) done = make(store_.cullMeshes, store_.meshes.size() * sizeof(GpuCullMesh), "meshes for culling");
    if (done) done = make(store_.cullLevels, store_.detail.levels.size() * sizeof(GpuLevel), "levels for culling");
    if (!done) return done;
    store_.attributes = store_.geometry.address() + attributes;
    for (auto& mesh : store_.meshes) // of its vertices' numbers, what comes before those with attributes is taken away
        mesh.firstAttributes = mesh.plain ? 0u : 0u - static_cast<std::uint32_t>(room_.blocks * unitsABlock);
    return {};
}

bool Residency::place(std::uint32_t number) {
    const auto& step = store_.detail.steps[number];
    const Room cost = costs_[number];
    const auto block = blocks_.take(cost.blocks);
    if (!block) return false;
    const auto vertices = attributed_.take(cost.attributed);
    if (!vertices) {
        blocks_.give(*block, cost.blocks);
        return false;
    }
    const bool plain = store_.meshes[step.mesh].plain;
    const auto afterClusters = static_cast<std::uint32_t>((*block + step.clusterCount) * unitsABlock);
    store_.places[number] = {.cluster = static_cast<std::uint32_t>(*block),
                             .vertex = plain ? afterClusters : static_cast<std::uint32_t>(room_.blocks * unitsABlock + *vertices),
                             .triangle = afterClusters + (plain ? step.vertices : 0),
                             .attributes = static_cast<std::uint32_t>(*vertices)};
    ++claimed_[step.mesh];
    return true;
}

bool Residency::claim(std::uint32_t step) {
    while (!place(step))
        if (!evictSomething()) return false;
    return true;
}

void Residency::setResident(std::uint32_t number, std::uint32_t steps) {
    auto& mesh = store_.meshes[number];
    for (auto s = std::min(steps, mesh.residentSteps); s < std::max(steps, mesh.residentSteps); ++s) {
        const Room cost = costs_[mesh.firstStep + s];
        used_ = steps > mesh.residentSteps ? used_ + cost : used_ - cost;
    }
    resident_ += steps;
    resident_ -= mesh.residentSteps;
    mesh.residentSteps = steps;
    mesh.residentError = steps < mesh.stepCount ? store_.detail.steps[mesh.firstStep + steps].error : 0;
    changed_.push_back(number);
}

void Residency::arrived(std::uint32_t step) {
    setResident(meshOf(step), step + 1 - store_.meshes[meshOf(step)].firstStep);
}

void Residency::evict(std::uint32_t number, std::uint32_t keep) {
    const auto& mesh = store_.meshes[number];
    if (mesh.residentSteps != claimed_[number] || keep >= mesh.residentSteps) return; // more is on its way
    for (auto s = mesh.firstStep + keep; s < mesh.firstStep + mesh.residentSteps; ++s) {
        blocks_.give(store_.places[s].cluster, costs_[s].blocks);
        attributed_.give(store_.places[s].attributes, costs_[s].attributed);
    }
    claimed_[number] = keep;
    setResident(number, keep);
}

bool Residency::evictSomething() {
    while (!beyond_.empty()) {
        const auto mesh = beyond_.back();
        beyond_.pop_back();
        const auto before = claimed_[mesh];
        evict(mesh, plan_.steps[mesh]);
        if (claimed_[mesh] < before) return true;
    }
    return false;
}

void Residency::evictBeyondPlan() {
    while (evictSomething()) {
    }
}

Room Residency::planned() const {
    return fits_ ? room_ : Room{room_.blocks - room_.blocks / sparedShare, room_.attributed - room_.attributed / sparedShare};
}

void Residency::makePlan(std::span<const MeshWant> wants, bool ahead) {
    const auto& steps = store_.detail.steps;
    plan_ = distribute(steps, firstSteps_, costs_, wants, planned(), ahead);
    next_ = 0;
    unplaced_ = false;
    beyond_.clear();
    for (std::uint32_t i = 0; i < store_.meshes.size(); ++i)
        if (store_.meshes[i].residentSteps > plan_.steps[i]) beyond_.push_back(i);
    const auto missed = [&](std::uint32_t mesh) {
        const float error = steps[store_.meshes[mesh].firstStep + plan_.steps[mesh]].error;
        return wants[mesh].unit > 0 ? error / wants[mesh].unit : std::numeric_limits<float>::max();
    };
    std::ranges::stable_sort(beyond_, std::ranges::greater{}, missed);
}

void Residency::plan(std::span<const MeshWant> wants) {
    makePlan(wants, true);
    if (!fits_) return;
    for (std::uint32_t i = 0; i < store_.meshes.size(); ++i)
        while (plan_.steps[i] < store_.meshes[i].stepCount) plan_.order.push_back(store_.meshes[i].firstStep + plan_.steps[i]++);
    beyond_.clear();
}

void Residency::placeAnew() {
    blocks_ = Ranges{room_.blocks};
    attributed_ = Ranges{room_.attributed};
    for (std::uint32_t i = 0; i < store_.meshes.size(); ++i) setResident(i, 0);
    std::ranges::fill(claimed_, 0u);
    for (const auto step : plan_.order) unplaced_ |= !place(step);
}

std::vector<std::uint32_t> Residency::claimPlan() {
    std::vector<std::uint32_t> steps;
    for (const auto step : plan_.order) {
        if (claimed(step)) continue;
        if (!claim(step)) { // there is room, but in gaps that are too small
            placeAnew();
            return plan_.order;
        }
        steps.push_back(step);
    }
    return steps;
}

Result<bool> Residency::load(std::span<const MeshWant> wants) {
    if (complete() && changed_.empty()) return false;
    gpu::Upload upload{device_};
    if (auto done = finishLoading(upload); !done) return std::unexpected(done.error());
    makePlan(wants, false);
    if (plan_.short_) evictBeyondPlan();
    const auto steps = claimPlan();
    next_ = plan_.order.size();
    if (auto done = uploadSteps(upload, steps); !done) return std::unexpected(done.error());
    for (const auto step : steps) arrived(step);
    const bool changed = !changed_.empty();
    if (auto done = uploadTables(upload); !done) return std::unexpected(done.error());
    if (auto done = upload.submit(); !done) return std::unexpected(done.error());
    return changed;
}

Result<void> Residency::uploadSteps(gpu::Upload& upload, std::span<const std::uint32_t> steps) {
    std::vector<Piece> pieces;
    std::vector<std::size_t> offsets;
    std::vector<VkBufferCopy> copies;
    for (std::size_t at = 0; at < steps.size();) {
        pieces.clear();
        while (at < steps.size() && pieces.size() < 4096) appendPieces(store_, steps[at++], pieceBytes, pieces);
        for (std::size_t first = 0; first < pieces.size();) {
            offsets.clear();
            copies.clear();
            std::size_t bytes = 0, last = first;
            for (; last < pieces.size(); ++last) {
                const std::size_t own = pieces[last].bytes(!store_.meshes[meshOf(pieces[last].step)].plain);
                if (last > first && bytes + own > batchBytes) break;
                offsets.push_back(bytes);
                appendCopies(store_, pieces[last], bytes, copies);
                bytes += own;
            }
            auto memory = upload.toFill(store_.geometry, copies, bytes);
            if (!memory) return std::unexpected(memory.error());
            parallelChunks(last - first, 16, std::thread::hardware_concurrency(), [&](std::size_t from, std::size_t till) {
                for (std::size_t i = from; i < till; ++i) fill(store_, pieces[first + i], memory->subspan(offsets[i]));
            });
            first = last;
        }
    }
    return {};
}

Residency::Tables Residency::takeTables() {
    std::ranges::sort(changed_);
    const auto repeated = std::ranges::unique(changed_);
    changed_.erase(repeated.begin(), repeated.end());
    Tables tables;
    const auto add = [](std::vector<VkBufferCopy>& copies, std::uint64_t from, std::uint64_t to, std::uint64_t bytes) {
        if (bytes == 0) return;
        if (!copies.empty() && copies.back().dstOffset + copies.back().size == to)
            copies.back().size += bytes;
        else
            copies.push_back({.srcOffset = from, .dstOffset = to, .size = bytes});
    };
    for (const auto number : changed_) {
        const auto& m = store_.meshes[number];
        add(tables.meshCopies, tables.meshes.size() * sizeof(GpuCullMesh), number * sizeof(GpuCullMesh), sizeof(GpuCullMesh));
        add(tables.levelCopies, tables.levels.size() * sizeof(GpuLevel), m.firstLevel * sizeof(GpuLevel),
            m.levelCount * sizeof(GpuLevel));
        tables.meshes.push_back({.sphere = m.sphere,
                                 .boxCentre = m.box.empty() ? glm::vec3{0} : m.box.centre(),
                                 .firstLevel = m.firstLevel,
                                 .boxHalf = m.box.empty() ? glm::vec3{0} : m.box.size() * 0.5f,
                                 .levelCount = m.levelCount,
                                 .grid = m.grid,
                                 .firstAttributes = m.firstAttributes,
                                 .flags = m.plain ? 0u : instanceAttributed,
                                 .residentError = m.residentError});
        for (std::uint32_t s = m.firstStep; s < m.firstStep + m.stepCount; ++s) {
            const auto& step = store_.detail.steps[s];
            const bool there = s < m.firstStep + m.residentSteps;
            for (const auto& level : std::span{store_.detail.levels}.subspan(step.firstLevel, step.levelCount))
                tables.levels.push_back({.firstCluster = store_.places[s].cluster + level.firstCluster - step.firstCluster,
                                         .clusterCount = there ? level.clusterCount : 0,
                                         .leastError = level.leastError,
                                         .mostParentError = level.mostParentError});
        }
    }
    changed_.clear();
    return tables;
}

Result<void> Residency::uploadTables(gpu::Upload& upload) {
    const Tables tables = takeTables();
    const auto copy = [&](const gpu::Buffer& to, std::span<const std::byte> bytes,
                          std::span<const VkBufferCopy> copies) -> Result<void> {
        if (bytes.empty()) return {};
        auto memory = upload.toFill(to, copies, bytes.size());
        if (!memory) return std::unexpected(memory.error());
        std::ranges::copy(bytes, memory->begin());
        return {};
    };
    auto done = copy(store_.cullMeshes, std::as_bytes(std::span{tables.meshes}), tables.meshCopies);
    return done ? copy(store_.cullLevels, std::as_bytes(std::span{tables.levels}), tables.levelCopies) : done;
}

Result<void> Residency::finishLoading(gpu::Upload& upload) {
    if (!loader_ || loader_->steps() == 0) return {};
    device_.waitIdle();
    loader_->releaseAll();
    while (loader_->steps() > 0) {
        loader_->wait();
        std::vector<VkBufferCopy> copies;
        for (const auto& [piece, block] : loader_->take(0)) {
            copies.clear();
            appendCopies(store_, piece, 0, copies);
            const auto bytes = block->mapped().first(piece.bytes(!store_.meshes[meshOf(piece.step)].plain));
            auto memory = upload.toFill(store_.geometry, copies, bytes.size());
            if (!memory) return std::unexpected(memory.error());
            std::ranges::copy(bytes, memory->begin());
            if (piece.last) arrived(piece.step);
        }
        loader_->releaseAll();
    }
    return {};
}

Result<void> Residency::feedLoader() {
    if (!loader_) {
        auto made = DetailLoader::create(device_, store_);
        if (!made) return std::unexpected(made.error());
        loader_ = std::move(*made);
    }
    for (; next_ < plan_.order.size() && loader_->steps() < stepsAhead; ++next_) {
        const auto step = plan_.order[next_];
        const auto mesh = meshOf(step);
        if (claimed(step)) continue;
        if (step > store_.meshes[mesh].firstStep + claimed_[mesh]) continue; // what comes before it has found no place
        if (claim(step))
            loader_->load(step);
        else
            unplaced_ = true;
    }
    return {};
}

Result<bool> Residency::stream(gpu::FrameInFlight& frame) {
    if (complete()) return false;
    if (auto done = feedLoader(); !done) return std::unexpected(done.error());
    const auto filled = loader_->take(frame.number());
    for (const auto& [piece, memory] : filled)
        if (piece.last) arrived(piece.step);
    if (filled.empty() && changed_.empty()) return false;
    const auto commands = gpu::commandBuffer(frame);
    gpu::memoryBarrier(commands, {VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, VK_ACCESS_2_MEMORY_WRITE_BIT},
                       {VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT});
    const auto record = [&](VkBuffer from, const gpu::Buffer& to, std::span<const VkBufferCopy> copies) {
        if (!copies.empty()) vkCmdCopyBuffer(commands, from, to.handle(), static_cast<std::uint32_t>(copies.size()), copies.data());
    };
    std::vector<VkBufferCopy> copies;
    for (const auto& [piece, memory] : filled) {
        copies.clear();
        appendCopies(store_, piece, 0, copies);
        record(memory->handle(), store_.geometry, copies);
    }
    const bool changed = !changed_.empty();
    Tables tables = takeTables();
    const auto table = [&](const gpu::Buffer& to, std::span<const std::byte> bytes,
                           std::vector<VkBufferCopy>& parts) -> Result<void> {
        auto memory = gpu::frameMemory(frame, bytes.size());
        if (!memory) return std::unexpected(memory.error());
        std::ranges::copy(bytes, memory->data);
        for (auto& part : parts) part.srcOffset += memory->offset;
        record(memory->buffer, to, parts);
        return {};
    };
    auto done = table(store_.cullMeshes, std::as_bytes(std::span{tables.meshes}), tables.meshCopies);
    if (done) done = table(store_.cullLevels, std::as_bytes(std::span{tables.levels}), tables.levelCopies);
    if (!done) return std::unexpected(done.error());
    gpu::memoryBarrier(commands, {VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT},
                       {VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, VK_ACCESS_2_MEMORY_READ_BIT});
    return changed;
}

MemoryUse Residency::use() const {
    return {.roomBytes = bytesOf(planned()),
            .residentBytes = bytesOf(used_),
            .wantedBytes = bytesOf(plan_.wanted),
            .allBytes = bytesOf(all_),
            .reduced = reduced(),
            .loading = !complete() && !idle()};
}

} // namespace millwright::render
