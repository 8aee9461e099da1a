#include "opened.hpp"
#include "support/folders.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/replay.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <format>
#include <map>

// Every log that is shipped with a plant, as `state-hashes.txt` says it must replay: with every compiler and every build.
// MILLWRIGHT_WRITE_EXPECTED=1 writes that file anew; do so only with a new version of the state hash or a new log.
namespace millwright {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const fs::path plants = millwright::test::sourceFolder() / "assets/plants";
const fs::path expected = millwright::test::sourceFolder() / "tests/replay/state-hashes.txt";

/// What a replay came to: how many whole seconds, the digest of the state hashes at all of them, and the hash at the end.
struct Hashes {
    std::int64_t seconds = 0;
    Digest every, end;

    [[nodiscard]] std::string text() const { return std::format("{} {} {}", seconds, every.hex(), end.hex()); }
};

std::vector<fs::path> shippedLogs() {
    std::vector<fs::path> logs;
    for (const auto& plant : fs::directory_iterator{plants})
        if (fs::exists(plant.path() / "logs"))
            for (const auto& file : fs::directory_iterator{plant.path() / "logs"})
                if (file.path().extension() == ".mcap") logs.push_back(file.path());
    std::ranges::sort(logs);
    return logs;
}

std::string nameOf(const fs::path& log) {
    return fs::relative(log, plants).generic_string();
}

/// `battery/logs/coating-30min.mcap SECONDS DIGEST-OF-EVERY-SECOND END`, a log a line.
std::map<std::string, std::string> committed() {
    std::map<std::string, std::string> lines;
    const auto text = readFile(expected);
    if (!text) return lines;
    for (std::size_t at = 0; at < text->size();) {
        const std::size_t end = std::min(text->size(), text->find('\n', at));
        const std::string line = text->substr(at, end - at);
        if (const std::size_t space = line.find(' '); !line.empty() && line.front() != '#' && space != std::string::npos)
            lines[line.substr(0, space)] = line.substr(space + 1);
        at = end + 1;
    }
    return lines;
}

class ShippedLogs : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_FALSE(logs.empty()); }

    /// From `from` on, which lies whole seconds after the log's start.
    static Hashes hashes(twin::Replay& replay, Time from) {
        Hashes result;
        Hasher every;
        for (Time time = from; time < replay.log().to; time += 1s, ++result.seconds) {
            EXPECT_TRUE(replay.runTo(time));
            every.add(replay.stateHash().hex());
        }
        EXPECT_TRUE(replay.runTo(replay.log().to));
        result.every = every.finish();
        result.end = replay.stateHash();
        return result;
    }
    template <typename Use>
    void forEach(const Use& use) const {
        for (const fs::path& log : logs) {
            SCOPED_TRACE(nameOf(log));
            const auto plant = plant::load(log.parent_path().parent_path());
            ASSERT_TRUE(plant) << plant.error().front().text();
            use(*plant, log);
        }
    }

    const std::vector<fs::path> logs = shippedLogs();
};

TEST_F(ShippedLogs, GiveTheSameHashesWhateverTheCompiler) {
    std::map<std::string, std::string> found;
    forEach([&](const plant::Plant& plant, const fs::path& log) {
        auto replay = opened(plant, log);
        ASSERT_TRUE(replay);
        found[nameOf(log)] = hashes(*replay, replay->log().from).text();
    });
    if (std::getenv("MILLWRIGHT_WRITE_EXPECTED") != nullptr) {
        std::string text =
            "# Log, whole seconds, digest of the state hashes at each of them, state hash at the end: of every build.\n";
        for (const auto& [log, hashes] : found) text += std::format("{} {}\n", log, hashes);
        ASSERT_TRUE(writeFile(expected, text));
    }
    EXPECT_EQ(found, committed());
}

TEST_F(ShippedLogs, GiveTheSameHashTwice) {
    forEach([&](const plant::Plant& plant, const fs::path& log) {
        auto first = opened(plant, log), second = opened(plant, log);
        ASSERT_TRUE(first && second);
        ASSERT_TRUE(first->runTo(first->log().to));
        const Digest once = first->stateHash();
        ASSERT_TRUE(second->runTo(second->log().to));
        EXPECT_EQ(second->stateHash(), once);
        ASSERT_TRUE(first->rewind());
        ASSERT_TRUE(first->runTo(first->log().to));
        EXPECT_EQ(first->stateHash(), once) << "the same replay again";
    });
}

// Resumed from a keyframe, nobody having seen what was before.
TEST_F(ShippedLogs, GiveTheSameHashesFromTheMiddle) {
    forEach([&](const plant::Plant& plant, const fs::path& log) {
        auto whole = opened(plant, log), resumed = opened(plant, log);
        ASSERT_TRUE(whole && resumed);
        const auto length = std::chrono::duration_cast<std::chrono::seconds>(whole->log().length());
        const Time middle = whole->log().from + length / 2;
        ASSERT_TRUE(whole->runTo(middle));
        const Hashes played = hashes(*whole, middle);
        ASSERT_TRUE(resumed->seek(middle));
        EXPECT_EQ(hashes(*resumed, middle).text(), played.text());
        EXPECT_GT(played.seconds, 100);
    });
}

} // namespace
} // namespace millwright
