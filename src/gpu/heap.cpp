#include "gpu/device_impl.hpp"

#include <array>

namespace millwright::gpu {
namespace {

Result<void> createSamplers(Device& device) {
    auto& impl = device.impl();
    VkPhysicalDeviceFeatures features{};
    vkGetPhysicalDeviceFeatures(impl.physicalDevice, &features);
    const auto make = [&](Sampler which, const char* name, VkFilter filter, VkSamplerAddressMode address, bool compare) {
        const bool anisotropic =
            which == Sampler::LinearRepeat && features.samplerAnisotropy && device.description().kind != DeviceKind::Cpu;
        const VkSamplerCreateInfo info{.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
                                       .magFilter = filter,
                                       .minFilter = filter,
                                       .mipmapMode = filter == VK_FILTER_LINEAR ? VK_SAMPLER_MIPMAP_MODE_LINEAR
                                                                                : VK_SAMPLER_MIPMAP_MODE_NEAREST,
                                       .addressModeU = address,
                                       .addressModeV = address,
                                       .addressModeW = address,
                                       .anisotropyEnable = anisotropic,
                                       .maxAnisotropy = anisotropic ? std::min(8.0f, impl.limits.maxSamplerAnisotropy) : 1.0f,
                                       .compareEnable = compare,
                                       .compareOp = compare ? VK_COMPARE_OP_LESS_OR_EQUAL : VK_COMPARE_OP_ALWAYS,
                                       .maxLod = VK_LOD_CLAMP_NONE};
        auto& sampler = impl.samplers[static_cast<std::size_t>(which)];
        const auto result = vkCreateSampler(impl.device, &info, nullptr, &sampler);
        setName(device, VK_OBJECT_TYPE_SAMPLER, rawHandle(sampler), name);
        return result;
    };
    constexpr auto clamp = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    for (const auto result : {make(Sampler::LinearRepeat, "linear repeat", VK_FILTER_LINEAR, VK_SAMPLER_ADDRESS_MODE_REPEAT, false),
                              make(Sampler::LinearClamp, "linear clamp", VK_FILTER_LINEAR, clamp, false),
                              make(Sampler::NearestClamp, "nearest clamp", VK_FILTER_NEAREST, clamp, false),
                              make(Sampler::ShadowCompare, "shadow compare", VK_FILTER_LINEAR, clamp, true)}) {
        if (result != VK_SUCCESS) return std::unexpected(deviceError("a sampler could not be made", result));
    }
    return {};
}

VkResult createLayouts(Device::Impl& impl) {
    const VkDescriptorSetLayoutBinding bindings[] = {{.binding = 0,
                                                      .descriptorType = VK_DESCRIPTOR_TYPE_SAMPLER,
                                                      .descriptorCount = static_cast<std::uint32_t>(impl.samplers.size()),
                                                      .stageFlags = VK_SHADER_STAGE_ALL_GRAPHICS | VK_SHADER_STAGE_COMPUTE_BIT,
                                                      .pImmutableSamplers = impl.samplers.data()},
                                                     {.binding = 1,
                                                      .descriptorType = VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE,
                                                      .descriptorCount = heapTextures,
                                                      .stageFlags = VK_SHADER_STAGE_ALL_GRAPHICS | VK_SHADER_STAGE_COMPUTE_BIT}};
    const VkDescriptorBindingFlags flags[] = {0, VK_DESCRIPTOR_BINDING_PARTIALLY_BOUND_BIT |
                                                     VK_DESCRIPTOR_BINDING_UPDATE_AFTER_BIND_BIT |
                                                     VK_DESCRIPTOR_BINDING_UPDATE_UNUSED_WHILE_PENDING_BIT};
    const VkDescriptorSetLayoutBindingFlagsCreateInfo bindingFlags{
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_BINDING_FLAGS_CREATE_INFO, .bindingCount = 2, .pBindingFlags = flags};
    const VkDescriptorSetLayoutCreateInfo layout{.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                                 .pNext = &bindingFlags,
                                                 .flags = VK_DESCRIPTOR_SET_LAYOUT_CREATE_UPDATE_AFTER_BIND_POOL_BIT,
                                                 .bindingCount = 2,
                                                 .pBindings = bindings};
    if (const auto result = vkCreateDescriptorSetLayout(impl.device, &layout, nullptr, &impl.heapLayout); result != VK_SUCCESS)
        return result;
    const VkPushConstantRange push{pushStages, 0, pushConstantBytes};
    const VkPipelineLayoutCreateInfo pipeline{.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                              .setLayoutCount = 1,
                                              .pSetLayouts = &impl.heapLayout,
                                              .pushConstantRangeCount = 1,
                                              .pPushConstantRanges = &push};
    return vkCreatePipelineLayout(impl.device, &pipeline, nullptr, &impl.pipelineLayout);
}

VkResult createSet(Device::Impl& impl) {
    const VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_SAMPLER, static_cast<std::uint32_t>(impl.samplers.size())},
                                          {VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, heapTextures}};
    const VkDescriptorPoolCreateInfo pool{.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                          .flags = VK_DESCRIPTOR_POOL_CREATE_UPDATE_AFTER_BIND_BIT,
                                          .maxSets = 1,
                                          .poolSizeCount = 2,
                                          .pPoolSizes = sizes};
    if (const auto result = vkCreateDescriptorPool(impl.device, &pool, nullptr, &impl.heapPool); result != VK_SUCCESS)
        return result;
    const VkDescriptorSetAllocateInfo allocate{.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                               .descriptorPool = impl.heapPool,
                                               .descriptorSetCount = 1,
                                               .pSetLayouts = &impl.heapLayout};
    return vkAllocateDescriptorSets(impl.device, &allocate, &impl.heap);
}

} // namespace

Result<void> createHeap(Device& device) {
    auto& impl = device.impl();
    if (auto done = createSamplers(device); !done) return done;
    if (const auto result = createLayouts(impl); result != VK_SUCCESS) {
        return std::unexpected(deviceError("the texture heap's layout could not be made", result));
    }
    if (const auto result = createSet(impl); result != VK_SUCCESS) {
        return std::unexpected(deviceError("the texture heap could not be made", result));
    }
    setName(device, VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, rawHandle(impl.heapLayout), "texture heap");
    setName(device, VK_OBJECT_TYPE_DESCRIPTOR_POOL, rawHandle(impl.heapPool), "texture heap");
    setName(device, VK_OBJECT_TYPE_DESCRIPTOR_SET, rawHandle(impl.heap), "texture heap");
    setName(device, VK_OBJECT_TYPE_PIPELINE_LAYOUT, rawHandle(impl.pipelineLayout), "the pipeline layout");
    impl.freeHeapPlaces.reserve(heapTextures);
    for (std::uint32_t i = heapTextures; i-- > 0;) impl.freeHeapPlaces.push_back(i);
    return {};
}

Result<std::uint32_t> addToHeap(Device& device, VkImageView view) {
    auto& impl = device.impl();
    if (impl.freeHeapPlaces.empty()) {
        return failure(ErrorCode::ResourceLimit, "more than 4096 images in use at once: merge the model's textures");
    }
    const auto place = impl.freeHeapPlaces.back();
    impl.freeHeapPlaces.pop_back();
    const VkDescriptorImageInfo image{.imageView = view, .imageLayout = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL};
    const VkWriteDescriptorSet write{.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                     .dstSet = impl.heap,
                                     .dstBinding = 1,
                                     .dstArrayElement = place,
                                     .descriptorCount = 1,
                                     .descriptorType = VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE,
                                     .pImageInfo = &image};
    vkUpdateDescriptorSets(impl.device, 1, &write, 0, nullptr);
    return place;
}

VkPipelineLayout pipelineLayout(const Device& device) {
    return device.impl().pipelineLayout;
}

void bindHeap(FrameInFlight& frame) {
    const auto& impl = frame.impl().device->impl();
    for (const auto point : {VK_PIPELINE_BIND_POINT_GRAPHICS, VK_PIPELINE_BIND_POINT_COMPUTE})
        vkCmdBindDescriptorSets(frame.impl().commands, point, impl.pipelineLayout, 0, 1, &impl.heap, 0, nullptr);
}

Result<DescriptorPool> DescriptorPool::create(Device& device, std::uint32_t imageSamplers, std::string name) {
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, imageSamplers};
    const VkDescriptorPoolCreateInfo info{.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                          .flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT,
                                          .maxSets = imageSamplers,
                                          .poolSizeCount = 1,
                                          .pPoolSizes = &size};
    VkDescriptorPool pool = VK_NULL_HANDLE;
    if (const auto result = vkCreateDescriptorPool(device.impl().device, &info, nullptr, &pool); result != VK_SUCCESS) {
        return std::unexpected(deviceError("a descriptor pool could not be made", result));
    }
    setName(device, VK_OBJECT_TYPE_DESCRIPTOR_POOL, rawHandle(pool), name);
    return DescriptorPool{device, pool};
}

DescriptorPool::~DescriptorPool() {
    if (pool_) retire(*device_, VK_OBJECT_TYPE_DESCRIPTOR_POOL, rawHandle(pool_));
}

} // namespace millwright::gpu
