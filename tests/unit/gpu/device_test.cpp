#include <millwright/gpu/device.hpp>
#include <millwright/gpu/target.hpp>

#include <gtest/gtest.h>

using namespace millwright;
using namespace millwright::gpu;

namespace {

/// Every case runs with validation; any message fails it.
class GpuDevice : public testing::Test {
protected:
    void SetUp() override {
        auto made = Device::create({.gpu = "llvmpipe", .validation = true});
        ASSERT_TRUE(made) << made.error().text();
        device = std::move(*made);
        ASSERT_TRUE(device->validating()) << "install vulkan-validationlayers";
    }
    void TearDown() override {
        if (!device) return;
        device->waitIdle();
        for (const auto& message : device->validationMessages()) ADD_FAILURE() << message.text;
    }
    std::unique_ptr<Device> device;
};

TEST_F(GpuDevice, IsDescribedForPeople) {
    EXPECT_TRUE(device->isCpu());
    EXPECT_TRUE(device->description().usable);
    EXPECT_NE(device->description().driver.find("Mesa"), std::string::npos) << device->description().driver;
}

} // namespace
