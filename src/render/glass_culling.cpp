#include "render/glass_culling.hpp"

#include "render/pass.hpp"
#include "render/pipeline_maker.hpp"
#include "shaders.hpp"

#include <algorithm>

namespace millwright::render {

Result<void> GlassCulling::create(gpu::Device& device) {
    PipelineMaker maker{device};
    maker.makeCompute(pipeline_, shaders::cullGlassComp, "cull glass");
    return maker.finish();
}

Result<void> GlassCulling::prepare(gpu::FrameInFlight& frame, const SceneStore& store, std::span<const Draw> draws,
                                   std::span<const GpuInstance> instances) {
    boxes_.clear();
    commands_.clear();
    runs_.clear();
    for (const auto& draw : draws) {
        const auto& rows = instances[draw.firstInstance].rows;
        const auto& box = store.meshes[store.instances[draw.source].mesh].box;
        const glm::mat3 turn = glm::transpose(glm::mat3{glm::vec3{rows[0]}, glm::vec3{rows[1]}, glm::vec3{rows[2]}});
        const glm::vec3 at{rows[0].w, rows[1].w, rows[2].w};
        boxes_.push_back({.centre = turn * box.centre() + at, .turn = {turn[0], turn[1], turn[2]}, .half = box.size() * 0.5f});
        commands_.push_back({draw.indexCount, draw.instanceCount, draw.firstIndex, 0, draw.firstInstance});
        if (runs_.empty() || runs_.back().cull != draw.cull)
            runs_.push_back({static_cast<std::uint32_t>(commands_.size() - 1), 0, draw.cull});
        ++runs_.back().count;
    }
    if (draws.empty()) return {};
    auto boxes = gpu::frameMemory<GpuGlass>(frame, std::span<const GpuGlass>{boxes_});
    if (!boxes) return std::unexpected(boxes.error());
    auto commands = gpu::frameMemory<VkDrawIndexedIndirectCommand>(frame, std::span<const VkDrawIndexedIndirectCommand>{commands_});
    if (!commands) return std::unexpected(commands.error());
    boxesAddress_ = boxes->address;
    commandsAddress_ = commands->address;
    buffer_ = commands->buffer;
    offset_ = commands->offset;
    return {};
}

void GlassCulling::record(const Pass& pass, std::uint64_t data) const {
    if (commands_.empty()) return;
    const auto count = static_cast<std::uint32_t>(commands_.size());
    const GpuCullPush push{.data = data, .glass = boxesAddress_, .glassDraws = commandsAddress_, .glassCount = count};
    vkCmdBindPipeline(pass.commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline_.handle());
    vkCmdPushConstants(pass.commands, gpu::pipelineLayout(pass.device), gpu::pushStages, 0, sizeof push, &push);
    const std::uint32_t groups = (count + cullThreads - 1) / cullThreads;
    vkCmdDispatch(pass.commands, std::min(groups, widestRow), (groups + widestRow - 1) / widestRow, 1);
    gpu::memoryBarrier(pass.commands, {VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT},
                       {VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT, VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT});
}

std::uint32_t GlassCulling::draw(const Pass& pass) const {
    constexpr std::uint32_t stride = sizeof(VkDrawIndexedIndirectCommand);
    for (const auto& run : runs_) {
        vkCmdSetCullMode(pass.commands, run.cull);
        vkCmdDrawIndexedIndirect(pass.commands, buffer_, offset_ + std::uint64_t{run.first} * stride, run.count, stride);
    }
    return static_cast<std::uint32_t>(runs_.size());
}

} // namespace millwright::render
