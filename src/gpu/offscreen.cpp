#include "gpu/device_impl.hpp"

#include <cstring>
#include <format>

namespace millwright::gpu {

struct OffscreenTarget::Impl {
    Device* device = nullptr;
    std::string name;
    Image image;
    VkImageView view2d = VK_NULL_HANDLE;
    TargetImage target;
    std::uint64_t generation = 0;

    ~Impl() {
        if (view2d) retire(*device, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(view2d));
    }
    [[nodiscard]] Result<void> make(Extent extent, std::uint32_t layers);
};

namespace {

/// A new image is black and ready to be sampled, so that it may be shown or read before anything was drawn to it.
void clearToBlack(VkCommandBuffer commands, VkImage image) {
    const Barrier before{.image = image,
                         .toStage = VK_PIPELINE_STAGE_2_CLEAR_BIT,
                         .toAccess = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                         .toLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL};
    barriers(commands, {&before, 1});
    const VkClearColorValue black{.float32 = {0, 0, 0, 1}};
    const VkImageSubresourceRange all{VK_IMAGE_ASPECT_COLOR_BIT, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS};
    vkCmdClearColorImage(commands, image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &black, 1, &all);
    const Barrier after{.image = image,
                        .fromStage = VK_PIPELINE_STAGE_2_CLEAR_BIT,
                        .fromAccess = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                        .fromLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                        .toStage = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                        .toAccess = VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT,
                        .toLayout = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL};
    barriers(commands, {&after, 1});
}

} // namespace

Result<void> OffscreenTarget::Impl::make(Extent extent, std::uint32_t layers) {
    const auto limit = device->impl().limits.maxImageDimension2D;
    if (extent.width == 0 || extent.height == 0 || extent.width > limit || extent.height > limit) {
        return failure(ErrorCode::OutOfRange, std::format("a picture of {}x{} pixels cannot be drawn: each side must be 1 to {}",
                                                          extent.width, extent.height, limit));
    }
    auto made = Image::create(*device,
                              {.format = offscreenFormat,
                               .extent = extent,
                               .layers = layers,
                               .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |
                                        VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT},
                              name);
    if (!made) return std::unexpected(made.error());
    const VkImageViewCreateInfo info{.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                     .image = made->handle(),
                                     .viewType = VK_IMAGE_VIEW_TYPE_2D,
                                     .format = offscreenFormat,
                                     .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
    VkImageView view = VK_NULL_HANDLE;
    if (const auto result = vkCreateImageView(device->impl().device, &info, nullptr, &view); result != VK_SUCCESS) {
        return std::unexpected(deviceError(std::format("view of '{}'", name), result));
    }
    setName(*device, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(view), name + " 2D");
    if (view2d) retire(*device, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(view2d));
    view2d = view;
    image = std::move(*made);
    target = {.image = image.handle(),
              .view = image.view(),
              .view2d = view2d,
              .format = offscreenFormat,
              .extent = extent,
              .layers = layers};
    ++generation;
    return runNow(*device, [&](VkCommandBuffer commands) { clearToBlack(commands, image.handle()); }, false);
}

OffscreenTarget::OffscreenTarget(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
OffscreenTarget::~OffscreenTarget() = default;
OffscreenTarget::OffscreenTarget(OffscreenTarget&&) noexcept = default;
OffscreenTarget& OffscreenTarget::operator=(OffscreenTarget&&) noexcept = default;

Result<OffscreenTarget> OffscreenTarget::create(Device& device, Extent extent, std::uint32_t layers, std::string name) {
    auto impl = std::make_unique<Impl>();
    impl->device = &device;
    impl->name = std::move(name);
    if (auto done = impl->make(extent, layers); !done) return std::unexpected(done.error());
    return OffscreenTarget{std::move(impl)};
}

Result<void> OffscreenTarget::resize(Extent extent) {
    if (extent == impl_->target.extent) return {};
    return impl_->make(extent, impl_->target.layers);
}

Extent OffscreenTarget::extent() const {
    return impl_->target.extent;
}
std::uint64_t OffscreenTarget::generation() const {
    return impl_->generation;
}
const TargetImage& OffscreenTarget::image() const {
    return impl_->target;
}

Result<Pixels> OffscreenTarget::read() const {
    const auto& target = impl_->target;
    Pixels pixels{.extent = target.extent, .layers = target.layers, .rgba = {}};
    const std::size_t bytes = std::size_t{4} * target.extent.width * target.extent.height * target.layers;
    auto buffer = Buffer::create(*impl_->device, bytes, BufferUse::Readback, impl_->name + " readback");
    if (!buffer) return std::unexpected(buffer.error());
    auto done = runNow(
        *impl_->device,
        [&](VkCommandBuffer commands) {
            Barrier barrier{.image = target.image,
                            .fromStage = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                            .fromAccess = VK_ACCESS_2_MEMORY_WRITE_BIT,
                            .fromLayout = target.layoutAfter,
                            .toStage = VK_PIPELINE_STAGE_2_COPY_BIT,
                            .toAccess = VK_ACCESS_2_TRANSFER_READ_BIT,
                            .toLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL};
            barriers(commands, {&barrier, 1});
            const VkBufferImageCopy copy{.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, target.layers},
                                         .imageExtent = {target.extent.width, target.extent.height, 1}};
            vkCmdCopyImageToBuffer(commands, target.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, buffer->handle(), 1, &copy);
            barrier = {.image = target.image,
                       .fromStage = VK_PIPELINE_STAGE_2_COPY_BIT,
                       .fromAccess = VK_ACCESS_2_TRANSFER_READ_BIT,
                       .fromLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                       .toStage = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                       .toAccess = VK_ACCESS_2_MEMORY_READ_BIT,
                       .toLayout = target.layoutAfter};
            barriers(commands, {&barrier, 1});
            const VkMemoryBarrier2 toHost{.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                          .srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
                                          .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                                          .dstStageMask = VK_PIPELINE_STAGE_2_HOST_BIT,
                                          .dstAccessMask = VK_ACCESS_2_HOST_READ_BIT};
            const VkDependencyInfo info{
                .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO, .memoryBarrierCount = 1, .pMemoryBarriers = &toHost};
            vkCmdPipelineBarrier2(commands, &info);
        },
        true);
    if (!done) return std::unexpected(done.error());
    buffer->invalidate();
    pixels.rgba.resize(bytes);
    std::memcpy(pixels.rgba.data(), buffer->mapped().data(), bytes);
    return pixels;
}

} // namespace millwright::gpu
