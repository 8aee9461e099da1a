#include "gpu/device_impl.hpp"

#include <format>

namespace millwright::gpu {
namespace {

VmaAllocationCreateInfo allocationFor(BufferUse use) {
    VmaAllocationCreateInfo info{};
    info.usage = VMA_MEMORY_USAGE_AUTO;
    if (use == BufferUse::Readback) {
        info.flags = VMA_ALLOCATION_CREATE_HOST_ACCESS_RANDOM_BIT | VMA_ALLOCATION_CREATE_MAPPED_BIT;
    } else if (use == BufferUse::Staging) {
        info.flags = VMA_ALLOCATION_CREATE_HOST_ACCESS_SEQUENTIAL_WRITE_BIT | VMA_ALLOCATION_CREATE_MAPPED_BIT;
    }
    return info;
}

void countAllocation(Device::Impl& impl, VmaAllocation allocation, const std::string& name) {
    VmaAllocationInfo info{};
    vmaGetAllocationInfo(impl.allocator, allocation, &info);
    vmaSetAllocationName(impl.allocator, allocation, name.c_str());
    ++impl.liveAllocations;
    impl.allocatedBytes += info.size;
}

} // namespace

Result<Buffer> Buffer::create(Device& device, std::size_t bytes, BufferUse use, std::string name) {
    auto& impl = device.impl();
    Buffer buffer;
    const VkBufferCreateInfo info{.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                  .size = std::max<std::size_t>(bytes, 16),
                                  .usage = VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                                           VK_BUFFER_USAGE_INDEX_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT |
                                           VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    const auto allocate = allocationFor(use);
    VmaAllocation allocation = nullptr;
    VmaAllocationInfo allocated{};
    const auto result = vmaCreateBuffer(impl.allocator, &info, &allocate, &buffer.buffer_, &allocation, &allocated);
    if (result != VK_SUCCESS) return std::unexpected(deviceError(std::format("{} MB for '{}'", bytes >> 20, name), result));
    buffer.device_ = &device;
    buffer.allocation_ = allocation;
    buffer.mapped_ = static_cast<std::byte*>(allocated.pMappedData);
    buffer.size_ = info.size;
    const VkBufferDeviceAddressInfo address{.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO, .buffer = buffer.buffer_};
    buffer.address_ = vkGetBufferDeviceAddress(impl.device, &address);
    countAllocation(impl, allocation, name);
    setName(device, VK_OBJECT_TYPE_BUFFER, rawHandle(buffer.buffer_), name);
    return buffer;
}

Buffer::~Buffer() {
    if (buffer_) retire(*device_, VK_OBJECT_TYPE_BUFFER, rawHandle(buffer_), allocation_);
}

void Buffer::swap(Buffer& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(buffer_, other.buffer_);
    std::swap(allocation_, other.allocation_);
    std::swap(mapped_, other.mapped_);
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
}

void Buffer::flush() const {
    vmaFlushAllocation(device_->impl().allocator, static_cast<VmaAllocation>(allocation_), 0, VK_WHOLE_SIZE);
}

void Buffer::invalidate() const {
    vmaInvalidateAllocation(device_->impl().allocator, static_cast<VmaAllocation>(allocation_), 0, VK_WHOLE_SIZE);
}

Result<Image> Image::create(Device& device, const ImageDescription& description, std::string name) {
    auto& impl = device.impl();
    Image image;
    image.description_ = description;
    const VkImageCreateInfo info{.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                                 .imageType = VK_IMAGE_TYPE_2D,
                                 .format = description.format,
                                 .extent = {description.extent.width, description.extent.height, 1},
                                 .mipLevels = description.mips,
                                 .arrayLayers = description.layers,
                                 .samples = description.samples,
                                 .tiling = VK_IMAGE_TILING_OPTIMAL,
                                 .usage = description.usage,
                                 .initialLayout = VK_IMAGE_LAYOUT_UNDEFINED};
    VmaAllocationCreateInfo allocate{};
    allocate.usage = VMA_MEMORY_USAGE_AUTO;
    VmaAllocation allocation = nullptr;
    auto result = vmaCreateImage(impl.allocator, &info, &allocate, &image.image_, &allocation, nullptr);
    if (result != VK_SUCCESS) {
        return std::unexpected(deviceError(
            std::format("image '{}' of {}x{}x{}", name, description.extent.width, description.extent.height, description.layers),
            result));
    }
    image.device_ = &device;
    image.allocation_ = allocation;
    countAllocation(impl, allocation, name);
    const VkImageViewCreateInfo view{.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                     .image = image.image_,
                                     .viewType = VK_IMAGE_VIEW_TYPE_2D_ARRAY,
                                     .format = description.format,
                                     .subresourceRange = {image.aspect(), 0, description.mips, 0, description.layers}};
    result = vkCreateImageView(impl.device, &view, nullptr, &image.view_);
    if (result != VK_SUCCESS) return std::unexpected(deviceError(std::format("view of '{}'", name), result));
    setName(device, VK_OBJECT_TYPE_IMAGE, rawHandle(image.image_), name);
    setName(device, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(image.view_), name);
    if (description.usage & VK_IMAGE_USAGE_SAMPLED_BIT) {
        auto place = addToHeap(device, image.view_);
        if (!place) {
            image.description_.usage &= ~static_cast<VkImageUsageFlags>(VK_IMAGE_USAGE_SAMPLED_BIT); // it has no place to give back
            return std::unexpected(place.error());
        }
        image.heapIndex_ = *place;
    }
    return image;
}

Image::~Image() {
    if (!image_) return;
    if (view_ && (description_.usage & VK_IMAGE_USAGE_SAMPLED_BIT)) retire(*device_, VK_OBJECT_TYPE_UNKNOWN, heapIndex_);
    if (view_) retire(*device_, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(view_));
    retire(*device_, VK_OBJECT_TYPE_IMAGE, rawHandle(image_), allocation_);
}

VkImageAspectFlags Image::aspect() const {
    return description_.format == VK_FORMAT_D32_SFLOAT ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT;
}

void Image::swap(Image& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(image_, other.image_);
    std::swap(view_, other.view_);
    std::swap(allocation_, other.allocation_);
    std::swap(heapIndex_, other.heapIndex_);
    std::swap(description_, other.description_);
}

} // namespace millwright::gpu
