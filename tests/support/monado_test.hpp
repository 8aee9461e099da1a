#pragma once

#include "support/monado.hpp"

#include <gtest/gtest.h>

namespace millwright::testing {

/// A test with a headset service of its own.
class MonadoTest : public ::testing::Test {
protected:
    /// Skips the test, by name, where Monado is not installed: `monado` is null then, and when it does not start.
    void startMonado(MonadoOutput output, std::vector<std::string> environment = {}) {
        auto started = Monado::start(output, std::move(environment));
        if (!started && started.error().code == ErrorCode::NotFound) GTEST_SKIP() << started.error().text();
        ASSERT_TRUE(started) << started.error().text();
        monado = std::move(*started);
    }

    std::unique_ptr<Monado> monado;
};

} // namespace millwright::testing
