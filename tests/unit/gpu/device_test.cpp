#include "gpu_fixture.hpp"

#include <millwright/gpu/memory.hpp>
#include <millwright/gpu/native.hpp>
#include <millwright/gpu/target.hpp>

using namespace millwright;
using namespace millwright::gpu;

namespace {

class GpuDevice : public test::GpuTest {};

TEST_F(GpuDevice, IsDescribedForPeople) {
    EXPECT_TRUE(device->isCpu());
    EXPECT_TRUE(device->description().usable);
    EXPECT_NE(device->description().driver.find("Mesa"), std::string::npos) << device->description().driver;
    EXPECT_GT(device->description().memoryBytes, 100u << 20);
}

TEST_F(GpuDevice, ListNamesEveryDeviceBestFirst) {
    const auto devices = listDevices();
    ASSERT_TRUE(devices) << devices.error().text();
    ASSERT_FALSE(devices->empty());
    EXPECT_TRUE(devices->front().usable);
    for (const auto& d : *devices) EXPECT_EQ(d.usable, d.reason.empty()) << d.name;
    for (std::size_t i = 1; i < devices->size(); ++i) EXPECT_GE((*devices)[i - 1].score, (*devices)[i].score);
}

TEST_F(GpuDevice, UnknownGpuIsAnErrorThatListsWhatThereIs) {
    const auto made = Device::create({.gpu = "voodoo2"});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::NotFound);
    EXPECT_NE(made.error().message.find("voodoo2"), std::string::npos);
    EXPECT_NE(made.error().message.find("llvmpipe"), std::string::npos);
    EXPECT_FALSE(Device::create({.gpu = "99"}));
}

TEST_F(GpuDevice, FramesTakeTurnsOnOneTimeline) {
    std::uint64_t last = 0;
    for (int i = 0; i < 6; ++i) {
        auto frame = device->beginFrame();
        ASSERT_TRUE(frame) << frame.error().text();
        EXPECT_EQ((*frame)->slot(), static_cast<std::uint32_t>(i) % framesInFlight);
        EXPECT_EQ((*frame)->timelineValue(), 0u);
        ASSERT_TRUE(device->submit(**frame));
        EXPECT_GT((*frame)->timelineValue(), last);
        last = (*frame)->timelineValue();
    }
    device->waitIdle();
    EXPECT_TRUE(device->finished(last));
    EXPECT_FALSE(device->finished(last + 1));
}

TEST_F(GpuDevice, DroppedObjectsLiveUntilTheirLastFrameIsDone) {
    const auto before = device->liveAllocations();
    auto frame = device->beginFrame();
    ASSERT_TRUE(frame);
    {
        auto buffer = Buffer::create(*device, 4096, BufferUse::Static, "used by the frame");
        ASSERT_TRUE(buffer);
        vkCmdFillBuffer(commandBuffer(**frame), buffer->handle(), 0, VK_WHOLE_SIZE, 7);
    }
    EXPECT_EQ(device->retiredObjects(), 1u);
    device->waitIdle(); // not submitted yet: it must still be there
    EXPECT_EQ(device->liveAllocations(), before + 1);
    ASSERT_TRUE(device->submit(**frame));
    device->waitIdle();
    EXPECT_EQ(device->retiredObjects(), 0u);
    EXPECT_EQ(device->liveAllocations(), before);
}

TEST_F(GpuDevice, UploadArrivesWholeAlsoBeyondOneStagingBuffer) {
    std::vector<std::uint32_t> values((40u << 20) / 4);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint32_t>(i * 2654435761u);
    const auto bytes = std::as_bytes(std::span{values});
    auto target = Buffer::create(*device, bytes.size(), BufferUse::Static, "target");
    auto back = Buffer::create(*device, bytes.size(), BufferUse::Readback, "back");
    ASSERT_TRUE(target && back);
    Upload upload{*device};
    ASSERT_TRUE(upload.toBuffer(*target, 0, bytes));
    ASSERT_TRUE(upload.submit());
    auto frame = device->beginFrame();
    ASSERT_TRUE(frame);
    const VkBufferCopy copy{0, 0, bytes.size()};
    vkCmdCopyBuffer(commandBuffer(**frame), target->handle(), back->handle(), 1, &copy);
    ASSERT_TRUE(device->submit(**frame));
    device->waitIdle();
    back->invalidate();
    EXPECT_EQ(std::memcmp(back->mapped().data(), bytes.data(), bytes.size()), 0);
}

TEST_F(GpuDevice, FrameMemoryReachesTheGpuAndIsReused) {
    auto back = Buffer::create(*device, 64, BufferUse::Readback, "back");
    ASSERT_TRUE(back);
    const std::array<std::uint32_t, 4> values{1, 2, 3, 0xCAFEu};
    std::size_t allocations = 0;
    for (int i = 0; i < 6; ++i) {
        auto frame = device->beginFrame();
        ASSERT_TRUE(frame);
        auto memory = frameMemory<std::uint32_t>(**frame, std::span<const std::uint32_t>{values});
        ASSERT_TRUE(memory);
        const VkMemoryBarrier2 again{.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                     .srcStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
                                     .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                                     .dstStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
                                     .dstAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT};
        const VkDependencyInfo info{.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO, .memoryBarrierCount = 1, .pMemoryBarriers = &again};
        vkCmdPipelineBarrier2(commandBuffer(**frame), &info);
        const VkBufferCopy copy{memory->offset, 0, 16};
        vkCmdCopyBuffer(commandBuffer(**frame), memory->buffer, back->handle(), 1, &copy);
        ASSERT_TRUE(device->submit(**frame));
        if (i == 1) allocations = device->liveAllocations();
        if (i > 1) { EXPECT_EQ(device->liveAllocations(), allocations) << "frame " << i; }
    }
    device->waitIdle();
    back->invalidate();
    EXPECT_EQ(std::memcmp(back->mapped().data(), values.data(), 16), 0);
}

TEST_F(GpuDevice, AdoptsADeviceThatSomeoneElseMade) {
    const auto required = requirements({.validation = true});
    const VkInstanceCreateInfo instanceInfo{.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                            .pNext = required->instanceNext,
                                            .pApplicationInfo = &required->application,
                                            .enabledLayerCount = static_cast<std::uint32_t>(required->instanceLayers.size()),
                                            .ppEnabledLayerNames = required->instanceLayers.data(),
                                            .enabledExtensionCount = static_cast<std::uint32_t>(required->instanceExtensions.size()),
                                            .ppEnabledExtensionNames = required->instanceExtensions.data()};
    AdoptedDevice adopted{.validation = true, .owned = true};
    ASSERT_EQ(vkCreateInstance(&instanceInfo, nullptr, &adopted.instance), VK_SUCCESS);
    std::uint32_t count = 1;
    vkEnumeratePhysicalDevices(adopted.instance, &count, &adopted.physicalDevice);
    ASSERT_EQ(count, 1u);
    ASSERT_EQ(unusableBecause(adopted.physicalDevice, false), "");
    adopted.queueFamily = graphicsQueueFamily(adopted.physicalDevice).value();
    addOptionalFeatures(*required, adopted.physicalDevice);
    const float priority = 1;
    const VkDeviceQueueCreateInfo queue{.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                        .queueFamilyIndex = adopted.queueFamily,
                                        .queueCount = 1,
                                        .pQueuePriorities = &priority};
    const VkDeviceCreateInfo deviceInfo{
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .pNext = &required->features, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue};
    ASSERT_EQ(vkCreateDevice(adopted.physicalDevice, &deviceInfo, nullptr, &adopted.device), VK_SUCCESS);
    auto made = adopt(adopted);
    ASSERT_TRUE(made) << made.error().text();
    auto target = OffscreenTarget::create(**made, {8, 8}, 2, "two eyes");
    ASSERT_TRUE(target) << target.error().text();
    const auto pixels = target->read();
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->rgba.size(), 8u * 8u * 2u * 4u);
    (*made)->waitIdle();
    for (const auto& message : (*made)->validationMessages()) ADD_FAILURE() << message.text;
}

TEST_F(GpuDevice, PipelineCacheIsKeptForTheNextStart) {
    const auto folder = std::filesystem::path{testing::TempDir()} / "millwright-cache-test";
    std::filesystem::remove_all(folder);
    device.reset();
    const char* old = std::getenv("XDG_CACHE_HOME");
    const std::string restore = old ? old : "";
    setenv("XDG_CACHE_HOME", folder.c_str(), 1);
    open();
    device.reset();
    EXPECT_FALSE(std::filesystem::is_empty(folder / "millwright/pipelines"));
    // A damaged cache is not used, and not an error.
    for (const auto& entry : std::filesystem::directory_iterator(folder / "millwright/pipelines")) {
        std::filesystem::resize_file(entry.path(), 5);
    }
    open();
    if (old) setenv("XDG_CACHE_HOME", restore.c_str(), 1);
    else unsetenv("XDG_CACHE_HOME");
}

} // namespace
