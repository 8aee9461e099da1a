#pragma once

#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/log_writer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <format>
#include <fstream>
#include <limits>
#include <string>
#include <unistd.h>
#include <vector>

namespace millwright::telemetry::testing {

/// A folder of this test's own, gone afterwards.
class Folder {
public:
    Folder() {
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        path_ = std::filesystem::temp_directory_path() /
                std::format("millwright-{}-{}-{}", test->test_suite_name(), test->name(), ::getpid());
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
        std::string safe = name;
        std::ranges::replace(safe, '/', '-');
        return path_ / safe;
    }

private:
    std::filesystem::path path_;
};

inline void writeText(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file{path, std::ios::binary};
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// A sample with its string as text, so that logs with different string tables compare.
struct PlainSample {
    std::int64_t time = 0;
    std::uint32_t signal = 0;
    ValueType type{};
    Quality quality{};
    std::uint64_t bits = 0;
    std::string text;
    friend bool operator==(const PlainSample&, const PlainSample&) = default;
};
inline std::ostream& operator<<(std::ostream& out, const PlainSample& s) {
    return out << std::format("({} signal {} type {} quality {} bits {:#x} '{}')", s.time, s.signal, static_cast<int>(s.type),
                              static_cast<int>(s.quality), s.bits, s.text);
}

inline PlainSample plain(const Sample& s, const StringTable& strings) {
    const bool text = s.type == ValueType::String;
    return {nanoseconds(s.time),
            static_cast<std::uint32_t>(s.signal),
            s.type,
            s.quality,
            text ? 0 : s.value.bits,
            text ? std::string{strings.text(s.value.string)} : std::string{}};
}

/// All samples of a source from where it is, in blocks of `block`.
inline Result<std::vector<PlainSample>> readAll(Source& source, std::size_t block = 1000) {
    std::vector<PlainSample> all;
    while (true) {
        const auto samples = source.next(block);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return all;
        EXPECT_LE(samples->size(), block);
        for (const auto& sample : *samples) all.push_back(plain(sample, source.strings()));
    }
}

/// A small plant of four signals, one of each type, with every kind of value in it. Ascending in (time, signal).
struct Recording {
    std::vector<LogChannel> channels{{"line/temperature", ValueType::Float, "Cel", {{"range", "0..100"}}},
                                     {"line/count", ValueType::Integer, "{piece}", {}},
                                     {"line/running", ValueType::Boolean, "", {}},
                                     {"line/state", ValueType::String, "", {}}};
    std::vector<Sample> samples;
    StringTable strings;

    explicit Recording(std::size_t rows = 200) {
        constexpr double specials[] = {-0.0, 1e300, 0.1 + 0.2, 5e-324, 12.3, -273.15};
        const char* const states[] = {"Execute", "Held", "", "한국어 \"quoted\" \\ \n"};
        for (std::size_t row = 0; row < rows; ++row) {
            const Time time = timeFromNanoseconds(1'700'000'000'000'000'000 + static_cast<std::int64_t>(row) * 250'000'000 +
                                                  (row % 7 == 0 ? 1 : 0));
            double value = std::nearbyint(200 * std::sin(0.1 * static_cast<double>(row))) / 10;
            if (row % 17 == 3) value = specials[row % std::size(specials)];
            if (row % 41 == 5) value = std::numeric_limits<double>::infinity();
            if (row % 43 == 6) value = std::numeric_limits<double>::quiet_NaN();
            const Quality quality = row % 29 == 4 ? Quality::Bad : row % 31 == 2 ? Quality::Uncertain : Quality::Good;
            samples.push_back({time, Value::of(value), SignalIndex{0}, ValueType::Float, quality});
            const std::int64_t count = row % 50 == 9 ? std::numeric_limits<std::int64_t>::min() + static_cast<std::int64_t>(row)
                                                     : static_cast<std::int64_t>(row * row);
            if (row % 3 == 0) samples.push_back({time, Value::of(count), SignalIndex{1}, ValueType::Integer, Quality::Good});
            if (row % 5 == 0)
                samples.push_back({time, Value::of(row % 10 == 0), SignalIndex{2}, ValueType::Boolean, Quality::Stale});
            if (row % 4 == 0)
                samples.push_back({time, Value::of(strings.add(states[row % std::size(states)])), SignalIndex{3}, ValueType::String,
                                   Quality::Good});
        }
    }

    [[nodiscard]] std::vector<PlainSample> expected() const {
        std::vector<PlainSample> list;
        for (const auto& sample : samples) list.push_back(plain(sample, strings));
        return list;
    }
    [[nodiscard]] Result<void> write(const std::filesystem::path& path, const LogWriterOptions& options) const {
        auto log = LogWriter::create(path, channels, options);
        if (!log) return std::unexpected(log.error());
        if (auto written = log->write(samples, strings); !written) return written;
        return log->close();
    }
};

inline std::vector<std::byte> bytesOf(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

} // namespace millwright::telemetry::testing
