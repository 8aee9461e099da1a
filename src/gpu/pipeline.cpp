#include "gpu/device_impl.hpp"

#include <format>

namespace millwright::gpu {
namespace {

/// Shader stages of one pipeline; the modules live as long as this.
class Stages {
public:
    Stages(VkDevice device, const PipelineDescription& d) : device_{device} {
        for (std::uint32_t i = 0; i < d.constants.size(); ++i) entries_.push_back({i, i * 4u, 4});
        constants_ = {.mapEntryCount = static_cast<std::uint32_t>(entries_.size()),
                      .pMapEntries = entries_.data(),
                      .dataSize = d.constants.size() * 4,
                      .pData = d.constants.data()};
        add(VK_SHADER_STAGE_VERTEX_BIT, d.vertex);
        if (!d.fragment.empty()) add(VK_SHADER_STAGE_FRAGMENT_BIT, d.fragment);
    }
    ~Stages() {
        for (const auto& stage : stages_) vkDestroyShaderModule(device_, stage.module, nullptr);
    }
    Stages(const Stages&) = delete;
    Stages& operator=(const Stages&) = delete;

    [[nodiscard]] const std::vector<VkPipelineShaderStageCreateInfo>& list() const { return stages_; }

private:
    void add(VkShaderStageFlagBits stage, std::span<const std::uint32_t> code) {
        const VkShaderModuleCreateInfo info{
            .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = code.size_bytes(), .pCode = code.data()};
        VkShaderModule module = VK_NULL_HANDLE;
        vkCreateShaderModule(device_, &info, nullptr, &module);
        stages_.push_back({.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                           .stage = stage,
                           .module = module,
                           .pName = "main",
                           .pSpecializationInfo = &constants_});
    }
    VkDevice device_;
    std::vector<VkSpecializationMapEntry> entries_;
    VkSpecializationInfo constants_{};
    std::vector<VkPipelineShaderStageCreateInfo> stages_;
};

VkPipelineColorBlendAttachmentState blendState(const PipelineDescription& d) {
    if (d.blend == Blend::Add) {
        return {.blendEnable = VK_TRUE,
                .srcColorBlendFactor = VK_BLEND_FACTOR_ONE,
                .dstColorBlendFactor = VK_BLEND_FACTOR_ONE,
                .colorBlendOp = VK_BLEND_OP_ADD,
                .srcAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
                .dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
                .alphaBlendOp = VK_BLEND_OP_ADD,
                .colorWriteMask = d.writeMask};
    }
    // Alpha is left as it is under blended colour: the lit image keeps its share of ambient light there.
    return {.blendEnable = d.blend == Blend::Alpha,
            .srcColorBlendFactor = VK_BLEND_FACTOR_SRC_ALPHA,
            .dstColorBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
            .colorBlendOp = VK_BLEND_OP_ADD,
            .srcAlphaBlendFactor = VK_BLEND_FACTOR_ZERO,
            .dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
            .alphaBlendOp = VK_BLEND_OP_ADD,
            .colorWriteMask = d.writeMask};
}

} // namespace

Result<Pipeline> createPipeline(Device& device, const PipelineDescription& d) {
    auto& impl = device.impl();
    const Stages stages{impl.device, d};
    const VkPipelineVertexInputStateCreateInfo vertexInput{.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
    const VkPipelineInputAssemblyStateCreateInfo assembly{.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
                                                          .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
    const VkPipelineViewportStateCreateInfo viewport{
        .sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO, .viewportCount = 1, .scissorCount = 1};
    const VkPipelineRasterizationStateCreateInfo raster{.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
                                                        .depthClampEnable = d.depthClamp,
                                                        .polygonMode = VK_POLYGON_MODE_FILL,
                                                        .cullMode = d.cull,
                                                        .frontFace = VK_FRONT_FACE_COUNTER_CLOCKWISE,
                                                        .depthBiasEnable = d.depthBiasConstant != 0 || d.depthBiasSlope != 0,
                                                        .depthBiasConstantFactor = d.depthBiasConstant,
                                                        .depthBiasSlopeFactor = d.depthBiasSlope,
                                                        .lineWidth = 1};
    const VkPipelineMultisampleStateCreateInfo multisample{.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
                                                           .rasterizationSamples = d.samples};
    const VkPipelineDepthStencilStateCreateInfo depth{.sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
                                                      .depthTestEnable = d.depth != VK_FORMAT_UNDEFINED,
                                                      .depthWriteEnable = d.depthWrite,
                                                      .depthCompareOp = d.depthCompare};
    const std::vector<VkPipelineColorBlendAttachmentState> attachments(d.colours.size(), blendState(d));
    const VkPipelineColorBlendStateCreateInfo blend{.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
                                                    .attachmentCount = static_cast<std::uint32_t>(attachments.size()),
                                                    .pAttachments = attachments.data()};
    const VkDynamicState states[] = {VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR, VK_DYNAMIC_STATE_CULL_MODE};
    const VkPipelineDynamicStateCreateInfo dynamic{.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
                                                   .dynamicStateCount = d.dynamicCull ? 3u : 2u,
                                                   .pDynamicStates = states};
    const VkPipelineRenderingCreateInfo rendering{.sType = VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO,
                                                  .viewMask = d.viewMask,
                                                  .colorAttachmentCount = static_cast<std::uint32_t>(d.colours.size()),
                                                  .pColorAttachmentFormats = d.colours.data(),
                                                  .depthAttachmentFormat = d.depth};
    const VkGraphicsPipelineCreateInfo info{.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                            .pNext = &rendering,
                                            .stageCount = static_cast<std::uint32_t>(stages.list().size()),
                                            .pStages = stages.list().data(),
                                            .pVertexInputState = &vertexInput,
                                            .pInputAssemblyState = &assembly,
                                            .pViewportState = &viewport,
                                            .pRasterizationState = &raster,
                                            .pMultisampleState = &multisample,
                                            .pDepthStencilState = &depth,
                                            .pColorBlendState = &blend,
                                            .pDynamicState = &dynamic,
                                            .layout = impl.pipelineLayout};
    VkPipeline pipeline = VK_NULL_HANDLE;
    if (const auto result = vkCreateGraphicsPipelines(impl.device, impl.pipelineCache, 1, &info, nullptr, &pipeline);
        result != VK_SUCCESS) {
        return std::unexpected(deviceError(std::format("pipeline '{}' could not be made", d.name), result));
    }
    setName(device, VK_OBJECT_TYPE_PIPELINE, rawHandle(pipeline), d.name);
    return Pipeline{device, pipeline};
}

Result<Pipeline> createComputePipeline(Device& device, std::span<const std::uint32_t> code, std::string name,
                                       std::uint32_t threads) {
    auto& impl = device.impl();
    const VkShaderModuleCreateInfo moduleInfo{
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = code.size_bytes(), .pCode = code.data()};
    VkShaderModule module = VK_NULL_HANDLE;
    vkCreateShaderModule(impl.device, &moduleInfo, nullptr, &module);
    const VkSpecializationMapEntry entry{.constantID = 0, .offset = 0, .size = sizeof threads};
    const VkSpecializationInfo constants{.mapEntryCount = 1, .pMapEntries = &entry, .dataSize = sizeof threads, .pData = &threads};
    const VkComputePipelineCreateInfo info{.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                           .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                     .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                     .module = module,
                                                     .pName = "main",
                                                     .pSpecializationInfo = threads > 0 ? &constants : nullptr},
                                           .layout = impl.pipelineLayout};
    VkPipeline pipeline = VK_NULL_HANDLE;
    const auto result = vkCreateComputePipelines(impl.device, impl.pipelineCache, 1, &info, nullptr, &pipeline);
    vkDestroyShaderModule(impl.device, module, nullptr);
    if (result != VK_SUCCESS) return std::unexpected(deviceError(std::format("pipeline '{}' could not be made", name), result));
    setName(device, VK_OBJECT_TYPE_PIPELINE, rawHandle(pipeline), name);
    return Pipeline{device, pipeline};
}

void memoryBarrier(VkCommandBuffer commands, Access from, Access to) {
    const VkMemoryBarrier2 barrier{.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                   .srcStageMask = from.stage,
                                   .srcAccessMask = from.access,
                                   .dstStageMask = to.stage,
                                   .dstAccessMask = to.access};
    const VkDependencyInfo info{.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO, .memoryBarrierCount = 1, .pMemoryBarriers = &barrier};
    vkCmdPipelineBarrier2(commands, &info);
}

void barriers(VkCommandBuffer commands, std::span<const Barrier> list) {
    std::array<VkImageMemoryBarrier2, 16> images{};
    std::uint32_t count = 0;
    const auto flush = [&] {
        const VkDependencyInfo info{
            .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO, .imageMemoryBarrierCount = count, .pImageMemoryBarriers = images.data()};
        if (count > 0) vkCmdPipelineBarrier2(commands, &info);
        count = 0;
    };
    for (const auto& b : list) {
        images[count++] = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
                           .srcStageMask = b.fromStage,
                           .srcAccessMask = b.fromAccess,
                           .dstStageMask = b.toStage,
                           .dstAccessMask = b.toAccess,
                           .oldLayout = b.fromLayout,
                           .newLayout = b.toLayout,
                           .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                           .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                           .image = b.image,
                           .subresourceRange = {b.aspect, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS}};
        if (count == images.size()) flush();
    }
    flush();
}

void beginLabel(FrameInFlight& frame, const char* name) {
    const auto& impl = frame.impl().device->impl();
    if (!impl.beginLabel) return;
    const VkDebugUtilsLabelEXT label{.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT, .pLabelName = name};
    impl.beginLabel(frame.impl().commands, &label);
}

void endLabel(FrameInFlight& frame) {
    const auto& impl = frame.impl().device->impl();
    if (impl.endLabel) impl.endLabel(frame.impl().commands);
}

} // namespace millwright::gpu
