#include <millwright/condition/model.hpp>
#include <millwright/condition/monitor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

using namespace millwright;

// Any text is a model or an error with a reason, within bounded time and memory; a model that was read judges whatever comes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto model = condition::readModel({reinterpret_cast<const char*>(data), size}, "model");
    if (!model) {
        if (model.error().message.empty()) __builtin_trap();
        return 0;
    }
    const std::string written = condition::writeModel(*model);
    const auto again = condition::readModel(written, "again");
    if (!again || condition::writeModel(*again) != written) __builtin_trap();
    condition::Monitor monitor{*model, std::vector<telemetry::Conversion>(model->signals.size())};
    std::vector<telemetry::Sample> samples;
    const std::int64_t times = model->signals.front().block > 0 ? 2 * model->signals.front().block : 12; // two steps of blocks
    for (std::int64_t step = 0; step < times; ++step)
        for (std::uint32_t signal = 0; signal < std::min<std::size_t>(model->signals.size(), 64); ++signal)
            samples.push_back({Time{model->options.step.count() / times * (2 * step) * Duration{1}},
                               Value::of(step % 5 == 4 ? 1e300 : static_cast<double>(signal)), SignalIndex{signal},
                               ValueType::Float, step % 7 == 6 ? Quality::Bad : Quality::Good});
    for (const condition::Evaluation& each : monitor.apply(samples))
        if (std::isnan(each.score)) __builtin_trap();
    return 0;
}
