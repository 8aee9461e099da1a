#pragma once

#include <millwright/gpu/device.hpp>

#include <gtest/gtest.h>

namespace millwright::test {

/// A device of its own a case, with validation and synchronization validation; any message fails the case.
class GpuTest : public testing::Test {
protected:
    void open(gpu::DeviceOptions options = {}) {
        options.gpu = "llvmpipe";
        options.validation = true;
        auto made = gpu::Device::create(options);
        ASSERT_TRUE(made) << made.error().text();
        device = std::move(*made);
        ASSERT_TRUE(device->validating()) << "install vulkan-validationlayers";
    }
    void SetUp() override { open(); }
    void TearDown() override {
        if (!device) return;
        device->waitIdle();
        for (const auto& message : device->validationMessages()) ADD_FAILURE() << message.text;
    }
    std::unique_ptr<gpu::Device> device;
};

} // namespace millwright::test
