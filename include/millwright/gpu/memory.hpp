#pragma once

#include <millwright/core/result.hpp>
#include <millwright/gpu/native.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

/// Buffers, images and the way data gets into them. For code that draws. Thread: the frame thread.
namespace millwright::gpu {

/// Gives a Vulkan object to the device, which destroys it once the GPU has passed its last use. `allocation`: its VMA allocation,
/// if any.
void retire(Device& device, VkObjectType type, std::uint64_t handle, void* allocation = nullptr);

/// Shows `name` for the object in validation messages and debuggers.
void setName(const Device& device, VkObjectType type, std::uint64_t handle, const std::string& name);

enum class BufferUse : std::uint8_t {
    Static,   ///< device-local, filled through `Upload`
    Readback, ///< written by the GPU, read by the CPU after `Buffer::invalidate`
    Staging,  ///< written by the CPU, flushed with `Buffer::flush`, read by the GPU
};

/// Move-only owner of a buffer; dropping it retires it. Always has a device address.
class Buffer {
public:
    Buffer() = default;
    /// Errors: ResourceLimit.
    [[nodiscard]] static Result<Buffer> create(Device& device, std::size_t bytes, BufferUse use, std::string name);
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer();

    explicit operator bool() const { return buffer_ != VK_NULL_HANDLE; }
    [[nodiscard]] VkBuffer handle() const { return buffer_; }
    [[nodiscard]] VkDeviceAddress address() const { return address_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// CPU memory of Readback and Staging buffers.
    [[nodiscard]] std::span<std::byte> mapped() const { return {mapped_, mapped_ ? size_ : 0}; }
    void flush() const;      ///< after the CPU wrote; memory need not be coherent
    void invalidate() const; ///< before the CPU reads

private:
    void swap(Buffer& other) noexcept;
    Device* device_ = nullptr;
    VkBuffer buffer_ = VK_NULL_HANDLE;
    void* allocation_ = nullptr;
    std::byte* mapped_ = nullptr;
    VkDeviceAddress address_ = 0;
    std::size_t size_ = 0;
};

struct ImageDescription {
    VkFormat format = VK_FORMAT_R8G8B8A8_UNORM;
    Extent extent;
    std::uint32_t layers = 1;
    std::uint32_t mips = 1;
    VkSampleCountFlagBits samples = VK_SAMPLE_COUNT_1_BIT;
    VkImageUsageFlags usage = 0; ///< with SAMPLED the image gets a place in the bindless heap
};

/// Move-only owner of an image and its 2D-array view; dropping it retires it.
class Image {
public:
    Image() = default;
    /// Errors: ResourceLimit.
    [[nodiscard]] static Result<Image> create(Device& device, const ImageDescription& description, std::string name);
    Image(Image&& other) noexcept { swap(other); }
    Image& operator=(Image other) noexcept {
        swap(other);
        return *this;
    }
    ~Image();

    explicit operator bool() const { return image_ != VK_NULL_HANDLE; }
    [[nodiscard]] VkImage handle() const { return image_; }
    [[nodiscard]] VkImageView view() const { return view_; }
    [[nodiscard]] const ImageDescription& description() const { return description_; }
    [[nodiscard]] VkImageAspectFlags aspect() const;
    /// Index into the heap's texture arrays (`texture2DArray textures[]`); only with SAMPLED usage.
    [[nodiscard]] std::uint32_t heapIndex() const { return heapIndex_; }

private:
    void swap(Image& other) noexcept;
    Device* device_ = nullptr;
    VkImage image_ = VK_NULL_HANDLE;
    VkImageView view_ = VK_NULL_HANDLE;
    void* allocation_ = nullptr;
    std::uint32_t heapIndex_ = 0;
    ImageDescription description_;
};

/// Copies into static buffers and images through staging memory, in submissions of its own that frames submitted later come after.
/// Two blocks of staging memory, 16 MiB together unless an image needs more, take turns. Everything runs on the device's one queue
/// family, so ownership never changes.
class Upload {
public:
    explicit Upload(Device& device) : device_{device} {}
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;
    /// Work that was not submitted is dropped.
    ~Upload();

    [[nodiscard]] Result<void> toBuffer(const Buffer& target, std::size_t offset, std::span<const std::byte> bytes);
    /// Memory, 64-byte aligned, to be filled before the next call on this: becomes `bytes` of `target` from `offset` on. For some
    /// megabytes at a time.
    [[nodiscard]] Result<std::span<std::byte>> toFill(const Buffer& target, std::size_t offset, std::size_t bytes);
    /// The same for several parts of `target`; `copies` count their source from the memory's beginning.
    [[nodiscard]] Result<std::span<std::byte>> toFill(const Buffer& target, std::span<const VkBufferCopy> copies,
                                                      std::size_t bytes);
    /// Fills mip 0 of layer 0, makes the other mips by filtering, and leaves the image ready to be sampled.
    [[nodiscard]] Result<void> toImage(const Image& target, std::span<const std::byte> pixels);
    /// Errors: Device.
    [[nodiscard]] Result<void> submit();

private:
    struct Staging {
        Buffer memory;
        std::uint64_t lastUse = 0; ///< timeline value
    };
    struct Staged {
        std::span<std::byte> bytes;
        std::size_t offset = 0; ///< in the current staging memory
    };
    [[nodiscard]] Result<Staged> stage(std::size_t bytes);
    [[nodiscard]] Result<void> begin(std::size_t bytes);
    Device& device_;
    VkCommandPool pool_ = VK_NULL_HANDLE;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    std::array<Staging, 2> staging_;
    std::size_t current_ = 0;
    std::size_t used_ = 0;
};

/// Memory for one frame's data: written by the CPU now, read by the GPU in this frame, gone after it.
struct FrameMemory {
    std::byte* data = nullptr;
    VkDeviceAddress address = 0;
    VkBuffer buffer = VK_NULL_HANDLE;
    VkDeviceSize offset = 0;
};
/// 256-byte aligned. Errors: ResourceLimit.
[[nodiscard]] Result<FrameMemory> frameMemory(FrameInFlight& frame, std::size_t bytes);

template <typename T>
requires std::is_trivially_copyable_v<T>
[[nodiscard]] Result<FrameMemory> frameMemory(FrameInFlight& frame, std::span<const T> values) {
    auto memory = frameMemory(frame, values.size_bytes());
    if (memory) std::copy_n(reinterpret_cast<const std::byte*>(values.data()), values.size_bytes(), memory->data);
    return memory;
}

} // namespace millwright::gpu
