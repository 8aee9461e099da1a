#pragma once

#include "log_fixture.hpp"

#include <millwright/telemetry/import.hpp>

namespace millwright::telemetry::testing {

inline Mapping mappingOf(std::string_view text) {
    auto mapping = parseMapping(text, "m.toml");
    EXPECT_TRUE(mapping) << mapping.error().text();
    return mapping.value_or(Mapping{});
}

inline std::vector<PlainSample> of(const Import& import, std::string_view topic) {
    std::vector<PlainSample> list;
    for (const auto& sample : import.samples)
        if (import.channels[index(sample.signal)].topic == topic) list.push_back(plain(sample, import.strings));
    return list;
}

inline double numberOf(const PlainSample& sample) {
    return std::bit_cast<double>(sample.bits);
}

} // namespace millwright::telemetry::testing
